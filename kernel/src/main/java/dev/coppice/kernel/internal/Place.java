package dev.coppice.kernel.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The right to run actors, and a run queue: a ring to which its owner adds and from which anybody takes.
///
/// **The order.** Oldest first, except that whoever was woken last by the actor that has just run goes before the others: what both touch is
/// still in the cache. Such a chain ends after [#CHAIN], and at the watchdog's next look, so that nobody waits for long.
///
/// **The ring** is Chase and Lev's ("Dynamic circular work-stealing deque", 2005), with a fixed size. `tail` is written by the owner only,
/// after the slot (release); `head` moves by CAS. A taker reads the slot before its CAS: the slot cannot have been written again, since the
/// owner does not reuse it before `head` has passed it, and then the CAS fails. The owner takes the newest by moving `tail` back first and
/// looking at `head` then, a taker looks at `head` and then at `tail`: they meet at the last one only, where both need the CAS. Places
/// change owners through a CAS on the idle mask or through the start of a thread, so the next owner sees the last one's `tail`.
final class Place {
    private static final int SIZE = 1024;

    /// After so many the oldest has its turn.
    static final int CHAIN = 64;

    /// How much longer a turn may last than its first batch, in nanoseconds.
    static final long TURN = 30_000;

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

    /// Of searches after an answer to somebody who looked out for it, and so may ask again at once.
    final Luck answers = new Luck();

    /// Of waits for somebody who takes the only ready actor.
    final Luck loans = new Luck();

    /// Whether the actor that ran last has woken the newest. Confined to the owner, as what follows.
    boolean woken;

    /// Whether the owner has looked out for work in vain since it ran an actor last.
    boolean searched;

    /// Whether such an answer was given here since the owner looked out for work last.
    boolean answered;

    /// How often an owner has looked for the next. It goes on from worker to worker, so that short loops do not begin it anew.
    int turns;

    /// How often the owner has made room for others. Confined to the owner.
    int rooms;

    /// When the turn of the actor that runs ends, once it has had a batch.
    private long turnEnds;

    /// How long the chain is: how often in a row the newest went first.
    private int chain;

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
            int start = (int) HEAD.getVolatile(this);
            if (start - (int) TAIL.getVolatile(this) >= 0) {
                return null;
            }
            var oldest = ring[start & (SIZE - 1)];
            if (HEAD.compareAndSet(this, start, start + 1)) {
                return oldest;
            }
        }
    }

    /// Takes the oldest when it is a loop that begins: a worker that is started for it begins with it, and need not look for it.
    @Nullable Cell<?> popBeginningLoop() {
        int start = (int) HEAD.getVolatile(this);
        if (start - (int) TAIL.getVolatile(this) >= 0) {
            return null;
        }
        var oldest = ring[start & (SIZE - 1)];
        boolean fits = oldest != null && Activity.beginsLoop(oldest) && oldest.shares();
        return fits && HEAD.compareAndSet(this, start, start + 1) ? oldest : null;
    }

    /// The one that was added last; null when there is none. Called by the owner.
    @Nullable Cell<?> popNewest() {
        int end = tail - 1;
        TAIL.setVolatile(this, end); // before the look at head: a taker sees it, or is seen
        int start = (int) HEAD.getVolatile(this);
        if (end - start > 0) {
            return ring[end & (SIZE - 1)];
        }
        var last = end == start ? ring[end & (SIZE - 1)] : null;
        boolean mine = last != null && HEAD.compareAndSet(this, start, start + 1);
        TAIL.setRelease(this, end + 1);
        return mine ? last : null;
    }

    /// The next; null when there is none. Called by the owner.
    @Nullable Cell<?> poll() {
        boolean follows = woken && ++chain < CHAIN;
        woken = false;
        if (follows && tail - (int) HEAD.getAcquire(this) > 1) {
            return popNewest();
        }
        if (!follows) {
            chain = 0;
        }
        return pop(); // for one alone that is cheaper, too
    }

    /// Whether the actor that runs may have another batch. Turns are counted in messages first, since a look at the clock for each costs as
    /// much as the message; but whose messages are short would have a small part of the time that others have, and its queue would grow
    /// until it lies in no cache.
    ///
    /// @param first whether it has had one only
    boolean prolongs(boolean first, long now) {
        if (first) {
            turnEnds = now + TURN;
        }
        return !preempt && now - turnEnds < 0;
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
