package dev.coppice.otp;

import dev.coppice.kernel.Cancellable;
import dev.coppice.kernel.Pid;
import org.jspecify.annotations.Nullable;

/// One entry of a [Registry], owned by its actor, which closes it when it exits.
final class Seat<K, M, V> implements AutoCloseable {
    final K key;
    final Pid<M> pid;
    private final Seats<K, M, V> seats;

    /// Written by the actor, read by all.
    private volatile V value;

    /// Its place in the order of all; written before it is shared.
    long number;

    /// Set by whoever takes it out, under the lock of [Seats]: it never comes in again.
    boolean ended;

    /// Confined to the actor.
    private @Nullable Cancellable owned;

    Seat(K key, Pid<M> pid, V value, Seats<K, M, V> seats) {
        this.key = key;
        this.pid = pid;
        this.value = value;
        this.seats = seats;
    }

    void owned(Cancellable owned) {
        this.owned = owned;
    }

    V value() {
        return value;
    }

    void value(V changed) {
        value = changed;
    }

    Registry.Entry<K, M, V> entry() {
        return new Registry.Entry<>(key, pid, value);
    }

    /// The actor takes it out itself.
    void leave() {
        if (owned != null) {
            owned.cancel();
        }
        seats.leave(this);
    }

    /// The actor is exiting. Listeners monitor it, so they need no word.
    @Override
    public void close() {
        seats.remove(this);
    }
}
