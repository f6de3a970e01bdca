package dev.coppice.kernel.internal;

import dev.coppice.kernel.spi.Alarm;

/// All alarms of a scheduler, in stripes, so that threads that set and cancel them seldom meet.
final class Alarms {
    private final LocalNode node;
    private final AlarmHeap[] heaps;

    /// @param places about how many threads use it at a time
    Alarms(LocalNode node, int places) {
        this.node = node;
        this.heaps = new AlarmHeap[Integer.highestOneBit(Math.max(1, places) * 2 - 1)];
        for (int i = 0; i < heaps.length; i++) {
            heaps[i] = new AlarmHeap(i);
        }
    }

    /// True when it is the earliest of its stripe.
    boolean add(Alarm alarm, long at) {
        return heaps[(int) Thread.currentThread().threadId() & (heaps.length - 1)].add(alarm, at);
    }

    boolean remove(Alarm alarm) {
        return alarm.index >= 0 && heaps[alarm.stripe & (heaps.length - 1)].remove(alarm);
    }

    /// Rings what is due, on this thread.
    void ring(long now) {
        for (var heap : heaps) {
            for (var alarm = heap.due(now); alarm != null; alarm = heap.due(now)) {
                ring(alarm);
            }
        }
    }

    private void ring(Alarm alarm) {
        try {
            alarm.ring();
        } catch (Throwable fatal) {
            node.fatal(null, fatal);
        }
    }

    long earliest() {
        long earliest = Long.MAX_VALUE;
        for (var heap : heaps) {
            earliest = Math.min(earliest, heap.earliest());
        }
        return earliest;
    }
}
