package dev.coppice.testkit;

import static java.util.Objects.requireNonNull;

import dev.coppice.kernel.spi.Activation;

/// How a [Seeded] scheduler chooses, among those that can move, who moves next. Each way looks in another corner of all the schedules that
/// production might show; all of them draw from the seed.
public sealed interface Pick {

    /// Each with the same chance: finds what happens often.
    record Random() implements Pick {}

    /// Everybody has a random priority and the highest moves, except that at so many random steps the one that moves falls to the lowest:
    /// finds what needs a few unlucky switches in a long run, which random picks hardly ever line up.
    ///
    /// @param changes how many switches; 2 to 4 are enough for nearly every known bug
    record Pct(int changes) implements Pick {
        public Pct {
            if (changes < 0) {
                throw new IllegalArgumentException("changes must not be negative, was " + changes);
            }
        }
    }

    /// One actor, drawn by the seed, moves only when nobody else can: finds who relies on another being quick.
    record Starve() implements Pick {}

    /// As [Starve], and the actor is this one.
    record StarveThis(Activation victim) implements Pick {
        public StarveThis {
            requireNonNull(victim, "victim");
        }
    }

    /// The newest moves first: finds who relies on fairness.
    record LastFirst() implements Pick {}
}
