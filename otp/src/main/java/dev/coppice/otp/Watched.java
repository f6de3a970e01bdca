package dev.coppice.otp;

import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Offer;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Stands in the place of a server that is counted, traced or logged, and only then.
final class Watched implements Server<Object> {
    private final Function<Object, String> rendering;
    private final List<Ref<? super Sys.Traced>> listeners = new ArrayList<>();
    private final ArrayDeque<Sys.Traced> log = new ArrayDeque<>(0);
    private int logged;
    private Server<Object> server;
    private Sys.@Nullable Traced last;
    private boolean counting;
    private long since;
    private long handled;
    private long busy;
    private long longest;

    Watched(Server<?> server, Function<Object, String> rendering) {
        this.server = typed(server);
        this.rendering = rendering;
    }

    Server<?> watched() {
        return server;
    }

    void upgrade(Server<?> next) {
        server = typed(next);
    }

    // ---- statistics

    void count(long now) {
        counting = true;
        since = now;
        handled = 0;
        busy = 0;
        longest = 0;
    }

    void uncount() {
        counting = false;
    }

    Optional<Sys.Statistics> statistics(long now) {
        return counting
                ? Optional.of(
                        new Sys.Statistics(
                                Duration.ofNanos(now - since),
                                handled,
                                Duration.ofNanos(busy),
                                Duration.ofNanos(longest)))
                : Optional.empty();
    }

    // ---- trace

    void add(Ref<? super Sys.Traced> listener) {
        listeners.add(listener);
    }

    boolean remove(Ref<? super Sys.Traced> listener) {
        return listeners.remove(listener);
    }

    /// Whether nobody needs it any more.
    boolean idle() {
        return !counting && listeners.isEmpty() && logged == 0;
    }

    // ---- the log

    /// Keeps this many from now on; zero ends it and forgets.
    void log(int events) {
        logged = events;
        while (log.size() > logged) {
            log.removeFirst();
        }
    }

    /// Oldest first.
    List<Sys.Traced> log() {
        return List.copyOf(log);
    }

    private boolean told() {
        return logged > 0 || !listeners.isEmpty();
    }

    // ---- the server

    @Override
    public void handle(Object message, Self<Object> self) throws Exception {
        long begun = self.nanoTime();
        try {
            server.handle(message, self);
        } catch (Exception thrown) {
            tell(traced(message, self, begun, Optional.of(thrown)));
            throw thrown;
        } catch (Error thrown) {
            // It may be the end of the actor, which tells nobody anything any more but in terminate.
            last = traced(message, self, begun, Optional.of(thrown));
            throw thrown;
        }
        tell(traced(message, self, begun, Optional.empty()));
    }

    @Override
    public void terminate(ExitReason reason, Self<Object> self) throws Exception {
        if (last != null) {
            tell(last);
        }
        server.terminate(reason, self);
    }

    private Sys.Traced traced(Object message, Self<Object> self, long begun, Optional<Throwable> failure) {
        long took = self.nanoTime() - begun;
        handled++;
        busy += took;
        longest = Math.max(longest, took);
        return new Sys.Traced(
                self.pid(),
                told() ? rendering.apply(message) : "",
                told() ? Sys.rendered(server, rendering) : Optional.empty(),
                Duration.ofNanos(took),
                failure);
    }

    private void tell(Sys.Traced traced) {
        if (logged > 0) {
            log.addLast(traced);
            log(logged);
        }
        listeners.removeIf(listener -> listener.offer(traced) instanceof Offer.Dead);
    }

    @SuppressWarnings("unchecked")
    private static Server<Object> typed(Server<?> server) {
        return (Server<Object>) server;
    }
}
