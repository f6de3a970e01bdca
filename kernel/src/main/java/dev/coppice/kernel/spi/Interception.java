package dev.coppice.kernel.spi;

import dev.coppice.kernel.Outcome;

/// Who is told how a request ended that went through a door; see [Envelope#intercept].
@FunctionalInterface
public interface Interception {

    /// Runs on whatever thread ended the request, the scheduler's own too: it must not wait, and must not run user code.
    void over(End end);

    /// How it ended, as the door sees it.
    sealed interface End {

        /// Whoever held it has answered, failed or dropped it. The caller has been told nothing: that is the door's to do.
        record Settled(Outcome<?> outcome) implements End {}

        /// The time is over, the caller's or that of a door before this one. The caller has been told.
        record TimedOut() implements End {}

        /// The caller gave up, was interrupted or exited, or has its answer otherwise.
        record Abandoned() implements End {}
    }
}
