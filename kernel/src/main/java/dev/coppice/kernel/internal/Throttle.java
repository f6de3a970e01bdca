package dev.coppice.kernel.internal;

import dev.coppice.kernel.spi.Alarm;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/// Lets so many through in a minute, as the node's configuration says; counts the others and tells their number when the minute is over.
final class Throttle extends Alarm {
    private static final long MINUTE = 60_000_000_000L;

    private final LocalNode node;
    private final LongConsumer summary;
    private final AtomicLong inThisMinute = new AtomicLong();

    /// After the end of the node nobody would tell a summary: what comes then is counted elsewhere, and not told.
    private volatile boolean ended;

    Throttle(LocalNode node, LongConsumer summary) {
        this.node = node;
        this.summary = summary;
    }

    boolean admits() {
        if (ended) {
            return false;
        }
        long n = inThisMinute.incrementAndGet();
        if (n == 1) {
            node.scheduler.schedule(this, node.scheduler.nanoTime() + MINUTE);
        }
        return n <= node.config().loggedPerMinute();
    }

    /// Tells what was held back so far; also at the end of the node.
    @Override
    public void ring() {
        long held = inThisMinute.getAndSet(0) - node.config().loggedPerMinute();
        if (held > 0) {
            summary.accept(held);
        }
    }

    void end() {
        ended = true;
        node.scheduler.cancel(this);
        ring();
    }
}
