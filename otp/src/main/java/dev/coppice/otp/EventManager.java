package dev.coppice.otp;

import static java.util.Objects.requireNonNull;

import dev.coppice.kernel.Actor;
import dev.coppice.kernel.Call;
import dev.coppice.kernel.Done;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Recipe;
import dev.coppice.kernel.Server;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// The recipe of an actor that gives each event to every one of its handlers. Immutable; handlers come and go while it runs.
///
/// ```java
/// var events = node.spawn(EventManager.<Alarm>of().with(CONSOLE, Console::new));
/// events.call(new EventManager.Add<>(COUNTER, Counter::new));
/// events.send(new EventManager.Notify<>(new Alarm("hot")));
/// Optional<Long> seen = events.call(new EventManager.Ask<>(COUNTER, Counter::count));
/// ```
///
/// **Order.** Handlers run one after another in the manager, the newest first. Events are handled in the order in which they arrive.
///
/// **Failure.** A handler that throws an exception is removed: it is told, the log is told, whoever supervises it is told, and the others
/// still get the event. An `Error` ends the manager, as every server.
///
/// `manager.via(Notify::new)` is a plain door for events.
///
/// @param <E> the events
public final class EventManager<E> implements Actor<EventManager.Msg<E>> {

    /// What is done with events. Its state is its own: all of it runs in the manager.
    @FunctionalInterface
    public interface Handler<E> {

        void on(E event, Seat<E> seat) throws Exception;

        /// Runs last, whatever the cause; when it throws, that is logged.
        default void terminate(Cause cause) throws Exception {}
    }

    /// What a handler can do about itself; it happens when `on` has returned.
    public interface Seat<E> {

        /// Removes the handler.
        void leave();

        /// Puts another handler in its place; supervised as it was.
        <H extends Handler<E>> void swap(Key<H> key, Server.Factory<? extends H> factory);
    }

    /// Which handler; unique in its manager.
    public record Key<H extends Handler<?>>(Class<H> type, String id) {
        public Key {
            requireNonNull(type, "type");
            requireNonNull(id, "id");
        }

        /// The only one of its class.
        public static <H extends Handler<?>> Key<H> of(Class<H> type) {
            return new Key<>(type, "");
        }

        /// One of several of its class.
        public static <H extends Handler<?>> Key<H> of(Class<H> type, String id) {
            return new Key<>(type, id);
        }

        @Override
        public String toString() {
            return id.isEmpty() ? type.getSimpleName() : type.getSimpleName() + "(" + id + ")";
        }
    }

    /// Why a handler is no more.
    public sealed interface Cause {
        /// Somebody removed it, or it left.
        record Removed() implements Cause {}

        /// Another has taken its place.
        record Swapped(Key<?> by) implements Cause {}

        /// It threw this.
        record Failed(Exception thrown) implements Cause {}

        /// Who supervised it has exited.
        record Orphaned(ExitReason reason) implements Cause {}

        /// The manager ends.
        record Stopped(ExitReason reason) implements Cause {}
    }

    /// The notice to whoever supervises a handler: that it is no more.
    public record Left(Key<?> key, Cause cause) {}

    /// Its protocol.
    public sealed interface Msg<E> {}

    /// Gives an event to all handlers.
    public record Notify<E>(E event) implements Msg<E> {}

    /// As [Notify]; answered when all have handled it.
    public record SyncNotify<E>(E event) implements Msg<E>, Call<SyncNotify<E>, Done> {}

    /// Adds a handler. The factory runs in the manager.
    public record Add<E, H extends Handler<E>>(Key<H> key, Server.Factory<? extends H> factory)
            implements Msg<E>, Call<Add<E, H>, Added> {}

    /// Adds a handler that is linked to its adder: when that exits, the handler is removed; when the handler is removed, whatever the
    /// cause, the adder is told, by a message that `as` makes in the adder; when the manager crashes, so does the adder, unless it traps
    /// exits.
    public record AddSupervised<E, H extends Handler<E>, N>(
            Key<H> key, Server.Factory<? extends H> factory, Pid<N> adder, Function<? super Left, ? extends N> as)
            implements Msg<E>, Call<AddSupervised<E, H, N>, Added> {}

    /// Removes a handler, and gives it back: it handles nothing any more.
    public record Remove<E, H extends Handler<E>>(Key<H> key) implements Msg<E>, Call<Remove<E, H>, Optional<H>> {}

    /// Puts a handler in the place of another, which is given to the factory when it has been terminated, to take over what it knew;
    /// empty when there is none, and then the new one is just added. When the factory throws, the old one is gone all the same.
    public record Swap<E, O extends Handler<E>, H extends Handler<E>>(
            Key<O> old, Key<H> key, Function<? super Optional<O>, ? extends H> factory)
            implements Msg<E>, Call<Swap<E, O, H>, Added> {}

    /// Asks one handler; empty when it is not there. A question that throws removes the handler and fails the caller.
    public record Ask<E, H extends Handler<E>, R>(Key<H> key, Function<? super H, ? extends R> question)
            implements Msg<E>, Call<Ask<E, H, R>, Optional<R>> {}

    /// Which handlers are there, newest first.
    public record Which<E>() implements Msg<E>, Call<Which<E>, List<Key<?>>> {}

    /// What comes of adding a handler.
    public sealed interface Added {
        record Installed() implements Added {}

        /// There is one of this key.
        record AlreadyThere() implements Added {}

        record NotMade(Exception thrown) implements Added {}
    }

    record First<E, H extends Handler<E>>(Key<H> key, Server.Factory<? extends H> factory) {}

    private final List<First<E, ?>> first;

    private EventManager(List<First<E, ?>> first) {
        this.first = List.copyOf(first);
    }

    /// Without a handler.
    public static <E> EventManager<E> of() {
        return new EventManager<>(List.of());
    }

    /// With a handler from the start, newer than those before it; one that cannot be made fails the start.
    public <H extends Handler<E>> EventManager<E> with(Key<H> key, Server.Factory<? extends H> factory) {
        requireNonNull(key, "key");
        requireNonNull(factory, "factory");
        if (first.stream().anyMatch(it -> it.key().equals(key))) {
            throw new IllegalArgumentException("there is a handler " + key + " already: give this one its own id");
        }
        var all = new ArrayList<>(first);
        all.add(new First<>(key, factory));
        return new EventManager<>(all);
    }

    List<First<E, ?>> first() {
        return first;
    }

    /// Its mailbox takes the exits of adders beside its protocol.
    @Override
    @SuppressWarnings("unchecked")
    public Recipe<Msg<E>> recipe() {
        return (Recipe<Msg<E>>) (Recipe<?>) Server.of(() -> new Handlers<>(this)).labelled("events");
    }
}
