package dev.coppice.kernel.internal;

/// Interrupts an actor, once, that was told to exit while it ran and has not left its code within its stop limit.
final class Overdue extends Watches.Watch {

    Overdue(Cell<?> cell) {
        super(cell);
    }

    @Override
    long period() {
        return Clocks.nanos(cell.settings.stopWithin());
    }

    @Override
    boolean look() {
        if (!cell.left && cell.fate() instanceof Fate.Told) {
            cell.interrupt();
        }
        return false;
    }
}
