package dev.coppice.kernel.internal;

import dev.coppice.kernel.Cancellable;
import dev.coppice.kernel.spi.Alarm;
import dev.coppice.kernel.spi.Closeup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// A message to its actor, once or again and again. At most one tick of it waits in the mailbox; a period that finds one there is
/// skipped, and the next is due a whole number of periods after the first.
sealed class ActorTimer extends Alarm implements Cancellable permits IdleTimer {
    private static final int ARMED = 0;
    private static final int QUEUED = 1;
    private static final int DONE = 2;

    final Cell<?> cell;
    final Object message;
    private final long period;
    private final AtomicInteger state = new AtomicInteger(ARMED);

    // Its neighbours among the actor's timers, confined to the actor.
    private @Nullable ActorTimer older;
    private @Nullable ActorTimer newer;

    private boolean counted;

    ActorTimer(Cell<?> cell, Object message, long period) {
        this.cell = cell;
        this.message = message;
        this.period = period;
    }

    void start(long delay) {
        var owned = Possessions.of(cell);
        older = owned.timers;
        if (older != null) {
            older.newer = this;
        }
        owned.timers = this;
        count();
        cell.node.scheduler.schedule(this, cell.node.scheduler.nanoTime() + delay);
    }

    /// The timers that are set, at most so many. The list is the actor's: read from elsewhere it may end early, and says so nowhere.
    static List<Closeup.Timer> of(Cell<?> cell, int limit) {
        var all = new ArrayList<Closeup.Timer>();
        long now = cell.node.scheduler.nanoTime();
        var owned = cell.self;
        var whenIdle = owned == null ? null : owned.idleTimer();
        if (whenIdle != null && whenIdle.active()) {
            all.add(told(whenIdle, now));
        }
        for (var timer = Possessions.timers(cell); timer != null && all.size() < limit; timer = timer.older) {
            if (timer.active()) {
                all.add(told(timer, now));
            }
        }
        return all;
    }

    private static Closeup.Timer told(ActorTimer timer, long now) {
        var period = timer.period > 0 ? Optional.of(Duration.ofNanos(timer.period)) : Optional.<Duration>empty();
        return new Closeup.Timer(timer.message.getClass().getSimpleName(), Duration.ofNanos(timer.due() - now), period);
    }

    /// When it ticks next.
    long due() {
        return at;
    }

    final void count() {
        counted = true;
        cell.node.countTimer(1);
    }

    @Override
    public void ring() {
        if (state.compareAndSet(ARMED, QUEUED)) {
            cell.push(new Signal.Tick(this));
        }
        if (period > 0 && state.get() != DONE) {
            long now = cell.node.scheduler.nanoTime();
            long missed = Math.max(0, (now - at) / period);
            cell.node.scheduler.schedule(this, at + (missed + 1) * period);
            if (!active()) {
                cell.node.scheduler.cancel(this); // cancelled while it was in no heap
            }
        }
    }

    boolean active() {
        return state.get() != DONE;
    }

    /// The tick is received: a periodic one may tick again, the other is done.
    boolean received() {
        if (period > 0) {
            return state.compareAndSet(QUEUED, ARMED);
        }
        boolean mine = state.compareAndSet(QUEUED, DONE);
        forget();
        return mine;
    }

    @Override
    public boolean cancel() {
        int before = state.getAndSet(DONE);
        cell.node.scheduler.cancel(this);
        if (Runner.actor() == cell) {
            forget();
        } else if (before == ARMED) {
            cell.push(new Signal.Tick(this)); // only its actor can take it out of its list
        }
        return before != DONE;
    }

    /// Leaves the actor's list; on the actor's thread.
    void forget() {
        if (counted) {
            counted = false;
            cell.node.countTimer(-1);
        }
        if (newer != null) {
            newer.older = older;
        } else if (Possessions.timers(cell) == this) {
            Possessions.of(cell).timers = older;
        }
        if (older != null) {
            older.newer = newer;
        }
        older = null;
        newer = null;
    }
}
