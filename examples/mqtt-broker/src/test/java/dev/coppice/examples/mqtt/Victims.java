package dev.coppice.examples.mqtt;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.coppice.examples.mqtt.Monkey.Fault;
import dev.coppice.kernel.Actor;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.ExitReason.Crashed;
import dev.coppice.kernel.ExitReason.Killed;
import dev.coppice.kernel.ExitReason.Normal;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/// The actors that are there to fail.
final class Victims implements Server<Victims.Msg> {
    sealed interface Msg {}

    record Spin(int millis) implements Msg {}

    record Drop() implements Msg {}

    /// Ends it; it must have got so many drops.
    record Count(int drops) implements Msg {}

    record Stop() implements Msg {}

    record Descend() implements Msg {}

    record Hoard() implements Msg {}

    /// Works on for so long, whatever it is told.
    record Ignore(int millis) implements Msg {}

    private static final Set<Fault> ENDING_BY_THEMSELVES = Set.of(Fault.HOG, Fault.FLOOD);
    private final Fault fault;
    private int drops;

    private Victims(Fault fault) {
        this.fault = fault;
    }

    static Actor<Msg> victim(Fault fault) {
        return Server.<Msg>of(() -> new Victims(fault)).labelled("victim of " + fault);
    }

    static Actor<Msg> unborn() {
        return Server.<Msg>of(() ->
                        new Server<>() {
                            @Override
                            public void init(Self<Msg> self) {
                                throw new IllegalStateException("stillborn");
                            }

                            @Override
                            public void handle(Msg msg, Self<Msg> self) {}
                        })
                .labelled("victim of " + Fault.THROW_IN_INIT);
    }

    static boolean expected(Fault fault, ExitReason reason) {
        return switch (fault) {
            case THROW_IN_TERMINATE -> reason instanceof Crashed(var cause) && "last words".equals(cause.getMessage());
            case STACK_OVERFLOW -> reason instanceof Crashed(var cause) && cause instanceof StackOverflowError;
            case OUT_OF_MEMORY -> reason instanceof Crashed(var cause) && cause instanceof OutOfMemoryError;
            case SWALLOWED_INTERRUPT -> reason instanceof Killed;
            default -> ENDING_BY_THEMSELVES.contains(fault) && reason instanceof Normal;
        };
    }

    @Override
    public void handle(Msg msg, Self<Msg> self) {
        switch (msg) {
            case Spin(int millis) -> {
                for (long until = self.nanoTime() + millis * 1_000_000L; self.nanoTime() < until; ) {
                    Thread.onSpinWait();
                }
                self.stop();
            }
            case Drop _ -> drops++;
            case Count(int expected) when drops == expected -> self.stop();
            case Count(int expected) -> throw new IllegalStateException(drops + " drops instead of " + expected);
            case Stop _ -> self.stop();
            case Descend _ -> descend(0);
            case Hoard _ -> throw new IllegalStateException("got " + new long[1_000][Integer.MAX_VALUE].length);
            case Ignore(int millis) -> ignore(millis);
        }
    }

    private static int descend(int depth) {
        return depth < 0 ? 0 : descend(depth + 1) + 1;
    }

    private static void ignore(int millis) {
        for (long until = System.nanoTime() + millis * 1_000_000L, left = 1; left > 0; ) {
            left = until - System.nanoTime();
            try {
                boolean _ = new CountDownLatch(1).await(left, NANOSECONDS);
            } catch (InterruptedException swallowed) {
                // That is the fault.
            }
        }
    }

    @Override
    public void terminate(ExitReason reason, Self<Msg> self) {
        if (fault == Fault.THROW_IN_TERMINATE) {
            throw new IllegalStateException("last words");
        }
    }
}
