package dev.coppice.otp;

import static java.util.Objects.requireNonNull;

import dev.coppice.kernel.Cancellable;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// Actors of protocol `M` by keys of their own choice, each entry with a value. Where a [dev.coppice.kernel.Name] is a constant of the
/// program, a key is data: an order's number, a user, a topic.
///
/// ```java
/// static final Registry<Long, Order.Msg, Status> ORDERS = Registry.unique("orders");
/// ORDERS.register(self, 4711L, Status.OPEN);                      // in the actor itself
/// ORDERS.ref(4711L).send(new Order.Ship());                       // anywhere
/// ```
///
/// **Life.** Make as many as you like; a registry is no actor and needs no start. An entry ends with its actor: it is gone before
/// anybody is told of the exit, so a key is free when its owner's down is received, and a dead actor is never found. An actor that
/// is restarted registers again.
///
/// **Threads.** Looking up takes no lock and may be done anywhere. Only the actor itself registers, changes and unregisters. What an
/// actor did is seen by all when it returns.
///
/// Keys need `equals` and `hashCode`; a key that changes is lost.
///
/// @param <K> the keys
/// @param <M> what the actors understand
/// @param <V> what is noted with an entry; [dev.coppice.kernel.Done] for nothing
public final class Registry<K, M, V> {

    /// One registration as it was seen.
    public record Entry<K, M, V>(K key, Pid<M> pid, V value) {}

    /// What became of a registration.
    public sealed interface Claim<M> {
        record Registered<M>() implements Claim<M> {}

        /// The key is unique and held, perhaps by the same actor.
        record Taken<M>(Pid<M> by) implements Claim<M> {}

        default boolean registered() {
            return this instanceof Registered;
        }
    }

    /// What a listener is told.
    public sealed interface Change<K, M, V> {
        Entry<K, M, V> entry();

        record Registered<K, M, V>(Entry<K, M, V> entry) implements Change<K, M, V> {}

        record Updated<K, M, V>(Entry<K, M, V> entry) implements Change<K, M, V> {}

        /// By itself or by its actor's exit; with the last value that the listener knows.
        record Unregistered<K, M, V>(Entry<K, M, V> entry) implements Change<K, M, V> {}
    }

    /// What is there when listening begins; what changes from then on comes as messages.
    public record Listening<K, M, V>(List<Entry<K, M, V>> entries, Cancellable subscription) {
        public Listening {
            entries = List.copyOf(entries);
        }
    }

    private final String label;
    private final boolean unique;
    private final Seats<K, M, V> seats;
    private final KeyLocks<K> locks = new KeyLocks<>();

    private Registry(String label, boolean unique) {
        this.label = Limits.visible("the registry's label", label);
        this.unique = unique;
        this.seats = new Seats<>(unique);
    }

    /// At most one actor a key.
    public static <K, M, V> Registry<K, M, V> unique(String label) {
        return new Registry<>(label, true);
    }

    /// Any number of actors a key, and any number of entries an actor.
    public static <K, M, V> Registry<K, M, V> duplicate(String label) {
        return new Registry<>(label, false);
    }

    // ---- in the actor itself

    /// Enters this actor.
    public Claim<M> register(Self<M> self, K key, V value) {
        var seat = new Seat<>(requireNonNull(key, "key"), self.pid(), requireNonNull(value, "value"), seats);
        var owned = self.own(seat);
        seat.owned(owned);
        var holder = seats.add(seat);
        if (holder.isEmpty()) {
            return new Claim.Registered<>();
        }
        owned.cancel();
        return new Claim.Taken<>(holder.get());
    }

    /// Takes this actor's entries of this key out; how many there were.
    public int unregister(Self<M> self, K key) {
        return unregister(self, key, _ -> true);
    }

    /// Takes those of this actor's entries of this key out whose value is accepted.
    public int unregister(Self<M> self, K key, Predicate<? super V> which) {
        var mine = mine(self, key).filter(seat -> which.test(seat.value())).toList();
        mine.forEach(Seat::leave);
        return mine.size();
    }

