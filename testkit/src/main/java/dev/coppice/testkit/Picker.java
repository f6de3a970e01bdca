package dev.coppice.testkit;

import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntFunction;

/// A [Pick] at work. The candidates of a step are numbered in the order in which they became ready; `who` tells whose a candidate is.
@FunctionalInterface
interface Picker {

    int pick(int candidates, IntFunction<Object> who);

    static Picker of(Pick pick, SplittableRandom chance) {
        return switch (pick) {
            case Pick.Random() -> (candidates, _) -> chance.nextInt(candidates);
            case Pick.Pct(int changes) -> new Priorities(changes, chance);
            case Pick.Starve() -> new Starving(chance);
            case Pick.StarveThis(var victim) -> new Starving(victim, chance);
            case Pick.LastFirst() -> (candidates, _) -> candidates - 1;
        };
    }

    /// Probabilistic concurrency testing: Burckhardt, Kothari, Musuvathi, Nagarakatte, "A randomized scheduler with probabilistic
    /// guarantees of finding bugs", 2010. The steps of change are drawn from the first thousand: longer runs fall back to priorities.
    final class Priorities implements Picker {
        private static final int LENGTH = 1_000;

        private final SplittableRandom chance;
        private final Map<Object, Integer> priorities = new IdentityHashMap<>();
        private final Set<Integer> changes = new HashSet<>();
        private int step;
        private int lowest;

        Priorities(int changes, SplittableRandom chance) {
            this.chance = chance;
            for (int i = 0; i < changes; i++) {
                this.changes.add(chance.nextInt(LENGTH));
            }
        }

        @Override
        public int pick(int candidates, IntFunction<Object> who) {
            int best = 0;
            int highest = Integer.MIN_VALUE;
            for (int i = 0; i < candidates; i++) {
                int priority = priorities.computeIfAbsent(who.apply(i), _ -> chance.nextInt(Integer.MAX_VALUE));
                if (priority > highest) {
                    highest = priority;
                    best = i;
                }
            }
            if (changes.contains(step++)) {
                priorities.put(who.apply(best), --lowest);
            }
            return best;
        }
    }

    /// The victim is one of the first few that are met, unless it was named.
    final class Starving implements Picker {
        private final SplittableRandom chance;
        private final Set<Object> met = java.util.Collections.newSetFromMap(new IdentityHashMap<>());
        private int until;
        private Object victim = this;

        Starving(SplittableRandom chance) {
            this.chance = chance;
            this.until = 1 + chance.nextInt(16);
        }

        Starving(Object victim, SplittableRandom chance) {
            this.chance = chance;
            this.victim = victim;
        }

        @Override
        public int pick(int candidates, IntFunction<Object> who) {
            int pick = chance.nextInt(candidates);
            var chosen = who.apply(pick);
            if (until > 0 && met.add(chosen) && --until == 0) {
                victim = chosen;
            }
            if (chosen != victim) {
                return pick;
            }
            for (int i = 1; i < candidates; i++) {
                if (who.apply((pick + i) % candidates) != victim) {
                    return (pick + i) % candidates;
                }
            }
            return pick;
        }
    }
}
