package dev.coppice.kernel;

import dev.coppice.kernel.internal.WaitCell;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// A request on its way: made by [Ref#ask], settled exactly once, at the latest at its deadline.
///
/// Any thread may look at it. Awaiting it again gives the same outcome.
public sealed interface Pending<R> permits WaitCell {

    /// Waits for the outcome; never longer than the request's own deadline.
    Outcome<R> await();

    /// Waits at most this long; empty when it is still open, and then it stays open.
    Optional<Outcome<R>> await(Duration patience);

    /// The outcome, when there is one.
    Optional<Outcome<R>> poll();

    /// Gives up: a later answer vanishes. The callee may still do the work. True when it was still open.
    boolean abandon();

    /// The same as a future, for code that lives with futures: completed with the answer, or with [CallFailed] as the cause. What hangs on
    /// it runs on a thread of the node's that may wait. Whoever completes or cancels the future gives the request up, as [#abandon].
    CompletableFuture<R> future();

    /// Waits, and gives the answer or throws [CallFailed].
    default R get() {
        return await().get();
    }
}
