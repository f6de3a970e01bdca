package dev.coppice.guard;

import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Offer;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.spi.Alarm;
import dev.coppice.kernel.spi.Door;
import dev.coppice.kernel.spi.Envelope;
import dev.coppice.kernel.spi.Interception.End;
import dev.coppice.kernel.spi.Scheduler;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/// A request that has no answer within this time fails with [Failure.TimedOut], whatever patience its caller has.
///
/// For one caller `ref.within(…)` does the same. This one belongs inside a [Retry], where each attempt has its own limit, and to refs that
/// are given away. The callee is not interrupted; its late answer vanishes and is counted.
public final class TimeLimit implements Guard<TimeLimit.Status> {

    /// @param timedOut how many requests had no answer within the limit
    public record Status(long timedOut) {}

    private final Duration limit;
    private final String name;

    private TimeLimit(Duration limit, String name) {
        this.limit = limit;
        this.name = name;
    }

    public static TimeLimit of(Duration limit) {
        return new TimeLimit(Limits.positive("time limit", limit), "");
    }

    /// What it is called in messages and events; by default after the ref that it guards.
    public TimeLimit named(String name) {
        return new TimeLimit(limit, Names.checked(name));
    }

    @Override
    public <M> Guarded<M, Status> around(Ref<M> ref) {
        return new Guarded<>(new Timing(Names.of("time limit", name, ref), limit, ref), ref);
    }

    private static final class Timing implements Passage<Status> {
        private final String name;
        private final Duration limit;
        private final Scheduler scheduler;
        private final LongAdder timedOut = new LongAdder();

        Timing(String name, Duration limit, Ref<?> guarded) {
            this.name = name;
            this.limit = limit;
            this.scheduler = Scheduler.of(Door.nodeOf(guarded));
        }

        @Override
        public <M> Offer pass(Envelope<M> envelope, Ref<M> at, Ref<M> to) {
            return envelope.expectsReply() ? new Timed<>(envelope, to).pass() : Passage.onwards(envelope, to);
        }

        @Override
        public Status status() {
            return new Status(timedOut.sum());
        }

        @Override
        public String toString() {
            return name;
        }

        /// One request. Its two ends, the answer and the alarm, meet in `outer`, which takes the first.
        private final class Timed<M> extends Alarm {
            private final Envelope<M> outer;
            private final Ref<M> to;

            Timed(Envelope<M> outer, Ref<M> to) {
                this.outer = outer;
                this.to = to;
            }

            Offer pass() {
                scheduler.schedule(this, scheduler.nanoTime() + limit.toNanos());
                return Passage.onwards(outer.intercept(this::over), to);
            }

            private void over(End end) {
                scheduler.cancel(this);
                if (end instanceof End.Settled(var outcome)) {
                    outer.settle(outcome);
                }
            }

            @Override
            public void ring() {
                timedOut.increment();
                outer.fail(new Failure.TimedOut(report()));
            }

            private Failure.Report report() {
                int queued = to instanceof Pid<?> pid ? pid.info().queued() : 0;
                return new Failure.Report(to.toString(), limit, queued, "the " + name + " is over");
            }

            @Override
            public String toString() {
                return name;
            }
        }
    }
}
