package dev.coppice.stress;

import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;

/// The twin of the mailbox for the model checker, which must find the planted lost wake-up. The missing fence it cannot find: it tries
/// orders of steps, not what a machine does between them.
public abstract class TwinModel {
    private final Twin twin;
    private volatile int sent;
    private volatile int received;
    private final AtomicInteger wakes = new AtomicInteger();
    private volatile boolean rests;

    TwinModel(Twin twin) {
        this.twin = twin;
    }

    @Operation(nonParallelGroup = "sender")
    public void send() {
        sent++;
        if (twin.push(1)) {
            wakes.incrementAndGet();
        }
    }

    @Operation(nonParallelGroup = "worker")
    public void work() {
        if (rests) {
            if (wakes.get() == 0) {
                return;
            }
            wakes.decrementAndGet();
            rests = false;
        }
        do {
            received += twin.take();
        } while (!twin.rest());
        rests = true;
    }

    @Validate
    public void no_mail_waits_beside_an_actor_at_rest() {
        if (rests && wakes.get() == 0 && sent > received) {
            throw new IllegalStateException((sent - received) + " mails wait, and nobody wakes the actor");
        }
    }

    /// As the kernel does it.
    public static class Sound extends TwinModel {
        public Sound() {
            super(new Twin.Sound());
        }
    }

    /// With the planted lost wake-up.
    public static class LostWakeUp extends TwinModel {
        public LostWakeUp() {
            super(new Twin.LostWakeUp());
        }
    }
}
