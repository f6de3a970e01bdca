package dev.coppice.benchmarks;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A workload: its name, what it measures, on which systems, and what is asked of it.
///
/// @param row the row of the target table that it belongs to: its own name, or that of the workload whose variant it is
/// @param batch how to set it up; null when whole processes are measured
record Workload(
        String name,
        String row,
        Kind kind,
        String unit,
        boolean higherIsBetter,
        Set<String> systems,
        List<Goal> goals,
        Batch.@Nullable On batch) {

    /// How its rounds are run.
    enum Kind {
        /// Batches until the round's time is over, after a warm-up; the systems' rounds alternate.
        RATE,
        /// One batch a round, after three to warm up; one process at a time.
        SINGLE,
        /// One batch a round, from cold; one process at a time.
        COLD,
        /// One process a round.
        PROCESS
    }

    /// Other workloads with which our own is compared. They are measured again beside it, in the same turns: on a noisy machine two rows
    /// that are minutes apart tell little of each other.
    List<String> beside() {
        return goals.stream()
                .map(Goal::against)
                .filter(other -> !other.isEmpty() && !Systems.PEERS.contains(other))
                .distinct()
                .toList();
    }

    boolean isCalled(String asked) {
        return name.equals(asked) || row.equals(asked);
    }

    /// Better by this factor than the other.
    double ratio(double ours, double theirs) {
        return higherIsBetter ? ours / theirs : theirs / ours;
    }
}
