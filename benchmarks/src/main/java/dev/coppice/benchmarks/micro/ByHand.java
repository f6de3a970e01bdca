package dev.coppice.benchmarks.micro;

import dev.coppice.kernel.spi.Activation;
import dev.coppice.kernel.spi.Alarm;
import dev.coppice.kernel.spi.Scheduler;
import dev.coppice.kernel.spi.Waiting;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.LockSupport;

/// A scheduler without threads: what is ready runs when the benchmark says so, on its thread, so that paths are measured and no
/// hand-over. Timers never ring.
final class ByHand implements Scheduler {
    private final Queue<Activation> ready = new ArrayDeque<>();

    /// Runs everything that is ready, and what becomes ready by that.
    void runAll() {
        for (var next = ready.poll(); next != null; next = ready.poll()) {
            next.run();
        }
    }

    @Override
    public void ready(Activation activation) {
        ready.add(activation);
    }

    @Override
    public void execute(Runnable job) {
        Thread.ofVirtual().start(job);
    }

    /// Instead of waiting, runs the others.
    @Override
    public void suspend(Waiting waiting) {
        while (!waiting.over()) {
            var next = ready.poll();
            if (next == null) {
                LockSupport.parkNanos(waiting, 100_000);
            } else {
                next.run();
            }
        }
    }

    @Override
    public void resume(Waiting waiting) {}

    @Override
    public void schedule(Alarm alarm, long atNanos) {}

    @Override
    public boolean cancel(Alarm alarm) {
        return true;
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public Instant wallTime() {
        return Instant.now();
    }

    @Override
    public long random() {
        return 4;
    }

    @Override
    public void close() {}
}
