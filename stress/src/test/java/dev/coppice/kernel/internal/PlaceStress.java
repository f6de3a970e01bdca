package dev.coppice.kernel.internal;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.coppice.kernel.Config;
import dev.coppice.kernel.Recipe;
import dev.coppice.kernel.internal.Rig.Wakes;
import dev.coppice.kernel.spi.Activation;
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
import org.openjdk.jcstress.infra.results.I_Result;

/// The run queue of a [Place], the hand-over of places ([Places]), and a [Tally]'s one writer.
public final class PlaceStress {
    private PlaceStress() {}

    /// A ready actor: a number and a plain payload.
    private static final class Ready implements Activation {
        private final int number;
        private int payload;

        Ready(int number) {
            this.number = number;
            this.payload = number;
        }

        @Override
        public void run() {}

        @Override
        public Recipe.Threading threading() {
            return Recipe.Threading.SHARED;
        }

        @Override
        public boolean ended() {
            return false;
        }

        @Override
        public long id() {
            return number;
        }
    }

    /// What one taker took.
    private static final class Taken {
        private int sum;
        private int last;
        private int wrong;

        void add(@Nullable Activation activation) {
            if (activation instanceof Ready ready) {
                wrong += ready.number > last && ready.payload == ready.number ? 0 : 1;
                last = ready.number;
                sum += ready.number;
            }
        }
    }

    /// What was taken (numbers are powers of two), mistakes in order or payload.
    @JCStressTest
    @State
    @Outcome(id = "15, 0", expect = ACCEPTABLE, desc = "each once, in order, with what its sender wrote")
    @Outcome(expect = FORBIDDEN, desc = "taken twice, lost, out of order, or half seen")
    public static class PushAndPopAgainstThief {
        private final Place place = new Place(0);
        private final Taken own = new Taken();
        private final Taken stolen = new Taken();

        @Actor
        public void owner() {
            place.push(new Ready(1));
            place.push(new Ready(2));
            own.add(place.pop());
            place.push(new Ready(4));
            own.add(place.pop());
            place.push(new Ready(8));
        }

        @Actor
        public void thief() {
            for (int i = 0; i < 4; i++) {
                stolen.add(place.pop());
            }
        }

        @Arbiter
        public void quiet(II_Result result) {
            var rest = new Taken();
            for (int i = 0; i < 4; i++) {
                rest.add(place.pop());
            }
            result.r1 = own.sum + stolen.sum + rest.sum;
            result.r2 = own.wrong + stolen.wrong + rest.wrong;
        }
    }

    /// A full ring: the owner reuses a slot that a thief has just emptied. Refused, taken, mistakes.
    @JCStressTest
    @State
    @Outcome(id = "1, 257, 0", expect = ACCEPTABLE, desc = "full: the owner was refused once")
    @Outcome(id = "0, 258, 0", expect = ACCEPTABLE, desc = "the thief made room for both")
    @Outcome(id = "2, 256, 0", expect = ACCEPTABLE, desc = "full: the owner was refused twice")
    @Outcome(expect = FORBIDDEN, desc = "an actor overwritten, lost or doubled")
    public static class FullRingAgainstThief {
        private static final int FULL = 256;

        private final Place place = new Place(0);
        private final Taken stolen = new Taken();
        private int refused;
        private int took;

        public FullRingAgainstThief() {
            for (int i = 1; i <= FULL; i++) {
                place.push(new Ready(i));
            }
        }

        @Actor
        public void owner() {
            refused += place.push(new Ready(FULL + 1)) ? 0 : 1;
            refused += place.push(new Ready(FULL + 2)) ? 0 : 1;
        }

        @Actor
        public void thief() {
            for (int i = 0; i < 2; i++) {
                stolen.add(place.pop());
                took++;
            }
        }

        @Arbiter
        public void quiet(III_Result result) {
            for (var next = place.pop(); next != null; next = place.pop()) {
                stolen.add(next);
                took++;
            }
            result.r1 = refused;
            result.r2 = took;
            result.r3 = stolen.wrong;
        }
    }

