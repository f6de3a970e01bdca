package dev.coppice.guard;

import dev.coppice.kernel.Failure;
import dev.coppice.kernel.NodeEvent;
import java.time.Duration;

/// What a guard tells the observers of its node: `node.subscribe(GuardEvent.class, ref)`. What it refuses is told as
/// [NodeEvent.Undelivered].
public sealed interface GuardEvent extends NodeEvent.Custom {

    /// The guard's name, else its kind and the ref that it guards.
    String guard();

    /// A circuit breaker opened, half-opened or closed.
    ///
    /// @param failureRate what it had seen: the part of calls that failed, between 0 and 1
    /// @param slowRate the part that was slow
    record StateChanged(
            String guard, CircuitBreaker.State from, CircuitBreaker.State to, double failureRate, double slowRate)
            implements GuardEvent {}

    /// An adaptive limit has another value.
    record LimitChanged(String guard, int from, int to) implements GuardEvent {}

    /// Load shedding began: this is how old the mailbox is.
    record SheddingBegan(String guard, Duration age) implements GuardEvent {}

    record SheddingEnded(String guard) implements GuardEvent {}

    /// A request failed and is tried again.
    ///
    /// @param attempt the one that failed, from 1
    record Retrying(String guard, int attempt, Failure why, Duration delay) implements GuardEvent {}

    /// A request failed as often as is allowed; its caller is told the last failure.
    record RetriesExhausted(String guard, int attempts, Failure why) implements GuardEvent {}
}
