package dev.coppice.guard;

import dev.coppice.kernel.Ref;

/// How a ref is guarded: settings, a value to be kept as a constant. [#around] makes the living guard, which is used like the ref that it
/// guards, also by another guard.
///
/// ```java
/// static final CircuitBreaker BREAKER = CircuitBreaker.defaults().openFor(Duration.ofSeconds(10));
///
/// Ref<Msg> payments = BREAKER.around(Bulkhead.of(20).around(node.ref(PAYMENTS)));
/// ```
///
/// **Failure.** What a guard refuses is said at once: a request fails with [dev.coppice.kernel.Failure.Refused], and every message that it
/// refuses is a dead letter [dev.coppice.kernel.DeadLetter.Reason.Refused]; both name the guard and why. `offer` gives `Full`.
///
/// **Requests and sends.** Of a request a guard learns how it ended, in any case: answer, failure, time-out, or a caller that gave up or was
/// killed; what it holds for it goes back then. Nobody sees the end of a message that came by `send`: it is admitted or refused as a
/// request would be, holds nothing and counts for nothing.
///
/// **Limits.** A guard never makes a sender wait: before a full mailbox that blocks, it refuses. Patience is said on the guarded ref:
/// `guarded.within(…)`.
///
/// **Threads.** Any thread may use a guarded ref. Its state is one immutable value, changed by CAS; no lock is held, and no code of
/// yours runs in it. Time and chance are the node's.
///
/// @param <S> what its state looks like from outside
public sealed interface Guard<S>
        permits CircuitBreaker, RateLimiter, Bulkhead, TimeLimit, Retry, AdaptiveLimit, LoadShedding {

    /// A guard before this ref, in its first state. Events go to that ref's node.
    <M> Guarded<M, S> around(Ref<M> ref);
}
