package dev.coppice.kernel.internal;

import java.util.ArrayDeque;

/// Checks the order of the short locks, where assertions are enabled: each is taken above those that the thread holds, none twice, and
/// none is held while user code runs or a thread waits. Without assertions it costs nothing.
final class LockOrder {
    /// The locks, in the order in which they may be taken.
    enum Rank {
        CELL,
        FAMILY,
        SLOT,
        GATE,
        ALARMS,
        THREADS
    }

    private record Held(Object owner, Rank rank) {}

    private static final ThreadLocal<ArrayDeque<Held>> HELD = ThreadLocal.withInitial(ArrayDeque::new);

    private LockOrder() {}

    /// Always true, or an error that names both locks.
    static boolean taken(Object owner, Rank rank) {
        var held = HELD.get();
        var last = held.peek();
        if (last != null && !mayFollow(last, owner, rank)) {
            throw new AssertionError(
                    "took " + rank + " of " + owner + " while holding " + last.rank + " of " + last.owner);
        }
        held.push(new Held(owner, rank));
        return true;
    }

    private static boolean mayFollow(Held last, Object owner, Rank rank) {
        return last.rank == Rank.CELL && rank == Rank.CELL
                ? ((Cell<?>) last.owner).before((Cell<?>) owner)
                : last.rank.compareTo(rank) < 0;
    }

    static boolean released(Object owner) {
        HELD.get().removeIf(lock -> lock.owner == owner);
        return true;
    }

    static boolean none(String what) {
        var held = HELD.get();
        if (!held.isEmpty()) {
            throw new AssertionError(what + " while holding " + held);
        }
        return true;
    }
}
