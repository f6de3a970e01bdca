package dev.coppice.otp;

import java.time.Duration;

/// How long to wait before a restart: longer after each failure, never longer than `max`, and from the beginning again once the child
/// has run for `resetAfter`.
///
/// While it waits, the child shows as *restarting* and can be terminated, calls to its name fail at once, and its supervisor serves
/// everything else. Waiting does not forgive: every failure still counts against the supervisor's intensity.
///
/// @param factor by how much each wait is longer than the one before; at least 1
/// @param jitter the random part of each wait, between 0 (none) and 1 (from nothing to all of it); it shortens only
public record Backoff(Duration min, Duration max, double factor, double jitter, Duration resetAfter) {

    public Backoff {
        min = Limits.positive("backoff min", min);
        max = Limits.positive("backoff max", max);
        resetAfter = Limits.positive("backoff resetAfter", resetAfter);
        if (max.compareTo(min) < 0) {
            throw new IllegalArgumentException("backoff max must be at least min (" + min + "), was " + max);
        }
        if (!(factor >= 1) || Double.isInfinite(factor)) {
            throw new IllegalArgumentException("backoff factor must be at least 1, was " + factor);
        }
        if (!(jitter >= 0 && jitter <= 1)) {
            throw new IllegalArgumentException("backoff jitter must be between 0 and 1, was " + jitter);
        }
    }

    /// Doubles from `min` to `max`, a fifth of it random, and begins again after the child has run for twice `max`.
    public static Backoff between(Duration min, Duration max) {
        return new Backoff(min, max, 2, 0.2, max.multipliedBy(2));
    }

    public Backoff factor(double factor) {
        return new Backoff(min, max, factor, jitter, resetAfter);
    }

    public Backoff jitter(double jitter) {
        return new Backoff(min, max, factor, jitter, resetAfter);
    }

    public Backoff resetAfter(Duration run) {
        return new Backoff(min, max, factor, jitter, run);
    }

    /// The wait after this many earlier failures.
    ///
    /// @param random in `[0, 1)`
    Duration delay(int failures, double random) {
        double whole = Math.min((double) max.toNanos(), min.toNanos() * Math.pow(factor, failures));
        return Duration.ofNanos(Math.max(1, (long) (whole * (1 - jitter * random))));
    }
}
