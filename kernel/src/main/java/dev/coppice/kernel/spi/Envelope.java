package dev.coppice.kernel.spi;

import dev.coppice.kernel.DeadLetter;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Offer;
import dev.coppice.kernel.Outcome;
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

    /// Passes an outcome on to whoever waits, as it came: for a door that has intercepted the request. As [#reply] and [#fail], but an
    /// exit that the calling actor has been told of does not keep it back.
    void settle(Outcome<?> outcome);

    /// Stands between this request and whoever will hold it: the envelope that is returned goes on in place of this one, what its holder
    /// answers, and how it is dropped, is told to `interception` alone, and this one stays with the door, to be settled or sent on again. A
    /// door that does not wait for that end settles this one: the other belongs to its holder, whose late answer vanishes.
    ///
    /// Told exactly once, in any case: at the latest when the caller waits no longer. Of a message that came by `send` nothing is ever
    /// told: it is returned itself.
    Envelope<M> intercept(Interception interception);

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