    /// Changes the values of this actor's entries of this key; how many there are.
    public int update(Self<M> self, K key, UnaryOperator<V> change) {
        var mine = mine(self, key).toList();
        mine.forEach(seat -> seats.update(seat, requireNonNull(change.apply(seat.value()), "value")));
        return mine.size();
    }

    private Stream<Seat<K, M, V>> mine(Self<M> self, K key) {
        var me = self.pid();
        return seats.of(key).stream().filter(seat -> seat.pid.equals(me));
    }

    /// Runs work that no other actor does at the same time for this key of this registry. Waits for the others, in no particular
    /// order; the lock of an actor that exits is free.
    ///
    /// @throws dev.coppice.kernel.CallFailed when it is not free within this time
    /// @throws IllegalStateException when this actor holds it already
    public <R> R lock(Self<?> self, K key, Duration patience, Callable<R> work) throws Exception {
        return locks.locked(self, key, Limits.positive("patience", patience), work);
    }

    // ---- anywhere

    /// Who has the key; the one that registered first, where keys are not unique.
    public Optional<Pid<M>> whereis(K key) {
        for (var seat : seats.of(key)) {
            if (seat.pid.alive()) {
                return Optional.of(seat.pid);
            }
        }
        return Optional.empty();
    }

    /// The entries of a key, in the order in which they were made.
    public List<Entry<K, M, V>> lookup(K key) {
        return entries(seats.of(key).stream());
    }

    /// Every entry that is accepted, in the order in which they were made. Looks at all of them.
    public List<Entry<K, M, V>> find(Predicate<? super Entry<K, M, V>> which) {
        return entries(seats.all()).stream().filter(which).toList();
    }

    /// Every entry whose key, as text, has this form: `*` stands for any characters, `?` for one. A prefix is `order/*`.
    public List<Entry<K, M, V>> glob(String form) {
        var glob = new Glob(form);
        return find(entry -> glob.matches(entry.key().toString()));
    }

    /// The keys of an actor, once each, in the order in which it registered.
    public List<K> keys(Pid<?> pid) {
        return seats.all().filter(seat -> seat.pid.equals(pid)).map(seat -> seat.key).distinct().toList();
    }

    /// How many entries there are.
    public int count() {
        return (int) seats.all().filter(seat -> seat.pid.alive()).count();
    }

    /// Gives a message to every entry of a key and never waits; how many took it. What a full mailbox refuses is a dead letter.
    public int dispatch(K key, M message) {
        int taken = 0;
        for (var seat : seats.of(key)) {
            if (seat.pid.offer(message).accepted()) {
                taken++;
            }
        }
        return taken;
    }

    /// The holder of a key, whoever that is at each use: follows restarts. While nobody has it, calls fail at once with `NoProcess` and
    /// messages are dead letters. A full mailbox never makes the sender wait here.
    ///
    /// @throws IllegalStateException when keys are not unique
    public Ref<M> ref(K key) {
        if (!unique) {
            throw new IllegalStateException(
                    this + " may have many actors for " + key + ": use dispatch or lookup, or Registry.unique");
        }
        return new Keyed<>(this, requireNonNull(key, "key"));
    }

    /// Tells this actor of every change from now on, each entry's in order: one `Registered`, perhaps some `Updated`, one `Unregistered`.
    /// Ends with the actor. It costs the listener a monitor for each entry. Cancelling takes back what the monitors have told; a change that
    /// an actor made itself before still comes when it is in the mailbox already.
    public <N> Listening<K, M, V> listen(Self<N> self, Function<? super Change<K, M, V>, ? extends N> as) {
        var ear = new Ear<>(self, requireNonNull(as, "as"), seats);
        return new Listening<>(entries(ear.begin().stream()), ear);
    }

    private static <K, M, V> List<Entry<K, M, V>> entries(Stream<Seat<K, M, V>> seats) {
        return seats.filter(seat -> seat.pid.alive()).map(Seat::entry).toList();
    }

    @Override
    public String toString() {
        return "Registry[" + label + "]";
    }
}
