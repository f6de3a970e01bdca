package dev.coppice.kernel.internal;

import dev.coppice.kernel.Pattern;
import dev.coppice.kernel.spi.Alarm;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// `receive` inside a body: the loop's only way to get messages, and a server's way to wait for one inside a handler.
///
/// **Idea.** Mail that was looked at and declined stays in the actor's own list. A cursor remembers how far this receive has looked, so
/// that waiting tests new arrivals only; each new receive starts from the oldest, as in Erlang. Answers to calls never pass here.
final class Receiving {
    /// A scan this long is reported: it is paid again at each receive.
    private static final int LONG_SCAN = 10_000;

    private Receiving() {}

    /// Waits for ever. While nothing is declined, which is most often, it waits in a frame that remembers little: it stands on the stack of
    /// each loop that waits.
    static <M, T> T receive(Cell<M> cell, Pattern<M, T> pattern) {
        cell.selfRef().arrange();
        while (true) {
            var match = first(cell, pattern);
            if (match != null) {
                return match;
            }
            var declined = cell.taken();
            if (declined != null) {
                return Objects.requireNonNull(scan(cell, pattern, declined, null), "a wait without a limit is over");
            }
            cell.awaitMail(cell.selfRef().resting());
        }
    }

    /// @param patience in nanoseconds; zero to look only
    static <M, T> @Nullable T receive(Cell<M> cell, Pattern<M, T> pattern, long patience) {
        var limit = new Limit(cell, patience);
        cell.selfRef().arrange();
        try {
            return scan(cell, pattern, null, limit);
        } finally {
            limit.end();
        }
    }

    /// Looks until there is no mail, or until one is declined, which is then the oldest.
    private static <M, T> @Nullable T first(Cell<M> cell, Pattern<M, T> pattern) {
        while (true) {
            cell.checkpoint();
            var mail = cell.taken();
            if (mail == null) {
                if (!append(cell, null)) {
                    return null;
                }
                continue;
            }
            var seen = look(cell, pattern, mail);
            if (seen instanceof Seen.Declined<T>) {
                return null;
            }
            if (!(seen instanceof Seen.Match<T>(var match))) {
                drop(cell, null, mail, seen);
            } else if (claim(cell, null, mail)) {
                return match;
            }
        }
    }

    /// @param declined the mail looked at last; null when there is none
    /// @param limit null to wait for ever
    private static <M, T> @Nullable T scan(
            Cell<M> cell, Pattern<M, T> pattern, @Nullable Mail declined, @Nullable Limit limit) {
        for (int scanned = declined == null ? 1 : 2; ; ) {
            cell.checkpoint();
            var mail = declined == null ? cell.taken() : declined.next;
            if (mail == null) {
                if (append(cell, declined)) {
                    continue;
                }
                if (limit == null) {
                    cell.awaitMail(cell.selfRef().resting());
                } else if (!limit.await()) {
                    return null;
                }
                continue;
            }
            var seen = look(cell, pattern, mail);
            if (seen instanceof Seen.Declined<T>) {
                declined = mail;
                if (scanned++ == LONG_SCAN) {
                    cell.node.observers.longScan(cell, scanned);
                }
            } else if (!(seen instanceof Seen.Match<T>(var match))) {
                drop(cell, declined, mail, seen);
            } else if (claim(cell, declined, mail)) {
                return match;
            }
        }
    }

    /// Takes out what is not to be received.
    private static void drop(Cell<?> cell, @Nullable Mail before, Mail mail, Seen<?> seen) {
        unlink(cell, before, mail);
        if (seen instanceof Seen.Expired<?>) {
            Activity.expired(cell, (Request<?>) mail);
        }
    }

    /// What a look at a mail has shown.
    private sealed interface Seen<T> {
        record Match<T>(T match) implements Seen<T> {}

        record Declined<T>() implements Seen<T> {}

        record Nothing<T>() implements Seen<T> {}

        record Expired<T>() implements Seen<T> {}
    }

    /// Runs the user's functions and the pattern on a mail. When one throws and the body lets it pass, the mail is the poison that a next
    /// incarnation must not meet again; a body that catches it still has the mail where it was.
    private static <M, T> Seen<T> look(Cell<M> cell, Pattern<M, T> pattern, Mail mail) {
        try {
            if (mail instanceof Signal signal && signal.putOff(cell)) {
                return new Seen.Declined<>();
            }
            if (mail instanceof Request<?> request && request.expired()) {
                return new Seen.Expired<>();
            }
            var message = mail instanceof Signal signal ? signal.open(cell) : mail.message();
            if (message == null) {
                return new Seen.Nothing<>();
            }
            var match = pattern.match(Receiving.<M>typed(message));
            return match == null ? new Seen.Declined<>() : new Seen.Match<>(match);
        } catch (Throwable thrown) {
            cell.selfRef().failedOn(mail);
            throw thrown;
        }
    }

    /// Moves new arrivals behind the mail looked at last; false when there are none.
    private static boolean append(Cell<?> cell, @Nullable Mail last) {
        var arrived = cell.selfRef().arrivals();
        if (arrived == null) {
            return false;
        }
        if (last == null) {
            cell.selfRef().takes(arrived);
        } else {
            last.next = arrived;
        }
        return true;
    }

    /// Receives the mail; false when it was withdrawn at the last moment.
    private static boolean claim(Cell<?> cell, @Nullable Mail before, Mail mail) {
        unlink(cell, before, mail);
        if (mail instanceof Signal signal) {
            return signal.claim();
        }
        Activity.received(cell, mail);
        return true;
    }

    private static void unlink(Cell<?> cell, @Nullable Mail before, Mail mail) {
        if (before == null) {
            cell.selfRef().first(mail.next);
        } else {
            before.next = mail.next;
        }
        mail.next = null;
    }

    @SuppressWarnings("unchecked")
    private static <M> M typed(Object message) {
        return (M) message;
    }

    /// How long this receive may wait: computed once, however many messages it declines.
    private static final class Limit extends Alarm {
        private final Cell<?> cell;
        private final long patience;
        private long deadline;
        private boolean begun;

        Limit(Cell<?> cell, long patience) {
            this.cell = cell;
            this.patience = patience;
        }

        /// Waits for mail; false when the time is over.
        boolean await() {
            if (patience <= 0 || (begun && expired())) {
                return false;
            }
            if (!begun) {
                begin();
            }
            cell.awaitMail(cell.selfRef().resting());
            return true;
        }

        private void begin() {
            begun = true;
            deadline = cell.node.scheduler.nanoTime() + patience;
            cell.node.scheduler.schedule(this, deadline);
        }

        private boolean expired() {
            return cell.node.scheduler.nanoTime() - deadline >= 0;
        }

        void end() {
            if (begun) {
                cell.node.scheduler.cancel(this);
            }
        }

        @Override
        public void ring() {
            cell.push(new Signal.Nudge());
        }
    }
}
