package dev.coppice.benchmarks;

/// A workload that has been set up: runs once, the same amount of work each time.
@FunctionalInterface
interface Batch {

    void run() throws Exception;

    /// Sets a workload up on a system; a method reference to a generic method.
    @FunctionalInterface
    interface On {
        <A, S> Batch of(Actors<A, S> actors, Meter meter) throws Exception;
    }
}
