package dev.coppice.testkit;

import static java.util.Objects.requireNonNull;

import dev.coppice.kernel.spi.Activation;
import dev.coppice.kernel.spi.Alarm;
import dev.coppice.kernel.spi.Scheduler;
import dev.coppice.kernel.spi.Waiting;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A scheduler for tests: one thread moves at a time, a seed decides which, and the clock is virtual. The same seed and the same code
/// give the same run, to the last step; [#trace] is a hash of the steps.
///
/// ```java
/// var seeded = Seeded.of(42);
/// try (var node = Node.start(TREE, Config.defaults().scheduler(() -> seeded))) {
///   node.ref(ALICE).send(new Deposit(100));
///   seeded.settle();                          // run all that can run now
///   seeded.advance(Duration.ofSeconds(5));    // and all that is due within 5 s
/// }
/// ```
///
/// The thread that makes it, the *boss*, is one more participant: it runs freely, and while it waits (in a call, an await,
/// `Node.close`, [#settle]) the world moves. When nothing is ready, the clock jumps to the next alarm; when there is none either and
/// the boss waits, the boss gets an error that lists who waits. Any other thread that touches the scheduler gets an
/// `IllegalStateException`: what comes from outside cannot be replayed.
///
/// Code that blocks otherwise than through the kernel blocks the whole world. Where a recipe asks to run is ignored.
public final class Seeded implements Scheduler {
    // The idea. Everything that can move is an entry of `ready`: an actor's activation, a job, the resumption of a
    // thread that waits.
    // A driver, an ordinary virtual thread, picks entries and runs them on its own stack. Code that waits keeps its
    // thread, parked,
    // and starts a fresh driver, which goes on picking. When a driver picks a resumption, it unparks that thread and
    // ends, and the
    // resumed thread, once its own activation returns, finds itself in the driver's loop at the bottom of its stack and
    // drives on.
    //
    // So there is a baton: `holder`, the one thread that may run. It is passed by writing `holder` and then unparking
    // or starting the
    // new holder, and by nothing else; whoever is parked goes on only when it reads itself there. All other fields are
    // plain: only
    // the holder touches them, and the volatile `holder` orders one holder's writes before the next one's reads.
    //
    //   boss   -- suspend, settle, advance --> driver
    //   driver -- picks a resumption       --> the thread resumed; the driver ends
    //   driver -- its activation suspends  --> a fresh driver; the thread stays parked
    //   driver -- nothing left to do       --> boss
    //
    // How far the world may run by itself is `horizon`, an instant: now for settle, a later one for advance, and no
    // limit (`awaited`)
    // while the boss waits for an event. Alarms due now are a candidate beside the ready entries, so that a time-out
    // can lose or win
    // against what happens in the same instant; they ring in the order of time, then of scheduling.
    //
    // Picks, the numbers given to the kernel, and noise draw from streams of their own: more noise does not shift the
    // numbers.

    private static final int NOISE = 4;

    private final long seed;
    private final boolean noisy;
    private final SplittableRandom picks;
    private final SplittableRandom numbers;
    private final SplittableRandom noise;
    private final Thread boss = Thread.currentThread();
    private final List<Entry> ready = new ArrayList<>();
    private final TreeSet<Alarm> alarms = new TreeSet<>(Seeded::earlier);
    private final Map<Waiting, String> waiters = new LinkedHashMap<>();
    private final Map<Thread, String> doing = new LinkedHashMap<>();
    private Predicate<String> faults = _ -> false;
    private long now;
    private final long origin;
    private long horizon;
    private boolean awaited;
    private long sequence;
    private long drivers;
    private long trace = 17;
    private long steps;
    private @Nullable Throwable broken;

    /// Written by its holder, when it passes the baton; read by whoever is parked or suspects to be foreign.
    private volatile Thread holder = boss;

    /// Written by the boss when its patience is over, so that a world that never comes to rest ends; read by drivers.
    private volatile boolean abandoned;

    private Seeded(long seed, boolean noisy) {
        this.seed = seed;
        this.noisy = noisy;
        var root = new SplittableRandom(seed);
        picks = root.split();
        numbers = root.split();
        noise = root.split();
        // Any origin may be met in production, negative ones too.
        origin = numbers.nextLong() >> 2;
        now = origin;
    }

