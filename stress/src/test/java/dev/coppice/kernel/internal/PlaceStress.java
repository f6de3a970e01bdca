package dev.coppice.kernel.internal;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.coppice.kernel.internal.Rig.Wakes;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
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

    /// A ready actor with a number, which is also its state.
    private static Cell<?> ready(int number) {
        return Rig.numbered(number, number);
    }

    /// What one taker took.
    private static final class Taken {
        private int sum;
        private int last;
        private int wrong;

        void add(@Nullable Cell<?> cell) {
            if (cell != null) {
                int number = (int) cell.id();
                wrong += number > last && Integer.valueOf(number).equals(cell.body) ? 0 : 1;
                last = number;
                sum += number;
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
            place.push(ready(1));
            place.push(ready(2));
            own.add(place.pop());
            place.push(ready(4));
            own.add(place.pop());
            place.push(ready(8));
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

    /// The owner takes the newest, down to the last one, for which both may fight. What was taken (numbers are powers of two), mistakes.
    @JCStressTest
    @State
    @Outcome(id = "7, 0", expect = ACCEPTABLE, desc = "each once, with what its sender wrote")
    @Outcome(expect = FORBIDDEN, desc = "taken twice, lost, or half seen")
    public static class NewestAgainstThief {
        private final Place place = new Place(0);
        private final Taken stolen = new Taken();
        private int own;
        private int wrong;

        private void takeNewest() {
            var cell = place.popNewest();
            if (cell != null) {
                wrong += Integer.valueOf((int) cell.id()).equals(cell.body) ? 0 : 1;
                own += (int) cell.id();
            }
        }

        @Actor
        public void owner() {
            place.push(ready(1));
            place.push(ready(2));
            takeNewest();
            place.push(ready(4));
            takeNewest();
            takeNewest();
        }

        @Actor
        public void thief() {
            for (int i = 0; i < 3; i++) {
                stolen.add(place.pop());
            }
        }

        @Arbiter
        public void quiet(II_Result result) {
            var rest = new Taken();
            for (int i = 0; i < 3; i++) {
                rest.add(place.pop());
            }
            result.r1 = own + stolen.sum + rest.sum;
            result.r2 = wrong + stolen.wrong + rest.wrong;
        }
    }

    /// A full run queue.
    private static final class Full {
        private static final Cell<?>[] ACTORS =
                IntStream.range(0, 4_096).mapToObj(PlaceStress::ready).toArray(Cell<?>[]::new);

        private final Place place = new Place(0);
        private final Taken taken = new Taken();
        private int filled;
        private int took;

        Full() {
            while (place.push(ACTORS[filled + 1])) {
                filled++;
            }
        }

        /// The actor that comes so many after those that filled it.
        Cell<?> further(int by) {
            return ACTORS[filled + by];
        }

        void steal() {
            for (int i = 0; i < 2; i++) {
                taken.add(place.pop());
                took++;
            }
        }

        void takeRest() {
            for (var next = place.pop(); next != null; next = place.pop()) {
                taken.add(next);
                took++;
            }
        }
    }

    /// A full ring: the owner reuses a slot that a thief has just emptied. Refused, taken beyond what filled it, mistakes.
    @JCStressTest
    @State
    @Outcome(id = "2, 0, 0", expect = ACCEPTABLE, desc = "full: the owner was refused twice")
    @Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "the thief made room for one")
    @Outcome(id = "0, 2, 0", expect = ACCEPTABLE, desc = "the thief made room for both")
    @Outcome(expect = FORBIDDEN, desc = "an actor overwritten, lost or doubled")
    public static class FullRingAgainstThief {
        private final Full full = new Full();
        private int refused;

        @Actor
        public void owner() {
            for (int i = 1; i <= 2; i++) {
                refused += full.place.push(full.further(i - refused)) ? 0 : 1;
            }
        }

        @Actor
        public void thief() {
            full.steal();
        }

        @Arbiter
        public void quiet(III_Result result) {
            full.takeRest();
            result.r1 = refused;
            result.r2 = full.took - full.filled;
            result.r3 = full.taken.wrong;
        }
    }

    /// The owner of a full ring moves its older half on while a thief steals. Taken beyond what filled it, mistakes.
    @JCStressTest
    @State
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "each once, in order, the new one too")
    @Outcome(expect = FORBIDDEN, desc = "an actor lost or doubled")
    public static class OverflowAgainstThief {
        private final Full full = new Full();
        private Cell<?>[] moved = {};

        @Actor
        public void owner() {
            moved = full.place.olderHalf(full.further(1));
        }

        @Actor
        public void thief() {
            full.steal();
        }

        @Arbiter
        public void quiet(II_Result result) {
            full.takeRest();
            var half = new Taken();
            for (var cell : moved) {
                half.add(cell);
            }
            result.r1 = full.took + moved.length - full.filled;
            result.r2 = full.taken.wrong + half.wrong;
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

    /// Work from outside while the only worker is about to end, see [Outsider].
    @JCStressTest(Mode.Termination)
    @State
    @Outcome(id = "TERMINATED", expect = ACCEPTABLE, desc = "all work was done")
    @Outcome(id = "STALE", expect = FORBIDDEN, desc = "work waits beside an idle place")
    public static class WorkAgainstTheLastWorkersEnd {
        private static final int ROUNDS = 20_000;
        private static final Places PLACES = Outsider.placesWithoutWatchdog(1);

        private final CompletableFuture<Boolean> all = new CompletableFuture<>();

        /// Takes no processor from the two who race.
        @Actor
        public void waiter() {
            all.join();
        }

        @Signal
        public void outsider() {
            if (new Outsider(PLACES).bringsWork(ROUNDS)) {
                all.complete(true);
            }
        }
    }

    /// The same with a second place: the worker looks out for work before it ends ([Lookout]), and is handed some.
    @JCStressTest(Mode.Termination)
    @State
    @Outcome(id = "TERMINATED", expect = ACCEPTABLE, desc = "all work was done")
    @Outcome(
            id = "STALE",
            expect = FORBIDDEN,
            desc = "work waits beside an idle place, or in a hand that nobody looks at")
    public static class WorkAgainstTheEndOfASearch {
        private static final int ROUNDS = 20_000;
        private static final Places PLACES = Outsider.placesWithoutWatchdog(2);

        private final CompletableFuture<Boolean> all = new CompletableFuture<>();

        @Actor
        public void waiter() {
            all.join();
        }

        @Signal
        public void outsider() {
            if (new Outsider(PLACES).bringsWork(ROUNDS)) {
                all.complete(true);
            }
        }
    }
}
