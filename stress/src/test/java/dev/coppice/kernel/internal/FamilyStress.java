package dev.coppice.kernel.internal;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.coppice.kernel.internal.Rig.Counted;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/// An actor's children ([Family]) and those of a crowd that are gone ([Departures]).
public final class FamilyStress {
    private static final int CROWD = 40;

    private FamilyStress() {}

    /// A parent with so many children that departures are collected, of whom two are still to go.
    abstract static class Crowded {
        final Cell<Object> parent = Rig.running(new Counted());
        final Cell<Object> one = Rig.childOf(parent);
        final Cell<Object> other = Rig.childOf(parent);
        final Family family = joined(parent);

        private Family joined(Cell<Object> top) {
            var made = Family.of(top);
            if (made == null) {
                throw new IllegalStateException("a new actor takes no children");
            }
            var first = Rig.childOf(top);
            made.add(first);
            made.add(one);
            for (int i = 0; i < CROWD; i++) {
                made.add(Rig.childOf(top));
            }
            made.add(other);
            made.remove(first);
            return made;
        }
    }

    /// Children that are left, and whether one that is gone is among them.
    @JCStressTest
    @State
    @Outcome(id = "40, 0", expect = ACCEPTABLE, desc = "both have been taken out")
    @Outcome(expect = FORBIDDEN)
    public static class TwoDepartures extends Crowded {
        @Actor
        public void one() {
            family.remove(one);
        }

        @Actor
        public void other() {
            family.remove(other);
        }

        @Arbiter
        public void quiet(II_Result result) {
            var left = family.toList();
            result.r1 = left.size();
            result.r2 = left.contains(one) || left.contains(other) ? 1 : 0;
        }
    }

    /// One goes while all are asked for: how many are seen then, how many in the end.
    @JCStressTest
    @State
    @Outcome(id = "42, 41", expect = ACCEPTABLE, desc = "seen before it went")
    @Outcome(id = "41, 41", expect = ACCEPTABLE, desc = "gone")
    @Outcome(expect = FORBIDDEN)
    public static class DepartureAgainstTaking extends Crowded {
        private int seen;

        @Actor
        public void going() {
            family.remove(one);
        }

        @Actor
        public void asking() {
            seen = family.toList().size();
        }

        @Arbiter
        public void quiet(II_Result result) {
            result.r1 = seen;
            result.r2 = family.toList().size();
        }
    }

    /// A child comes while the parent closes: whether it was let in, whether it is found by who looks after the close.
    @JCStressTest
    @State
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "in time, and stopped with the others")
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "too late")
    @Outcome(expect = FORBIDDEN)
    public static class FirstChildAgainstClose {
        private final Cell<Object> parent = Rig.running(new Counted());
        private final Cell<Object> child = Rig.childOf(parent);
        private boolean let;
        private boolean found;

        @Actor
        public void starter() {
            var family = Family.of(parent);
            let = family != null && family.add(child);
        }

        @Actor
        public void closer() {
            Family.close(parent);
            var family = parent.family;
            found = family != null && family.youngest() == child;
        }

        @Arbiter
        public void quiet(II_Result result) {
            result.r1 = let ? 1 : 0;
            result.r2 = found ? 1 : 0;
        }
    }
}
