package dev.coppice.observe;

import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;

/// How durations are distributed: striped counters, no lock, so that many threads may add; read racily, each count was true at some moment.
///
/// The bounds are the preferred numbers R10 of ISO 3 (Renard), ten to a decade, from 100 ns to 100 s: a quantile is at most 28 % too high, and
/// the round bounds that a monitoring system wants (1, 2.5, 5) are among them, so that what it is told is exact.
final class Histogram {
    private static final double[] R10 = {1, 1.25, 1.6, 2, 2.5, 3.15, 4, 5, 6.3, 8};
    private static final int DECADES = 9;
    private static final long LEAST = 100;

    /// In nanoseconds, inclusive; what is longer than the last has a bucket without a bound.
    private static final long[] BOUNDS = new long[DECADES * R10.length + 1];

    /// Which bounds are told to others: the round ones from 1 µs to 10 s.
    private static final int[] TOLD;

    static {
        long decade = LEAST;
        for (int i = 0; i < BOUNDS.length; i++) {
            BOUNDS[i] = Math.round(decade * R10[i % R10.length]);
            decade = i % R10.length == R10.length - 1 ? 10 * decade : decade;
        }
        TOLD =
                IntStream.range(0, BOUNDS.length)
                        .filter(i -> i % R10.length == 0 || i % R10.length == 4 || i % R10.length == 7)
                        .filter(i -> BOUNDS[i] >= 1_000 && BOUNDS[i] <= 10_000_000_000L)
                        .toArray();
    }

    private final LongAdder[] counts = new LongAdder[BOUNDS.length + 1];
    private final LongAdder nanos = new LongAdder();

    Histogram() {
        Arrays.setAll(counts, _ -> new LongAdder());
    }

    void add(long nanos) {
        int found = Arrays.binarySearch(BOUNDS, nanos);
        counts[found < 0 ? -found - 1 : found].increment();
        this.nanos.add(Math.max(0, nanos));
    }

    long count() {
        return Arrays.stream(counts).mapToLong(LongAdder::sum).sum();
    }

    /// Of all durations, in seconds.
    double sum() {
        return nanos.sum() / 1e9;
    }

    /// In seconds, the upper end of the bucket; zero when there is nothing.
    double quantile(double share) {
        long wanted = (long) Math.ceil(share * count());
        for (int i = 0; wanted > 0 && i < BOUNDS.length; i++) {
            wanted -= counts[i].sum();
            if (wanted <= 0) {
                return BOUNDS[i] / 1e9;
            }
        }
        return wanted > 0 ? BOUNDS[BOUNDS.length - 1] / 1e9 : 0;
    }

    /// The upper ends of the buckets that others are told of, in seconds; the last is infinite.
    static double[] bounds() {
        var bounds = Arrays.copyOf(Arrays.stream(TOLD).mapToDouble(i -> BOUNDS[i] / 1e9).toArray(), TOLD.length + 1);
        bounds[TOLD.length] = Double.POSITIVE_INFINITY;
        return bounds;
    }

    /// How many were in each bucket of [#bounds].
    long[] counts() {
        var told = new long[TOLD.length + 1];
        for (int i = 0, at = 0; i < counts.length; i++) {
            told[at] += counts[i].sum();
            at += at < TOLD.length && i == TOLD[at] ? 1 : 0;
        }
        return told;
    }
}