    /// An actor that moves between workers through the run queue; its state is plain. Messages handled, turns that overlapped.
    @JCStressTest
    @State
    @Outcome(id = "2, 0", expect = ACCEPTABLE, desc = "one turn at a time, each sees the last one's state")
    @Outcome(expect = FORBIDDEN, desc = "two at a time, or state of a turn that the next did not see")
    public static class PlainStateBetweenWorkers implements Wakes {
        private final Place place = new Place(0);
        private final Cell<Object> cell = Rig.resting(this);
        private int handled;
        private boolean busy;
        private int overlaps;

        @Override
        public void ready(Cell<?> woken) {
            place.push(woken);
        }

        private void work() {
            if (place.pop() == null) {
                return;
            }
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
        public void owner() {
            cell.push(new Mail(1));
            work();
            cell.push(new Mail(2));
        }

        @Actor
        public void thief() {
            work();
            work();
        }

        @Arbiter
        public void quiet(II_Result result) {
            work();
            result.r1 = handled;
            result.r2 = overlaps;
        }
    }

    /// Counted by two owners, the place handed over through a word in between: the second one's hand, the count.
    @JCStressTest
    @State
    @Outcome(id = "1, 3", expect = ACCEPTABLE, desc = "both owners' messages")
    @Outcome(id = "0, 2", expect = ACCEPTABLE, desc = "the place was not handed over")
    @Outcome(expect = FORBIDDEN, desc = "a message lost in the hand-over")
    public static class CountsOfTwoOwners {
        private final Tally tally = new Tally();
        private volatile boolean handed;

        @Actor
        public void first() {
            tally.accepted();
            tally.accepted();
            handed = true;
        }

        @Actor
        public void second(II_Result result) {
            if (handed) {
                result.r1 = 1;
                tally.accepted();
            }
        }

        @Arbiter
        public void quiet(II_Result result) {
            result.r2 = (int) tally.acceptedSoFar();
        }
    }

    /// A reader looks twice while the owner counts: whether the count went back.
    @JCStressTest
    @State
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "it only grows")
    @Outcome(expect = FORBIDDEN)
    public static class CountsNeverGoBack {
        private final Tally tally = new Tally();

        @Actor
        public void owner() {
            tally.received();
            tally.received();
        }

        @Actor
        public void reader(I_Result result) {
            long earlier = tally.receivedSoFar();
            result.r1 = tally.receivedSoFar() < earlier ? 1 : 0;
        }
    }

    /// Work from outside while the only worker is about to end: a scheduler of one place without its watchdog, which would look after
    /// work that is left behind.
    @JCStressTest(Mode.Termination)
    @State
    @Outcome(id = "TERMINATED", expect = ACCEPTABLE, desc = "all work was done")
    @Outcome(id = "STALE", expect = FORBIDDEN, desc = "work waits beside an idle place")
    public static class WorkAgainstTheLastWorkersEnd {
        private static final int ROUNDS = 200;
        private static final Places PLACES = places();

        private volatile int done;

        private static Places places() {
            var places = new Places((LocalNode) dev.coppice.kernel.Node.start(Config.defaults().quiet()), 1);
            places.close();
            return places;
        }

        private final class Job implements Activation {
            @Override
            @SuppressWarnings("NonAtomicVolatileUpdate") // one at a time
            public void run() {
                done++;
            }

            @Override
            public Recipe.Threading threading() {
                return Recipe.Threading.SHARED;
            }

            @Override
            public boolean ended() {
                return false;
            }

            @Override
            public long id() {
                return 0;
            }
        }

        @Actor
        public void waiter() {
            while (done < ROUNDS) {
                Thread.onSpinWait();
            }
        }

        @Signal
        public void outsider() {
            for (int round = 1; round <= ROUNDS; round++) {
                PLACES.ready(new Job());
                long limit = System.nanoTime() + 5_000_000_000L;
                while (done < round && System.nanoTime() < limit) {
                    Thread.onSpinWait();
                }
            }
        }
    }
}
