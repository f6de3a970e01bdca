package dev.coppice.kernel.internal;

import dev.coppice.kernel.spi.Alarm;

/// Watches a killed actor until it has left its code; raises the alarm when that takes too long, and again each time as long.
final class Unkillable extends Alarm {
    private final Cell<?> cell;
    private final long since;

    private Unkillable(Cell<?> cell) {
        this.cell = cell;
        this.since = cell.node.scheduler.nanoTime();
    }

    static void watch(Cell<?> cell) {
        if (!cell.isGone() && cell.occupied()) {
            var watch = new Unkillable(cell);
            cell.node.scheduler.schedule(watch, watch.since + cell.node.unkillableNanos());
        }
    }

    @Override
    public void ring() {
        if (cell.isGone()) {
            return;
        }
        if (!(cell.isClosed())) {
            cell.node.observers.unkillable(cell, cell.node.scheduler.nanoTime() - since);
        }
        cell.node.scheduler.schedule(this, cell.node.scheduler.nanoTime() + cell.node.unkillableNanos());
    }
}
