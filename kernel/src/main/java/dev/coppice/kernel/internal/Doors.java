package dev.coppice.kernel.internal;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.Offer;
import dev.coppice.kernel.Pending;
import dev.coppice.kernel.Ref;

/// What `spi.Door`'s default methods call.
public final class Doors {
    private Doors() {}

    public static void send(Ref<?> door, Object message) {
        Refs.send(door, message);
    }

    public static Offer offer(Ref<?> door, Object message) {
        return Refs.offer(door, message);
    }

    public static <R> R call(Ref<?> door, Call<?, R> request) {
        return Refs.call(door, request);
    }

    public static <R> Pending<R> ask(Ref<?> door, Call<?, R> request) {
        return Refs.ask(door, request);
    }
}
