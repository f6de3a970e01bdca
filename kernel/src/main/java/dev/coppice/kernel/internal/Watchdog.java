package dev.coppice.kernel.internal;

import dev.coppice.kernel.Loop;
import dev.coppice.kernel.spi.Running;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The scheduler's one platform thread. It rings alarms, and while work waits it looks every millisecond whether the places still move:
/// it adds a place behind blocked ones, notes which classes block, preempts long batches, relieves hogs, and reports slow handlers.
/// At rest it parks until the next alarm.
///
/// No wake-up depends on its tick; only work behind foreign-blocked or hogged places does.
final class Watchdog implements Runnable {
    static final long TICK = 1_000_000;
    private static final long STROLL = 100_000_000;
    private static final int QUIET_TICKS = 20;
    private static final int HOG_TICKS = 5;

    /// How many ready actors get a thread of their own at a look, where all places stand still and there can be no more.
    private static final int BESIDE = 64;

    /// So many blocked places are a reason to remember classes of loops, too.
    private static final int CROWD = 8;

    /// After the end of the node, the longest sleep before a look whether anybody waits still.
    private static final long AFTER = 1_000_000_000;

    private final Places places;
    private final LocalNode node;
    private final Thread thread;
    private final Canary canary;

    /// What actors on threads of their own have received.
    final LongAdder pinned = new LongAdder();

    /// Whether it ticks: whoever makes work need not wake it then.
    private volatile boolean alert;

    /// When it will wake by itself. Written by it before it parks, read by whoever adds an alarm.
    private volatile long wakesAt = Long.MIN_VALUE;

    private int quietTicks;
    private boolean ticking;

    /// A ready actor that it has taken from a place and not yet passed on.
    private @Nullable Cell<?> inHand;

    /// How many places were blocked in foreign code at the last look.
    private int blockedPlaces;

    // Who was seen on which place since when, for slow handlers.
    private final @Nullable Cell<?>[] seen = new Cell<?>[64];
    private final long[] seenAt = new long[64];
    private final long[] seenSince = new long[64];
    private final boolean[] reported = new boolean[64];

    Watchdog(Places places, LocalNode node, Canary canary) {
        this.places = places;
        this.node = node;
        this.canary = canary;
        this.thread = Thread.ofPlatform().daemon().name(node.config().name() + "-watchdog").unstarted(this);
    }

    void start() {
        thread.start();
    }

    void end() {
        LockSupport.unpark(thread);
    }

    /// There is work.
    void alert() {
        if (!alert) {
            alert = true;
            LockSupport.unpark(thread);
        }
    }

    /// There is an alarm that is earlier than those before it.
    void due(long at) {
        if (places.closed()) {
            places.execute(this::ringOut);
        } else if (at - wakesAt < 0) {
            LockSupport.unpark(thread);
        }
    }

    @Override
    public void run() {
        while (!places.closed()) {
            try {
                step();
            } catch (Throwable fatal) {
                node.fatal(null, fatal);
                return;
            }
        }
        canary.stop();
        ringOut();
    }

    /// Rings what is left, each in its time, until there is nothing: the node has ended, but who waits outside of it has a time-out all the
    /// same.
    private void ringOut() {
        for (long next = places.alarms.earliest(); next != Long.MAX_VALUE; next = places.alarms.earliest()) {
            long left = next - System.nanoTime();
            if (left > 0) {
                LockSupport.parkNanos(this, Math.min(left, AFTER)); // nobody says when the last wait is given up
            } else {
                places.alarms.ring(next);
            }
        }
    }

    private void step() {
        long now = System.nanoTime();
        places.alarms.ring(now);
        boolean work = places.anyWork();
        if (alert && !ticking) {
            quietTicks = 0;
        }
        ticking = alert;
        if (alert || inHand != null || canary.raised() > 0 || !places.allIdle()) {
            look(now, work);
        }
        long until = Math.min(nextLook(now, work), places.alarms.earliest());
        wakesAt = until;
        // An alarm added before it could read the new value is found by this second look.
        until = Math.min(until, places.alarms.earliest());
        if (until == Long.MAX_VALUE) {
            LockSupport.park(this);
        } else if (until - System.nanoTime() > 0) {
            LockSupport.parkNanos(this, until - System.nanoTime());
        }
        wakesAt = Long.MIN_VALUE;
    }

    /// When to look at the places again; never, when they are all idle.
    long nextLook(long now, boolean work) {
        boolean calm = !work && inHand == null && !canary.away();
        quietTicks = calm ? quietTicks + 1 : 0;
        if (quietTicks <= QUIET_TICKS) {
            return now + TICK;
        }
        boolean active = !places.allIdle();
        if (active || canary.raised() > 0) {
            // Handlers run, but nothing waits for them: time enough to notice slow ones.
            boolean wasAlert = alert;
            alert = false;
            if (places.anyWork()) {
                alert = wasAlert;
                return now + TICK;
            }
            return now + STROLL;
        }
        alert = false;
        return places.anyWork() ? now + TICK : Long.MAX_VALUE;
    }

