package dev.coppice.kernel.internal;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.coppice.kernel.Name;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.StartFailed;
import dev.coppice.kernel.internal.Rig.Counted;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/// Names: claim, release, reservation, the gap ([Names], [Slot]).
public final class SlotStress {
    private static final AtomicLong NUMBERS = new AtomicLong();
    private static final Names NAMES = Rig.NODE.names;

    private SlotStress() {}

    private static Name<String> fresh() {
        return Name.of("name-" + NUMBERS.incrementAndGet());
    }

    private static boolean claims(Name<?> name, Cell<?> cell) {
        try {
            NAMES.claim(name, cell);
            return true;
        } catch (StartFailed.NameTaken _) {
            return false;
        }
    }

    private static @Nullable Cell<?> holder(Name<?> name) {
        var slot = NAMES.find(name);
        return slot == null ? null : slot.openHolder();
    }

    /// Who got the name, who is found under it.
    @JCStressTest
    @State
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "the first")
    @Outcome(id = "2, 2", expect = ACCEPTABLE, desc = "the second")
    @Outcome(expect = FORBIDDEN, desc = "both, or neither")
    public static class TwoClaims {
        private final Name<String> name = fresh();
        private final Cell<Object> one = Rig.running(new Counted());
        private final Cell<Object> other = Rig.running(new Counted());
        private int got;
        private int gotToo;

        @Actor
        public void one() {
            got = claims(name, one) ? 1 : 0;
        }

        @Actor
        public void other() {
            gotToo = claims(name, other) ? 2 : 0;
        }

        @Arbiter
        public void quiet(II_Result result) {
            result.r1 = got + gotToo;
            result.r2 = holder(name) == one ? 1 : holder(name) == other ? 2 : 0;
            NAMES.releaseAll(one);
            NAMES.releaseAll(other);
        }
    }

    /// Whether the successor got the name, whether it is found.
    @JCStressTest
    @State
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "free in time, and found")
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "still held, then free")
    @Outcome(expect = FORBIDDEN, desc = "a name that is held and not found, or found and not held")
    public static class ReleaseAgainstClaim {
        private final Name<String> name = fresh();
        private final Cell<Object> old = Rig.running(new Counted());
        private final Cell<Object> next = Rig.running(new Counted());
        private boolean claimed;

        public ReleaseAgainstClaim() {
            NAMES.claim(name, old);
        }

        @Actor
        public void dying() {
            NAMES.releaseAll(old);
        }

        @Actor
        public void next() {
            claimed = claims(name, next);
        }

        @Arbiter
        public void quiet(II_Result result) {
            result.r1 = claimed ? 1 : 0;
            result.r2 = holder(name) == next ? 1 : 0;
            NAMES.releaseAll(next);
        }
    }

    /// A dying holder closes, then gives the name up. Two look-ups in a row: the second finds the dead one although the first did not.
    @JCStressTest
    @State
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "alive both times")
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "died in between")
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "dead both times")
    @Outcome(id = "0, 1", expect = FORBIDDEN, desc = "found after it was known to be dead")
    public static class LookUpAgainstDeath {
        private final Name<String> name = fresh();
        private final Cell<Object> cell = Rig.running(new Counted());

        public LookUpAgainstDeath() {
            NAMES.claim(name, cell);
        }

        @Actor
        public void dying() {
            cell.close();
            NAMES.releaseAll(cell);
        }

        @Actor
        public void looker(II_Result result) {
            result.r1 = holder(name) == null ? 0 : 1;
            result.r2 = holder(name) == null ? 0 : 1;
        }
    }

    /// A request comes into the gap while the next incarnation claims the name: how often the next one has it.
    @JCStressTest
    @State
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "exactly once, and it waits on")
    @Outcome(expect = FORBIDDEN, desc = "lost, doubled, or failed")
    public static class RequestAgainstNextIncarnation {
        private final Name<String> name = fresh();
        private final Cell<Object> supervisor = Rig.running(new Counted());
        private final Cell<Object> next = Rig.childOf(supervisor);
        private final Named<String> ref = new Named<>(Rig.NODE, name);
        private final WaitCell<Object> wait = new WaitCell<>(null, Rig.NODE, Long.MAX_VALUE);

        public RequestAgainstNextIncarnation() {
            NAMES.reserve(name, supervisor, Self.Gap.WAIT);
        }

        @Actor
        public void caller() {
            ref.deliver(new Request<>("request", wait), false, 0);
        }

        @Actor
        public void restarter() {
            NAMES.claim(name, next);
        }

        @Arbiter
        public void quiet(II_Result result) {
            result.r1 = Rig.length(next.taken()) + Rig.length(next.take());
            result.r2 = wait.over() ? 1 : 0;
            NAMES.releaseAll(next);
            NAMES.releaseAll(supervisor);
        }
    }

    /// A request comes into the gap while the supervisor gives up: it fails, once, and the name is free.
    @JCStressTest
    @State
    @Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "the caller was told, nothing is left")
    @Outcome(expect = FORBIDDEN, desc = "a caller that waits for nobody")
    public static class RequestAgainstGivingUp {
        private final Name<String> name = fresh();
        private final Cell<Object> supervisor = Rig.running(new Counted());
        private final Named<String> ref = new Named<>(Rig.NODE, name);
        private final java.util.concurrent.atomic.AtomicInteger told = new java.util.concurrent.atomic.AtomicInteger();
        private final WaitCell<Object> wait =
                new WaitCell<>(null, Rig.NODE, Long.MAX_VALUE).onComplete(_ -> told.incrementAndGet());

        public RequestAgainstGivingUp() {
            NAMES.reserve(name, supervisor, Self.Gap.WAIT);
        }

        @Actor
        public void caller() {
            ref.deliver(new Request<>("request", wait), false, 0);
        }

        @Actor
        public void supervisor() {
            NAMES.releaseAll(supervisor);
        }

        @Arbiter
        public void quiet(III_Result result) {
            result.r1 = wait.over() ? 1 : 0;
            result.r2 = told.get();
            result.r3 = NAMES.find(name) == null ? 0 : 1;
        }
    }
}
