package dev.coppice.observe;

import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Pid;
import dev.coppice.otp.Control;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/// Finds out how a node is. A supervisor at the root is asked whether it is ready, and asks its children in turn.
final class Checks {
    /// The observer's actor looks every second: this late it is not slow but stuck, and with it the scheduler.
    private static final Duration STUCK = Duration.ofSeconds(15);

    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Node node;

    /// Whether a root is to come: the observer's own actor has somebody above it.
    private final boolean inTree;

    private final UnaryOperator<String> redaction;

    private volatile boolean started;

    Checks(Node node, boolean inTree, UnaryOperator<String> redaction) {
        this.node = node;
        this.inTree = inTree;
        this.redaction = redaction;
    }

    Health health(Duration sinceTick, Alarms alarms) {
        var startup = Health.Check.of(startup());
        var liveness = Health.Check.of(liveness(sinceTick));
        var readiness = new ArrayList<String>();
        if (!startup.up()) {
            readiness.add("the tree is not up yet");
        } else if (liveness.up()) {
            readiness.addAll(readiness(alarms));
        } else {
            readiness.addAll(liveness.reasons());
        }
        return new Health(startup, liveness, Health.Check.of(readiness));
    }

    private List<String> startup() {
        started = started || !inTree || node.root().isPresent();
        return started ? List.of() : List.of("the root has not started all its children");
    }

    private List<String> liveness(Duration sinceTick) {
        var reasons = new ArrayList<String>();
        if (sinceTick.compareTo(STUCK) > 0) {
            reasons.add("no actor has been scheduled for " + sinceTick.toSeconds() + " s");
        }
        node.root().filter(root -> !root.alive()).ifPresent(root -> reasons.add("the root " + root + " has exited"));
        return reasons;
    }

    private List<String> readiness(Alarms alarms) {
        var reasons = new ArrayList<String>();
        node.root().ifPresent(root -> reasons.addAll(ready(root)));
        alarms.list().stream()
                .filter(alarm -> alarm.kind() == Alarm.Kind.UNKILLABLE)
                .forEach(alarm -> reasons.add(alarm.subject() + " " + alarm.detail()));
        return reasons;
    }

    private List<String> ready(Pid<?> root) {
        var supervisor = Deeds.supervisor(root);
        if (supervisor.isEmpty()) {
            return List.of();
        }
        try {
            return supervisor.get().within(PATIENCE).call(new Control.Ready()).notReady().stream()
                    .map(child -> child + " is not ready")
                    .toList();
        } catch (CallFailed failed) {
            return List.of("the root does not say whether it is ready: " + redaction.apply(failed.failure().message()));
        }
    }
}
