package dev.coppice.kernel.spi;

import dev.coppice.kernel.DeadLetter;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Offer;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.internal.Mail;

/// A message on its way, with whoever waits for its answer. Exactly one party holds it: use it once.
public sealed interface Envelope<M> permits Mail {

    /// The message as the holder understands it. Runs the `via` functions on the calling thread, which must be the receiver's.
    M message();

    /// Whether somebody waits for an answer.
    boolean expectsReply();

    /// Answers; what the request's caller gets. Does nothing for a message that came by `send`.
    void reply(Object value);

    /// Fails the request; the message counts as received.
    void fail(Failure why);

    /// Hands it on to another ref that understands the same.
    Offer passTo(Ref<? super M> to);

    /// Nobody will handle it: a dead letter, and its caller fails.
    void drop(Ref<?> at, DeadLetter.Reason reason);

    /// The exit of whoever held it: fails its caller, makes a dead letter.
    default void died(Ref<?> at, ExitReason reason) {
        drop(at, new DeadLetter.Reason.Died(reason));
    }

    /// Counts it as received, for a door that handles messages itself.
    void received();
}
