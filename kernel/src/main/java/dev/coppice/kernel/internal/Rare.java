package dev.coppice.kernel.internal;

import org.jspecify.annotations.Nullable;

/// What few actors need: made when one does, so that the others need no room for it.
final class Rare {
    @Nullable IdleTimer idleTimer;
    @Nullable Resting resting;

    /// Receives nothing but inspections and exits. Written by the actor; read racily by reports.
    volatile boolean suspended;

    /// Read racily by killers.
    @Nullable Mail failedOn;

    /// The start of a loop that wants to be acknowledged.
    @Nullable Starting<?> starting;

    // How often each count of an actor has gone around, after four thousand million. Written by the actor after the
    // count itself, read by
    // reports before it: what is read in between is too low, never too high.
    private volatile int turns;
    private volatile int requests;

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    void turnsWentAround() {
        turns++;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    void requestsWentAround() {
        requests++;
    }

    /// How many messages the actor has received: racy.
    static long turns(ActorSelf<?> of) {
        var rare = of.rare;
        int around = rare == null ? 0 : rare.turns;
        return total(around, of.turns);
    }

    /// How many of them were requests: racy.
    static long requests(ActorSelf<?> of) {
        var rare = of.rare;
        int around = rare == null ? 0 : rare.requests;
        return total(around, of.requests);
    }

    private static long total(int around, int count) {
        return ((long) around << Integer.SIZE) + Integer.toUnsignedLong(count);
    }
}
