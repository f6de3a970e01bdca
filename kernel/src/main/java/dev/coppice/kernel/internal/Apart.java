package dev.coppice.kernel.internal;

import dev.coppice.kernel.spi.Activation;
import dev.coppice.kernel.spi.Running;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One activation of an actor that blocks, on a virtual thread of its own, without a place.
final class Apart implements Runnable {
    private final Activation activation;
    private final Set<Apart> running;

    // Written by the thread that runs it before it is in the set, read by the watchdog.
    private @Nullable Thread thread;
    private long since;

    // The watchdog's notes: since when it has seen it in one handler.
    private boolean reported;
    private long progress;
    private long busySince;

    Apart(Activation activation, Set<Apart> running) {
        this.activation = activation;
        this.running = running;
    }

    @Override
    public void run() {
        var runner = new Runner();
        var current = Thread.currentThread();
        runner.bind(current);
        thread = current;
        since = System.nanoTime();
        running.add(this);
        try {
            activation.run();
        } finally {
            running.remove(this);
            runner.ends(current);
        }
        if (activation instanceof Cell<?> cell) {
            cell.habit.ran(System.nanoTime() - since > Watchdog.TICK);
        }
    }

    boolean runs(Cell<?> cell) {
        return activation == cell;
    }

    /// Since when it has been in one handler, as far as the watchdog knows.
    long busySince() {
        return Math.max(since, busySince);
    }

    Optional<Running> running() {
        return activation instanceof Cell<?> cell && thread != null && !cell.resting()
                ? Optional.of(new Running(cell, thread))
                : Optional.empty();
    }

    void watch(Observers observers, long now, long slow) {
        if (!(activation instanceof Cell<?> cell)) {
            return;
        }
        long seen = Watchdog.progress(cell, 0);
        if (seen != progress || cell.resting()) {
            progress = seen;
            busySince = now;
            reported = false;
        }
        var running = thread;
        if (!reported && running != null && now - busySince() >= slow) {
            reported = true;
            observers.slowHandler(cell, running, now - busySince());
        }
    }
}
