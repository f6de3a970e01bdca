package dev.coppice.kernel.internal;

import dev.coppice.kernel.spi.Alarm;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Alarms by time, then by order of arrival: a heap with four children a node, which keeps late deadlines, the usual case, cheap to add,
/// and, since each alarm knows its index, cheap to take back. The times stand in an array of their own, where four children lie in one line of
/// the cache: a look at each alarm would be a miss each, once there are many. Under a short lock; nothing rings under it.
final class AlarmHeap {
    private static final VarHandle LOCK;

    static {
        try {
            LOCK = MethodHandles.lookup().findVarHandle(AlarmHeap.class, "lock", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int stripe;

    @SuppressWarnings("unused") // through LOCK
    private volatile int lock;

    private @Nullable Alarm[] heap = new Alarm[64];

    /// When those at the same index are due.
    private long[] times = new long[64];

    private int size;
    private long sequence;

    AlarmHeap(int stripe) {
        this.stripe = stripe;
    }

    /// True when it is the earliest now.
    boolean add(Alarm alarm, long at) {
        Spin.lock(LOCK, this, LockOrder.Rank.ALARMS);
        try {
            if (alarm.index >= 0) {
                throw new IllegalStateException("the alarm is scheduled already");
            }
            alarm.at = at;
            alarm.sequence = sequence++;
            alarm.stripe = stripe;
            if (size == heap.length) {
                grow();
            }
            up(size++, alarm);
            return alarm.index == 0;
        } finally {
            Spin.unlock(LOCK, this);
        }
    }

    /// Both or none: there may be no memory for it.
    private void grow() {
        var larger = Arrays.copyOf(heap, size * 2);
        times = Arrays.copyOf(times, size * 2);
        heap = larger;
    }

    boolean remove(Alarm alarm) {
        Spin.lock(LOCK, this, LockOrder.Rank.ALARMS);
        try {
            // What it says of its place is guarded by the lock of the heap that it is in, which may be another one by
            // now.
            int index = alarm.index;
            if (index < 0 || index >= size || heap[index] != alarm) {
                return false;
            }
            removeAt(index);
            return true;
        } finally {
            Spin.unlock(LOCK, this);
        }
    }

    /// Takes the earliest when it is due.
    @Nullable Alarm due(long now) {
        if (size == 0) {
            return null;
        }
        Spin.lock(LOCK, this, LockOrder.Rank.ALARMS);
        try {
            if (size == 0 || times[0] - now > 0) {
                return null;
            }
            var alarm = at(0);
            removeAt(0);
            return alarm;
        } finally {
            Spin.unlock(LOCK, this);
        }
    }

    /// When the earliest is due; `Long.MAX_VALUE` when there is none.
    long earliest() {
        Spin.lock(LOCK, this, LockOrder.Rank.ALARMS);
        try {
            return size == 0 ? Long.MAX_VALUE : times[0];
        } finally {
            Spin.unlock(LOCK, this);
        }
    }

    private void removeAt(int index) {
        at(index).index = -1;
        var last = at(--size);
        heap[size] = null;
        if (index < size) {
            down(index, last);
            if (last.index == index) {
                up(index, last);
            }
        }
    }

    private void up(int index, Alarm alarm) {
        while (index > 0) {
            int above = (index - 1) >> 2;
            if (!before(alarm, above)) {
                break;
            }
            put(index, at(above), times[above]);
            index = above;
        }
        put(index, alarm, alarm.at);
    }

    private void down(int index, Alarm alarm) {
        while (true) {
            int least = (index << 2) + 1;
            if (least >= size) {
                break;
            }
            for (int child = least + 1; child < size && child < (index << 2) + 5; child++) {
                if (before(child, least)) {
                    least = child;
                }
            }
            if (before(alarm, least)) {
                break;
            }
            put(index, at(least), times[least]);
            index = least;
        }
        put(index, alarm, alarm.at);
    }

    /// The alarm at an index below `size`.
    @SuppressWarnings("NullAway")
    private Alarm at(int index) {
        return heap[index];
    }

    private void put(int index, Alarm alarm, long at) {
        heap[index] = alarm;
        times[index] = at;
        alarm.index = index;
    }

    private boolean before(int one, int other) {
        return times[one] != times[other] ? times[one] - times[other] < 0 : at(one).sequence - at(other).sequence < 0;
    }

    private boolean before(Alarm one, int other) {
        return one.at != times[other] ? one.at - times[other] < 0 : one.sequence - at(other).sequence < 0;
    }
}
