package dev.coppice.kernel.internal;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Offer;
import dev.coppice.kernel.Pending;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.spi.Scheduler;
import java.util.function.UnaryOperator;

/// What the methods of `spi.Door` and `spi.Scheduler` call.
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

    public static Node nodeOf(Ref<?> ref) {
        return Refs.nodeOf(ref);
    }

    public static String rendered(Ref<?> to, Object message) {
        return to instanceof Cell<?> cell ? Reports.rendered(cell, message) : message.getClass().getName();
    }

    public static String rendered(Pid<?> to, Object message, UnaryOperator<String> redaction) {
        return Reports.rendered((Cell<?>) to, message, redaction);
    }

    public static Scheduler scheduler(Node node) {
        return ((LocalNode) node).scheduler;
    }
}
