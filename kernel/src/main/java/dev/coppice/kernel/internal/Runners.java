package dev.coppice.kernel.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// The runners of the kernel's virtual threads, by thread: what a thread-local is for, without its map, which would cost each waiting
/// loop 136 bytes where this takes some ten.
///
/// **Idea.** A hash table with linear probing, in stripes. Each thread enters, finds and removes nothing but itself. Changes are made under the
/// stripe's short lock; a look takes none: whatever array of its stripe a thread finds, it was entered there or copied there, since an
/// array is full before it is shown and an entry is taken out by its own thread only.
final class Runners {
    private static final int LEAST = 16;
    private static final VarHandle TABLES = MethodHandles.arrayElementVarHandle(Runner[][].class);
    private static final VarHandle LOCK;

    static {
        try {
            LOCK = MethodHandles.lookup().findVarHandle(Stripe.class, "lock", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /// What only changes need, away from what looks read. Guarded by its lock.
    private static final class Stripe {
        @SuppressWarnings("unused") // through LOCK
        private volatile int lock;

        private int entered;

        /// Those who are entered, and the places of those who were.
        private int used;
    }

    private final @Nullable Runner[][] tables;
    private final Stripe[] stripes;

    /// Stands where somebody was in front of others.
    private final Runner nobody = new Runner();

    /// @param width how many stripes, a power of two
    Runners(int width) {
        tables = new @Nullable Runner[width][LEAST];
        stripes = new Stripe[width];
        for (int i = 0; i < width; i++) {
            stripes[i] = new Stripe();
        }
    }

    /// The one that was entered for this thread, when that is the current thread.
    @Nullable Runner of(Thread thread) {
        int hash = hash(thread);
        var table = table(hash & (stripes.length - 1));
        int mask = table.length - 1;
        for (int i = (hash >>> 8) & mask; ; i = (i + 1) & mask) {
            var seen = table[i];
            if (seen == null || seen.thread == thread) {
                return seen;
            }
        }
    }

    /// Enters the runner of a thread, once: the current one, or one that has not started.
    void enter(Runner runner, Thread thread) {
        int hash = hash(thread);
        int number = hash & (stripes.length - 1);
        var stripe = stripes[number];
        Spin.lock(LOCK, stripe, LockOrder.Rank.THREADS);
        var table = table(number);
        if (stripe.used >= table.length - table.length / 4) {
            table = copied(table, stripe);
            TABLES.setVolatile(tables, number, table);
        }
        if (put(table, runner, hash)) {
            stripe.used++;
        }
        stripe.entered++;
        Spin.unlock(LOCK, stripe);
    }

    /// Removes the current thread's runner.
    void leave(Runner runner, Thread thread) {
        int hash = hash(thread);
        int number = hash & (stripes.length - 1);
        var stripe = stripes[number];
        Spin.lock(LOCK, stripe, LockOrder.Rank.THREADS);
        boolean found = take(table(number), runner, hash, stripe);
        Spin.unlock(LOCK, stripe);
        if (!found) {
            throw new IllegalStateException(thread + " is not in the table of those that run actors");
        }
    }

    private boolean take(@Nullable Runner[] table, Runner runner, int hash, Stripe stripe) {
        int mask = table.length - 1;
        int i = (hash >>> 8) & mask;
        while (table[i] != null && table[i] != runner) {
            i = (i + 1) & mask;
        }
        if (table[i] == null) {
            return false;
        }
        boolean last = table[(i + 1) & mask] == null; // nobody is looked for beyond it
        table[i] = last ? null : nobody;
        if (last) {
            stripe.used--;
        }
        stripe.entered--;
        return true;
    }

    private @Nullable Runner[] table(int stripe) {
        return (@Nullable Runner[]) TABLES.getAcquire(tables, stripe);
    }

    /// Without the places of those who were; half full at most.
    private @Nullable Runner[] copied(@Nullable Runner[] table, Stripe stripe) {
        int size = Math.max(LEAST, Integer.highestOneBit(stripe.entered + 1) * 4);
        var copy = new @Nullable Runner[size];
        for (var runner : table) {
            var thread = runner == null ? null : runner.thread;
            if (runner != null && thread != null) {
                put(copy, runner, hash(thread));
            }
        }
        stripe.used = stripe.entered;
        return copy;
    }

    /// True when it took a free place.
    private boolean put(@Nullable Runner[] table, Runner runner, int hash) {
        int mask = table.length - 1;
        int i = (hash >>> 8) & mask;
        while (table[i] != null && table[i] != nobody) {
            i = (i + 1) & mask;
        }
        boolean free = table[i] == null;
        table[i] = runner;
        return free;
    }

    /// Fibonacci hashing (Knuth, The Art of Computer Programming 3, 6.4): threads are numbered one after the other.
    private static int hash(Thread thread) {
        return (int) ((thread.threadId() * 0x9E3779B97F4A7C15L) >>> 32);
    }
}
