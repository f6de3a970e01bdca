package dev.coppice.testkit;

import dev.coppice.kernel.Pending;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.spi.Activation;
import dev.coppice.kernel.spi.Alarm;
import dev.coppice.kernel.spi.Scheduler;
import dev.coppice.kernel.spi.Waiting;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.IdentityHashMap;
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
/// Code that blocks otherwise than through the kernel blocks the whole world: after 10 s of real time without a step the boss gets an
/// error with that code's stack. Where a recipe asks to run is ignored.
///
/// The test may also hold an actor ([#hold]), make it slow ([#slow]), and let the clock leap ([#leap]).
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
    // An actor that is held keeps its entries in `held` until it is released; a slow one's turns become ready by an
    // alarm.
    //
    // Picks, the numbers given to the kernel, and noise draw from streams of their own: more noise does not shift the
    // numbers.

    private static final int NOISE = 4;

    /// How long, in real time, the world may go without a step.
    private long patience = 10_000_000_000L;

    /// How many steps one run may take.
    private static final long BUDGET = 10_000_000;

    /// Stands for the alarms among those who can move.
    private static final Object CLOCK = "the clock";

    /// The heap of the alarms that were set by the test or a job.
    private static final int OF_NO_ACTOR = 1;

    private final long seed;
    private final boolean noisy;
    private final SplittableRandom picks;
    private Picker picker;
    private Steps listener = new Steps() {};
    private final SplittableRandom numbers;
    private final SplittableRandom noise;
    private final Thread boss = Thread.currentThread();
    private final List<Entry> ready = new ArrayList<>();
    private final TreeSet<Alarm> alarms = new TreeSet<>(Seeded::earlier);

    /// Of the alarms that are deadlines, those who set them.
    private final Map<Alarm, Activation> askers = new IdentityHashMap<>();

    private final Map<Waiting, Thread> waiters = new LinkedHashMap<>();
    private final Map<Thread, Entry> doing = new LinkedHashMap<>();
    private final Map<Activation, List<Entry>> held = new LinkedHashMap<>();
    private final Map<Activation, Duration> slow = new LinkedHashMap<>();
    private Predicate<String> faults = _ -> false;
    private long now;
    private final long origin;
    private long horizon;
    private boolean awaited;
    private long sequence;
    private long drivers;
    private long trace = 17;
    private long begunAt;
    private @Nullable Throwable broken;

    /// Written by its holder, when it passes the baton; read by whoever is parked or suspects to be foreign.
    private volatile Thread holder = boss;

    /// Written by the holder; read by the boss while it waits, to see that something moves.
    private volatile long steps;

    /// Written by the thread that was told that it is foreign; read by the boss.
    private volatile @Nullable IllegalStateException foreigner;

    /// Written by the boss when its patience is over, so that a world that never comes to rest ends; read by drivers.
    private volatile boolean abandoned;

    private Seeded(long seed, boolean noisy) {
        this.seed = seed;
        this.noisy = noisy;
        var root = new SplittableRandom(seed);
        picks = root.split();
        numbers = root.split();
        noise = root.split();
        picker = Picker.of(new Pick.Random(), picks);
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

    /// From now on those who can move are chosen in this way; at random by default.
    public Seeded pick(Pick pick) {
        picker = Picker.of(pick, picks);
        return this;
    }

    /// How long, in real time, the boss waits for a step; 10 s.
    Seeded patience(Duration limit) {
        patience = Times.nanos("patience", limit);
        return this;
    }

    Seeded listener(Steps steps) {
        listener = steps;
        return this;
    }

    // ---- for the test

    /// Runs until nothing is ready any more. The clock stands still.
    public void settle() {
        run(now);
    }

    /// Runs everything that happens within this time; the clock stands at its end then.
    public void advance(Duration time) {
        var until = now + Times.nanos("advance", time);
        run(until);
        now = Math.max(now - until, 0) + until; // a leap may have gone beyond
    }

    /// Keeps an actor from moving, whatever it does, until it is released.
    public void hold(Activation actor) {
        mine("hold");
        if (held.putIfAbsent(actor, new ArrayList<>()) == null) {
            var stopped = held.get(actor);
            ready.removeIf(entry -> ownerOf(entry) == actor && stopped.add(entry));
        }
    }

    /// Lets it move again.
    public void release(Activation actor) {
        mine("release");
        var entries = held.remove(actor);
        if (entries != null) {
            ready.addAll(entries);
        }
    }

    /// From now on an actor that has something to do begins it so much later; zero ends that.
    public void slow(Activation actor, Duration delay) {
        mine("slow");
        if (delay.isZero()) {
            slow.remove(actor);
        } else {
            slow.put(actor, Times.valid("slow", delay));
        }
    }

    /// Releases all who are held, and nobody is slow any more.
    public void heal() {
        mine("heal");
        slow.clear();
        alarms().stream().filter(Late.class::isInstance).map(Late.class::cast).filter(this::cancel).forEach(Late::ring);
        List.copyOf(held.keySet()).forEach(this::release);
    }

    /// After the end of all nodes: what is still on a bad network's way arrives where nobody is, and what no actor asked, hence the test, is
    /// given up.
    void strand() {
        for (var late = left(Unreliable.Arrival.class::isInstance);
                !late.isEmpty();
                late = left(Unreliable.Arrival.class::isInstance)) {
            late.stream().filter(this::cancel).map(Unreliable.Arrival.class::cast).forEach(Unreliable.Arrival::arrive);
        }
        left(alarm -> alarm instanceof Pending && alarm.stripe == OF_NO_ACTOR)
                .forEach(alarm -> ((Pending<?>) alarm).abandon());
    }

    private List<Alarm> left(Predicate<Alarm> which) {
        return alarms.stream().filter(which).toList();
    }

    /// The clock is so much later at once, as when the machine slept: what was due meanwhile rings late.
    public void leap(Duration time) {
        mine("leap");
        now += Times.nanos("leap", time);
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
        var turn = new Entry.Turn(activation);
        var delay = slow.get(activation);
        if (delay == null) {
            enter(turn);
        } else {
            schedule(new Late(turn), now + delay.toNanos());
        }
    }

    private void enter(Entry entry) {
        var owner = held.isEmpty() ? null : ownerOf(entry);
        var stopped = owner == null ? null : held.get(owner);
        (stopped == null ? ready : stopped).add(entry);
    }

    /// Makes a turn of a slow actor ready.
    private final class Late extends Alarm {
        private final Entry turn;

        Late(Entry turn) {
            this.turn = turn;
        }

        @Override
        public void ring() {
            enter(turn);
        }
    }

    private @Nullable Activation ownerOf(Entry entry) {
        return switch (entry) {
            case Entry.Turn(var activation) -> activation;
            case Entry.Resume(var thread, _) -> runningOn(thread);
            case Entry.Job _ -> null;
        };
    }

    private @Nullable Activation runningOn(Thread thread) {
        return doing.get(thread) instanceof Entry.Turn(var activation) ? activation : null;
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
            waiting.stops();
            await(waiting, me);
        }
        if (interrupted) {
            me.interrupt();
        }
    }

    private void await(Waiting waiting, Thread me) {
        waiting.thread = me;
        waiters.put(waiting, me);
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
        var thread = waiters.remove(waiting);
        if (thread != null) {
            if (waiting instanceof Pending) {
                listener.answers(runningOn(Thread.currentThread()), runningOn(thread));
            }
            enter(new Entry.Resume(thread, "resume"));
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
        var actor = runningOn(Thread.currentThread());
        alarm.stripe = actor == null ? OF_NO_ACTOR : 0;
        alarms.add(alarm);
        if (actor != null && alarm instanceof Pending) {
            askers.put(alarm, actor);
        }
    }

    @Override
    public boolean cancel(Alarm alarm) {
        mine("cancel");
        var scheduled = alarm.index >= 0 && alarms.remove(alarm);
        alarm.index = -1;
        askers.remove(alarm);
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
            enter(new Entry.Resume(Thread.currentThread(), point));
            leave();
        }
    }

    @Override
    public void sent(Activation to, Object message) {
        mine("sent");
        listener.sent(runningOn(Thread.currentThread()), to, message);
    }

    @Override
    public void received(Activation by, Object message) {
        listener.received(by, message);
    }

    /// Nothing to end: a driver runs only while somebody waits.
    @Override
    public void close() {}

    // ---- the baton

    /// Gives the baton to a fresh driver and comes back when it is given back.
    private void leave() {
        var me = Thread.currentThread();
        if (me == boss) {
            begunAt = steps;
        }
        var driver = Thread.ofVirtual().name("seeded-" + ++drivers).unstarted(this::drive);
        holder = driver;
        driver.start();
        var interrupted = Thread.interrupted();
        while (holder != me) {
            if (me == boss) {
                watch();
            } else {
                LockSupport.park(this);
            }
            // An actor's interrupt does not end its wait; the test's own, while it waits, is that of a time limit.
            if (Thread.interrupted()) {
                if (me == boss) {
                    throw stuck("interrupted");
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

    /// Waits for the baton, but not for ever for one who blocks in the real world.
    private void watch() {
        var before = steps;
        var begun = System.nanoTime();
        var me = Thread.currentThread();
        while (holder != me && steps == before && !me.isInterrupted()) {
            LockSupport.parkNanos(this, patience);
            if (holder != me && steps == before && System.nanoTime() - begun >= patience) {
                throw stuck("nothing has moved for " + Duration.ofNanos(patience) + " of real time");
            }
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
        doing.put(me, entry);
        try {
            if (entry instanceof Entry.Turn(var activation)) {
                listener.begins(activation);
                entry.run();
                listener.ends(activation);
            } else {
                entry.run();
            }
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
                var pick = picker.pick(candidates, this::who);
                if (pick < ready.size()) {
                    return taken(pick);
                }
                ring();
            }
        }
        return null;
    }

    /// Whose a candidate is.
    private Object who(int candidate) {
        if (candidate == ready.size()) {
            return CLOCK;
        }
        return switch (ready.get(candidate)) {
            case Entry.Turn(var activation) -> activation;
            case Entry.Resume(var thread, _) -> {
                var actor = runningOn(thread);
                yield actor == null ? thread : actor;
            }
            case Entry.Job(var job) -> job;
        };
    }

    private Entry taken(int pick) {
        var entry = ready.remove(pick);
        step(entry.hash());
        return entry;
    }

    private void ring() {
        var alarm = alarms.removeFirst();
        alarm.index = -1;
        askers.remove(alarm);
        step(alarm.at - origin);
        listener.rings(alarm);
        alarm.ring();
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // only the holder of the baton counts
    private void step(long what) {
        if (++steps - begunAt > BUDGET) {
            throw new IllegalStateException("it does not come to rest: " + BUDGET + " steps since the test let it run");
        }
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
            throw foreigner =
                    new IllegalStateException(
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
            throw new IllegalStateException(this + ": the world broke: " + why, why);
        }
        if (waiters.keySet().stream().anyMatch(waiting -> waiting.thread == boss && !waiting.over())) {
            throw new IllegalStateException(
                    this
                            + ": deadlock after "
                            + elapsed()
                            + ": nothing is ready, no alarm is set, and these wait: "
                            + String.join("; ", waiting()));
        }
    }

    /// What the last foreign thread was told, if there was one.
    @Nullable IllegalStateException foreigner() {
        return foreigner;
    }

    /// Whether somebody kept the baton for too long, so that nothing can be done here any more.
    boolean abandoned() {
        return abandoned;
    }

    /// What is not over: who waits for an answer, a start, an end or room, for anything but a message; what was asked by somebody who goes on
    /// meanwhile and lives; and what is on a bad network's way.
    List<String> open() {
        var open = new ArrayList<String>();
        waiters.forEach((waiting, thread) -> {
            if (waiting instanceof Pending) {
                open.add(who(thread) + " waits in " + waiting);
            }
        });
        for (var alarm : alarms) {
            if (alarm instanceof Pending
                    && !(alarm instanceof Waiting waiting && waiters.containsKey(waiting))
                    && !(askers.get(alarm) instanceof Activation asker && asker.ended())) {
                open.add(alarm + " is open");
            } else if (alarm instanceof Unreliable.Arrival) {
                open.add("a message is on its way");
            }
        }
        return open;
    }

    /// The stacks of those who wait for an answer, without the scheduler's own lines.
    Map<String, List<StackTraceElement>> stacks() {
        var stacks = new LinkedHashMap<String, List<StackTraceElement>>();
        waiters.forEach((waiting, thread) -> {
            if (waiting instanceof Pending) {
                stacks.put(who(thread), List.of(thread.getStackTrace()));
            }
        });
        return stacks;
    }

    /// Who waits for what, oldest first.
    List<String> waiting() {
        return waiters.entrySet().stream().map(wait -> who(wait.getValue()) + " in " + wait.getKey()).toList();
    }

    private String who(Thread thread) {
        var entry = doing.get(thread);
        return thread == boss ? "the test" : entry == null ? "a job" : entry.who();
    }

    private IllegalStateException stuck(String why) {
        abandoned = true;
        var blocked = holder;
        var stuck =
                new IllegalStateException(
                        this
                                + ": "
                                + why
                                + " while "
                                + blocked
                                + " ("
                                + who(blocked)
                                + ") has the baton and does not give it back; only waits of the kernel move the world on. Its stack follows");
        stuck.setStackTrace(blocked.getStackTrace());
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
            return this instanceof Turn(var activation)
                    ? activation instanceof Pid<?> pid ? pid.path() : "actor #" + activation.id()
                    : "a job";
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
