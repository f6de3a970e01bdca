package dev.coppice.guard;

import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Offer;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.spi.Envelope;

/// The way through a guard.
interface Passage<S> {

    /// Lets the envelope pass to `to`, or refuses it in the name of `at`.
    <M> Offer pass(Envelope<M> envelope, Ref<M> at, Ref<M> to);

    S status();

    /// Passes it on. When that throws (the predicate of a dropping mailbox is the user's) the request has ended too.
    static <M> Offer onwards(Envelope<M> envelope, Ref<M> to) {
        try {
            return envelope.passTo(to);
        } catch (Throwable thrown) {
            envelope.fail(new Failure.Exited(new ExitReason.Crashed(thrown)));
            throw thrown;
        }
    }

    /// As [#onwards], on a thread on which nobody else is interested: the failure is told to the caller only.
    static <M> void onwardsAlone(Envelope<M> envelope, Ref<M> to) {
        try {
            envelope.passTo(to);
        } catch (Throwable thrown) {
            envelope.fail(new Failure.Exited(new ExitReason.Crashed(thrown)));
        }
    }
}
