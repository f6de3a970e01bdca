package dev.coppice.kernel.internal;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.internal.Rig.Counted;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/// The tables of links and monitors ([Ties], [Tie]), and timers against their cancelling ([ActorTimer], [AlarmHeap]).
public final class TieStress {
    private static final ExitReason BOOM = new ExitReason.Shutdown("boom");

    private TieStress() {}

    private static int table(Cell<?> cell) {
        return Ties.linked(cell, Integer.MAX_VALUE).size();
    }

    /// Whether the survivor was told, nudges, links left.
    @JCStressTest
    @State
    @Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "told once, whichever came first")
    @Outcome(expect = FORBIDDEN)
    public static class LinkAgainstDeath {
        private final Cell<Object> survivor = Rig.running(new Counted());
        private final Cell<Object> dying = Rig.running(new Counted());

        @Actor
        public void survivor() {
            Ties.link(survivor, dying);
        }

        @Actor
        public void dying() {
            Dying.discard(dying, BOOM);
        }

        @Arbiter
        public void quiet(III_Result result) {
            result.r1 = survivor.fate() instanceof Fate.Told ? 1 : 0;
            result.r2 = Rig.length(survivor.take());
            result.r3 = table(survivor);
        }
    }

    /// Whether the survivor was told, links left.
    @JCStressTest
    @State
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "the death came first")
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "unlinked in time")
    @Outcome(expect = FORBIDDEN)
    public static class UnlinkAgainstDeath {
        private final Cell<Object> survivor = Rig.running(new Counted());
        private final Cell<Object> dying = Rig.running(new Counted());

        public UnlinkAgainstDeath() {
            Ties.link(survivor, dying);
        }

        @Actor
        public void survivor() {
            Ties.unlink(survivor, dying);
        }

        @Actor
        public void dying() {
            Dying.discard(dying, BOOM);
        }

        @Arbiter
        public void quiet(II_Result result) {
            result.r1 = survivor.fate() instanceof Fate.Told ? 1 : 0;
            result.r2 = table(survivor) + table(dying);
        }
    }

    /// Both ends die at once: both gone, links left.
    @JCStressTest
    @State
    @Outcome(id = "2, 0", expect = ACCEPTABLE, desc = "both are gone, no link is left")
    @Outcome(expect = FORBIDDEN)
    public static class TwoDeaths {
        private final Cell<Object> one = Rig.running(new Counted());
        private final Cell<Object> other = Rig.running(new Counted());

        public TwoDeaths() {
            Ties.link(one, other);
        }

        @Actor
        public void one() {
            Dying.discard(one, BOOM);
        }

        @Actor
        public void other() {
            Dying.discard(other, BOOM);
        }

        @Arbiter
        public void quiet(II_Result result) {
            result.r1 = (one.isGone() ? 1 : 0) + (other.isGone() ? 1 : 0);
            result.r2 = table(one) + table(other);
        }
    }

    /// Downs of two monitors, one begun before the death and one during it.
    @JCStressTest
    @State
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "one down for each monitor")
    @Outcome(expect = FORBIDDEN)
    public static class MonitorAgainstDeath {
        private final Cell<Object> watcher = Rig.running(new Counted());
        private final Cell<Object> dying = Rig.running(new Counted());
        private final Tie before = (Tie) Monitors.monitor(watcher, dying, down -> down);
        private Tie during = before;

        @Actor
        public void watcher() {
            during = (Tie) Monitors.monitor(watcher, dying, down -> down);
        }

        @Actor
        public void dying() {
            Dying.discard(dying, BOOM);
        }

        @Arbiter
        public void quiet(II_Result result) {
            int downs = Rig.length(watcher.take());
            result.r1 = downs - (during.received() ? 1 : 0);
            result.r2 = downs - (before.received() ? 1 : 0);
        }
    }

    /// A monitor is withdrawn while its subject dies: whether that won, entries left in either table.
    @JCStressTest
    @State
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "withdrawn: nothing of it is left")
    @Outcome(expect = FORBIDDEN)
    public static class CancelAgainstDeath {
        private final Cell<Object> watcher = Rig.running(new Counted());
        private final Cell<Object> dying = Rig.running(new Counted());
        private final Tie tie = (Tie) Monitors.monitor(watcher, dying, down -> down);
        private boolean cancelled;

        @Actor
        public void watcher() {
            cancelled = tie.cancel();
        }

        @Actor
        public void dying() {
            Dying.discard(dying, BOOM);
        }

        @Arbiter
        public void quiet(II_Result result) {
            result.r1 = cancelled && !tie.received() ? 1 : 0;
            result.r2 = watcher.ties == null && dying.ties == null ? 0 : 1;
        }
    }

    /// Somebody begins to wait for an end while it comes: whether it was too late for that, whether it was told.
    @JCStressTest
    @State
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "dead already")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "told")
    @Outcome(id = "0, 0", expect = FORBIDDEN, desc = "it waits for ever")
    @Outcome(expect = FORBIDDEN)
    public static class WaitAgainstDeath {
        private final Cell<Object> dying = Rig.running(new Counted());
        private final WaitCell<Object> wait = new WaitCell<>(null, Rig.NODE, Long.MAX_VALUE);
        private boolean late;

        @Actor
        public void waiter() {
            late = !Ties.add(Tie.waiter(dying, wait), dying);
        }

        @Actor
        public void dying() {
            Dying.discard(dying, BOOM);
        }

        @Arbiter
        public void quiet(II_Result result) {
            result.r1 = late ? 1 : 0;
            result.r2 = wait.over() ? 1 : 0;
        }
    }

    /// Whether cancelling won, downs received.
    @JCStressTest
    @State
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "cancelled: no down is received")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "received before")
    @Outcome(id = "1, 1", expect = FORBIDDEN, desc = "a down after its monitor was cancelled")
    @Outcome(expect = FORBIDDEN)
    public static class CancelAgainstDown {
        private final Cell<Object> watcher = Rig.running(new Counted());
        private final Cell<Object> dying = Rig.running(new Counted());
        private final Tie tie = (Tie) Monitors.monitor(watcher, dying, down -> down);
        private boolean cancelled;
        private boolean received;

        public CancelAgainstDown() {
            Dying.discard(dying, BOOM);
        }

        @Actor
        public void canceller() {
            cancelled = tie.cancel();
        }

        @Actor
        public void watcher() {
            received = watcher.take() instanceof Signal.Gone gone && gone.current() && gone.claim();
        }

        @Arbiter
        public void quiet(II_Result result) {
            result.r1 = cancelled ? 1 : 0;
            result.r2 = received ? 1 : 0;
        }
    }

    /// A timer rings, its tick is received, and somebody cancels it: whether cancelling won, whether the tick was received.
    @JCStressTest
    @State
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "cancelled: no tick")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "the tick came first")
    @Outcome(expect = FORBIDDEN, desc = "a tick after its timer was cancelled, or neither")
    public static class TimerAgainstCancel {
        private final Cell<Object> cell = Rig.running(new Counted());
        private final ActorTimer timer = new ActorTimer(cell, "tick", 0);
        private boolean cancelled;
        private boolean received;

        public TimerAgainstCancel() {
            timer.ring();
        }

        @Actor
        public void canceller() {
            cancelled = timer.cancel();
        }

        @Actor
        public void receiver() {
            received = cell.take() instanceof Signal tick && tick.current() && tick.claim();
        }

        @Arbiter
        public void quiet(II_Result result) {
            result.r1 = cancelled ? 1 : 0;
            result.r2 = received ? 1 : 0;
        }
    }

    /// A timer rings while it is cancelled: whether a tick can still be received.
    @JCStressTest
    @State
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "cancelled: whatever is queued is withdrawn")
    @Outcome(expect = FORBIDDEN)
    public static class RingAgainstCancel {
        private final Cell<Object> cell = Rig.running(new Counted());
        private final ActorTimer timer = new ActorTimer(cell, "tick", 0);
        private boolean cancelled;

        @Actor
        public void canceller() {
            cancelled = timer.cancel();
        }

        @Actor
        public void clock() {
            timer.ring();
        }

        @Arbiter
        public void quiet(II_Result result) {
            result.r1 = cancelled ? 1 : 0;
            result.r2 = cell.take() instanceof Signal tick && tick.current() && tick.claim() ? 1 : 0;
        }
    }

    /// An alarm that is due is taken by the clock or by who cancels it.
    @JCStressTest
    @State
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "rung")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "cancelled")
    @Outcome(expect = FORBIDDEN)
    public static class AlarmAgainstCancel {
        private final AlarmHeap heap = new AlarmHeap(0);
        private final ActorTimer alarm = new ActorTimer(Rig.running(new Counted()), "tick", 0);

        public AlarmAgainstCancel() {
            heap.add(alarm, 1);
        }

        @Actor
        public void clock(II_Result result) {
            result.r1 = heap.due(2) == alarm ? 1 : 0;
        }

        @Actor
        public void canceller(II_Result result) {
            result.r2 = heap.remove(alarm) ? 1 : 0;
        }
    }
}
