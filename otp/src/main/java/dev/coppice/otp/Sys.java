package dev.coppice.otp;

import static java.util.Objects.requireNonNull;

import dev.coppice.kernel.ActorInfo;
import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Cancellable;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Server;
import dev.coppice.kernel.spi.Inspection;
import dev.coppice.kernel.spi.Inspection.Insides;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A tool's view of a running actor, whatever its behaviour: suspend it, look at its state, count, trace, upgrade. Immutable.
///
/// ```java
/// var sys = Sys.of(door);
/// sys.suspend();
/// Lock.Door now = sys.state(Lock.Door.class);
/// sys.replaceState(Lock.Door.class, _ -> new Lock.Locked(""));
/// sys.resume();
/// ```
///
/// **Order.** Each request stands in the actor's mailbox behind what was sent before, and is done between two messages: of a server when
/// no handler runs, of a loop when it receives. Nothing of it costs an actor that is not looked at.
///
/// **Failure.** Each request waits for 5 s ([#within] changes that) and throws `CallFailed` when the actor is dead or dies, or with the
/// cause when the function given to it throws; the actor goes on as it was.
///
/// A loop can be suspended and resumed; its state is its stack, and cannot be seen: `UnsupportedOperationException` is the cause then.
public final class Sys<M> {
    private final Pid<M> pid;
    private final Duration patience;

    private Sys(Pid<M> pid, Duration patience) {
        this.pid = pid;
        this.patience = patience;
    }

    public static <M> Sys<M> of(Pid<M> pid) {
        return new Sys<>(requireNonNull(pid, "pid"), Duration.ofSeconds(5));
    }

    /// With another time-out.
    public Sys<M> within(Duration patience) {
        return new Sys<>(pid, requireNonNull(patience, "patience"));
    }

    // ---- suspend

    /// From now on it receives nothing: messages and timers wait in its mailbox, exits and ordered stops end it. Harmless when repeated.
    public void suspend() {
        tell(Insides::suspend);
    }

    public void resume() {
        tell(Insides::resume);
    }

    // ---- state

    /// Its state: the same object that it works with, so look and do not touch.
    ///
    /// @throws dev.coppice.kernel.CallFailed when it is not a [Stateful] server, or its state is of another class
    public <S> S state(Class<S> type) {
        return ask(insides -> type.cast(stateful(insides).state()));
    }

    /// Gives it another state, made from the one that it has; answers the new one. A function that throws changes nothing.
    public <S> S replaceState(Class<S> type, UnaryOperator<S> by) {
        return ask(insides -> {
            var server = Sys.<S>stateful(insides);
            var next = requireNonNull(by.apply(type.cast(server.state())), "the next state");
            server.state(next);
            return next;
        });
    }

    /// What it looks like. States are written as the recipe says that messages are ([dev.coppice.kernel.Recipe#rendering]): what that
    /// hides stays hidden here.
    public Status status() {
        return ask(insides ->
                new Status(
                        pid.info(),
                        insides.suspended(),
                        insides.received(),
                        insides.isServer() ? body(insides).getClass().getSimpleName() : "loop",
                        rendered(insides),
                        watched(insides).flatMap(watched -> watched.statistics(insides.nanoTime()))));
    }

    /// See [Sys#status].
    ///
    /// @param received messages since its start
    /// @param behaviour the class of the server
    /// @param state as its recipe renders it; empty when it shows none
    /// @param statistics while [Sys#count] is on
    public record Status(
            ActorInfo info,
            boolean suspended,
            int received,
            String behaviour,
            Optional<String> state,
            Optional<Statistics> statistics) {}

    // ---- statistics and trace

    /// Counts from now on. Begins anew when repeated.
    public void count() {
        tell(insides -> watch(insides).count(insides.nanoTime()));
    }

    /// Ends the counting.
    public void uncount() {
        tell(insides ->
                watched(insides)
                        .ifPresent(watched -> {
                            watched.uncount();
                            unwatch(insides, watched);
                        }));
    }

    /// Since [Sys#count]; of the actor's own time, virtual in tests.
    ///
    /// @param handled messages, timers and notices
    /// @param busy the time inside handlers
    /// @param longest of one handler
    public record Statistics(Duration since, long handled, Duration busy, Duration longest) {}

    /// Tells the listener of each message once it is handled, until cancelled or the listener is dead. It is offered, never waited for.
    public Cancellable trace(Ref<? super Traced> listener) {
        requireNonNull(listener, "listener");
        tell(insides -> watch(insides).add(listener));
        return () -> cancel(listener);
    }

