package dev.coppice.kernel.internal;

/// Ticks when its actor has received nothing for a while. A message only notes the time; the alarm looks at the note when it rings.
final class IdleTimer extends ActorTimer {
    private final long quiet;

    /// Written by the actor, read by the ringing thread.
    private volatile long touched;

    IdleTimer(Cell<?> cell, Object message, long quiet) {
        super(cell, message, quiet);
        this.quiet = quiet;
    }

    void begin() {
        touch();
        count();
        cell.node.scheduler.schedule(this, touched + quiet);
    }

    void touch() {
        touched = cell.node.scheduler.nanoTime();
    }

    @Override
    long due() {
        return touched + quiet;
    }

    @Override
    public void ring() {
        long due = due();
        if (!active()) {
            return;
        }
        if (cell.node.scheduler.nanoTime() < due) {
            cell.node.scheduler.schedule(this, due);
        } else {
            touch();
            super.ring();
        }
    }
}
