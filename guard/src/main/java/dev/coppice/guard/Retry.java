package dev.coppice.guard;

import dev.coppice.kernel.Ref;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.Consumer;

/// Sends a failed request again, after a wait that grows with each failure and is partly random. The caller sees one call: an answer, or
/// the last failure. Its own time-out covers all attempts and waits together: say `within`.
///
/// Tried again: the callee crashed or is gone, gave no answer, did not answer within a [TimeLimit] inside, or refused (another guard, a full
/// mailbox). Not: a call cycle, and a crash with a cause that is to be ignored. When the caller gives up or exits, so does it.
///
/// **At least once.** The attempt that failed may have had its effect. Retry what may be done twice.
///
/// Of messages that came by `send` nobody sees the end: they pass once.
///
/// Limits: 3 attempts; waits from 100 ms, doubling, to 10 s, of which up to half is left out at random.
public final class Retry implements Guard<Retry.Status> {

    /// @param retried how many attempts were made after a failure
    /// @param exhausted how many requests failed at their last attempt
    /// @param waiting how many wait for their next attempt
    public record Status(long retried, long exhausted, int waiting) {}

    private static final int MOST_ATTEMPTS = 1_000;

    private int attempts = 3;
    private Duration min = Duration.ofMillis(100);
    private Duration max = Duration.ofSeconds(10);
    private double factor = 2;
    private double jitter = 0.5;
    private Judge judge = Judge.PLAIN;
    private String name = "";

    private Retry() {}

    public static Retry defaults() {
        return new Retry();
    }

    /// At most so many attempts, the first included; at most 1,000.
    public static Retry of(int attempts) {
        int checked = Limits.between("attempts", 1, attempts, MOST_ATTEMPTS);
        return new Retry().with(copy -> copy.attempts = checked);
    }

    private Retry with(Consumer<Retry> change) {
        var copy = new Retry();
        copy.attempts = attempts;
        copy.min = min;
        copy.max = max;
        copy.factor = factor;
        copy.jitter = jitter;
        copy.judge = judge;
        copy.name = name;
        change.accept(copy);
        return copy;
    }

    /// The first wait, and the longest.
    public Retry backoff(Duration first, Duration longest) {
        var from = Limits.positive("backoff first", first);
        var to = Limits.positive("backoff longest", longest);
        if (to.compareTo(from) < 0) {
            throw new IllegalArgumentException("backoff longest must be at least first (" + from + "), was " + to);
        }
        return with(copy -> {
            copy.min = from;
            copy.max = to;
        });
    }

    /// By how much each wait is longer than the one before; at least 1.
    public Retry factor(double factor) {
        if (!(factor >= 1) || Double.isInfinite(factor)) {
            throw new IllegalArgumentException("factor must be at least 1, was " + factor);
        }
        return with(copy -> copy.factor = factor);
    }

    /// The part of each wait that is left to chance, from 0 (none) to 1 (all); it shortens only.
    public Retry jitter(double part) {
        if (!(part >= 0 && part <= 1)) {
            throw new IllegalArgumentException("jitter must be between 0 and 1, was " + part);
        }
        return with(copy -> copy.jitter = part);
    }

    /// A crash with this cause would happen again: it is not retried.
    public Retry ignoring(Class<? extends Throwable> cause) {
        return with(copy -> copy.judge = judge.ignoring(cause));
    }

    /// An answer of this type is a failure to be retried; the last one is what the caller gets.
    public Retry failingOn(Class<?> answer) {
        return with(copy -> copy.judge = judge.failing(answer));
    }

    /// What it is called in messages and events; by default after the ref that it guards.
    public Retry named(String name) {
        var checked = Names.checked(name);
        return with(copy -> copy.name = checked);
    }

    @Override
    public <M> Guarded<M, Status> around(Ref<M> ref) {
        return new Guarded<>(new Retrying(Names.of("retry", name, ref), this, ref), ref);
    }

    Judge judge() {
        return judge;
    }

    /// The decision: how long to wait before the next attempt, in nanoseconds; empty when there is none.
    ///
    /// @param attempt the one that has ended, from 1
    /// @param random in `[0, 1)`
    OptionalLong next(int attempt, Result result, double random) {
        boolean again =
                switch (result) {
                    case FAILED, LATE, REFUSED -> attempt < attempts;
                    case ANSWERED, NONE -> false;
                };
        return again ? OptionalLong.of(delay(attempt, random)) : OptionalLong.empty();
    }

    private long delay(int attempt, double random) {
        double whole = Math.min((double) max.toNanos(), min.toNanos() * Math.pow(factor, attempt - 1));
        return Math.max(1, (long) (whole * (1 - jitter * random)));
    }
}
