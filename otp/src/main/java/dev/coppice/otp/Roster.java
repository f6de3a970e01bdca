package dev.coppice.otp;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Who is in, in the order in which they came. Many read it, from any thread, while others come and go.
///
/// **Idea.** The seats are a concurrent map by number. Readers do not walk it: they read an array made from it by the first reader after
/// a change. A change first changes the map and then counts itself; a reader reads the count first and the map then, so that an array
/// is never taken for newer than it is: at worst it holds a change already and is made once more. No reader waits, none changes
/// anything that another must wait for, and ten thousand comings cost ten thousand times a logarithm, not a copy each.
final class Roster<E> {
    private record Picture<E>(long changes, List<E> seated) {}

    private final ConcurrentSkipListMap<Long, E> seats = new ConcurrentSkipListMap<>();
    private final AtomicLong numbers = new AtomicLong();

    /// Written by whoever has changed `seats`, read by all.
    private final AtomicLong changes = new AtomicLong();

    /// Written by any reader who found it old; a race writes pictures that are both true.
    private volatile @Nullable Picture<E> picture;

    /// Its number, to leave with.
    long add(E one) {
        long number = numbers.incrementAndGet();
        add(number, one);
        return number;
    }

    /// With a number of somebody else's counting.
    void add(long number, E one) {
        seats.put(number, one);
        changes.incrementAndGet();
    }

    /// False when it had left already.
    boolean remove(long number) {
        boolean was = seats.remove(number) != null;
        changes.incrementAndGet();
        return was;
    }

    /// Oldest first; unmodifiable, and never changed by later comings and goings.
    List<E> all() {
        var seen = picture;
        long now = changes.get();
        if (seen == null || seen.changes != now) {
            picture = seen = new Picture<>(now, Collections.unmodifiableList(new ArrayList<>(seats.values())));
        }
        return seen.seated;
    }

    boolean isEmpty() {
        return seats.isEmpty();
    }
}
