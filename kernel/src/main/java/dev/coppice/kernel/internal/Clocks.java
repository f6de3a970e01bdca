package dev.coppice.kernel.internal;

import java.time.Duration;

/// Durations as nanoseconds that still add up: anything beyond a century is a century.
final class Clocks {
    private static final long CENTURY = Duration.ofDays(36_500).toNanos();

    private Clocks() {}

    static long positive(String what, Duration duration) {
        if (duration.isNegative() || duration.isZero()) {
            throw new IllegalArgumentException(what + " must be longer than zero, was " + duration);
        }
        return nanos(duration);
    }

    static long nanos(Duration duration) {
        return duration.compareTo(Duration.ofDays(36_500)) >= 0 ? CENTURY : Math.max(0, duration.toNanos());
    }
}
