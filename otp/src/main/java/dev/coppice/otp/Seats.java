package dev.coppice.otp;

import dev.coppice.kernel.Pid;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// The entries of a [Registry] and who listens.
///
/// **Idea.** Readers take no lock: a concurrent map from keys to rosters. Those who change it do so under one lock, for two reasons: a
/// roster that falls empty leaves the map, and nobody may enter it then; and each change is either seen by a listener that begins, or
/// told to it, never both. The lock is held for a few steps, never while anything is sent, waited for, or code of others runs (but for
/// `equals` and `hashCode` of the keys). Telling happens after it, on the changing actor's thread, so that a listener receives what
/// concerns one entry in order.
///
/// An actor that is killed between a change and its telling has told nobody: it is exiting, and its down tells them.
final class Seats<K, M, V> {
    private final boolean unique;
    private final ReentrantLock lock = new ReentrantLock();
    private final ConcurrentHashMap<K, Roster<Seat<K, M, V>>> byKey = new ConcurrentHashMap<>();
    private final Roster<Ear<?, K, M, V>> ears = new Roster<>();

    /// Guarded by the lock.
    private long numbers;

    Seats(boolean unique) {
        this.unique = unique;
    }

    List<Seat<K, M, V>> of(K key) {
        var roster = byKey.get(key);
        return roster == null ? List.of() : roster.all();
    }

    Stream<Seat<K, M, V>> all() {
        return byKey.values().stream()
                .flatMap(roster -> roster.all().stream())
                .sorted(Comparator.comparingLong(seat -> seat.number));
    }

    /// Who has the unique key; empty when the seat is in.
    Optional<Pid<M>> add(Seat<K, M, V> seat) {
        var told =
                locked(() -> {
                    var holder = unique ? holder(seat.key) : Optional.<Pid<M>>empty();
                    if (holder.isEmpty() && !seat.ended) {
                        seat.number = ++numbers;
                        byKey.computeIfAbsent(seat.key, _ -> new Roster<>()).add(seat.number, seat);
                    }
                    return new Told<K, M, V>(holder, holder.isPresent() ? List.of() : ears.all());
                });
        told.ears.forEach(ear -> ear.registered(seat));
        return told.holder;
    }

    private record Told<K, M, V>(Optional<Pid<M>> holder, List<Ear<?, K, M, V>> ears) {}

    /// One that was gone on without by the kernel may still stand here when it is dead.
    private Optional<Pid<M>> holder(K key) {
        return of(key).stream().map(seat -> seat.pid).filter(Pid::alive).findFirst();
    }

    /// Returns who is to be told.
    List<Ear<?, K, M, V>> remove(Seat<K, M, V> seat) {
        return locked(() -> {
            seat.ended = true;
            byKey.computeIfPresent(
                    seat.key,
                    (_, roster) -> {
                        roster.remove(seat.number);
                        return roster.isEmpty() ? null : roster;
                    });
            return ears.all();
        });
    }

    void leave(Seat<K, M, V> seat) {
        remove(seat).forEach(ear -> ear.unregistered(seat));
    }

    void update(Seat<K, M, V> seat, V value) {
        var told =
                locked(() -> {
                    seat.value(value);
                    return ears.all();
                });
        told.forEach(ear -> ear.updated(seat, value));
    }

    /// Everything that is in when the ear begins to hear.
    List<Seat<K, M, V>> listen(Ear<?, K, M, V> ear) {
        return locked(() -> {
            ear.number = ears.add(ear);
            return all().toList();
        });
    }

    void unlisten(Ear<?, K, M, V> ear) {
        ears.remove(ear.number);
    }

    private <T> T locked(Supplier<T> change) {
        lock.lock();
        try {
            return change.get();
        } finally {
            lock.unlock();
        }
    }
}
