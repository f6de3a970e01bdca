package dev.coppice.otp;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// How many restarts a supervisor allows within a period, and the ones that it has had. A value: counting gives the next one.
///
/// The window slides, in nanoseconds, and a restart exactly one period ago still counts.
final class Intensity {
    // The times lie in an array that a value shares with those that it has become: each sees its own part, [from, to),
    // which nobody writes again. Only the last of them may append, which it knows from the row's own end; another one
    // copies. So counting costs a constant, taken together, however many restarts the window holds.

    private static final class Row {
        final long[] times;
        int end;

        Row(int size) {
            times = new long[size];
        }
    }

    private final int restarts;
    private final Duration period;
    private final long nanos;
    private final Row row;
    private final int from;
    private final int to;

    private Intensity(int restarts, Duration period, long nanos, Row row, int from, int to) {
        this.restarts = restarts;
        this.period = period;
        this.nanos = nanos;
        this.row = row;
        this.from = from;
        this.to = to;
    }

    static Intensity of(int restarts, Duration period) {
        if (restarts < 0) {
            throw new IllegalArgumentException("intensity must be at least 0 restarts, was " + restarts);
        }
        var checked = Limits.positive("the intensity's period", period);
        return new Intensity(restarts, checked, checked.toNanos(), new Row(0), 0, 0);
    }

    int restarts() {
        return restarts;
    }

    Duration period() {
        return period;
    }

    /// With one more restart; forgets those that are out of the window, and those that can make no difference.
    Intensity count(long now) {
        int first = Math.max(from, to - restarts);
        while (first < to && now - row.times[first] > nanos) {
            first++;
        }
        var into = row.end == to && to < row.times.length ? row : copy(first);
        int start = into == row ? first : 0;
        into.times[into.end++] = now;
        return new Intensity(restarts, period, nanos, into, start, into.end);
    }

    private Row copy(int first) {
        int kept = to - first;
        var copy = new Row(Math.max(4, 2 * kept));
        System.arraycopy(row.times, first, copy.times, 0, kept);
        copy.end = kept;
        return copy;
    }

    /// How many restarts are in the window; at most one more than allowed is known.
    int counted() {
        return to - from;
    }

    /// The times of the restarts in the window, oldest first.
    List<Long> at() {
        return Arrays.stream(row.times, from, to).boxed().toList();
    }

    boolean exceeded() {
        return counted() > restarts;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Intensity that
                && restarts == that.restarts
                && period.equals(that.period)
                && Arrays.equals(row.times, from, to, that.row.times, that.from, that.to);
    }

    @Override
    public int hashCode() {
        return Objects.hash(restarts, period, counted());
    }

    @Override
    public String toString() {
        return restarts + (restarts == 1 ? " restart in " : " restarts in ") + period;
    }
}
