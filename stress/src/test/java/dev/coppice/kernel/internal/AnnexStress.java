package dev.coppice.kernel.internal;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.coppice.kernel.internal.Rig.Counted;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/// The mailbox of [Inbox] when it is crowded: the [Annex].
public final class AnnexStress {
    private AnnexStress() {}

    /// A mailbox that runs, with so many mails; two senders number theirs upwards, each in his own ten.
    abstract static class Crowded {
        final Cell<Object> cell = Rig.running(new Counted());
        private final int[] last = new int[2];
        private int received;
        private int wrong;

        Crowded(int standing) {
            for (int i = 0; i < standing; i++) {
                cell.push(new Mail(-1));
            }
        }

        final void receive(@Nullable Mail taken) {
            for (var mail = taken; mail != null; mail = mail.next) {
                received++;
                int number = (Integer) mail.message;
                wrong += number < 0 ? last[0] + last[1] : number % 10 == ++last[number / 10] ? 0 : 1;
            }
        }

        final void tell(II_Result result) {
            result.r1 = received;
            result.r2 = wrong;
        }
    }

    /// Two senders find a mailbox where the next mail opens the annex.
    @JCStressTest
    @State
    @Outcome(id = "21, 0", expect = ACCEPTABLE, desc = "each mail once, in order")
    @Outcome(expect = FORBIDDEN)
    public static class OpenedByTwo extends Crowded {
        public OpenedByTwo() {
            super(Inbox.CROWD);
        }

        @Actor
        public void one() {
            cell.push(new Mail(1));
            cell.push(new Mail(2));
            cell.push(new Mail(3));
        }

        @Actor
        public void other() {
            cell.push(new Mail(11));
            cell.push(new Mail(12));
        }

        @Arbiter
        public void quiet(II_Result result) {
            receive(cell.take());
            tell(result);
        }
    }

    /// A sender opens the annex and goes on in it while the actor takes.
    @JCStressTest
    @State
    @Outcome(id = "19, 0", expect = ACCEPTABLE, desc = "each mail once, in order")
    @Outcome(expect = FORBIDDEN)
    public static class OpenedAgainstTake extends Crowded {
        public OpenedAgainstTake() {
            super(Inbox.CROWD - 1);
        }

        @Actor
        public void sender() {
            cell.push(new Mail(1));
            cell.push(new Mail(2));
            cell.push(new Mail(3));
            cell.push(new Mail(4));
        }

        @Actor
        public void receiver() {
            receive(cell.take());
        }

        @Arbiter
        public void quiet(II_Result result) {
            receive(cell.take());
            tell(result);
        }
    }

    /// The actor takes, twice, what stands in an annex to which somebody adds.
    @JCStressTest
    @State
    @Outcome(id = "23, 0", expect = ACCEPTABLE, desc = "each mail once, in order")
    @Outcome(expect = FORBIDDEN)
    public static class ShutAgainstSend extends Crowded {
        public ShutAgainstSend() {
            super(Inbox.CROWD + 4);
        }

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

        @Arbiter
        public void quiet(II_Result result) {
            receive(cell.take());
            tell(result);
        }
    }

    /// A killer closes a crowded mailbox while somebody sends: accepted and not found, found and not accepted.
    @JCStressTest
    @State
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "what was accepted is buried, what was refused is not")
    @Outcome(expect = FORBIDDEN, desc = "lost or doubled")
    public static class CloseAgainstSend extends Crowded {
        private int sent;
        private int buried;

        public CloseAgainstSend() {
            super(Inbox.CROWD + 1);
        }

        @Actor
        public void sender() {
            sent = (cell.push(new Mail(1)) ? 1 : 0) + (cell.push(new Mail(2)) ? 1 : 0);
        }

        @Actor
        public void killer() {
            buried = Rig.length(cell.close());
        }

        @Arbiter
        public void quiet(II_Result result) {
            int accepted = Inbox.CROWD + 1 + sent;
            result.r1 = Math.max(0, accepted - buried);
            result.r2 = Math.max(0, buried - accepted);
        }
    }
}
