package dev.coppice.kernel.internal;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.coppice.kernel.Mailbox;
import dev.coppice.kernel.Offer;
import dev.coppice.kernel.internal.Rig.Counted;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/// The door of a [CountedCell] and the gate of a [ReplacingCell]; [Room] itself in [RoomStress].
public final class BoundedStress {
    private BoundedStress() {}

    private static int put(BoundedCell<Object> cell) {
        return cell.put(new Mail("mail"), false, 0, null) instanceof Offer.Accepted ? 1 : 0;
    }

    /// Accepted, in the mailbox, wake-ups.
    @JCStressTest
    @State
    @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "one of two fits")
    @Outcome(expect = FORBIDDEN)
    public static class TwoSendersForOneSeat {
        private final Counted wakes = new Counted();
        private final BoundedCell<Object> cell = Rig.bounded(Mailbox.rejecting(1), wakes, true);
        private int one;
        private int other;

        @Actor
        public void one() {
            one = put(cell);
        }

        @Actor
        public void other() {
            other = put(cell);
        }

        @Arbiter
        public void quiet(III_Result result) {
            result.r1 = one + other;
            result.r2 = Rig.length(cell.take());
            result.r3 = wakes.count();
        }
    }

    /// Received by the running actor, wake-ups.
    @JCStressTest
    @State
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "the actor saw it before it rested")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "the actor rested and was woken")
    @Outcome(expect = FORBIDDEN)
    public static class SendAgainstRest {
        private final Counted wakes = new Counted();
        private final BoundedCell<Object> cell = Rig.bounded(Mailbox.rejecting(1), wakes, false);
        private int received;

        @Actor
        public void sender() {
            put(cell);
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

    /// Accepted, found by the closer.
    @JCStressTest
    @State
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "sent, and buried")
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "refused")
    @Outcome(expect = FORBIDDEN, desc = "lost or doubled")
    public static class CloseAgainstSend {
        private final BoundedCell<Object> cell = Rig.bounded(Mailbox.rejecting(1), new Counted(), false);
        private int accepted;
        private int buried;

        @Actor
        public void sender() {
            accepted = put(cell);
        }

        @Actor
        public void closer() {
            buried = Rig.length(cell.close());
        }

        @Arbiter
        public void quiet(II_Result result) {
            result.r1 = accepted;
            result.r2 = buried;
        }
    }

    /// Two messages for one seat, where the oldest makes room: in the mailbox, accepted, wake-ups.
    @JCStressTest
    @State
    @Outcome(id = "1, 2, 1", expect = ACCEPTABLE, desc = "one replaced the other")
    @Outcome(expect = FORBIDDEN)
    public static class TwoSendersForTheOldestSeat {
        private final Counted wakes = new Counted();
        private final BoundedCell<Object> cell = Rig.bounded(Mailbox.droppingOldest(1), wakes, true);
        private int one;
        private int other;

        @Actor
        public void one() {
            one = put(cell);
        }

        @Actor
        public void other() {
            other = put(cell);
        }

        @Arbiter
        public void quiet(III_Result result) {
            result.r1 = Rig.length(cell.take()) + Rig.length(cell.take());
            result.r2 = one + other;
            result.r3 = wakes.count();
        }
    }

    /// A sender that waits for room goes on when the receiver dies.
    @JCStressTest(Mode.Termination)
    @State
    @Outcome(id = "TERMINATED", expect = ACCEPTABLE, desc = "it was released")
    @Outcome(id = "STALE", expect = FORBIDDEN, desc = "it waits for ever")
    public static class DeathForAWaitingSender {
        private final BoundedCell<Object> cell = Rig.bounded(Mailbox.blocking(1), new Counted(), false);

        public DeathForAWaitingSender() {
            put(cell);
        }

        @Actor
        public void sender() {
            cell.put(new Mail("second"), true, Long.MAX_VALUE, null);
        }

        @Signal
        public void killer() {
            cell.close();
        }
    }

    /// A sender that waits for room goes on when a message is received.
    @JCStressTest(Mode.Termination)
    @State
    @Outcome(id = "TERMINATED", expect = ACCEPTABLE, desc = "it got the room")
    @Outcome(id = "STALE", expect = FORBIDDEN, desc = "it waits for ever")
    public static class RoomForAWaitingSender {
        private final BoundedCell<Object> cell = Rig.bounded(Mailbox.blocking(1), new Counted(), false);

        public RoomForAWaitingSender() {
            put(cell);
        }

        @Actor
        public void sender() {
            cell.put(new Mail("second"), true, Long.MAX_VALUE, null);
        }

        @Signal
        public void receiver() {
            cell.take();
            cell.received();
        }
    }
}
