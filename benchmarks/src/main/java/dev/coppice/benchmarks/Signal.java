package dev.coppice.benchmarks;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// Tells the measuring thread that a batch is done; used again by the next batch.
final class Signal {
    private volatile CountDownLatch latch = new CountDownLatch(0);

    /// Waits for this many [#done]. Called before the batch starts.
    void expect(int times) {
        latch = new CountDownLatch(times);
    }

    void done() {
        latch.countDown();
    }

    void await() throws InterruptedException {
        if (!latch.await(120, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the batch was not done within 120 s; " + latch.getCount() + " still run");
        }
    }
}
