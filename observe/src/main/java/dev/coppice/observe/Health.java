package dev.coppice.observe;

import java.util.List;

/// How a node is, in the three questions that an orchestrator asks, each with the reasons when the answer is no.
///
/// @param startup whether the tree is up; once it is, it stays so: before, do not ask the other two
/// @param liveness whether it can go on by itself; no means that only a new JVM helps
/// @param readiness whether it should be given work now
public record Health(Check startup, Check liveness, Check readiness) {

    /// @param reasons why not; empty when it is up
    public record Check(boolean up, List<String> reasons) {
        static Check of(List<String> reasons) {
            return new Check(reasons.isEmpty(), List.copyOf(reasons));
        }
    }

    /// All three.
    public boolean up() {
        return startup.up() && liveness.up() && readiness.up();
    }
}
