package dev.coppice.kernel.internal;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.coppice.kernel.internal.Rig.Counted;
import dev.coppice.kernel.internal.Rig.Wakes;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/// The mailbox word of [Inbox].
public final class InboxStress {
    private InboxStress() {}

    /// Received by the running actor, wake-ups.
    @JCStressTest
    @State
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "the actor saw it before it rested")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "the actor rested and was woken")
    @Outcome(id = "0, 0", expect = FORBIDDEN, desc = "a lost wake-up")
    @Outcome(expect = FORBIDDEN, desc = "lost or doubled mail, or two activations")
    public static class SendAgainstRest {
        private final Counted wakes = new Counted();
        private final Cell<Object> cell = Rig.running(wakes);
        private int received;

        @Actor
        public void sender() {
            cell.push(new Mail("mail"));
        }

        @Actor
        public void receiver() {
            do {
                received += Rig.length(cell.take());
            } while (!cell.rest());
        }

        @Arbiter
        public void quiet(II_Result result) {
            result.r1 = received;
            result.r2 = wakes.count();
        }
    }

    /// Wake-ups, mails, order (0 when kept).
    @JCStressTest
    @State
    @Outcome(id = "1, 4, 0", expect = ACCEPTABLE, desc = "woken once, all mail there, in order")
    @Outcome(expect = FORBIDDEN)
    public static class TwoSendersWakeOnce {
        private final Counted wakes = new Counted();
        private final Cell<Object> cell = Rig.resting(wakes);

        @Actor
        public void one() {
            cell.push(new Mail(1));
            cell.push(new Mail(2));
        }

        @Actor
        public void other() {
            cell.push(new Mail(11));
            cell.push(new Mail(12));
        }

        @Arbiter
        public void quiet(III_Result result) {
            var mails = cell.take();
            result.r1 = wakes.count();
            result.r2 = Rig.length(mails);
            result.r3 = outOfOrder(mails);
        }
    }

    /// The receiver takes while the sender goes on: order over several takes, and what is left.
    @JCStressTest
    @State
    @Outcome(id = "3, 0", expect = ACCEPTABLE, desc = "each mail once, in order")
    @Outcome(expect = FORBIDDEN)
    public static class OrderOverTakes {
        private final Cell<Object> cell = Rig.running(new Counted());
        private int received;
        private int wrong;

        @Actor
        public void sender() {
            cell.push(new Mail(1));
            cell.push(new Mail(2));
            cell.push(new Mail(3));
        }

        @Actor
        public void receiver() {
            receive(cell.take());
            receive(cell.take());
        }

        private void receive(@Nullable Mail taken) {
            for (var mail = taken; mail != null; mail = mail.next) {
                received++;
                wrong += (Integer) mail.message == received ? 0 : 1;
            }
        }

        @Arbiter
        public void quiet(II_Result result) {
            receive(cell.take());
            result.r1 = received;
            result.r2 = wrong;
        }
    }

    /// A killer closes while a sender sends: sent, found by the killer, wake-ups.
    @JCStressTest
    @State
    @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "sent to the actor at rest, woken, and buried")
    @Outcome(id = "0, 0, 0", expect = ACCEPTABLE, desc = "refused")
    @Outcome(expect = FORBIDDEN, desc = "lost or doubled")
    public static class CloseAgainstSend {
        private final Counted wakes = new Counted();
        private final Cell<Object> cell = Rig.resting(wakes);
        private boolean sent;
        private int buried;

        @Actor
        public void sender() {
            sent = cell.push(new Mail("mail"));
        }

        @Actor
        public void killer() {
            buried = Rig.length(cell.close());
        }

        @Arbiter
        public void quiet(III_Result result) {
            result.r1 = sent ? 1 : 0;
            result.r2 = buried;
            result.r3 = wakes.count();
        }
    }

    /// A killer closes while the actor takes its mail and comes to rest: how often the mail was found, whether the mailbox is open again.
    @JCStressTest
    @State
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "received or buried, and closed for good")
    @Outcome(expect = FORBIDDEN, desc = "lost, doubled, or a mailbox that opened again")
    public static class CloseAgainstTakeAndRest {
        private final Cell<Object> cell = Rig.running(new Counted());
        private int received;
        private int buried;

        public CloseAgainstTakeAndRest() {
            cell.push(new Mail("mail"));
        }

        @Actor
        public void receiver() {
            received = Rig.length(cell.take());
            cell.rest();
        }

        @Actor
        public void killer() {
            buried = Rig.length(cell.close());
        }

        @Arbiter
        public void quiet(II_Result result) {
            result.r1 = received + buried;
            result.r2 = cell.isClosed() ? 0 : 1;
        }
    }

    /// Whoever wakes the actor runs it on his own thread; its state is plain. Messages handled, turns that overlapped.
    @JCStressTest
    @State
    @Outcome(id = "4, 0", expect = ACCEPTABLE, desc = "one turn at a time, each sees the last one's state")
    @Outcome(expect = FORBIDDEN, desc = "two at a time, or state of a turn that the next did not see")
    public static class PlainStateBetweenTurns implements Wakes {
        private final Cell<Object> cell = Rig.resting(this);
        private int handled;
        private boolean busy;
        private int overlaps;

        @Override
        public void ready(Cell<?> woken) {
            do {
                overlaps += busy ? 1 : 0;
                busy = true;
                for (var mail = cell.take(); mail != null; mail = mail.next) {
                    handled++;
                }
                busy = false;
            } while (!cell.rest());
        }

        @Actor
        public void one() {
            cell.push(new Mail(1));
            cell.push(new Mail(2));
        }

        @Actor
        public void other() {
            cell.push(new Mail(3));
            cell.push(new Mail(4));
        }

        @Arbiter
        public void quiet(II_Result result) {
            result.r1 = handled;
            result.r2 = overlaps;
        }
    }

    /// A body that waits in `receive` is woken by the mail that finds it at rest.
    @JCStressTest(Mode.Termination)
    @State
    @Outcome(id = "TERMINATED", expect = ACCEPTABLE, desc = "it went on")
    @Outcome(id = "STALE", expect = FORBIDDEN, desc = "a lost wake-up: it waits beside its mail")
    public static class SendAgainstReceive {
        private final Cell<Object> cell = Rig.running(new Counted());

        @Actor
        public void receiver() {
            cell.awaitMail();
        }

        @Signal
        public void sender() {
            cell.push(new Mail("mail"));
        }
    }

    /// Mails of one sender that follow a later one of his: senders number theirs upwards, each in his own ten.
    private static int outOfOrder(@Nullable Mail mails) {
        int wrong = 0;
        int[] last = new int[2];
        for (var mail = mails; mail != null; mail = mail.next) {
            int number = (Integer) mail.message;
            wrong += number % 10 == ++last[number / 10] ? 0 : 1;
        }
        return wrong;
    }
}
