package dev.coppice.otp;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// How many restarts a supervisor allows within a period, and the ones that it has had. A value: counting gives the next one.
///
/// The window slides, in nanoseconds, and a restart exactly one period ago still counts.
///
/// @param at the times of the restarts in the window, oldest first; at most `restarts + 1` are kept
record Intensity(int restarts, Duration period, List<Long> at) {

    Intensity {
        if (restarts < 0) {
            throw new IllegalArgumentException("intensity must be at least 0 restarts, was " + restarts);
        }
        period = Limits.positive("the intensity's period", period);
        at = List.copyOf(at);
    }

    static Intensity of(int restarts, Duration period) {
        return new Intensity(restarts, period, List.of());
    }

    /// With one more restart.
    Intensity count(long now) {
        var kept = new ArrayList<Long>();
        for (long one : at) {
            if (now - one <= period.toNanos()) {
                kept.add(one);
            }
        }
        kept.add(now);
        return new Intensity(restarts, period, kept.subList(Math.max(0, kept.size() - restarts - 1), kept.size()));
    }

    boolean exceeded() {
        return at.size() > restarts;
    }

    @Override
    public String toString() {
        return restarts + (restarts == 1 ? " restart in " : " restarts in ") + period;
    }
}
