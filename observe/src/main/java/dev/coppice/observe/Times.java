package dev.coppice.observe;

import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.spi.Tap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/// How long messages wait and how long their handlers take, by [Kind], from one message in so many, picked at random.
///
/// A histogram has a bucket for each quarter of a power of two, so a quantile is at most a fifth too high; striped counters, no lock.
final class Times implements Tap<Times.Watch> {
    private static final int QUARTERS = 4;
    private static final int BUCKETS = 50 * QUARTERS;

    private final Ledger ledger;
    private final int every;
    private final ConcurrentHashMap<Kind, Pair> byKind = new ConcurrentHashMap<>();

    Times(Ledger ledger, int every) {
        this.ledger = ledger;
        this.every = every;
    }

    /// Both histograms of a kind.
    record Pair(Histogram queued, Histogram handled) {}

    /// What rides: one message on its way.
    static final class Watch {
        final long sent = System.nanoTime();
        long begun;
        @Nullable Pair pair;
    }

    /// Of durations.
    static final class Histogram {
        private final LongAdder[] counts = new LongAdder[BUCKETS];

        Histogram() {
            for (int i = 0; i < BUCKETS; i++) {
                counts[i] = new LongAdder();
            }
        }

        void add(long nanos) {
            counts[bucket(Math.max(1, nanos))].increment();
        }

        private static int bucket(long nanos) {
            int power = 63 - Long.numberOfLeadingZeros(nanos);
            int quarter = power < 2 ? 0 : (int) (nanos >>> (power - 2)) & (QUARTERS - 1);
            return Math.min(BUCKETS - 1, power * QUARTERS + quarter);
        }

        long count() {
            long all = 0;
            for (var count : counts) {
                all += count.sum();
            }
            return all;
        }

        /// In seconds, the upper end of the bucket; zero when there is nothing.
        double quantile(double share) {
            long wanted = (long) Math.ceil(share * count());
            for (int i = 0; wanted > 0 && i < BUCKETS; i++) {
                wanted -= counts[i].sum();
                if (wanted <= 0) {
                    return (1L << (i / QUARTERS)) * (1 + (i % QUARTERS + 1) / (double) QUARTERS) / 1e9;
                }
            }
            return 0;
        }
    }

    Map<Kind, Pair> byKind() {
        return byKind;
    }

    Pair of(Kind kind) {
        var pair = byKind.get(kind);
        return pair != null ? pair : byKind.computeIfAbsent(kind, _ -> new Pair(new Histogram(), new Histogram()));
    }

    @Override
    public Optional<Watch> leaves(
            Optional<Watch> parent, Optional<Pid<?>> from, Ref<?> to, Object message, boolean request) {
        return ThreadLocalRandom.current().nextInt(every) == 0 ? Optional.of(new Watch()) : Optional.empty();
    }

    @Override
    public void begins(Watch watch, Pid<?> by) {
        watch.begun = System.nanoTime();
        var info = by.info();
        var pair = of(ledger.known(Kind.of(info, info.path())));
        pair.queued.add(watch.begun - watch.sent);
        watch.pair = pair;
    }

    @Override
    public void ends(Watch watch, Pid<?> by, Optional<Throwable> thrown) {
        if (watch.pair != null) {
            watch.pair.handled.add(System.nanoTime() - watch.begun);
        }
    }
}
