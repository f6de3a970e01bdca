package dev.coppice.guard;

import java.time.Duration;

/// Checks of settings, with errors that name the thing, the value and the remedy.
final class Limits {
    private Limits() {}

    /// Longer than any run, and still adds up without overflow.
    static final Duration FOREVER = Duration.ofDays(36_500);

    static Duration positive(String what, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(what + " must be longer than zero, was " + value);
        }
        return value.compareTo(FOREVER) > 0 ? FOREVER : value;
    }

    static int positive(String what, int value) {
        return between(what, 1, value, Integer.MAX_VALUE);
    }

    static int between(String what, int min, int value, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(what + " must be between " + min + " and " + max + ", was " + value);
        }
        return value;
    }

    /// A part of a whole: above 0, at most 1.
    static double rate(String what, double value) {
        if (!(value > 0 && value <= 1)) {
            throw new IllegalArgumentException(what + " must be above 0 and at most 1, was " + value);
        }
        return value;
    }

    /// For messages: a tenth of a second is exact enough.
    static String seconds(long nanos) {
        return Math.round(Math.max(0, nanos) / 1e8) / 10.0 + " s";
    }
}
