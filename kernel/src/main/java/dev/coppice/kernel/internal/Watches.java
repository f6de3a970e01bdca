package dev.coppice.kernel.internal;

import dev.coppice.kernel.spi.Alarm;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/// Alarms over actors that are inside their code and ought to leave it: at most one an actor, gone when it has.
final class Watches {

    /// Looks after one actor. Rings again and again as long as it is watched.
    abstract static class Watch extends Alarm {
        final Cell<?> cell;

        Watch(Cell<?> cell) {
            this.cell = cell;
        }

        /// Written by whoever ends it, read by the ringing thread.
        private volatile boolean ended;

        /// How long to wait before it rings, and between; in nanoseconds.
        abstract long period();

        /// What it does; false when it is enough.
        abstract boolean look();

        @Override
        public final void ring() {
            if (!ended && look()) {
                again();
            }
        }

        private void again() {
            cell.node.scheduler.schedule(this, cell.node.scheduler.nanoTime() + period());
            if (ended) {
                cell.node.scheduler.cancel(this);
            }
        }

        private void end() {
            ended = true;
            cell.node.scheduler.cancel(this);
        }

        @Override
        public String toString() {
            return getClass().getSimpleName() + " of " + cell;
        }
    }

    private final Function<Cell<?>, Watch> kind;
    private final ConcurrentHashMap<Cell<?>, Watch> watches = new ConcurrentHashMap<>();

    Watches(Function<Cell<?>, Watch> kind) {
        this.kind = kind;
    }

    /// Watches an actor that runs; one that has left its code meanwhile is not watched any more.
    void begin(Cell<?> cell) {
        if (cell.left) {
            return;
        }
        var watch = kind.apply(cell);
        if (watches.putIfAbsent(cell, watch) == null) {
            watch.again();
            if (cell.left) {
                end(cell);
            }
        }
    }

    void end(Cell<?> cell) {
        var watch = watches.isEmpty() ? null : watches.remove(cell);
        if (watch != null) {
            watch.end();
        }
    }
}
