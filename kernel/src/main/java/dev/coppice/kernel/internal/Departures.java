package dev.coppice.kernel.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// Children that are gone and still stand in their parent's list: a stack to which anybody adds, taken as a whole under the lock of the
/// [Family]. At most a quarter of the list, and never more than [#MOST] and those that come while it is taken.
final class Departures {
    private static final int MOST = 64;
    private static final VarHandle NEWEST;

    static {
        try {
            NEWEST = MethodHandles.lookup().findVarHandle(Departures.class, "newest", Departed.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /// @param count how many there are, this one included
    record Departed(Cell<?> child, @Nullable Departed earlier, int count) {}

    private volatile @Nullable Departed newest;

    /// How many are enough to be taken out. Written under the family's lock, read by anybody.
    private volatile int enough = 1;

    /// True when the caller is to have them taken out.
    boolean add(Cell<?> child) {
        while (true) {
            var before = newest;
            var now = new Departed(child, before, before == null ? 1 : before.count + 1);
            if (NEWEST.compareAndSet(this, before, now)) {
                return now.count >= enough;
            }
        }
    }

    @Nullable Departed take() {
        return newest == null ? null : (Departed) NEWEST.getAndSet(this, null);
    }

    /// @param children how many are in the list
    void expect(int children) {
        int now = Math.clamp(children / 4, 1, MOST);
        if (now != enough) {
            enough = now;
        }
    }
}
