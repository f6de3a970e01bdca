package dev.coppice.kernel.internal;

import static java.util.Objects.requireNonNull;

import dev.coppice.kernel.DeadLetter;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Offer;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.spi.Backlog;
import dev.coppice.kernel.spi.Envelope;
import dev.coppice.kernel.spi.Interception;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A message in a mailbox: the mailbox's link and the envelope in one object, the only thing that a send allocates.
public sealed class Mail implements Envelope<Object>, Backlog.Item permits Mail.Wrapped, Annex, Request, Signal {

    /// The next in whatever list holds it: newest first in the mailbox word, oldest first once taken. Written by whoever owns it: the
    /// sender before the CAS that publishes it, then the receiver.
    @Nullable Mail next;

    /// For whoever owns it: the number of its arrival, where there is a [Backlog]; whether a bounded mailbox may drop it.
    int mark;

    /// As the sender passed it.
    final Object message;

    Mail(Object message) {
        this.message = message;
    }

    /// A user message that went through `via`; the others below may have.
    static sealed class Wrapped extends Mail permits Carried, Quiet {
        final @Nullable Function<Object, Object> wrap;
        private @Nullable Object opened;

        Wrapped(Object message, @Nullable Function<Object, Object> wrap) {
            super(message);
            this.wrap = wrap;
        }

        @Override
        public final Object message() {
            if (wrap == null) {
                return message;
            }
            var seen = opened;
            if (seen == null) {
                opened = seen = made(wrap, message);
            }
            return seen;
        }

        @Override
        final Object seen() {
            return opened == null ? message : opened;
        }

        @Override
        Mail wrapped(Function<Object, Object> outer) {
            return new Wrapped(message, through(outer));
        }

        final Function<Object, Object> through(Function<Object, Object> outer) {
            return wrap == null ? outer : wrap.andThen(outer);
        }
    }

    /// A user message with which something travels: what carriers have captured, or what taps let ride.
    static final class Carried extends Wrapped {
        private final @Nullable Object carried;
        final Taps.@Nullable Riding riding;

        Carried(Object message, Object carried, @Nullable Function<Object, Object> wrap) {
            this(message, carried, null, wrap);
        }

        Carried(
                Object message,
                @Nullable Object carried,
                Taps.@Nullable Riding riding,
                @Nullable Function<Object, Object> wrap) {
            super(message, wrap);
            this.carried = carried;
            this.riding = riding;
        }

        @Override
        Mail wrapped(Function<Object, Object> outer) {
            return new Carried(message, carried, riding, through(outer));
        }

        @Override
        @Nullable Object carried() {
            return carried;
        }
    }

    /// An event for an observer: its loss is counted, but makes no further event.
    static final class Quiet extends Wrapped {
        Quiet(Object message, @Nullable Function<Object, Object> wrap) {
            super(message, wrap);
        }

        @Override
        Mail wrapped(Function<Object, Object> outer) {
            return new Quiet(message, through(outer));
        }
    }

    @Override
    public Object message() {
        return message;
    }

    /// As [#message], but runs no `via`: the message as it was sent, when the receiver has not seen it or could not.
    Object seen() {
        return message;
    }

    /// What a `via` makes of a message, in the receiver.
    static Object made(Function<Object, Object> wrap, Object message) {
        return requireNonNull(
                wrap.apply(message),
                () -> "a via made null of a " + message.getClass().getName() + "; it must make a message");
    }

    /// The same on its way through one more `via`. Wraps are applied in the receiver, the sender's first.
    Mail wrapped(Function<Object, Object> outer) {
        return new Wrapped(message, outer);
    }

    @Override
    public boolean expectsReply() {
        return false;
    }

    @Override
    public void reply(Object value) {}

    @Override
    public void fail(Failure why) {}

    @Override
    public void settle(Outcome<?> outcome) {}

    @Override
    public Mail intercept(Interception interception) {
        return this;
    }

    @Override
    public Offer passTo(Ref<? super Object> to) {
        return Refs.deliver(to, this, false);
    }

    @Override
    public void drop(Ref<?> at, DeadLetter.Reason reason) {
        Refs.nodeOf(at).refuse(this, at, reason);
    }

    @Override
    public void received() {
        // A door's message is accepted and received in one step; the ledger of a node counts only its own actors'
        // messages.
    }

    @Override
    public Object sent() {
        return message;
    }

    @Override
    public boolean isNotice() {
        return this instanceof Signal;
    }

    @Override
    public int arrival() {
        return mark;
    }

    /// What travels with it; see [Carrying].
    @Nullable Object carried() {
        return null;
    }

    /// What a trace shows of it.
    Object told() {
        return message;
    }

    /// Links a stack, newest first, into a list, oldest first; annexes in it are shut.
    static @Nullable Mail reversed(@Nullable Mail newest) {
        return reversed(newest, null);
    }

    private static @Nullable Mail reversed(@Nullable Mail newest, @Nullable Mail rest) {
        var oldest = rest;
        while (newest != null) {
            var older = newest.next;
            if (newest instanceof Annex annex) {
                oldest = reversed(annex.shut(), oldest);
            } else {
                newest.next = oldest;
                oldest = newest;
            }
            newest = older;
        }
        return oldest;
    }
}
