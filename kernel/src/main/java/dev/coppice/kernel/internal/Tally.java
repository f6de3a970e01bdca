package dev.coppice.kernel.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// Two counters with one writer at a time: the owner of a place, hand-over of places being a happens-before edge. Read by anybody.
final class Tally {
    private static final VarHandle ACCEPTED;
    private static final VarHandle RECEIVED;

    static {
        try {
            var lookup = MethodHandles.lookup();
            ACCEPTED = lookup.findVarHandle(Tally.class, "accepted", long.class);
            RECEIVED = lookup.findVarHandle(Tally.class, "received", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused") // through the VarHandles
    private long accepted;

    @SuppressWarnings("unused")
    private long received;

    void accepted() {
        ACCEPTED.setOpaque(this, accepted + 1);
    }

    void received() {
        RECEIVED.setOpaque(this, received + 1);
    }

    long acceptedSoFar() {
        return (long) ACCEPTED.getOpaque(this);
    }

    long receivedSoFar() {
        return (long) RECEIVED.getOpaque(this);
    }
}
