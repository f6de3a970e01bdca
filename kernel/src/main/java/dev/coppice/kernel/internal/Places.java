package dev.coppice.kernel.internal;

import dev.coppice.kernel.Recipe;
import dev.coppice.kernel.spi.Activation;
import dev.coppice.kernel.spi.Alarm;
import dev.coppice.kernel.spi.Scheduler;
import dev.coppice.kernel.spi.Waiting;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// The production scheduler: M actors on N places, the way Go runs goroutines on threads, on virtual threads and public API only.
///
/// **Idea.** There is a place for each core, with a run queue. A [Worker], a short-lived virtual thread, owns a place and runs ready actors
/// from it to completion; when there is no work it gives the place back and ends, so that nothing is left at rest. What becomes ready on
/// a worker goes to its own queue; what becomes ready elsewhere, or does not fit, goes to the global queue. A worker that runs dry
/// steals half of another's queue.
///
/// **Waiting.** The kernel's own waits hand the place on before they park. Foreign blocking is seen by the [Watchdog], which adds a place
/// and notes the class of the body ([Habit]); such classes run without a place from then on. CPU hogs are relieved by more
/// carriers ([Canary]).
///
/// **No lost wake-up.** A worker that runs dry first puts its place into the idle mask (a CAS, so a full fence) and then looks at the
/// queues once more; whoever adds to the global queue does so by a CAS and then looks at the mask. One of the two sees the other. An
/// addition to a worker's own ring needs no wake-up for progress: the owner will take it, or hand the place on with it.
final class Places implements Scheduler {
    private static final int MOST = 64;
    private static final int GLOBAL_EVERY = 61;
    private static final VarHandle IDLE;
    private static final VarHandle THREAD;

