package dev.coppice.testkit;

import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Offer;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.spi.Alarm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntPredicate;

/// The hands of a [World]: makes actors fail. All through the kernel's exported API: a crash is a message whose `via` throws where it is
/// received, a failed start an exit signal before `init`.
final class Injection {

    /// What a crash looks like in reports.
    private record Crash(String cause) {}

    private final World world;
    private final Seeded seeded;
    private final Watch watch;

    /// Which strikes, by their number, are let through: all of them, but when a plan is being shrunk.
    private final IntPredicate allowed;

    private final List<Chaos.Strike> plan = new ArrayList<>();
    private final Map<Chaos.Fault, Integer> struck = new EnumMap<>(Chaos.Fault.class);
    private final Set<Later> strikes = new LinkedHashSet<>();
    private final Set<Later> deeds = new LinkedHashSet<>();
    private final Set<Pid<?>> paused = new LinkedHashSet<>();
    private final Set<Pid<?>> slow = new LinkedHashSet<>();

    /// Those whose pause, or slowness, is a strike's and ends with it: what the test itself has asked for does not.
    private final Set<Pid<?>> pausedForAWhile = new LinkedHashSet<>();

    private final Set<Pid<?>> slowForAWhile = new LinkedHashSet<>();

    /// For each start that is to fail the chaos that says whose it may be.
    private final List<Chaos> failing = new ArrayList<>();

    private boolean ended;

    Injection(World world, Seeded seeded, Watch watch, IntPredicate allowed) {
        this.world = world;
        this.seeded = seeded;
        this.watch = watch;
        this.allowed = allowed;
        watch.onStart(this::started);
    }

    // ---- deeds

    void crash(Pid<?> pid, Throwable cause) {
        watch.did("crash " + pid.path() + ": " + cause);
        if (!poisoned(pid, cause)) {
            pid.exit(new ExitReason.Crashed(cause));
        }
    }

    private static boolean poisoned(Pid<?> pid, Throwable cause) {
        try {
            return poison(pid, cause).accepted();
        } catch (RuntimeException _) {
            // The mailbox's own predicate does not understand the poison.
            return false;
        }
    }

    private static <M> Offer poison(Pid<M> pid, Throwable cause) {
        return pid.<Object>via(
                        _ -> {
                            throw Injection.<RuntimeException>unchecked(cause);
                        })
                .offer(new Crash(cause.toString()));
    }

    @SuppressWarnings("unchecked") // the compiler's rule about checked exceptions ends here
    private static <T extends Throwable> T unchecked(Throwable cause) throws T {
        throw (T) cause;
    }

    void kill(Pid<?> pid) {
        watch.did("kill " + pid.path());
        pid.kill();
    }

    void pause(Pid<?> pid) {
        watch.did("pause " + pid.path());
        paused.add(pid);
        pausedForAWhile.remove(pid);
        seeded.hold(Watch.activation(pid));
    }

    void resume(Pid<?> pid) {
        watch.did("resume " + pid.path());
        paused.remove(pid);
        pausedForAWhile.remove(pid);
        seeded.release(Watch.activation(pid));
    }

    boolean paused() {
        return !paused.isEmpty();
    }

    void slow(Pid<?> pid, Duration delay) {
        Times.valid("slow", delay);
        slowForAWhile.remove(pid);
        if (delay.isZero()) {
            slow.remove(pid);
        } else {
            slow.add(pid);
        }
        watch.did(pid.path() + (delay.isZero() ? " is quick again" : " is slow by " + delay));
        seeded.slow(Watch.activation(pid), delay);
    }

    void failStart(Pid<?> pid, Throwable cause) {
        watch.did("the start of " + pid.path() + " fails: " + cause);
        try {
            pid.exit(new ExitReason.Crashed(cause));
        } catch (Error leaving) {
            // The starter itself has been told to exit: it learns that at its next step, and this start ends with it.
            if (leaving instanceof AssertionError) {
                throw leaving;
            }
        }
    }

    /// What the test has asked for.
    void after(Duration delay, Runnable deed) {
        later(deeds, delay, deed);
    }

    private void later(Set<Later> among, Duration delay, Runnable deed) {
        long at = seeded.nanoTime() + Times.nanos("after", delay);
        var alarm = new Later(among, deed);
        among.add(alarm);
        seeded.schedule(alarm, at);
    }

