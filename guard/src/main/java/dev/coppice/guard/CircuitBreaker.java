package dev.coppice.guard;

import dev.coppice.kernel.Ref;
import java.time.Duration;
import java.util.function.Consumer;

/// Refuses at once what would fail anyway: when too many of the last calls failed or were slow it opens, and after a while lets a few
/// calls probe whether it may close again. The states and their thresholds are those of Resilience4j.
///
/// ```
///   closed ----> open        the failure rate, or the slow rate, has reached its threshold over enough calls
///   open ----> half-open     at the first request after `openFor`
///   half-open ----> closed   enough probes have ended, and both rates are below their thresholds
///   half-open ----> open     otherwise
/// ```
///
/// A failure is: the callee crashed or is gone, gave no answer, or none in time. Not counted, and never a lost probe: a caller that gave up
/// or was killed, a call cycle, a refusal by another guard or a full mailbox. A result counts only in the state in which its call
/// began. While it is half-open, no more than the permitted probes are under way or counted, and sends are refused.
///
/// Limits: opens at a failure rate of 0.5 or a slow rate of 1, over the last 100 calls and not before 100; no call is slow; open for 60 s; 10
/// probes.
public final class CircuitBreaker implements Guard<CircuitBreaker.Status> {

    public enum State {
        CLOSED,
        OPEN,
        HALF_OPEN
    }

    /// @param calls how many calls the rates are taken from
    /// @param probing how many probes are under way
    public record Status(State state, int calls, double failureRate, double slowRate, int probing) {}

    private static final int MOST_CALLS = 10_000;

    private double failureRate = 0.5;
    private double slowRate = 1;
    private Duration slowAfter = Limits.FOREVER;
    private int lastCalls = 100;
    private Duration lastTime = Duration.ZERO;
    private int minimumCalls = 100;
    private int probes = 10;
    private Duration openFor = Duration.ofSeconds(60);
    private Judge judge = Judge.PLAIN;
    private String name = "";

    private CircuitBreaker() {}

    public static CircuitBreaker defaults() {
        return new CircuitBreaker();
    }

    /// A changed copy; the fields are written only here, before the copy is handed out.
    private CircuitBreaker with(Consumer<CircuitBreaker> change) {
        var copy = new CircuitBreaker();
        copy.failureRate = failureRate;
        copy.slowRate = slowRate;
        copy.slowAfter = slowAfter;
        copy.lastCalls = lastCalls;
        copy.lastTime = lastTime;
        copy.minimumCalls = minimumCalls;
        copy.probes = probes;
        copy.openFor = openFor;
        copy.judge = judge;
        copy.name = name;
        change.accept(copy);
        return copy;
    }

    /// The part of failed calls, above 0 and at most 1, at which it opens; 0.5.
    public CircuitBreaker failureRate(double threshold) {
        double checked = Limits.rate("failureRate", threshold);
        return with(copy -> copy.failureRate = checked);
    }

    /// A call that takes longer than `after` is slow, whatever its outcome; it opens at this part of slow calls.
    public CircuitBreaker slow(Duration after, double threshold) {
        var duration = Limits.positive("slow after", after);
        double rate = Limits.rate("slow rate", threshold);
        return with(copy -> {
            copy.slowAfter = duration;
            copy.slowRate = rate;
        });
    }

    /// Counts the last so many calls; 100. At most 10,000.
    public CircuitBreaker overLast(int calls) {
        int checked = Limits.between("overLast", 1, calls, MOST_CALLS);
        return with(copy -> {
            copy.lastCalls = checked;
            copy.lastTime = Duration.ZERO;
        });
    }

    /// Counts the calls of the last so much time instead, to a tenth of it.
    public CircuitBreaker overLast(Duration time) {
        var checked = Limits.positive("overLast", time);
        return with(copy -> copy.lastTime = checked);
    }

    /// Does not open before so many calls are counted; 100. Where fewer can be counted, that number is enough.
    public CircuitBreaker minimumCalls(int calls) {
        int checked = Limits.positive("minimumCalls", calls);
        return with(copy -> copy.minimumCalls = checked);
    }

    /// How many calls probe when it is half-open; 10.
    public CircuitBreaker probes(int calls) {
        int checked = Limits.between("probes", 1, calls, MOST_CALLS);
        return with(copy -> copy.probes = checked);
    }

    /// How long it stays open; 60 s.
    public CircuitBreaker openFor(Duration time) {
        var checked = Limits.positive("openFor", time);
        return with(copy -> copy.openFor = checked);
    }

    /// A crash with this cause says nothing about the callee's health.
    public CircuitBreaker ignoring(Class<? extends Throwable> cause) {
        return with(copy -> copy.judge = judge.ignoring(cause));
    }

    /// An answer of this type counts as a failure; the caller still gets it.
    public CircuitBreaker failingOn(Class<?> answer) {
        return with(copy -> copy.judge = judge.failing(answer));
    }

    /// What it is called in messages and events; by default after the ref that it guards.
    public CircuitBreaker named(String name) {
        var checked = Names.checked(name);
        return with(copy -> copy.name = checked);
    }

    @Override
    public <M> Guarded<M, Status> around(Ref<M> ref) {
        var name = Names.of("circuit breaker", this.name, ref);
        return new Guarded<>(new Gate<>(name, new Breaker(name, this), judge, ref), ref);
    }

    double failureRate() {
        return failureRate;
    }

    double slowRate() {
        return slowRate;
    }

    long slowNanos() {
        return slowAfter.toNanos();
    }

    long openNanos() {
        return openFor.toNanos();
    }

    int probes() {
        return probes;
    }

    Window window(long now) {
        return lastTime.isZero() ? new Window.Calls(lastCalls) : new Window.Time(lastTime, now);
    }

    /// How many calls are enough to judge, when at most `size` can be counted.
    int enough(int size) {
        return Math.min(minimumCalls, size);
    }

    int enough() {
        return lastTime.isZero() ? enough(lastCalls) : minimumCalls;
    }
}
