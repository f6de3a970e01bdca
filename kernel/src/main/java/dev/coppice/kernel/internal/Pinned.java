package dev.coppice.kernel.internal;

import dev.coppice.kernel.spi.Activation;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/// The platform thread of a pinned actor: parks between its activations, ends with it.
final class Pinned extends Runner implements Runnable {
    private final Activation activation;
    private final ConcurrentMap<Activation, Pinned> all;

    /// Counts what such actors receive.
    private final LongAdder messages;

    private final AtomicInteger turns = new AtomicInteger();
    private volatile boolean ended;

    Pinned(Activation activation, ConcurrentMap<Activation, Pinned> all, LongAdder messages) {
        this.activation = activation;
        this.all = all;
        this.messages = messages;
        thread = Thread.ofPlatform().daemon().name("coppice-pinned-" + activation.id()).unstarted(this);
        thread.start();
    }

    void ready() {
        turns.incrementAndGet();
        LockSupport.unpark(thread);
    }

    void end() {
        ended = true;
        LockSupport.unpark(thread);
    }

    @Override
    public void run() {
        bindHere();
        while (!ended && !activation.ended()) {
            if (turns.get() == 0) {
                LockSupport.park(this);
                Thread.interrupted(); // nobody's: with the flag it would never park again
            } else {
                turns.decrementAndGet();
                activation.run();
            }
        }
        all.remove(activation);
    }

    @Override
    void received(Cell<?> cell, Mail mail) {
        super.received(cell, mail);
        messages.increment();
    }
}