    /// A scheduler that decides by this seed which ready actor runs next.
    public static Seeded of(long seed) {
        return new Seeded(seed, false);
    }

    /// As [#of], and it also lets others run in between at the kernel's own racy points ([Scheduler#pause]), now and then.
    public static Seeded noisy(long seed) {
        return new Seeded(seed, true);
    }

    /// From now on a fault is injected where this says so; by default nowhere.
    public Seeded faults(Predicate<String> faults) {
        this.faults = faults;
        return this;
    }

    // ---- for the test

    /// Runs until nothing is ready any more. The clock stands still.
    public void settle() {
        run(now);
    }

    /// Runs everything that happens within this time; the clock stands at its end then.
    public void advance(Duration time) {
        var until = now + time.toNanos();
        run(until);
        now = until;
    }

    /// A hash of all steps so far.
    public long trace() {
        return trace;
    }

    /// How many entries were run so far.
    public long steps() {
        return steps;
    }

    /// How much virtual time has passed.
    public Duration elapsed() {
        return Duration.ofNanos(now - origin);
    }

    /// The alarms that are set, earliest first.
    public List<Alarm> alarms() {
        return List.copyOf(alarms);
    }

    @Override
    public String toString() {
        return (noisy ? "Seeded.noisy(" : "Seeded.of(") + seed + ")";
    }

    private void run(long until) {
        mine("run");
        if (Thread.currentThread() != boss) {
            throw new IllegalStateException(
                    this + ": only " + boss + ", which made it, may run it; this is " + Thread.currentThread());
        }
        horizon = until;
        awaited = false;
        leave();
    }

    // ---- Scheduler

    @Override
    public void ready(Activation activation) {
        mine("ready");
        ready.add(new Entry.Turn(activation));
    }

    @Override
    public void execute(Runnable job) {
        mine("execute");
        ready.add(new Entry.Job(job));
    }

    @Override
    public void suspend(Waiting waiting) {
        mine("suspend");
        var me = Thread.currentThread();
        var interrupted = Thread.interrupted();
        if (interrupted) {
            waiting.interrupted();
        }
        if (!waiting.over()) {
            await(waiting, me);
        }
        if (interrupted) {
            me.interrupt();
        }
    }

    private void await(Waiting waiting, Thread me) {
        waiting.thread = me;
        waiters.put(waiting, (me == boss ? "the test" : doing.getOrDefault(me, "a job")) + " in " + waiting);
        awaited = awaited || me == boss;
        try {
            leave();
        } finally {
            waiters.remove(waiting);
            waiting.thread = null;
        }
    }

    @Override
    public void resume(Waiting waiting) {
        mine("resume");
        // One that is not suspended yet will see for itself that it is over.
        if (waiters.remove(waiting) != null) {
            ready.add(new Entry.Resume(requireNonNull(waiting.thread), "resume"));
        }
    }

    @Override
    public void schedule(Alarm alarm, long atNanos) {
        mine("schedule");
        if (alarm.index >= 0) {
            throw new IllegalStateException(this + ": " + alarm + " is scheduled already; cancel it first");
        }
        alarm.at = atNanos;
        alarm.sequence = sequence++;
        alarm.index = 0;
        alarms.add(alarm);
    }

    @Override
    public boolean cancel(Alarm alarm) {
        mine("cancel");
        var scheduled = alarm.index >= 0 && alarms.remove(alarm);
        alarm.index = -1;
        return scheduled;
    }

    @Override
    public long nanoTime() {
        return now;
    }

    @Override
    public Instant wallTime() {
        return Instant.EPOCH.plusNanos(now - origin);
    }

    @Override
    public long random() {
        mine("random");
        return numbers.nextLong();
    }

    @Override
    public boolean fault(String point) {
        return faults.test(point);
    }

    @Override
    public void pause(String point) {
        mine("pause");
        if (noisy && noise.nextInt(NOISE) == 0) {
            ready.add(new Entry.Resume(Thread.currentThread(), point));
            leave();
        }
    }

    /// Nothing to end: a driver runs only while somebody waits.
    @Override
    public void close() {}

    // ---- the baton