    private boolean cancel(Ref<? super Traced> listener) {
        try {
            return ask(insides -> watched(insides).map(watched -> untrace(insides, watched, listener)).orElse(false));
        } catch (CallFailed failed) {
            if (failed.failure() instanceof Failure.Exited) {
                return false;
            }
            throw failed;
        }
    }

    /// Keeps the last messages from now on, that many, as [#log()] shows them; what is kept already stays as far as it fits.
    public void log(int events) {
        Limits.positive("events", events);
        tell(insides -> watch(insides).log(events));
    }

    /// Ends the keeping, and forgets.
    public void unlog() {
        tell(insides ->
                watched(insides)
                        .ifPresent(watched -> {
                            watched.log(0);
                            unwatch(insides, watched);
                        }));
    }

    /// The last messages that were handled, oldest first, since [#log(int)]; none without.
    public List<Traced> log() {
        return ask(insides -> watched(insides).map(Watched::log).orElse(List.of()));
    }

    /// One message was handled.
    ///
    /// @param message as the recipe renders it, and so the state
    /// @param state afterwards; empty when the server shows none
    /// @param took the time inside the handler
    /// @param failure what the handler has thrown; the signal of an exit too
    public record Traced(
            Pid<?> pid, String message, Optional<String> state, Duration took, Optional<Throwable> failure) {}

    // ---- upgrade

    /// Puts another server in the place of the one that runs: same pid, same mailbox, same name, nothing is lost. `upgrade` makes it from the
    /// old one, between two messages; `init` is not called. See [StateMachine#from] and [Pure#from].
    public void upgrade(Upgrade<M> upgrade) {
        requireNonNull(upgrade, "upgrade");
        ask(insides -> {
            var next = requireNonNull(upgrade.from(Sys.<M>typed(body(insides))), "the upgraded server");
            var watched = watched(insides).orElse(null);
            if (watched == null) {
                insides.replace(next);
            } else {
                watched.upgrade(next);
            }
            return true;
        });
    }

    /// Makes the new server from the old.
    @FunctionalInterface
    public interface Upgrade<M> {
        Server<?> from(Server<M> old) throws Exception;
    }

    // ---- inside the actor

    private <R> R ask(Inspection<R> inspection) {
        return Inspection.of(pid, patience, inspection);
    }

    private void tell(Consumer<Insides> deed) {
        ask(insides -> {
            deed.accept(insides);
            return true;
        });
    }

    private static Optional<Watched> watched(Insides insides) {
        return insides.isServer() && insides.server() instanceof Watched watched
                ? Optional.of(watched)
                : Optional.empty();
    }

    private static Watched watch(Insides insides) {
        return watched(insides)
                .orElseGet(() -> {
                    var watched = new Watched(insides.server(), insides.rendering());
                    insides.replace(watched);
                    return watched;
                });
    }

    private static boolean untrace(Insides insides, Watched watched, Ref<? super Traced> listener) {
        boolean removed = watched.remove(listener);
        unwatch(insides, watched);
        return removed;
    }

    private static void unwatch(Insides insides, Watched watched) {
        if (watched.idle()) {
            insides.replace(watched.watched());
        }
    }

    private static Server<?> body(Insides insides) {
        return watched(insides).<Server<?>>map(Watched::watched).orElseGet(insides::server);
    }

    @SuppressWarnings("unchecked")
    private static <S> Stateful<S> stateful(Insides insides) {
        if (body(insides) instanceof Stateful<?> stateful) {
            return (Stateful<S>) stateful;
        }
        throw new UnsupportedOperationException(
                body(insides).getClass().getName() + " keeps its state to itself: let it implement Stateful");
    }

    static Optional<String> rendered(@Nullable Object body, Function<Object, String> rendering) {
        return body instanceof Stateful<?> stateful ? Optional.of(shown(stateful, rendering)) : Optional.empty();
    }

    /// The code of others runs here, and must not harm an actor that is only looked at. Other errors pass: the end of an actor is one.
    private static String shown(Stateful<?> stateful, Function<Object, String> rendering) {
        try {
            return rendering.apply(requireNonNull(stateful.state(), "the state"));
        } catch (Exception | AssertionError | LinkageError | StackOverflowError hidden) {
            return stateful.getClass().getName() + " (its state failed: " + hidden.getClass().getName() + ")";
        }
    }

    private static Optional<String> rendered(Insides insides) {
        return insides.isServer() ? rendered(body(insides), insides.rendering()) : Optional.empty();
    }

    @SuppressWarnings("unchecked")
    private static <M> Server<M> typed(Server<?> server) {
        return (Server<M>) server;
    }
}
