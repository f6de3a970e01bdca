package dev.coppice.kernel;

import dev.coppice.kernel.internal.Named;
import dev.coppice.kernel.internal.Via;
import dev.coppice.kernel.spi.Door;
import java.time.Duration;
import java.util.function.Function;

/// The address of an actor that understands messages of type `M`. Safe to share between threads, actors and messages.
///
/// **Order.** What one actor (or thread) sends to another arrives in the order in which it was sent, across kinds: messages,
/// replies, exits and downs. Nothing is said about the order between different senders.
///
/// **Failure.** `send` never throws because of the receiver: what cannot be delivered becomes a [DeadLetter]. `call` and `ask`
/// fail at once, with the cause, when the receiver is dead or dies; they never wait longer than their [#within] (5 s by default).
///
/// **Threads.** Any thread may use a ref. From inside a handler, waiting costs no platform thread. Operations of an actor that has
/// been told to exit end it: they do not return.
///
/// A narrower protocol needs no adapter: a `Ref<Msg>` is a `Ref<? super Deposit>`.
///
/// @param <M> what the actor understands
public sealed interface Ref<M> permits Pid, Named, Via, Door {

    /// Sends a message and returns. Never blocks on an unbounded mailbox; on a bounded one its policy decides.
    void send(M message);

    /// Sends a message without ever blocking, and says what became of it.
    Offer offer(M message);

    /// Sends a request and waits for the answer.
    ///
    /// @throws CallFailed when there is none: the callee died, timed out, refused, never answered, or waits for the caller
    <R> R call(Call<? extends M, R> request);

    /// Sends a request and returns at once; the deadline runs from now.
    <R> Pending<R> ask(Call<? extends M, R> request);

    /// The same door with another time-out for `call` and `ask`, and for a full mailbox that blocks.
    default Ref<M> within(Duration patience) {
        return Via.patient(this, patience);
    }

    /// A door for another protocol: `wrap` turns its messages into this actor's, in the receiver, when it receives.
    /// An answer goes to the request as the caller passed it.
    default <N> Ref<N> via(Function<? super N, ? extends M> wrap) {
        return Via.wrapping(this, wrap);
    }
}
