package dev.coppice.benchmarks;

/// What an actor of a workload does, on any system.
@FunctionalInterface
interface Body<A, S> {

    /// Runs first, in an actor of [Actors#spawnStarted] or [Actors#supervised].
    default void init(S self) {}

    /// Handles one message; true when the actor ends.
    boolean handle(Object message, S self) throws Exception;
}
