package dev.coppice.guard;

import dev.coppice.kernel.Ref;
import java.time.Duration;

/// At most so many messages, requests and sends alike, in each period; the next is refused until the next period begins.
///
/// Periods follow each other without a gap from the moment when the guard was made, as in Resilience4j. At the border of two periods
/// twice the number may pass at once: choose a shorter period where that hurts. To wait for a place put a [Retry] around it.
public final class RateLimiter implements Guard<RateLimiter.Status> {

    /// @param left how many messages may still pass in this period
    public record Status(int left, int max) {}

    private final int max;
    private final Duration period;
    private final String name;

    private RateLimiter(int max, Duration period, String name) {
        this.max = max;
        this.period = period;
        this.name = name;
    }

    public static RateLimiter of(int max, Duration period) {
        return new RateLimiter(Limits.positive("max", max), Limits.positive("period", period), "");
    }

    /// What it is called in messages and events; by default after the ref that it guards.
    public RateLimiter named(String name) {
        return new RateLimiter(max, period, Names.checked(name));
    }

    @Override
    public <M> Guarded<M, Status> around(Ref<M> ref) {
        var gate =
                new Gate<>(Names.of("rate limiter", name, ref), new Periods(max, period.toNanos()), Judge.PLAIN, ref);
        return new Guarded<>(gate, ref);
    }

    /// @param begun when this period began
    record Period(long begun, int left) {}

    record Periods(int max, long nanos) implements Policy<Period, Status> {

        @Override
        public Period initial(long now) {
            return new Period(now, max);
        }

        @Override
        public Turn<Period> admit(Period period, boolean request, long now) {
            var current = at(period, now);
            return current.left() > 0
                    ? Turn.to(new Period(current.begun(), current.left() - 1))
                    : Turn.refused(
                            current,
                            "has let "
                                    + max
                                    + " pass; the next may in "
                                    + Limits.seconds(current.begun() + nanos - now));
        }

        /// The period that this moment belongs to; a moment before the known one belongs to that.
        private Period at(Period period, long now) {
            long over = (now - period.begun()) / nanos;
            return over > 0 ? new Period(period.begun() + over * nanos, max) : period;
        }

        @Override
        public Turn<Period> ended(Period period, Ticket ticket, Result result, long now) {
            return Turn.to(period);
        }

        @Override
        public Status status(Period period, long now) {
            return new Status(at(period, now).left(), max);
        }

        @Override
        public Sight sight() {
            return Sight.NOTHING;
        }
    }
}