    /// Makes a deed ready to be picked.
    private final class Later extends Alarm {
        private final Set<Later> among;
        private final Runnable deed;

        Later(Set<Later> among, Runnable deed) {
            this.among = among;
            this.deed = deed;
        }

        @Override
        public void ring() {
            among.remove(this);
            seeded.execute(deed);
        }
    }

    // ---- chaos

    void unleash(Chaos chaos, SplittableRandom chance) {
        ended = false;
        for (var strike : chaos.plan(chance)) {
            var numbered = new Chaos.Strike(plan.size(), strike.fault(), strike.after(), strike.chance());
            plan.add(numbered);
            if (allowed.test(numbered.number())) {
                later(strikes, numbered.after(), () -> strike(numbered, chaos));
            }
        }
    }

    private void strike(Chaos.Strike strike, Chaos chaos) {
        if (ended) {
            return;
        }
        var chance = new SplittableRandom(strike.chance());
        var victims = world.living().stream().filter(pid -> chaos.mayStrike(pid.path())).toList();
        var victim =
                victims.isEmpty()
                        ? Optional.<Pid<?>>empty()
                        : Optional.<Pid<?>>of(victims.get(chance.nextInt(victims.size())));
        var time = Duration.ofNanos(chance.nextLong(1_000_000, 200_000_000));
        switch (strike.fault()) {
            // These two need nobody who lives.
            case FAIL_START -> {
                count(strike);
                failing.add(chaos);
            }
            case LEAP -> {
                count(strike);
                world.leap(time.multipliedBy(10));
            }
            default ->
                    victim.ifPresent(pid -> {
                        count(strike);
                        strike(strike.fault(), pid, time, "strike #" + strike.number());
                    });
        }
    }

    private void count(Chaos.Strike strike) {
        struck.merge(strike.fault(), 1, Integer::sum);
    }

    private void strike(Chaos.Fault fault, Pid<?> victim, Duration time, String what) {
        switch (fault) {
            case CRASH -> crash(victim, new Injected(what));
            case ERROR -> crash(victim, new Injected.AsError(what));
            case EXIT -> exit(victim, new ExitReason.Crashed(new Injected(what)));
            case SHUTDOWN -> exit(victim, new ExitReason.Shutdown(what));
            case STOP -> {
                watch.did("stop " + victim.path());
                victim.stop();
            }
            case KILL -> kill(victim);
            case PAUSE -> forAWhile(paused, pausedForAWhile, victim, time, () -> pause(victim), () -> resume(victim));
            case SLOW ->
                    forAWhile(
                            slow,
                            slowForAWhile,
                            victim,
                            time,
                            () -> slow(victim, time.dividedBy(10)),
                            () -> slow(victim, Duration.ZERO));
            case FAIL_START, LEAP -> throw new IllegalArgumentException(fault + " has no victim");
        }
    }

    /// Not to whom it is done already; and its end is that of what the strike began, not of what the test has asked for since.
    ///
    /// @param ours those of `all` to whom a strike did it
    private void forAWhile(
            Set<Pid<?>> all, Set<Pid<?>> ours, Pid<?> victim, Duration time, Runnable begin, Runnable end) {
        if (all.contains(victim)) {
            return;
        }
        begin.run();
        ours.add(victim);
        later(
                strikes,
                time,
                () -> {
                    if (ours.contains(victim)) {
                        end.run();
                    }
                });
    }

    private void exit(Pid<?> victim, ExitReason reason) {
        watch.did("exit of " + victim.path() + ": " + reason);
        victim.exit(reason);
    }

    private void started(Pid<?> pid) {
        var path = pid.path();
        failing.stream()
                .filter(chaos -> chaos.mayStrike(path))
                .findFirst()
                .ifPresent(chaos -> {
                    failing.remove(chaos);
                    failStart(pid, new Injected("failed start"));
                });
    }

    /// No more strikes.
    void heal() {
        ended = true;
        failing.clear();
        strikes.forEach(seeded::cancel);
        strikes.clear();
        paused.clear();
        slow.clear();
        pausedForAWhile.clear();
        slowForAWhile.clear();
    }

    /// Nor what the test has asked for and is not due yet.
    void end() {
        heal();
        deeds.forEach(seeded::cancel);
        deeds.clear();
    }

    Map<Chaos.Fault, Integer> struck() {
        return struck;
    }

    List<Chaos.Strike> plan() {
        return List.copyOf(plan);
    }
}
