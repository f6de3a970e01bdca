package dev.coppice.kernel.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLong;

/// Counters with one writer at a time, and numbers for new actors: the owner of a place, hand-over of places being a happens-before edge.
/// The counters are read by anybody.
final class Tally {
    /// Numbers that are taken from the node at once.
    private static final int BLOCK = 64;

    private static final VarHandle ACCEPTED;
    private static final VarHandle RECEIVED;
    private static final VarHandle SPAWNED;
    private static final VarHandle EXITED;

    static {
        try {
            var lookup = MethodHandles.lookup();
            ACCEPTED = lookup.findVarHandle(Tally.class, "accepted", long.class);
            RECEIVED = lookup.findVarHandle(Tally.class, "received", long.class);
            SPAWNED = lookup.findVarHandle(Tally.class, "spawned", long.class);
            EXITED = lookup.findVarHandle(Tally.class, "exited", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused") // through the VarHandles
    private long accepted;

    @SuppressWarnings("unused")
    private long received;

    @SuppressWarnings("unused")
    private long spawned;

    @SuppressWarnings("unused")
    private long exited;

    /// The last number that was given away, and the last of the block. Of the owner alone.
    private long id;

    private long lastId;

    void accepted() {
        ACCEPTED.setOpaque(this, accepted + 1);
    }

    void received() {
        RECEIVED.setOpaque(this, received + 1);
    }

    void spawned() {
        SPAWNED.setOpaque(this, spawned + 1);
    }

    void exited() {
        EXITED.setOpaque(this, exited + 1);
    }

    /// @param ids the last number of the node that is in a block
    long nextId(AtomicLong ids) {
        if (id == lastId) {
            lastId = ids.addAndGet(BLOCK);
            id = lastId - BLOCK;
        }
        return ++id;
    }

    long spawnedSoFar() {
        return (long) SPAWNED.getOpaque(this);
    }

    long exitedSoFar() {
        return (long) EXITED.getOpaque(this);
    }

    long acceptedSoFar() {
        return (long) ACCEPTED.getOpaque(this);
    }

    long receivedSoFar() {
        return (long) RECEIVED.getOpaque(this);
    }
}
