package dev.coppice.otp;

import static java.util.Objects.requireNonNull;

import dev.coppice.kernel.Actor;
import dev.coppice.kernel.Call;
import dev.coppice.kernel.Recipe;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Server;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

/// The recipe of actors by key: the first message for a key starts its actor, and one that has had no message for a while is stopped, to be
/// started again by the next. Immutable; the withers return a changed copy.
///
/// ```java
/// Name<Entities.Msg<Long, Cart.Msg>> CARTS = Name.of("carts");
/// Child.of(Entities.<Long, Cart.Msg>of(id -> Server.of(() -> new Cart(id, store))).named(CARTS))
/// Ref<Cart.Msg> cart = Entities.ref(node.ref(CARTS), 4711L);
/// ```
///
/// **One a key.** There is never more than one actor of a key at a time: the next starts when the one before is gone.
///
/// **Nothing is lost in between.** An actor that is to rest first handles everything that was sent to its key; what comes meanwhile waits for
/// the next one, in order. What must outlive it, it keeps elsewhere, from `init` and handlers or in `terminate`.
///
/// **Failure.** One that crashes is not started again before the next message for its key. As with any actor, the messages that it held
/// are dead letters and its callers learn why. A start that fails, fails the request that asked for it.
///
/// Messages go through this actor, which hands requests on: the entity answers its caller. A request that reaches it wrapped by a `via`
/// of its user, on top of [#ref], cannot be handed on and fails as unanswered.
///
/// Defaults: stopped after 5 minutes without a message, at most 100,000 at once: then one whose last message is long ago is stopped for a
/// new one, unless they are all at work. One that does not stop within its recipe's `stopWithin` is killed.
public final class Entities<K, M> implements Actor<Entities.Msg<K, M>> {

    /// What it can be told.
    public sealed interface Msg<K, M> {}

    /// A message for a key; use [#ref].
    public record To<K, M>(K key, M message) implements Msg<K, M> {
        public To {
            requireNonNull(key, "key");
            requireNonNull(message, "message");
        }
    }

    /// The keys whose actors run and are not about to rest, the one with the oldest last message first.
    public record Active<K, M>() implements Msg<K, M>, Call<Active<K, M>, List<K>> {}

    private final Function<? super K, ? extends Actor<M>> entity;
    private final Duration idle;
    private final int maxActive;

    private Entities(Function<? super K, ? extends Actor<M>> entity, Duration idle, int maxActive) {
        this.entity = requireNonNull(entity, "entity");
        this.idle = Limits.positive("idle", idle);
        this.maxActive = Limits.positive("maxActive", maxActive);
    }

    /// @param entity the recipe for a key; runs in this actor and must not block
    public static <K, M> Entities<K, M> of(Function<? super K, ? extends Actor<M>> entity) {
        return new Entities<>(entity, Duration.ofMinutes(5), 100_000);
    }

    /// How long after its last message an actor is stopped.
    public Entities<K, M> idle(Duration idle) {
        return new Entities<>(entity, idle, maxActive);
    }

    /// How many actors there may be at once; more only while those used longest ago are all at work.
    public Entities<K, M> maxActive(int actors) {
        return new Entities<>(entity, idle, actors);
    }

    /// The actor of a key, whether it runs or not.
    public static <K, M> Ref<M> ref(Ref<Msg<K, M>> entities, K key) {
        requireNonNull(key, "key");
        return entities.via(message -> new To<>(key, message));
    }

    Actor<M> entity(K key) {
        return entity.apply(key);
    }

    Duration idle() {
        return idle;
    }

    int maxActive() {
        return maxActive;
    }

    /// Has no time limit of its own for its stop: its entities have.
    @Override
    @SuppressWarnings("unchecked") // it takes anything, so it takes every Msg
    public Recipe<Msg<K, M>> recipe() {
        var server = (Recipe<Msg<K, M>>) (Recipe<?>) Server.<Object>of(() -> new EntitiesServer<>(this));
        return server.labelled("entities").stopWithin(Limits.FOREVER);
    }

    @Override
    public String toString() {
        return "Entities[idle " + idle + ", at most " + maxActive + "]";
    }
}
