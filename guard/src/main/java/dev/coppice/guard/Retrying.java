package dev.coppice.guard;

import dev.coppice.guard.Retry.Status;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Offer;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.spi.Alarm;
import dev.coppice.kernel.spi.Door;
import dev.coppice.kernel.spi.Envelope;
import dev.coppice.kernel.spi.Interception.End;
import dev.coppice.kernel.spi.Scheduler;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/// The interpreter of [Retry].
final class Retrying implements Passage<Status> {
    private final String name;
    private final Retry settings;
    private final Node node;
    private final Scheduler scheduler;
    private final LongAdder retried = new LongAdder();
    private final LongAdder exhausted = new LongAdder();
    private final AtomicInteger waiting = new AtomicInteger();

    Retrying(String name, Retry settings, Ref<?> guarded) {
        this.name = name;
        this.settings = settings;
        this.node = Door.nodeOf(guarded);
        this.scheduler = Scheduler.of(node);
    }

    @Override
    public <M> Offer pass(Envelope<M> envelope, Ref<M> at, Ref<M> to) {
        return envelope.expectsReply() ? new Attempts<>(envelope, to).next() : Passage.onwards(envelope, to);
    }

    @Override
    public Status status() {
        return new Status(retried.sum(), exhausted.sum(), waiting.get());
    }

    @Override
    public String toString() {
        return name;
    }

    /// One request and its attempts.
    ///
    /// The request is intercepted twice: once for all of it, to be told when the caller leaves while nobody holds an attempt, and once for
    /// each attempt. At most one attempt is open, or the alarm is set for the next, so that the fields have one writer at a time: whoever
    /// was told the end of the attempt, then whoever rings.
    private final class Attempts<M> extends Alarm {
        private final Envelope<M> outer;
        private final Envelope<M> whole;
        private final Ref<M> to;
        private int attempt;

        /// Nobody waits for this request any more. Written by whoever ends it, read before and after the alarm is set.
        private volatile boolean over;

        Attempts(Envelope<M> outer, Ref<M> to) {
            this.outer = outer;
            this.to = to;
            this.whole = outer.intercept(this::over);
        }

        Offer next() {
            attempt++;
            return Passage.onwards(whole.intercept(this::attempted), to);
        }

        private void over(End end) {
            over = true;
            if (scheduler.cancel(this)) {
                waiting.decrementAndGet();
            }
            if (end instanceof End.Settled(var outcome)) {
                outer.settle(outcome);
            }
        }

        private void attempted(End end) {
            if (end instanceof End.Settled(var outcome)) {
                var result = settings.judge().of(end);
                settings.next(attempt, result, chance())
                        .ifPresentOrElse(delay -> again(outcome, delay), () -> last(outcome, result));
            }
        }

        private void last(Outcome<?> outcome, Result result) {
            if (result != Result.ANSWERED && result != Result.NONE) {
                exhausted.increment();
                node.publish(new GuardEvent.RetriesExhausted(name, attempt, why(outcome)));
            }
            whole.settle(outcome);
        }

        private void again(Outcome<?> outcome, long delay) {
            retried.increment();
            node.publish(new GuardEvent.Retrying(name, attempt, why(outcome), Duration.ofNanos(delay)));
            waiting.incrementAndGet();
            scheduler.schedule(this, scheduler.nanoTime() + delay);
            if (over && scheduler.cancel(this)) {
                waiting.decrementAndGet();
            }
        }

        /// Sends on a thread that may run what a mailbox asks of its sender.
        @Override
        public void ring() {
            waiting.decrementAndGet();
            scheduler.execute(this::resend);
        }

        private void resend() {
            if (!over) {
                attempt++;
                Passage.onwardsAlone(whole.intercept(this::attempted), to);
            }
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private double chance() {
        return (scheduler.random() >>> 11) * 0x1.0p-53;
    }

    private static Failure why(Outcome<?> outcome) {
        return switch (outcome) {
            case Outcome.Failed<?>(Failure failure) -> failure;
            case Outcome.Replied<?>(var value) ->
                    new Failure.Refused("an answer " + value.getClass().getSimpleName() + " counts as a failure");
        };
    }
}
