package dev.coppice.otp;

import static java.util.Objects.requireNonNull;

import dev.coppice.kernel.Actor;
import dev.coppice.kernel.Recipe;
import dev.coppice.kernel.Server;
import java.time.Duration;

/// The recipe of a pool: workers of one kind behind one ref, which is used exactly like one worker. Immutable; the withers return a
/// changed copy.
///
/// ```java
/// Name<Resize.Msg> RESIZERS = Name.of("resizers");
/// Child.of(Pool.of(4, Server.of(Resizer::new)).routing(new Routing.LeastBusy<>()).named(RESIZERS))
/// Image small = node.ref(RESIZERS).call(new Resize(image));
/// ```
///
/// **Requests** are handed on: the worker answers the caller, and a worker's crash reaches the caller of its request at once. A request
/// that reaches the pool wrapped by a `via` of its user cannot be handed on and fails as unanswered: wrap in the worker's protocol.
///
/// **Failure.** A pool supervises its workers. One that ends, for whatever reason, is replaced in its place, and its mailbox is lost as
/// any dead actor's. More replacements than the intensity (3 in 5 s) allows end the pool, for its own supervisor to see. What stops the
/// pool stops its workers.
///
/// **Bounds.** A worker may have a bounded mailbox; one that makes senders wait makes the whole pool wait. See also [WorkQueue], where
/// workers take work when they are free.
///
/// Defaults: in turn, a fixed size.
///
/// @param <M> what the workers understand
public final class Pool<M> implements Actor<M> {
    private final Actor<M> worker;
    private final Sizing sizing;
    private final Routing<M> routing;
    private final Intensity intensity;

    private Pool(Actor<M> worker, Sizing sizing, Routing<M> routing, Intensity intensity) {
        this.worker = requireNonNull(worker, "worker");
        this.sizing = sizing;
        this.routing = requireNonNull(routing, "routing");
        this.intensity = intensity;
    }

    /// So many workers, each a new incarnation of this recipe, which must not have a name.
    public static <M> Pool<M> of(int size, Actor<M> worker) {
        worker.recipe()
                .settings()
                .name()
                .ifPresent(name -> {
                    throw new IllegalArgumentException(
                            "workers of a pool cannot share the name " + name + ": name the pool instead");
                });
        return new Pool<>(
                worker, Sizing.fixed(size), new Routing.RoundRobin<>(), Intensity.of(3, Duration.ofSeconds(5)));
    }

    /// How messages find their worker.
    public Pool<M> routing(Routing<M> routing) {
        return new Pool<>(worker, sizing, routing, intensity);
    }

    /// Between `min` and `max` workers, beginning with the least, by the load, which is looked at every second.
    public Pool<M> resizing(int min, int max) {
        return resizing(min, max, Duration.ofSeconds(1));
    }

    /// As [#resizing(int, int)], looking this often. One worker more for each four when more than one message waits for each; one fewer
    /// when less than half are busy. Who has something to do does not go. A worker more that does not start is told in the log and tried
    /// again at the next look; the others go on.
    public Pool<M> resizing(int min, int max, Duration every) {
        return new Pool<>(worker, new Sizing(min, max, every), routing, intensity);
    }

    /// How many replacements within how long; one more ends the pool.
    public Pool<M> intensity(int replacements, Duration period) {
        return new Pool<>(worker, sizing, routing, Intensity.of(replacements, period));
    }

    Routing<M> routing() {
        return routing;
    }

    Sizing sizing() {
        return sizing;
    }

    Intensity intensity() {
        return intensity;
    }

    Actor<M> worker() {
        return worker;
    }

    /// Has no time limit of its own for start and stop: its workers have.
    @Override
    @SuppressWarnings("unchecked") // it takes anything, so it takes every M
    public Recipe<M> recipe() {
        var server = (Recipe<M>) (Recipe<?>) Server.<Object>of(() -> new PoolServer<>(this));
        return server.labelled("pool").initWithin(Limits.FOREVER).stopWithin(Limits.FOREVER);
    }

    @Override
    public String toString() {
        return "Pool[" + sizing.min() + " to " + sizing.max() + ", " + routing + ", " + intensity + "]";
    }
}
