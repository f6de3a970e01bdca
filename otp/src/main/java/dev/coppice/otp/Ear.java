package dev.coppice.otp;

import dev.coppice.kernel.Cancellable;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import dev.coppice.otp.Registry.Change;
import dev.coppice.otp.Registry.Entry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One listener of a [Registry]. What an actor does itself it tells; its exit is told by the kernel's monitor, which nothing can lose: a
/// killed actor cannot send.
///
/// All but the sends runs in the listener, when it receives: the functions of a `via` may use its `Self`.
final class Ear<N, K, M, V> implements Cancellable, AutoCloseable {

    /// What travels to the listener.
    private sealed interface Word<K, M, V> {
        record In<K, M, V>(Seat<K, M, V> seat, Entry<K, M, V> entry) implements Word<K, M, V> {}

        record Changed<K, M, V>(Seat<K, M, V> seat, Entry<K, M, V> entry) implements Word<K, M, V> {}

        record Out<K, M, V>(Seat<K, M, V> seat, Entry<K, M, V> entry) implements Word<K, M, V> {}
    }

    /// An entry that the listener knows: the last that it heard, and the monitor of its actor.
    private static final class Known<K, M, V> {
        Entry<K, M, V> last;
        @Nullable Cancellable monitor;

        Known(Entry<K, M, V> last) {
            this.last = last;
        }
    }

    private final Self<N> self;
    private final Function<? super Change<K, M, V>, ? extends N> as;
    private final Seats<K, M, V> seats;
    private final Ref<Word<K, M, V>> listener;
    private final Map<Long, Known<K, M, V>> known = new HashMap<>();
    private final Cancellable owned;

    /// What was on its way when it was cancelled still comes, and nothing follows from it.
    private boolean cancelled;

    /// Its place among the listeners; written before it is shared.
    long number;

    Ear(Self<N> self, Function<? super Change<K, M, V>, ? extends N> as, Seats<K, M, V> seats) {
        this.self = self;
        this.as = as;
        this.seats = seats;
        this.listener = self.pid().via(this::hear);
        this.owned = self.own(this);
    }

    List<Seat<K, M, V>> begin() {
        var there = seats.listen(this);
        there.forEach(seat -> know(seat, seat.entry()));
        return there;
    }

    // ---- on the actor's thread that made the change

    void registered(Seat<K, M, V> seat) {
        listener.offer(new Word.In<>(seat, seat.entry()));
    }

    void updated(Seat<K, M, V> seat, V value) {
        listener.offer(new Word.Changed<>(seat, new Entry<>(seat.key, seat.pid, value)));
    }

    void unregistered(Seat<K, M, V> seat) {
        listener.offer(new Word.Out<>(seat, seat.entry()));
    }

    // ---- in the listener

    private N hear(Word<K, M, V> word) {
        return switch (word) {
            case Word.In<K, M, V>(var seat, var entry) -> {
                know(seat, entry);
                yield as.apply(new Change.Registered<>(entry));
            }
            case Word.Changed<K, M, V>(var seat, var entry) -> {
                know(seat, entry);
                yield as.apply(new Change.Updated<>(entry));
            }
            case Word.Out<K, M, V>(var seat, var entry) -> {
                forget(seat);
                yield as.apply(new Change.Unregistered<>(entry));
            }
        };
    }

    private void know(Seat<K, M, V> seat, Entry<K, M, V> entry) {
        if (cancelled) {
            return;
        }
        var one = known.computeIfAbsent(seat.number, _ -> new Known<>(entry));
        one.last = entry;
        if (one.monitor == null) {
            one.monitor = self.monitor(seat.pid, _ -> as.apply(new Change.Unregistered<>(ended(seat))));
        }
    }

    private void forget(Seat<K, M, V> seat) {
        var one = known.remove(seat.number);
        if (one != null && one.monitor != null) {
            one.monitor.cancel();
        }
    }

    /// As its monitor says, which is not cancelled: that would withdraw the notice that is being received.
    private Entry<K, M, V> ended(Seat<K, M, V> seat) {
        var one = known.remove(seat.number);
        return one == null ? seat.entry() : one.last;
    }

    @Override
    public boolean cancel() {
        boolean was = owned.cancel();
        cancelled = true;
        close();
        known.values()
                .forEach(one -> {
                    if (one.monitor != null) {
                        one.monitor.cancel();
                    }
                });
        known.clear();
        return was;
    }

    @Override
    public void close() {
        seats.unlisten(this);
    }
}
