package dev.coppice.guard;

import dev.coppice.kernel.Ref;
import java.time.Duration;

/// Keeps the messages of a mailbox young: when even the luckiest of an interval has waited longer than `target`, the mailbox has a standing
/// queue, and new messages, requests and sends alike, are refused until one is received young again or none waits.
///
/// The test for a standing queue is that of the CoDel queue discipline (RFC 8289), which takes the shortest wait of an interval so that
/// a burst which drains in time harms nobody. An actor's mailbox cannot drop what it has accepted without breaking its promise, so what
/// is shed is the newest. One message an interval still passes, so that a receiver which has restarted, or whose mail was lost, is found out.
///
/// Ages are measured from here to the receiver's `receive`. A receiver that is stuck counts too: the age of what it leaves waiting grows.
///
/// Limits: target 5 ms, interval 100 ms by default, as CoDel's. A receiver that often works longer on one message than the target needs
/// a longer one.
public final class LoadShedding implements Guard<LoadShedding.Status> {

    /// @param shedding whether it refuses
    /// @param waiting how many messages it has let pass that have not been received, at most
    /// @param age how long the oldest of them has waited, at least
    public record Status(boolean shedding, long waiting, Duration age) {}

    private final Duration target;
    private final Duration interval;
    private final String name;

    private LoadShedding(Duration target, Duration interval, String name) {
        this.target = target;
        this.interval = interval;
        this.name = name;
    }

    public static LoadShedding defaults() {
        return of(Duration.ofMillis(5), Duration.ofMillis(100));
    }

    /// @param target the age that is well
    /// @param interval how long all may be older before any is refused
    public static LoadShedding of(Duration target, Duration interval) {
        return new LoadShedding(Limits.positive("target", target), Limits.positive("interval", interval), "");
    }

    /// What it is called in messages and events; by default after the ref that it guards.
    public LoadShedding named(String name) {
        return new LoadShedding(target, interval, Names.checked(name));
    }

    @Override
    public <M> Guarded<M, Status> around(Ref<M> ref) {
        var name = Names.of("load shedding", this.name, ref);
        var gate = new Gate<>(name, new Ages(name, target.toNanos(), interval.toNanos()), Judge.PLAIN, ref);
        return new Guarded<>(gate, ref);
    }

    /// What is known of the mailbox. Messages have numbers in the order in which they passed, and are received in about that order.
    ///
    /// @param passed the number of the newest that passed
    /// @param received the greatest number received; what has a smaller one has been received too, or is lost
    /// @param since from when the oldest that waits has waited, at the latest: its passing, or the last receipt
    /// @param oldSince from when on all that was seen was too old; with `old`
    /// @param old whether what was seen last was too old
    /// @param lastPassed when the newest passed
    record Mail(long passed, long received, long since, boolean old, long oldSince, boolean shedding, long lastPassed) {
        boolean empty() {
            return received >= passed;
        }

        long age(long now) {
            return empty() ? 0 : now - since;
        }

        private Mail passing(long now) {
            return new Mail(passed + 1, received, empty() ? now : since, old, oldSince, shedding, now);
        }

        private Mail receiving(long number, long now) {
            return new Mail(passed, Math.max(received, number), now, old, oldSince, shedding, lastPassed);
        }

        private Mail young() {
            return new Mail(passed, received, since, false, 0, false, lastPassed);
        }

        private Mail old(long now, long interval) {
            long from = old ? oldSince : now;
            return new Mail(passed, received, since, true, from, shedding || now - from >= interval, lastPassed);
        }
    }

    record Ages(String name, long target, long interval) implements Policy<Mail, Status> {

        @Override
        public Mail initial(long now) {
            return new Mail(0, 0, now, false, 0, false, now);
        }

        @Override
        public Turn<Mail> admit(Mail mail, boolean request, long now) {
            long age = mail.age(now);
            var seen = mail.empty() ? mail.young() : age > target ? mail.old(now, interval) : mail;
            var turn =
                    seen.shedding() && now - seen.lastPassed() < interval
                            ? Turn.refused(seen, "sheds load: its mailbox is " + Limits.seconds(age) + " old")
                            : Turn.admitted(seen.passing(now), seen.passed() + 1);
            return told(mail, turn, age);
        }

        /// A message has been received.
        @Override
        public Turn<Mail> ended(Mail mail, Ticket ticket, Result result, long now) {
            long age = now - ticket.at();
            var next = mail.receiving(ticket.number(), now);
            return told(mail, Turn.to(age > target ? next.old(now, interval) : next.young()), age);
        }

        private Turn<Mail> told(Mail before, Turn<Mail> turn, long age) {
            if (before.shedding() == turn.next().shedding()) {
                return turn;
            }
            return turn.telling(
                    before.shedding()
                            ? new GuardEvent.SheddingEnded(name)
                            : new GuardEvent.SheddingBegan(name, Duration.ofNanos(age)));
        }

        @Override
        public Status status(Mail mail, long now) {
            return new Status(
                    mail.shedding() && !mail.empty(),
                    Math.max(0, mail.passed() - mail.received()),
                    Duration.ofNanos(Math.max(0, mail.age(now))));
        }

        @Override
        public Sight sight() {
            return Sight.RECEIPT;
        }
    }
}
