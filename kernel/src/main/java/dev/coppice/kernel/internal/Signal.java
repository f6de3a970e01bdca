package dev.coppice.kernel.internal;

import dev.coppice.kernel.Down;
import dev.coppice.kernel.Exit;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Loop;
import dev.coppice.kernel.Outcome;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// What stands in a mailbox without being a user message: never counted against a bound, refused, dropped or in the ledger. It shares
/// the mailbox, and so the order, of the messages.
///
/// A selective receive may look at it several times before it is received: `open` makes the message once, `claim` receives it.
abstract sealed class Signal extends Mail
        permits Signal.Nudge,
                Signal.Broken,
                Signal.Stop,
                Signal.Exited,
                Signal.Gone,
                Signal.Tick,
                Signal.Answer,
                Inspecting.Asked {
    private static final Object NOTHING = new Object();

    private @Nullable Object opened;

    Signal() {
        super(NOTHING);
    }

    /// The message for the body, made on the receiver; null when there is nothing (any more) to tell it.
    final @Nullable Object open(Cell<?> receiver) {
        if (!current()) {
            return null;
        }
        if (opened == null) {
            opened = make(receiver);
        }
        return opened;
    }

    /// What was made of it; null before.
    final @Nullable Object opened() {
        return opened;
    }

    abstract @Nullable Object make(Cell<?> receiver);

    @Override
    Object told() {
        return getClass().getSimpleName();
    }

    /// Whether a selective receive of this body must leave it where it is.
    boolean putOff(Cell<?> receiver) {
        return false;
    }

    /// Whether it has not been withdrawn.
    boolean current() {
        return true;
    }

    /// Receives it; false when it was withdrawn meanwhile.
    boolean claim() {
        return true;
    }

    /// Wakes an actor so that it looks at its exit word.
    static final class Nudge extends Signal {
        @Override
        @Nullable Object make(Cell<?> receiver) {
            return null;
        }
    }

    /// The actor's own backlog has thrown.
    static final class Broken extends Signal {
        private final Throwable thrown;

        Broken(Throwable thrown) {
            this.thrown = thrown;
        }

        @Override
        Object make(Cell<?> receiver) {
            throw new IllegalStateException("the backlog of " + receiver.path() + " failed", thrown);
        }
    }

    /// An ordered stop behind everything queued before it.
    static final class Stop extends Signal {
        private final ExitReason reason;

        Stop(ExitReason reason) {
            this.reason = reason;
        }

        /// A server inside a handler has not handled what stands before this.
        @Override
        boolean putOff(Cell<?> receiver) {
            return !(receiver.body instanceof Loop<?>);
        }

        @Override
        @Nullable Object make(Cell<?> receiver) {
            receiver.tell(reason);
            return null;
        }
    }

    /// A trapped exit.
    static final class Exited extends Signal {
        private final Cell<?> from;
        private final ExitReason reason;

        Exited(Cell<?> from, ExitReason reason) {
            this.from = from;
            this.reason = reason;
        }

        @Override
        @Nullable Object make(Cell<?> receiver) {
            return receiver.fate() instanceof Fate.Trapping trap ? trap.into().apply(new Exit(from, reason)) : null;
        }
    }

    /// The notice of a monitor.
    static final class Gone extends Signal {
        private final Tie tie;
        private final ExitReason reason;

        Gone(Tie tie, ExitReason reason) {
            this.tie = tie;
            this.reason = reason;
        }

        @Override
        Object make(Cell<?> receiver) {
            return tie.into().apply(new Down(tie.subject(), reason));
        }

        @Override
        boolean current() {
            return tie.fired();
        }

        @Override
        boolean claim() {
            return tie.received();
        }
    }

    /// A timer's tick.
    static final class Tick extends Signal {
        private final ActorTimer timer;

        Tick(ActorTimer timer) {
            this.timer = timer;
        }

        @Override
        Object make(Cell<?> receiver) {
            return timer.message;
        }

        @Override
        boolean current() {
            boolean active = timer.active();
            if (!active) {
                timer.forget();
            }
            return active;
        }

        @Override
        boolean claim() {
            return timer.received();
        }
    }

    /// The outcome of `self.ask` or `self.task`.
    static final class Answer<R> extends Signal {
        private final Outcome<R> outcome;
        private final Function<? super Outcome<R>, ?> into;
        private final @Nullable Withdrawable withdrawable;
        private final @Nullable Object carried;

        Answer(
                Outcome<R> outcome,
                Function<? super Outcome<R>, ?> into,
                @Nullable Withdrawable withdrawable,
                @Nullable Object carried) {
            this.outcome = outcome;
            this.into = into;
            this.withdrawable = withdrawable;
            this.carried = carried;
        }

        @Override
        @Nullable Object carried() {
            return carried;
        }

        @Override
        Object make(Cell<?> receiver) {
            return into.apply(outcome);
        }

        @Override
        boolean current() {
            return withdrawable == null || !withdrawable.withdrawn();
        }

        @Override
        boolean claim() {
            return withdrawable == null || withdrawable.claim();
        }
    }
}
