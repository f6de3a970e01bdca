package dev.coppice.kernel.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The right to run actors, and a run queue: a ring to which its owner adds and from which anybody takes.
///
/// **The ring.** `tail` is written by the owner only, after the slot (release); `head` moves by CAS. A taker reads the slot before its CAS:
/// the slot cannot have been written again, since the owner does not reuse it before `head` has passed it, and then the CAS fails. Places
/// change owners through a CAS on the idle mask or through the start of a thread, so the next owner sees the last one's `tail`.
final class Place {
    private static final int SIZE = 1024;
    private static final VarHandle HEAD;
    private static final VarHandle TAIL;
    private static final VarHandle TICK;

    static {
        try {
            var lookup = MethodHandles.lookup();
            HEAD = lookup.findVarHandle(Place.class, "head", int.class);
            TAIL = lookup.findVarHandle(Place.class, "tail", int.class);
            TICK = lookup.findVarHandle(Place.class, "tick", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final int number;
    final Tally tally = new Tally();
    private final @Nullable Cell<?>[] ring = new Cell<?>[SIZE];

    @SuppressWarnings("unused") // through the VarHandles
    private int head;

    private int tail;

    /// Activations that it has run. Written by its owner, read by the watchdog.
    private int tick;

    /// Set by the watchdog when the current batch takes too long; cleared by the owner.
    volatile boolean preempt;

    /// Set by the watchdog at each tick, so that virtual threads that the kernel does not know get the carrier; cleared by the owner.
    volatile boolean guests;

    /// The worker that has it. Written by whoever hands it over, read by the watchdog.
    volatile @Nullable Worker owner;

    /// Of waits, and of searches for work. Confined to the owner.
    final Luck waits = new Luck();

    final Luck searches = new Luck();

    /// Of waits for somebody who takes the only ready actor.
    final Luck loans = new Luck();

    // The watchdog's notes.
    int lastTick;
    int still;

    Place(int number) {
        this.number = number;
    }

    boolean push(Cell<?> ready) {
        int end = tail;
        if (end - (int) HEAD.getAcquire(this) >= SIZE) {
            return false;
        }
        ring[end & (SIZE - 1)] = ready;
        TAIL.setRelease(this, end + 1);
        return true;
    }

    /// Takes the older half, when the queue is full, and `last` with it. Called by the owner.
    Cell<?>[] olderHalf(Cell<?> last) {
        var half = new Cell<?>[SIZE / 2 + 1];
        int taken = 0;
        for (var oldest = pop(); oldest != null; oldest = taken < SIZE / 2 ? pop() : null) {
            half[taken++] = oldest;
        }
        half[taken++] = last;
        return taken == half.length ? half : Arrays.copyOf(half, taken);
    }

    @Nullable Cell<?> pop() {
        while (true) {
            int start = (int) HEAD.getAcquire(this);
            if (start == (int) TAIL.getAcquire(this)) {
                return null;
            }
            var oldest = ring[start & (SIZE - 1)];
            if (HEAD.compareAndSet(this, start, start + 1)) {
                return oldest;
            }
        }
    }

    /// The next to be taken; racy.
    @Nullable Cell<?> peek() {
        int start = (int) HEAD.getAcquire(this);
        return start == (int) TAIL.getAcquire(this) ? null : ring[start & (SIZE - 1)];
    }

    int size() {
        return Math.max(0, (int) TAIL.getAcquire(this) - (int) HEAD.getAcquire(this));
    }

    void ticked() {
        TICK.setOpaque(this, tick + 1);
        if (preempt) {
            preempt = false;
        }
    }

    int tick() {
        return (int) TICK.getOpaque(this);
    }
}