    private void look(long now, boolean work) {
        int moving = 0;
        int hogged = 0;
        int standing = 0;
        boolean freed = inHand != null && passOn();
        for (int i = 0, n = places.count; i < n; i++) {
            var place = places.places[i];
            var worker = place.owner;
            if (worker == null) {
                place.still = 0;
                seen[i] = null;
                continue;
            }
            place.guests = true;
            int tick = place.tick();
            var motion = motion(place, worker, tick);
            switch (motion) {
                case MOVES -> moving++;
                case BLOCKED -> standing++;
                case HOGGED -> hogged++;
            }
            if (work && motion == Motion.BLOCKED) {
                catchBlocking(worker);
            }
            freed |= work && motion != Motion.MOVES && free(place);
            watchSlow(i, worker, tick, now);
        }
        watchApart(now);
        blockedPlaces = standing;
        if (freed) {
            places.wakeForWork();
        }
        if (work && moving == 0) {
            goRoundThem();
        }
        canary.look(now, hogged, receivedOnCarriers());
        places.open(canary.raised());
    }

    /// Messages that tell that the carriers run.
    long receivedOnCarriers() {
        return node.received() - pinned.sum();
    }

    private enum Motion {
        MOVES,
        BLOCKED,
        HOGGED
    }

    private static Motion motion(Place place, Worker worker, int tick) {
        if (tick != place.lastTick) {
            place.lastTick = tick;
            place.still = 0;
            return Motion.MOVES;
        }
        // One that has handed its place on waits in the kernel.
        if (blocked(worker) && worker.place == place) {
            return Motion.BLOCKED;
        }
        if (++place.still >= HOG_TICKS) {
            place.preempt = true;
            return Motion.HOGGED;
        }
        return Motion.MOVES;
    }

    /// What stands in the queue of a place that stands still goes where every place looks now and then: those that move take nothing from
    /// others while they have work of their own.
    private boolean free(Place place) {
        boolean any = false;
        while (passOn()) {
            inHand = place.pop();
            if (inHand == null) {
                return any;
            }
            any = true;
        }
        return any;
    }

    /// False when there is no memory for it. Whoever has taken that gets the error; this thread tries again at its next look.
    private boolean passOn() {
        var ready = inHand;
        if (ready == null) {
            return true;
        }
        try {
            places.global.add(ready);
        } catch (OutOfMemoryError _) {
            return false;
        }
        inHand = null;
        return true;
    }

    private void watchApart(long now) {
        for (var run : places.apart) {
            run.watch(node.observers, now, Clocks.nanos(node.config().slowHandler()));
        }
    }

    /// Work waits behind places that stand still. Without another place it runs on threads of its own, as what blocks does.
    private void goRoundThem() {
        if (places.anyIdle()) {
            places.wakeOne();
            return;
        }
        var extra = places.extraPlace();
        if (extra != null) {
            places.startWorker(extra);
            return;
        }
        for (int left = BESIDE; left > 0; left--) {
            var ready = places.global.poll();
            if (ready == null) {
                break;
            }
            places.apart(ready);
        }
        var packed = places.overflow.poll();
        if (packed != null) {
            places.global.addAll(Arrays.asList(packed));
        }
    }

    private static boolean blocked(Worker worker) {
        var running = worker.thread;
        return running != null
                && switch (running.getState()) {
                    case WAITING, TIMED_WAITING, BLOCKED -> true;
                    case NEW, RUNNABLE, TERMINATED -> false;
                };
    }

    private void catchBlocking(Worker worker) {
        var cell = worker.runningNow();
        if (cell != null && (!cell.habit.ofLoops || blockedPlaces >= CROWD)) {
            cell.habit.caughtBlocking();
        }
    }

    /// Since when it has seen this actor in one handler on a place; `now` when it has not.
    private long since(Cell<?> cell, long now) {
        for (int i = 0; i < seen.length; i++) {
            if (seen[i] == cell) {
                return seenSince[i];
            }
        }
        return now;
    }

    /// Who is inside its code on a place or beside them. Racy: any thread.
    List<Running> running() {
        var all = new ArrayList<Running>();
        for (int i = 0, n = places.count; i < n; i++) {
            var worker = places.places[i].owner;
            var cell = worker == null ? null : worker.runningNow();
            var thread = worker == null ? null : worker.thread;
            if (cell != null && thread != null) {
                all.add(new Running(cell, thread));
            }
        }
        places.apart.forEach(run -> run.running().ifPresent(all::add));
        return all;
    }

    /// For how long it has seen this actor in one handler, or apart from the places; empty when it has not. Racy: any thread.
    Optional<Duration> busyFor(Cell<?> cell) {
        long now = System.nanoTime();
        long since = since(cell, now);
        for (var run : places.apart) {
            since = run.runs(cell) ? run.busySince() : since;
        }
        return since == now ? Optional.empty() : Optional.of(Duration.ofNanos(now - since));
    }

    /// What changes with each message that a loop receives, and else with each activation.
    static long progress(Cell<?> cell, long tick) {
        var self = cell.self;
        return cell.body instanceof Loop<?> && self != null ? self.turns : tick;
    }

    private void watchSlow(int i, Worker worker, int tick, long now) {
        var cell = worker.runningNow();
        long progress = cell == null ? tick : progress(cell, tick);
        if (cell == null || cell != seen[i] || progress != seenAt[i]) {
            seen[i] = cell;
            seenAt[i] = progress;
            seenSince[i] = now;
            reported[i] = false;
            return;
        }
        var running = worker.thread;
        if (!reported[i] && now - seenSince[i] >= Clocks.nanos(node.config().slowHandler()) && running != null) {
            reported[i] = true;
            node.observers.slowHandler(cell, running, now - seenSince[i]);
        }
    }
}
