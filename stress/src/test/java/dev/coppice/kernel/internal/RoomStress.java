package dev.coppice.kernel.internal;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/// The seats of a bounded mailbox: none is lost, none is given twice, nobody waits for a free one.
public final class RoomStress {
    private RoomStress() {}

    private static int entered(Room room) {
        return room.enter() == Room.Entry.SEATED ? 1 : 0;
    }

    private static int granted(WaitCell<Object> turn) {
        return Boolean.TRUE.equals(turn.value()) ? 1 : 0;
    }

    private static WaitCell<Object> turn() {
        return new WaitCell<>(null, Rig.NODE, Long.MAX_VALUE);
    }

    /// How many more get in, when nothing moves any more.
    private static int left(Room room) {
        int left = 0;
        while (room.enter() == Room.Entry.SEATED) {
            left++;
        }
        return left;
    }

    /// A room whose seats are taken.
    private static Room full(int seats) {
        var room = new Room(seats);
        left(room);
        return room;
    }

    /// Got a seat, are free.
    @JCStressTest
    @State
    @Outcome(id = "2, 0", expect = ACCEPTABLE, desc = "two of three fit")
    @Outcome(expect = FORBIDDEN)
    public static class TwoSeatsForThree {
        private final Room room = new Room(2);
        private int one;
        private int other;

        @Actor
        public void one() {
            one = entered(room);
        }

        @Actor
        public void other() {
            other = entered(room) + entered(room);
        }

        @Arbiter
        public void quiet(II_Result result) {
            result.r1 = one + other;
            result.r2 = left(room);
        }
    }

    /// Got a seat while two were freed, are free.
    @JCStressTest
    @State
    @Outcome(
            id = {"0, 2", "1, 1", "2, 0"},
            expect = ACCEPTABLE,
            desc = "each seat once")
    @Outcome(expect = FORBIDDEN, desc = "a seat lost, or given twice")
    public static class EnterAgainstLeave {
        private final Room room = full(2);
        private int entered;

        @Actor
        public void sender() {
            entered = entered(room) + entered(room) + entered(room);
        }

        @Actor
        public void receiver() {
            room.leave();
            room.leave();
        }

        @Arbiter
        public void quiet(II_Result result) {
            result.r1 = entered;
            result.r2 = left(room);
        }
    }

    /// A sender queues up while the seat becomes free: let in, are free.
    @JCStressTest
    @State
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "it has the seat")
    @Outcome(expect = FORBIDDEN, desc = "it waits beside a free seat")
    public static class QueueAgainstLeave {
        private final Room room = full(1);
        private final WaitCell<Object> turn = turn();

        @Actor
        public void sender() {
            room.queue(turn);
        }

        @Actor
        public void receiver() {
            room.leave();
        }

        @Arbiter
        public void quiet(II_Result result) {
            result.r1 = granted(turn);
            result.r2 = left(room);
        }
    }

    /// A newcomer while the seat for which another waits becomes free: the one let in, the newcomer let in, are free.
    @JCStressTest
    @State
    @Outcome(id = "1, 0, 0", expect = ACCEPTABLE, desc = "who waits has the seat")
    @Outcome(expect = FORBIDDEN, desc = "overtaken, or a seat lost")
    public static class NewcomerAgainstLeave {
        private final Room room = full(1);
        private final WaitCell<Object> turn = turn();
        private int newcomer;

        public NewcomerAgainstLeave() {
            room.queue(turn);
        }

        @Actor
        public void newcomer() {
            newcomer = room.enter() == Room.Entry.SEATED || room.enterAfterAll() ? 1 : 0;
        }

        @Actor
        public void receiver() {
            room.leave();
        }

        @Arbiter
        public void quiet(III_Result result) {
            result.r1 = granted(turn);
            result.r2 = newcomer;
            result.r3 = left(room);
        }
    }

    /// The first of two gives up while the seat becomes free: the first let in, the second let in, are free.
    @JCStressTest
    @State
    @Outcome(
            id = {"1, 0, 0", "0, 1, 0"},
            expect = ACCEPTABLE,
            desc = "one of them has the seat")
    @Outcome(expect = FORBIDDEN, desc = "the seat was lost to one who gave up")
    public static class GivesUpAgainstLeave {
        private final Room room = full(1);
        private final WaitCell<Object> first = turn();
        private final WaitCell<Object> second = turn();

        public GivesUpAgainstLeave() {
            room.queue(first);
            room.queue(second);
        }

        @Actor
        public void sender() {
            if (first.abandon()) {
                room.letIn();
            }
        }

        @Actor
        public void receiver() {
            room.leave();
        }

        @Arbiter
        public void quiet(III_Result result) {
            result.r1 = granted(first);
            result.r2 = granted(second);
            result.r3 = left(room);
        }
    }

    /// The only one who waits gives up while the seat becomes free: let in, are free.
    @JCStressTest
    @State
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "let in at the last moment")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "the seat is for all")
    @Outcome(expect = FORBIDDEN, desc = "the mark stays, or the seat is lost")
    public static class LastGivesUpAgainstLeave {
        private final Room room = full(1);
        private final WaitCell<Object> turn = turn();

        public LastGivesUpAgainstLeave() {
            room.queue(turn);
        }

        @Actor
        public void sender() {
            if (turn.abandon()) {
                room.letIn();
            }
        }

        @Actor
        public void receiver() {
            room.leave();
        }

        @Arbiter
        public void quiet(II_Result result) {
            result.r1 = granted(turn);
            result.r2 = left(room);
        }
    }

    /// A seat that was given is not used, while another queues up: let in, are free.
    @JCStressTest
    @State
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "it has the seat")
    @Outcome(expect = FORBIDDEN, desc = "it waits beside a free seat")
    public static class GiveBackAgainstQueue {
        private final Room room = full(1);
        private final WaitCell<Object> turn = turn();

        @Actor
        public void sender() {
            room.queue(turn);
        }

        @Actor
        public void other() {
            room.giveBack();
        }

        @Arbiter
        public void quiet(II_Result result) {
            result.r1 = granted(turn);
            result.r2 = left(room);
        }
    }

    /// Queues up while the mailbox is closed: queued, told.
    @JCStressTest
    @State
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "released by the close")
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "did not get into the queue")
    @Outcome(expect = FORBIDDEN, desc = "waits for ever")
    public static class QueueAgainstClose {
        private final Room room = full(1);
        private final WaitCell<Object> turn = turn();
        private int queued;

        @Actor
        public void sender() {
            queued = room.queue(turn) ? 1 : 0;
        }

        @Actor
        public void killer() {
            room.close();
        }

        @Arbiter
        public void quiet(II_Result result) {
            result.r1 = queued;
            result.r2 = turn.over() ? 1 : 0;
        }
    }
}
