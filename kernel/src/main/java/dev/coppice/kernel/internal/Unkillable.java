package dev.coppice.kernel.internal;

/// Watches a killed actor until it has left its code; raises the alarm when that takes too long, and again each time as long.
final class Unkillable extends Watches.Watch {
    private final long since;

    Unkillable(Cell<?> cell) {
        super(cell);
        this.since = cell.node.scheduler.nanoTime();
    }

    @Override
    long period() {
        return cell.node.unkillableNanos();
    }

    @Override
    boolean look() {
        if (cell.left) {
            return false;
        }
        cell.node.observers.unkillable(cell, cell.node.scheduler.nanoTime() - since);
        if (cell.settings.isAbandonedWhenUnkillable()) {
            cell.node.scheduler.execute(() -> Dying.abandon(cell));
            return false;
        }
        return true;
    }
}
