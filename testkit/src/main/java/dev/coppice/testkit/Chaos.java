package dev.coppice.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/// Which faults strike a [World], how many, and within what time. Immutable; the withers return a changed copy.
///
/// The seed decides when each strikes and whom. All of it is drawn in advance and from a stream of its own, so that leaving one strike
/// out changes neither the others nor the schedule's draws: that is how a failing plan is shrunk.
public final class Chaos {

    /// What can strike.
    public enum Fault {
        /// An actor's next message throws an exception.
        CRASH,
        /// An actor's next message throws an `Error`.
        ERROR,
        /// An actor is sent an exit signal that is not clean.
        EXIT,
        /// An actor is sent an exit signal `Shutdown`.
        SHUTDOWN,
        /// An actor is told to stop behind all that is queued.
        STOP,
        /// An actor is killed.
        KILL,
        /// An actor does not move for a while.
        PAUSE,
        /// An actor is slow for a while.
        SLOW,
        /// The next actor that starts fails to.
        FAIL_START,
        /// The clock leaps.
        LEAP
    }

    /// One fault to come.
    ///
    /// @param number its place in the plan
    /// @param after when it strikes
    /// @param chance picks its victim, and how long it lasts
    public record Strike(int number, Fault fault, Duration after, long chance) {
        @Override
        public String toString() {
            return "#" + number + " " + fault + " after " + Trace.time(after);
        }
    }

    private final Set<Fault> faults;
    private final int strikes;
    private final Duration within;
    private final Predicate<String> victims;

    private Chaos(Set<Fault> faults, int strikes, Duration within, Predicate<String> victims) {
        this.faults = faults;
        this.strikes = strikes;
        this.within = within;
        this.victims = victims;
    }

    /// Only these; ten of them within a second.
    public static Chaos of(Fault... faults) {
        var set = EnumSet.noneOf(Fault.class);
        set.addAll(Arrays.asList(faults));
        return new Chaos(set, 10, Duration.ofSeconds(1), _ -> true);
    }

    /// Every kind; ten strikes within a second.
    public static Chaos all() {
        return of(Fault.values());
    }

    public Chaos strikes(int strikes) {
        if (strikes < 0) {
            throw new IllegalArgumentException("strikes must not be negative, was " + strikes);
        }
        return new Chaos(faults, strikes, within, victims);
    }

    public Chaos within(Duration time) {
        return new Chaos(faults, strikes, Times.valid("within", time), victims);
    }

    /// Strikes only actors whose path this accepts; the clock leaps whoever lives.
    public Chaos victims(Predicate<String> paths) {
        return new Chaos(faults, strikes, within, paths);
    }

    boolean mayStrike(String path) {
        return victims.test(path);
    }

    /// A mix: each seed leaves some of the faults out altogether, since what is rare beside the others may matter alone.
    Set<Fault> mix(SplittableRandom chance) {
        var mixed = EnumSet.noneOf(Fault.class);
        var all = List.copyOf(faults);
        all.stream().filter(_ -> chance.nextBoolean()).forEach(mixed::add);
        return mixed.isEmpty() && !all.isEmpty() ? EnumSet.of(all.get(chance.nextInt(all.size()))) : mixed;
    }

    List<Strike> plan(SplittableRandom chance) {
        var mixed = List.copyOf(mix(chance));
        var plan = new ArrayList<Strike>();
        for (int i = 0; i < strikes && !mixed.isEmpty(); i++) {
            var after = Duration.ofNanos(chance.nextLong(Math.max(1, within.toNanos())));
            plan.add(new Strike(i, mixed.get(chance.nextInt(mixed.size())), after, chance.nextLong()));
        }
        return plan;
    }
}
