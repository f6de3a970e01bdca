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

    /// The watchdog's note.
    private boolean reported;

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

    long since() {
        return since;
    }

    Optional<Running> running() {
        return activation instanceof Cell<?> cell && thread != null && !cell.resting()
                ? Optional.of(new Running(cell, thread))
                : Optional.empty();
    }

    void watch(Observers observers, long now, long slow) {
        if (!reported
                && now - since >= slow
                && activation instanceof Cell<?> cell
                && thread != null
                && !cell.resting()) {
            reported = true;
            observers.slowHandler(cell, thread, now - since);
        }
    }
}
