package dev.coppice.kernel.internal;

import dev.coppice.kernel.Loop;
import dev.coppice.kernel.Pattern;
import dev.coppice.kernel.spi.Alarm;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One `receive` inside a body: the loop's only way to get messages, and a server's way to wait for one inside a handler.
///
/// **Idea.** Mail that was looked at and declined stays in the actor's own list. A cursor remembers how far this receive has looked, so
/// that waiting tests new arrivals only; each new receive starts from the oldest, as in Erlang. Answers to calls never pass here.
///
/// Past many messages a receive is one walk over plain mails that are declined. That loop stands alone, with as little in it as can be:
/// together with the rare cases the compiler made of it, from process to process, now good code and now code three times slower.
///
/// How long it may wait is computed once, however many messages it declines.
final class Receiving<M, T> extends Alarm {
    /// A scan this long is reported: it is paid again at each receive.
    private static final int LONG_SCAN = 10_000;

    private final Cell<M> cell;
    private final Pattern<M, T> pattern;

    /// The mail looked at last; null when the oldest is next.
    private @Nullable Mail declined;

    private int scanned = 1;

    /// What the pattern made of the mail after that, when it is a plain one that matches.
    private @Nullable T match;

    private final long patience;
    private long deadline;
    private boolean begun;

    private Receiving(Cell<M> cell, Pattern<M, T> pattern, long patience) {
        this.cell = cell;
        this.pattern = pattern;
        this.patience = patience;
    }

    /// Waits for ever. While nothing is declined, which is most often, it needs no object and waits in a frame that remembers little: it
    /// stands on the stack of each loop that waits.
    static <M, T> T receive(Cell<M> cell, Pattern<M, T> pattern) {
        cell.selfRef().arrange();
        while (true) {
            var match = first(cell, pattern);
            if (match != null) {
                return match;
            }
            if (cell.taken() != null) {
                var receiving = new Receiving<>(cell, pattern, Long.MAX_VALUE);
                receiving.declined = cell.taken();
                receiving.scanned++;
                return Objects.requireNonNull(receiving.scan(), "a wait without a limit is over");
            }
            cell.awaitMail();
        }
    }

    /// A loop that is going to wait has done with what it received last, unless that is a request: it may wait for long, and does not keep
    /// what nobody needs any more.
    private static void handled(Cell<?> cell) {
        var delivery = cell.delivery();
        if (delivery != null && cell.body instanceof Loop<?> && !OpenRequests.maybeOpen(delivery)) {
            Runner.delivery(cell, null);
        }
    }

    /// Looks until there is no mail, or until one is declined, which is then the oldest.
    private static <M, T> @Nullable T first(Cell<M> cell, Pattern<M, T> pattern) {
        while (true) {
            cell.checkpoint();
            var mail = cell.taken();
            if (mail == null) {
                if (!append(cell, null)) {
                    handled(cell);
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

    /// @param patience in nanoseconds; zero to look only
    static <M, T> @Nullable T receive(Cell<M> cell, Pattern<M, T> pattern, long patience) {
        var receiving = new Receiving<>(cell, pattern, patience);
        cell.selfRef().arrange();
        try {
            return receiving.scan();
        } finally {
            receiving.end();
        }
    }

    private @Nullable T scan() {
        while (true) {
            cell.checkpoint();
            var mail = walk();
            if (mail == null) {
                if (!append(cell, declined) && !await()) {
                    return null;
                }
                continue;
            }
            var found = match;
            if (found != null) {
                unlink(cell, declined, mail);
                Activity.received(cell, mail);
                return found;
            }
            var seen = look(cell, pattern, mail);
            if (seen instanceof Seen.Declined<T>) {
                declined = mail;
                counted(scanned++);
            } else if (!(seen instanceof Seen.Match<T>(var made))) {
                drop(cell, declined, mail, seen);
            } else if (claim(cell, declined, mail)) {
                return made;
            }
        }
    }

    /// Walks past plain mails that are declined. The first that matches or is no plain one; null when there is none.
    private @Nullable Mail walk() {
        var receiver = cell; // in locals, since fields are read again behind each volatile read
        var wanted = pattern;
        var last = declined;
        var mail = last == null ? receiver.taken() : last.next;
        int count = scanned;
        while (mail != null && mail.getClass() == Mail.class) {
            var made = matched(receiver, wanted, mail);
            if (made != null) {
                match = made;
                break;
            }
            last = mail;
            counted(count++);
            receiver.checkpoint();
            mail = last.next;
        }
        declined = last;
        scanned = count;
        return mail;
    }

    private static <M, T> @Nullable T matched(Cell<M> cell, Pattern<M, T> pattern, Mail plain) {
        try {
            return pattern.match(Receiving.<M>typed(plain.message));
        } catch (Throwable thrown) {
            cell.selfRef().failedOn(plain);
            throw thrown;
        }
    }

    private void counted(int count) {
        if (count == LONG_SCAN) {
            cell.node.observers.longScan(cell, count + 1);
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
            var made = pattern.match(Receiving.<M>typed(message));
            return made == null ? new Seen.Declined<>() : new Seen.Match<>(made);
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
            boolean claimed = signal.claim();
            if (claimed) {
                OpenRequests.noticed(cell.selfRef(), signal.opened());
            }
            return claimed;
        }
        Activity.received(cell, mail);
        return true;
    }

    /// Takes out what is not to be received.
    private static void drop(Cell<?> cell, @Nullable Mail before, Mail mail, Seen<?> seen) {
        unlink(cell, before, mail);
        if (seen instanceof Seen.Expired<?>) {
            Activity.expired(cell, (Request<?>) mail);
        }
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

    /// Waits for mail; false when the time is over.
    private boolean await() {
        if (patience <= 0 || (begun && expired())) {
            return false;
        }
        if (!begun) {
            begin();
        }
        cell.awaitMail();
        return true;
    }

    private void begin() {
        begun = true;
        if (patience < Long.MAX_VALUE) {
            deadline = cell.node.scheduler.nanoTime() + patience;
            cell.node.scheduler.schedule(this, deadline);
        } else {
            deadline = Long.MAX_VALUE;
        }
    }

    private boolean expired() {
        return deadline < Long.MAX_VALUE && cell.node.scheduler.nanoTime() - deadline >= 0;
    }

    private void end() {
        if (begun && deadline < Long.MAX_VALUE) {
            cell.node.scheduler.cancel(this);
        }
    }

    @Override
    public void ring() {
        cell.push(new Signal.Nudge());
    }
}
