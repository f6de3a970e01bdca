package dev.coppice.kernel.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An actor's children: an intrusive list, oldest first, under a short lock of its own. Made with the first child.
///
/// While there are few, a dying child takes itself out. In a crowd it only leaves its name in [Departures], and every sixty-fourth takes
/// them all out: a parent that starts children on one core while others die on another would fight with each of them for the lock.
final class Family {
    /// From here on departures are collected.
    private static final int CROWD = 32;

    private static final VarHandle LOCK;

    static {
        try {
            LOCK = MethodHandles.lookup().findVarHandle(Family.class, "lock", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused") // through LOCK
    private volatile int lock;

    // ---- guarded by the lock, as its children's links to their siblings
    private boolean closed;
    private @Nullable Cell<?> oldest;
    private @Nullable Cell<?> youngest;
    private int size;

    /// Written under the lock, once.
    private volatile @Nullable Departures departures;

    /// Where a child of this parent is to be entered; null when nobody may become one any more.
    static @Nullable Family of(Cell<?> parent) {
        var joined = parent.family; // racy: a new one is all zeros and nulls
        if (joined == null) {
            parent.lock();
            if (parent.family == null && !parent.isClosed() && !parent.isGone()) {
                parent.family = new Family();
            }
            joined = parent.family;
            parent.unlock();
        }
        return joined;
    }

    /// As `parent.close()`, so that nobody becomes a child any more: who makes a family looks at that under the lock.
    static @Nullable Mail close(Cell<?> parent) {
        var left = parent.close();
        parent.awaitUnlocked();
        var family = parent.family;
        if (family != null) {
            family.lock();
            family.closed = true;
            family.unlock();
        }
        return left;
    }

    /// False when it is closed.
    boolean add(Cell<?> child) {
        lock();
        boolean open = !closed;
        if (open) {
            link(child);
        }
        unlock();
        return open;
    }

    /// The child is gone. After this nobody finds it here.
    void remove(Cell<?> child) {
        var crowd = departures;
        if (crowd == null) {
            lock();
            unlink(child);
            if (size >= CROWD && departures == null) {
                departures = new Departures();
            }
            unlock();
        } else if (crowd.add(child)) {
            lock();
            settle();
            unlock();
        }
    }

    @Nullable Cell<?> youngest() {
        lock();
        settle();
        var last = youngest;
        unlock();
        return last;
    }

    List<Cell<?>> toList() {
        lock();
        try {
            settle();
            var all = new ArrayList<Cell<?>>(size);
            for (var child = oldest; child != null; child = child.youngerSibling) {
                all.add(child);
            }
            return all;
        } finally {
            unlock();
        }
    }

    // ---- under the lock

    private void settle() {
        var crowd = departures;
        if (crowd != null) {
            for (var gone = crowd.take(); gone != null; gone = gone.earlier()) {
                unlink(gone.child());
            }
            crowd.expect(size);
        }
    }

    private void link(Cell<?> child) {
        child.olderSibling = youngest;
        if (youngest == null) {
            oldest = child;
        } else {
            youngest.youngerSibling = child;
        }
        youngest = child;
        size++;
    }

    private void unlink(Cell<?> child) {
        var older = child.olderSibling;
        var younger = child.youngerSibling;
        if (older == null) {
            oldest = younger;
        } else {
            older.youngerSibling = younger;
        }
        if (younger == null) {
            youngest = older;
        } else {
            younger.olderSibling = older;
        }
        child.olderSibling = null;
        child.youngerSibling = null;
        size--;
    }

    private void lock() {
        Spin.lock(LOCK, this, LockOrder.Rank.FAMILY);
    }

    private void unlock() {
        Spin.unlock(LOCK, this);
    }
}
