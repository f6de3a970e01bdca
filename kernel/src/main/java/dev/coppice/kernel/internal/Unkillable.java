package dev.coppice.kernel.internal;

import dev.coppice.kernel.spi.Alarm;
import java.util.concurrent.ConcurrentHashMap;

/// Watches a killed actor until it has left its code; raises the alarm when that takes too long, and again each time as long.
final class Unkillable extends Alarm {
    private final Cell<?> cell;
    private final long since;

    private Unkillable(Cell<?> cell) {
        this.cell = cell;
        this.since = cell.node.scheduler.nanoTime();
    }

    /// The watches of a node, by actor; an actor that was killed inside its code has one until it is gone.
    static final class Watches {
        private final ConcurrentHashMap<Cell<?>, Unkillable> watches = new ConcurrentHashMap<>();

        void begin(Cell<?> cell) {
            if (cell.isGone() || !cell.occupied()) {
                return;
            }
            var watch = new Unkillable(cell);
            if (watches.putIfAbsent(cell, watch) == null) {
                watch.again();
                if (cell.isGone()) {
                    end(cell);
                }
            }
        }

        void end(Cell<?> cell) {
            var watch = watches.remove(cell);
            if (watch != null) {
                cell.node.scheduler.cancel(watch);
            }
        }

        private boolean watched(Cell<?> cell) {
            return watches.containsKey(cell);
        }
    }

    private void again() {
        cell.node.scheduler.schedule(this, cell.node.scheduler.nanoTime() + cell.node.unkillableNanos());
    }

    @Override
    public void ring() {
        if (cell.isGone() || !cell.node.killed.watched(cell)) {
            return;
        }
        if (!cell.isClosed()) {
            cell.node.observers.unkillable(cell, cell.node.scheduler.nanoTime() - since);
        }
        again();
    }

    @Override
    public String toString() {
        return "watch of the killed " + cell;
    }
}