    /// Gives the baton to a fresh driver and comes back when it is given back.
    private void leave() {
        var me = Thread.currentThread();
        var driver = Thread.ofVirtual().name("seeded-" + ++drivers).unstarted(this::drive);
        holder = driver;
        driver.start();
        var interrupted = Thread.interrupted();
        while (holder != me) {
            LockSupport.park(this);
            // An actor's interrupt does not end its wait; the test's own, while it waits, is that of a time limit.
            if (Thread.interrupted()) {
                if (me == boss) {
                    throw stuck();
                }
                interrupted = true;
            }
        }
        if (interrupted) {
            me.interrupt();
        }
        if (me == boss) {
            awaited = false;
            complain();
        }
    }

    private void pass(Thread next) {
        holder = next;
        LockSupport.unpark(next);
    }

    private void drive() {
        try {
            for (var entry = next(); entry != null; entry = next()) {
                if (entry instanceof Entry.Resume(var thread, _)) {
                    pass(thread);
                    return;
                }
                work(entry);
            }
        } catch (Throwable t) {
            broken = t;
        }
        pass(boss);
    }

    private void work(Entry entry) {
        var me = Thread.currentThread();
        doing.put(me, entry.who());
        try {
            entry.run();
        } finally {
            doing.remove(me);
        }
    }

    /// The next entry to run, after all alarms that come first; null when the baton is the boss's.
    private @Nullable Entry next() {
        while (!abandoned) {
            var due = alarms.isEmpty() ? null : alarms.first();
            var dueNow = due != null && due.at - now <= 0;
            var candidates = ready.size() + (dueNow ? 1 : 0);
            if (candidates == 0) {
                if (due == null || !awaited && due.at - horizon > 0) {
                    return null;
                }
                now = due.at;
            } else {
                var pick = picks.nextInt(candidates);
                if (pick < ready.size()) {
                    return taken(pick);
                }
                ring();
            }
        }
        return null;
    }

    private Entry taken(int pick) {
        var entry = ready.set(pick, ready.getLast());
        ready.removeLast();
        step(entry.hash());
        return entry;
    }

    private void ring() {
        var alarm = alarms.removeFirst();
        alarm.index = -1;
        step(alarm.at - origin);
        alarm.ring();
    }

    private void step(long what) {
        steps++;
        trace = trace * 1_000_003 + what;
    }

    private static int earlier(Alarm one, Alarm other) {
        var byTime = Long.signum(one.at - other.at);
        return byTime != 0 ? byTime : Long.compare(one.sequence, other.sequence);
    }

    // ---- complaints

    private void mine(String what) {
        var me = Thread.currentThread();
        if (me != holder) {
            throw new IllegalStateException(
                    this
                            + ": "
                            + what
                            + " by the foreign thread "
                            + me
                            + " while "
                            + holder
                            + " has the baton; in a seeded world everything must happen in actors or in the test's own thread");
        }
    }

    private void complain() {
        var why = broken;
        broken = null;
        if (why != null) {
            throw new IllegalStateException(this + ": the kernel failed: " + why, why);
        }
        if (waiters.keySet().stream().anyMatch(waiting -> waiting.thread == boss && !waiting.over())) {
            throw new IllegalStateException(
                    this
                            + ": deadlock after "
                            + elapsed()
                            + ": nothing is ready, no alarm is set, and these wait: "
                            + String.join("; ", waiters.values()));
        }
    }

    private IllegalStateException stuck() {
        abandoned = true;
        var stuck =
                new IllegalStateException(
                        this
                                + ": interrupted while "
                                + holder
                                + " ("
                                + doing.get(holder)
                                + ") has the baton and does not give it back");
        stuck.setStackTrace(holder.getStackTrace());
        return stuck;
    }

    /// Something that can move.
    private sealed interface Entry {
        record Turn(Activation activation) implements Entry {}

        record Job(Runnable job) implements Entry {}

        record Resume(Thread thread, String point) implements Entry {}

        default void run() {
            switch (this) {
                case Turn(var activation) -> activation.run();
                case Job(var job) -> job.run();
                case Resume _ -> throw new IllegalStateException("a resumption is not run");
            }
        }

        default String who() {
            return this instanceof Turn(var activation) ? "actor #" + activation.id() : "a job";
        }

        default long hash() {
            return switch (this) {
                case Turn(var activation) -> activation.id() * 4 + 1;
                case Job _ -> 2;
                case Resume(_, var point) -> point.hashCode() * 4L + 3;
            };
        }
    }
}
