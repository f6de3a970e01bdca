package dev.coppice.otp;

import java.time.Duration;

/// How many workers a [Pool] has: between two bounds, by its load.
///
/// @param every how often it looks at the load while there is any
record Sizing(int min, int max, Duration every) {
    Sizing {
        Limits.positive("the smallest size of a pool", min);
        every = Limits.positive("every", every);
        if (max < min) {
            throw new IllegalArgumentException(
                    "the largest size of a pool must be at least the smallest (" + min + "), was " + max);
        }
    }

    static Sizing fixed(int size) {
        return new Sizing(Limits.positive("the size of a pool", size), size, Duration.ofSeconds(1));
    }

    boolean isFixed() {
        return min == max;
    }

    /// The next size. Grows by a quarter when more than one message waits for each worker, shrinks by one when less than half of the
    /// workers are busy and nothing waits.
    int next(int size, int busy, int waiting) {
        int wanted = size;
        if (waiting > size) {
            wanted = size + Math.max(1, size / 4);
        } else if (waiting == 0 && 2 * busy < size) {
            wanted = size - 1;
        }
        return Math.clamp(wanted, min, max);
    }
}
