package dev.coppice.kernel.internal;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Outcome.Replied;
import dev.coppice.kernel.internal.Rig.Counted;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/// The state word of [WaitCell], and how its waiter learns of it.
public final class WaitCellStress {
    private WaitCellStress() {}

    /// Whether the answer won, whether the deadline did, how often the listener was told.
    @JCStressTest
    @State
    @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "answered in time")
    @Outcome(id = "0, 1, 1", expect = ACCEPTABLE, desc = "too late: the answer is known to be late")
    @Outcome(expect = FORBIDDEN, desc = "two winners, or none")
    public static class AnswerAgainstDeadline {
        private final AtomicInteger told = new AtomicInteger();
        private final WaitCell<Integer> cell =
                new WaitCell<Integer>(null, Rig.NODE, Long.MAX_VALUE).onComplete(_ -> told.incrementAndGet());
        private boolean answered;

        @Actor
        public void callee() {
            answered = cell.complete(new Replied<>(1));
        }

        @Actor
        public void deadline() {
            cell.ring();
        }

        @Arbiter
        public void quiet(III_Result result) {
            result.r1 = answered && cell.value() instanceof Replied<?>(Object value) && value.equals(1) ? 1 : 0;
            result.r2 = cell.timedOut() ? 1 : 0;
            result.r3 = told.get();
        }
    }

    /// Which of an exit and a deadline ended the wait: the deadline, and how often the listener was told.
    @JCStressTest
    @State
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "timed out")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "the exit of the waiter came first")
    @Outcome(expect = FORBIDDEN, desc = "two ends, or none")
    public static class ExitAgainstDeadline {
        private final AtomicInteger told = new AtomicInteger();
        private final WaitCell<Integer> cell =
                new WaitCell<Integer>(null, Rig.NODE, Long.MAX_VALUE).onComplete(_ -> told.incrementAndGet());

        @Actor
        public void exit() {
            cell.abort();
        }

        @Actor
        public void deadline() {
            cell.ring();
        }

        @Arbiter
        public void quiet(II_Result result) {
            result.r1 = cell.timedOut() ? 1 : 0;
            result.r2 = told.get();
        }
    }

    /// The waiter arms its deadline while the answer comes: is the alarm of a finished wait left in the heap?
    @JCStressTest
    @State
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "no alarm is left")
    @Outcome(expect = FORBIDDEN, desc = "a finished wait stays in the heap until its deadline")
    public static class AnswerAgainstArming {
        private final WaitCell<Integer> cell = new WaitCell<>(null, Rig.NODE, 1_000_000);

        @Actor
        public void waiter() {
            cell.arm();
        }

        @Actor
        public void callee() {
            cell.complete(new Replied<>(1));
        }

        @Arbiter
        public void quiet(I_Result result) {
            result.r1 = cell.index >= 0 ? 1 : 0;
            Rig.NODE.scheduler.cancel(cell);
        }
    }

    /// Somebody asks to be told of the end while it comes: how often it was told.
    @JCStressTest
    @State
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "told once, by whoever came second")
    @Outcome(id = "0", expect = FORBIDDEN, desc = "a watcher that came late was never told")
    @Outcome(expect = FORBIDDEN)
    public static class AnswerAgainstWatching {
        private final AtomicInteger told = new AtomicInteger();
        private final WaitCell<Integer> cell = new WaitCell<>(null, Rig.NODE, Long.MAX_VALUE);

        @Actor
        public void watcher() {
            cell.whenOver(told::incrementAndGet);
        }

        @Actor
        public void callee() {
            cell.complete(new Replied<>(1));
        }

        @Arbiter
        public void quiet(I_Result result) {
            result.r1 = told.get();
        }
    }

    /// Whether the actor saw its exit before it waited, whether the exit ended its wait.
    @JCStressTest
    @State
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "it will not wait")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "its wait was ended")
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "both")
    @Outcome(id = "0, 0", expect = FORBIDDEN, desc = "an exiting actor waits")
    public static class ExitAgainstBeginningToWait {
        private final Cell<Object> actor = Rig.running(new Counted());
        private final WaitCell<Object> wait = new WaitCell<>(actor, Rig.NODE, Long.MAX_VALUE);
        private boolean seen;

        @Actor
        public void waiter() {
            wait.publish();
            seen = actor.leaving();
        }

        @Actor
        public void partner() {
            actor.exitSignal(Rig.NODE.guardian(), new ExitReason.Shutdown());
        }

        @Arbiter
        public void quiet(II_Result result) {
            result.r1 = seen ? 1 : 0;
            result.r2 = wait.over() ? 1 : 0;
        }
    }

    /// A parked waiter wakes up.
    @JCStressTest(Mode.Termination)
    @State
    @Outcome(id = "TERMINATED", expect = ACCEPTABLE, desc = "it woke up")
    @Outcome(id = "STALE", expect = FORBIDDEN, desc = "a lost wake-up")
    public static class AnswerAgainstParking {
        private final WaitCell<Integer> cell = new WaitCell<>(null, Rig.NODE, Long.MAX_VALUE);

        @Actor
        public void waiter() {
            cell.suspend();
        }

        @Signal
        public void callee() {
            cell.complete(new Replied<>(1));
        }
    }

    /// Somebody who awaits another's request, on a cell of its own.
    @JCStressTest(Mode.Termination)
    @State
    @Outcome(id = "TERMINATED", expect = ACCEPTABLE, desc = "it was told")
    @Outcome(id = "STALE", expect = FORBIDDEN, desc = "a watcher that nobody told")
    public static class AnswerAgainstAwaiting {
        private final WaitCell<Integer> cell = new WaitCell<>(null, Rig.NODE, Long.MAX_VALUE);

        @Actor
        public void watcher() {
            cell.await(Duration.ofDays(1));
        }

        @Signal
        public void callee() {
            cell.complete(new Replied<>(1));
        }
    }
}
