package dev.coppice.testkit;

import java.time.Duration;

/// Durations that a test names, as nanoseconds that still add up.
final class Times {
    private static final Duration LONGEST = Duration.ofDays(36_500);

    private Times() {}

    /// @param what takes the duration, for the error
    static long nanos(String what, Duration time) {
        return valid(what, time).toNanos();
    }

    static Duration valid(String what, Duration time) {
        if (time.isNegative() || time.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    what + " takes a time from zero to " + LONGEST.toDays() + " days, was " + time);
        }
        return time;
    }
}