    static {
        try {
            IDLE = MethodHandles.lookup().findVarHandle(Places.class, "idle", long.class);
            THREAD = MethodHandles.lookup().findVarHandle(Waiting.class, "thread", Thread.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final LocalNode node;
    private final Thread.Builder.OfVirtual threads;
    final ConcurrentLinkedQueue<Cell<?>> global = new ConcurrentLinkedQueue<>();

    /// What did not fit into a place's queue, half a queue in one.
    final ConcurrentLinkedQueue<Cell<?>[]> overflow = new ConcurrentLinkedQueue<>();

    private final ConcurrentHashMap<Activation, Pinned> pinned = new ConcurrentHashMap<>();
    final Alarms alarms;

    /// Who runs without a place now: for reports of slow handlers.
    final Set<Apart> apart = ConcurrentHashMap.newKeySet();

    final Watchdog watchdog;
    final Lookout lookout = new Lookout(this);

    /// The regular places first, then those that the watchdog added. Slots are filled once.
    final Place[] places = new Place[MOST];

    final int regular;

    /// How many slots of [#places] are filled. Written by the watchdog.
    volatile int count;

    /// Places below this number are open to all work: the regular ones, and while hogs are relieved as many more as there are carriers more.
    /// Written by the watchdog.
    private volatile int open;

    /// A bit for each idle place that is open to all work.
    private volatile long idle;

    /// A bit for each idle place beyond them; used by the watchdog only to hand out, by workers to give back.
    private final java.util.concurrent.atomic.AtomicLong spare = new java.util.concurrent.atomic.AtomicLong();

    private volatile boolean closed;

    Places(LocalNode node, int regular) {
        this.node = node;
        this.regular = regular;
        this.threads = Thread.ofVirtual().name(node.config().name() + "-worker");
        for (int i = 0; i < regular; i++) {
            places[i] = new Place(i);
        }
        this.count = regular;
        this.open = regular;
        this.idle = regular == 64 ? -1L : (1L << regular) - 1;
        this.alarms = new Alarms(node, regular);
        this.watchdog = new Watchdog(this, node, Relief.canary(nanoTime()));
        watchdog.start();
    }

    boolean isOf(LocalNode other) {
        return node == other;
    }

    // ---- ready

    @Override
    public void ready(Activation activation) {
        ready((Cell<?>) activation, myPlace());
    }

    /// @param here the place of the current thread, when it is a worker of this scheduler that has one
    void ready(Cell<?> cell, @Nullable Place here) {
        if (cell.shares()) {
            share(cell, here);
        } else if (cell.threading() == Recipe.Threading.PINNED) {
            pin(cell);
        } else {
            apart(cell);
        }
    }

    private void share(Cell<?> cell, @Nullable Place here) {
        if (here == null) {
            if (!lookout.hand(cell)) {
                global.add(cell);
                wakeUnlessSearched();
            }
        } else if (!here.push(cell)) {
            overflow.add(here.olderHalf(cell));
            wakeUnlessSearched();
        } else if (idle != 0 && here.size() >= 2) {
            wakeUnlessSearched();
        }
        watchdog.alert();
    }

    private @Nullable Place myPlace() {
        return Runner.current() instanceof Worker worker && worker.isOf(this) ? worker.place : null;
    }

    /// On a virtual thread of its own, without a place.
    void apart(Activation activation) {
        threads.start(new Apart(activation, apart));
        awaitsCarrier(true);
        watchdog.alert();
    }

    private void pin(Activation activation) {
        pinned.computeIfAbsent(activation, key -> new Pinned(key, pinned, watchdog.pinned)).ready();
    }

    @Override
    public void execute(Runnable job) {
        threads.start(job);
        awaitsCarrier(true);
    }

    /// A virtual thread has become ready on this one.
    private static void awaitsCarrier(boolean outside) {
        if (Runner.current() instanceof Worker worker) {
            worker.woke(outside);
        }
    }

    // ---- workers

    /// The next ready actor for the owner of this place; null when there is none anywhere.
    @Nullable Cell<?> next(Place here) {
        var next = ++here.turns % GLOBAL_EVERY == 0 ? global.poll() : null;
        if (next == null) {
            next = here.poll();
        }
        if (next == null) {
            next = global.poll();
        }
        if (next == null) {
            next = unpack(here);
        }
        return next == null ? steal(here, 1) : next;
    }

    /// Takes what has overflown into this place, which is empty.
    private @Nullable Cell<?> unpack(Place here) {
        var packed = overflow.poll();
        if (packed == null) {
            return null;
        }
        for (int i = 1; i < packed.length; i++) {
            if (!here.push(packed[i])) {
                throw new IllegalStateException("an empty queue is full");
            }
        }
        return packed[0];
    }

    /// As [#next], for a worker that looks out; leaves a running worker its only ready actor, which it will come to soon.
    @Nullable Cell<?> findFor(Place here) {
        var found = global.poll();
        return found == null ? steal(here, 2) : found;
    }

    /// @param least how many must stand in a queue
    private @Nullable Cell<?> steal(Place here, int least) {
        for (int i = 0, n = count; i < n; i++) {
            var other = places[(here.number + 1 + i) % n];
            if (other == here || other.size() < least) {
                continue;
            }
            var stolen = other.pop();
            if (stolen != null) {
                moveHalf(other, here);
                return stolen;
            }
        }
        return null;
    }

    private void moveHalf(Place from, Place to) {
        for (int half = from.size() / 2; half > 0; half--) {
            var more = from.pop();
            if (more == null) {
                return;
            }
            if (!to.push(more)) {
                global.add(more);
            }
        }
    }

    /// Gives a place back for want of work; true when the worker ends.
    boolean release(Worker worker, Place here) {
        worker.place = null;
        putIdle(here);
        if (!anyWork()) {
            return true;
        }
        var again = takeIdle();
        if (again == null) {
            return true;
        }
        give(again, worker);
        return false;
    }

    private static void give(Place place, Worker worker) {
        place.owner = worker;
        worker.place = place;
    }

    private void putIdle(Place place) {
        place.owner = null;
        if (place.number < open) {
            IDLE.getAndBitwiseOr(this, 1L << place.number);
        } else {
            spare.getAndUpdate(bits -> bits | 1L << place.number);
        }
    }

    /// Opens this many places more than the regular ones to all work, and closes those beyond. A place that is given back meanwhile may
    /// end on the wrong side: the next call puts it right. Called by the watchdog only, at each look.
    void open(int more) {
        int target = Math.min(MOST, regular + more);
        open = target;
        while (count < target) {
            long added = 1L << newPlace().number;
            spare.getAndUpdate(bits -> bits | added);
        }
        long opened = target == 64 ? -1L : (1L << target) - 1;
        if ((idle & ~opened) == 0 && (spare.get() & opened) == 0) {
            return;
        }
        long closed = (long) IDLE.getAndBitwiseAnd(this, opened) & ~opened;
        long freed = spare.getAndUpdate(bits -> (bits | closed) & ~opened) & opened;
        IDLE.getAndBitwiseOr(this, freed);
        for (int i = Long.bitCount(freed); i > 0 && anyWork(); i--) {
            wakeOne();
        }
    }

    private @Nullable Place takeIdle() {
        while (true) {
            long bits = idle;
            if (bits == 0) {
                return null;
            }
            int number = Long.numberOfTrailingZeros(bits);
            if (IDLE.compareAndSet(this, bits, bits & ~(1L << number))) {
                return places[number];
            }
        }
    }

    void wakeOne() {
        if (idle == 0) {
            return;
        }
        var place = takeIdle();
        if (place != null) {
            startWorker(place);
        }
    }

    private void wakeUnlessSearched() {
        if (!lookout.isOpen()) {
            wakeOne();
        }
    }

    void wakeForWork() {
        if (idle != 0 && anyWork()) {
            wakeOne();
        }
    }

    void startWorker(Place place) {
        var worker = new Worker(this, place, place.popBeginningLoop());
        place.owner = worker;
        var thread = threads.unstarted(worker);
        worker.bind(thread);
        thread.start();
    }

    /// A place beyond the regular ones, for work that waits behind blocked or hogged places; null when there are too many already.
    /// Called by the watchdog only.
    @Nullable Place extraPlace() {
        long bits = spare.get();
        if (bits != 0) {
            int number = Long.numberOfTrailingZeros(bits);
            spare.getAndUpdate(all -> all & ~(1L << number));
            return places[number];
        }
        return count == MOST ? null : newPlace();
    }

    /// Called by the watchdog only.
    private Place newPlace() {
        var place = new Place(count);
        places[place.number] = place;
        count = place.number + 1;
        return place;
    }

    /// How many places are open to all work.
    int open() {
        return open;
    }

    /// Whether not all other places are idle.
    boolean othersRun() {
        return Long.bitCount(idle) < open - 1;
    }

    boolean anyIdle() {
        return idle != 0;
    }

    boolean allIdle() {
        return Long.bitCount(idle) + Long.bitCount(spare.get()) == count && apart.isEmpty();
    }

    boolean anyWork() {
        if (!global.isEmpty() || !overflow.isEmpty()) {
            return true;
        }
        for (int i = 0, n = count; i < n; i++) {
            if (places[i].size() > 0) {
                return true;
            }
        }
        return false;
    }

    // ---- waiting

    @Override
    public void suspend(Waiting waiting) {
        var worker = Runner.current() instanceof Worker mine && mine.isOf(this) ? mine : null;
        if (lookout.sees(waiting, worker == null ? null : worker.place)) {
            return;
        }
        if (Taps.on && worker != null) {
            long since = System.nanoTime();
            stop(waiting, worker);
            Taps.waited(worker.cell, System.nanoTime() - since, worker.place != null);
        } else {
            stop(waiting, worker);
        }
    }

    /// Gives way once before it parks: a short call is answered by then, and a park costs more.
    private void stop(Waiting waiting, @Nullable Worker worker) {
        var thread = Thread.currentThread();
        waiting.thread = thread;
        if (!waiting.over()) {
            Aside.handsOn(this, worker);
            if (thread.isVirtual()) {
                Thread.yield();
            }
            if (!waiting.over()) {
                waiting.stops();
                do {
                    LockSupport.park();
                } while (Aside.waitsOn(waiting));
            }
            Aside.goesOn(this, worker);
        }
        THREAD.setRelease(waiting, null); // a late look costs a stray wake-up
    }

    void goOn(Worker worker) {
        worker.waited();
        var cell = worker.cell;
        boolean wants = worker.place == null && idle != 0 && (cell == null || !cell.habit.blocks());
        var again = wants ? takeIdle() : null;
        if (again != null) {
            give(again, worker);
        }
    }

    void handOn(Worker worker) {
        var here = worker.place;
        if (here == null) {
            return;
        }
        worker.place = null;
        if (here.size() > 0) {
            startWorker(here);
        } else {
            putIdle(here);
            wakeForWork();
        }
    }

    @Override
    public void resume(Waiting waiting) {
        var thread = waiting.thread;
        if (thread != null) {
            resume(thread, !(waiting instanceof WaitCell<?> wait) || wait.owner == null || wait.start);
        } else if (Runner.current() instanceof Worker worker && worker.isOf(this)) {
            worker.answered();
        }
    }

    void resume(Thread thread, boolean outside) {
        LockSupport.unpark(thread);
        if (thread.isVirtual()) {
            awaitsCarrier(outside);
        }
        watchdog.alert();
    }

    // ---- time and chance

    @Override
    public void schedule(Alarm alarm, long at) {
        if (alarms.add(alarm, at)) {
            watchdog.due(at);
        }
    }

    @Override
    public boolean cancel(Alarm alarm) {
        return alarms.remove(alarm);
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public Instant wallTime() {
        return Instant.now();
    }

    @Override
    public long random() {
        return ThreadLocalRandom.current().nextLong();
    }

    // ---- counts, end

    long sum(ToLongFunction<Tally> counter) {
        long sum = 0;
        for (int i = 0, n = count; i < n; i++) {
            sum += counter.applyAsLong(places[i].tally);
        }
        return sum;
    }

    boolean closed() {
        return closed;
    }

    @Override
    public void close() {
        closed = true;
        pinned.values().forEach(Pinned::end);
        watchdog.end();
    }
}
