package dev.coppice.guard;

import java.time.Duration;
import java.util.Arrays;

/// The results of the last calls: immutable; adding gives the next window.
sealed interface Window {

    Window add(boolean failed, boolean slow, long now);

    Sum sum(long now);

    /// What a window has seen.
    record Sum(int calls, int failed, int slow) {
        static final Sum NONE = new Sum(0, 0, 0);

        double failureRate() {
            return calls == 0 ? 0 : (double) failed / calls;
        }

        double slowRate() {
            return calls == 0 ? 0 : (double) slow / calls;
        }

        Sum plus(Sum more) {
            return new Sum(calls + more.calls, failed + more.failed, slow + more.slow);
        }

        static Sum of(boolean failed, boolean slow) {
            return new Sum(1, failed ? 1 : 0, slow ? 1 : 0);
        }
    }

    /// The last so many calls, two bits each.
    final class Calls implements Window {
        private final int size;
        private final int next;
        private final Sum sum;
        private final long[] failed;
        private final long[] slow;

        Calls(int size) {
            this(size, 0, Sum.NONE, new long[(size + 63) / 64], new long[(size + 63) / 64]);
        }

        private Calls(int size, int next, Sum sum, long[] failed, long[] slow) {
            this.size = size;
            this.next = next;
            this.sum = sum;
            this.failed = failed;
            this.slow = slow;
        }

        @Override
        public Window add(boolean failure, boolean slowness, long now) {
            var gone = sum.calls() < size ? Sum.NONE : new Sum(-1, -bit(failed), -bit(slow));
            return new Calls(
                    size,
                    (next + 1) % size,
                    sum.plus(gone).plus(Sum.of(failure, slowness)),
                    with(failed, failure),
                    with(slow, slowness));
        }

        private int bit(long[] bits) {
            return (int) (bits[next / 64] >>> next % 64 & 1);
        }

        private long[] with(long[] bits, boolean bit) {
            var copy = bits.clone();
            long mask = 1L << next % 64;
            copy[next / 64] = bit ? copy[next / 64] | mask : copy[next / 64] & ~mask;
            return copy;
        }

        @Override
        public Sum sum(long now) {
            return sum;
        }
    }

    /// The calls of the last so much time, in ten slices: a slice leaves as a whole.
    final class Time implements Window {
        private static final int SLICES = 10;

        private final long sliceNanos;

        /// The number of the newest slice, counted from the clock's zero; it stands at its remainder by [#SLICES].
        private final long newest;

        private final Sum[] slices;

        Time(Duration length, long now) {
            this.sliceNanos = Math.max(1, length.toNanos() / SLICES);
            this.newest = Math.floorDiv(now, sliceNanos);
            this.slices = new Sum[SLICES];
            Arrays.fill(slices, Sum.NONE);
        }

        private Time(long sliceNanos, long newest, Sum[] slices) {
            this.sliceNanos = sliceNanos;
            this.newest = newest;
            this.slices = slices;
        }

        @Override
        public Window add(boolean failed, boolean slow, long now) {
            var moved = at(now);
            int place = Math.floorMod(moved.newest, SLICES);
            var copy = moved.slices.clone();
            copy[place] = copy[place].plus(Sum.of(failed, slow));
            return new Time(sliceNanos, moved.newest, copy);
        }

        /// Without what is too old by now.
        private Time at(long now) {
            long slice = Math.floorDiv(now, sliceNanos);
            if (slice <= newest) {
                return this;
            }
            var copy = slices.clone();
            for (long gone = Math.max(newest + 1, slice - SLICES + 1); gone <= slice; gone++) {
                copy[Math.floorMod(gone, SLICES)] = Sum.NONE;
            }
            return new Time(sliceNanos, slice, copy);
        }

        @Override
        public Sum sum(long now) {
            var sum = Sum.NONE;
            for (var slice : at(now).slices) {
                sum = sum.plus(slice);
            }
            return sum;
        }
    }
}
