package dev.coppice.kernel.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// The seats of a bounded mailbox, and the senders that wait for one.
///
/// **Idea.** Two numbers that only grow: how many messages have got a seat, and how many have left. Senders raise the first by CAS, the actor
/// raises the second, alone; each on a cache line of its own. A sender remembers how far the first may rise, and looks at the second only
/// when that is reached. So the bound is exact on both sides, never more than it and none refused below it, and a sender that has room costs
/// the actor nothing.
///
/// **Who waits.** Senders without a seat queue up under a short lock, and put a mark on the first number: while it is there nobody else
/// gets a seat, so newcomers do not overtake. The actor lets the first of them in with each message that it receives. That one has stopped:
/// until it runs again many more seats have become free, which it takes without any wait.
///
/// **No lost seat.** A sender queues up and says so, then looks for room; the actor frees a seat, then looks whether somebody waits: a fence
/// between the two on both sides, so that one of them sees the other. Whoever leaves the queue without a seat lets those in who are
/// next, and whoever finds it empty takes the mark off.
final class Room {
    enum Entry {
        SEATED,
        FULL,
        /// Others wait.
        QUEUE
    }

    /// The mark on [#seated].
    private static final long QUEUED = Long.MIN_VALUE;

    /// So few seats that it pays to wait a moment for more.
    private static final int FEW = 32;

    private static final VarHandle SEATED;
    private static final VarHandle LIMIT;
    private static final VarHandle LEFT;
    private static final VarHandle GATE;

    static {
        try {
            var lookup = MethodHandles.lookup();
            SEATED = lookup.findVarHandle(Room.class, "seated", long.class);
            LIMIT = lookup.findVarHandle(Room.class, "limit", long.class);
            LEFT = lookup.findVarHandle(Room.class, "left", long.class);
            GATE = lookup.findVarHandle(Room.class, "gate", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    // The order of the fields is their order in memory: what senders write and what the actor writes are cache lines
    // apart, from each other and from the cell that was made before.
    @SuppressWarnings("unused")
    private long a1, a2, a3, a4, a5, a6, a7;

    /// How many have got a seat, ever, with the mark. By CAS, by anybody; the mark under the gate.
    private volatile long seated;

    /// Up to where it may rise, as far as the sender knows that looked last: never too far.
    private long limit;

    @SuppressWarnings("unused")
    private long b1, b2, b3, b4, b5, b6, b7;

    /// How many have left it, ever. Written by the actor.
    private volatile long left;

    /// Whether senders wait: the mark, for the actor, which need not look at the senders' cache line. Written under the gate.
    private volatile boolean awaited;

    private final int capacity;

    @SuppressWarnings("unused") // through GATE
    private volatile int gate;

    // Guarded by the gate.
    private boolean shut;
    private final ArrayDeque<WaitCell<Object>> queue = new ArrayDeque<>(0);

    Room(int capacity) {
        this.capacity = capacity;
        this.limit = capacity;
    }

    // ---- senders

    /// A seat, when there is one and nobody waits.
    Entry enter() {
        for (int tries = 1; ; tries++) {
            long seen = seated;
            if (seen < 0) {
                return Entry.QUEUE;
            }
            if (seen >= (long) LIMIT.getOpaque(this) && !looks(seen)) {
                return Entry.FULL;
            }
            if (SEATED.compareAndSet(this, seen, seen + 1)) {
                return Entry.SEATED;
            }
            Spin.backOff(tries);
        }
    }

    /// As [#enter], for a sender that would wait: looks twice, with a moment between.
    Entry enterSoon() {
        var entry = enter();
        if (entry == Entry.FULL) {
            Spin.backOff(1);
            entry = enter();
        }
        return entry;
    }

    /// Looks how far the number may rise by now; false when not above `seen`. Who finds only few seats leaves the actor alone for a moment, and
    /// then finds more: else it would come for each, and the actor's cache line would travel with each message.
    private boolean looks(long seen) {
        long free = left + capacity - seen;
        if (free > 0 && free < Math.min(FEW, capacity / 2)) {
            Spin.backOff(1);
        }
        LIMIT.setOpaque(this, left + capacity);
        return free > 0;
    }

    /// For a sender that does not wait and has found others waiting: they may all have given up, or may be let in.
    boolean enterAfterAll() {
        letIn();
        return enter() == Entry.SEATED;
    }

    /// Puts a sender at the end of the queue, where it may be let in at once; false when the mailbox is closed.
    boolean queue(WaitCell<Object> turn) {
        lock();
        boolean open = !shut;
        if (open) {
            queue.add(turn);
            SEATED.getAndBitwiseOr(this, QUEUED);
            awaited = true;
        }
        unlock();
        letIn();
        return open;
    }

    /// A seat that was given is not used.
    void giveBack() {
        if ((long) SEATED.getAndAdd(this, -1L) < 0) {
            letIn();
        }
    }

    /// Gives the seats that are free to those who wait, in their order. Whoever leaves the queue without a seat calls it too.
    void letIn() {
        for (var next = next(); next != null; next = next()) {
            if (!next.complete(Boolean.TRUE)) {
                SEATED.getAndAdd(this, -1L);
            }
        }
    }

    /// Takes a seat for the first who still waits; null when there is none, or nobody.
    private @Nullable WaitCell<Object> next() {
        lock();
        var first = queue.peek();
        while (first != null && first.over()) {
            queue.poll();
            first = queue.peek();
        }
        if (first != null && left + capacity > (seated & ~QUEUED)) {
            queue.poll();
            SEATED.getAndAdd(this, 1L);
        } else {
            first = null;
        }
        if (queue.isEmpty() && seated < 0) {
            awaited = false;
            SEATED.getAndBitwiseAnd(this, ~QUEUED);
        }
        unlock();
        return first;
    }

    // ---- the actor

    /// A message has been received.
    void leave() {
        LEFT.setVolatile(this, (long) LEFT.get(this) + 1);
        if (awaited) {
            letIn();
        }
    }

    /// A message that was received waits again, whether there is room or not.
    void returns() {
        SEATED.getAndAdd(this, 1L);
    }

    /// Those who wait are told `FALSE`, and nobody waits any more.
    void close() {
        lock();
        shut = true;
        var released = new ArrayDeque<>(queue);
        queue.clear();
        unlock();
        released.forEach(turn -> turn.complete(Boolean.FALSE));
    }

    /// How many senders wait.
    long waiting() {
        lock();
        try {
            return queue.stream().filter(turn -> !turn.over()).count();
        } finally {
            unlock();
        }
    }

    private void lock() {
        Spin.lock(GATE, this, LockOrder.Rank.GATE);
    }

    private void unlock() {
        Spin.unlock(GATE, this);
    }
}
