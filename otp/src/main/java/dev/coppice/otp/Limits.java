package dev.coppice.otp;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/// Checks of limits, with errors that name the thing, the value and the remedy.
final class Limits {
    private Limits() {}

    /// Longer than any run: stands for "no limit", and still adds up without overflow.
    static final Duration FOREVER = Duration.ofDays(36_500);

    static Duration positive(String what, Duration value) {
        requireNonNull(value, what);
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException(what + " must be longer than zero, was " + value);
        }
        return value.compareTo(FOREVER) > 0 ? FOREVER : value;
    }

    static int positive(String what, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(what + " must be at least 1, was " + value);
        }
        return value;
    }

    static String visible(String what, String value) {
        requireNonNull(value, what);
        if (value.isBlank() || value.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(what + " needs visible characters, was \"" + value + "\"");
        }
        return value;
    }
}
