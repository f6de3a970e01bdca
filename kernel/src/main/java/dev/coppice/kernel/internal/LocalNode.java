package dev.coppice.kernel.internal;

import dev.coppice.kernel.Actor;
import dev.coppice.kernel.Cancellable;
import dev.coppice.kernel.Config;
import dev.coppice.kernel.Counters;
import dev.coppice.kernel.CrashReport;
import dev.coppice.kernel.DeadLetter;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Laggard;
import dev.coppice.kernel.Loop;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Offer;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.StartFailed;
import dev.coppice.kernel.spi.Scheduler;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/// A node: its scheduler, its names, its observers, its counts, and the guardian, an actor without a body that owns everything which
/// nobody else owns.
public final class LocalNode implements Node {
    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static final CopyOnWriteArrayList<LocalNode> RUNNING = new CopyOnWriteArrayList<>();

    /// Open, then closing, then closed.
    private enum Phase {
        OPEN,
        CLOSING,
        CLOSED
    }

    final int number = NUMBERS.incrementAndGet();
    final Scheduler scheduler;

    /// Whether the scheduler is a test's, which wants to hear of each send and to run others in between.
    final boolean simulated;

    final Names names = new Names(this);
    final Observers observers;
    final CopyOnWriteArrayList<Taps.Tapping> taps = new CopyOnWriteArrayList<>();

    /// What travels with messages; null when nothing does.
    final @Nullable Carrying carrying;

    final Watches killed = new Watches(Unkillable::new);
    final Watches overdue = new Watches(Overdue::new);

    /// Changed as a whole, by anybody; read by all.
    private final AtomicReference<Config> config;

    private final Cell<Object> guardian;
    private final WaitCell<Object> ended;
    private final AtomicReference<Phase> phase = new AtomicReference<>(Phase.OPEN);

    /// Why the node ends: the first reason counts. A write-once cell, never waited on.
    private final CompletableFuture<ExitReason> why = new CompletableFuture<>();

    private volatile @Nullable Cell<?> root;
    private volatile boolean rootGaveUp;
    private volatile List<String> abandoned = List.of();

    /// Written by the close, when its budget is spent.
    private volatile List<Laggard> overran = List.of();

    private final AtomicLong ids = new AtomicLong();
    private final LongAdder accepted = new LongAdder();
    private final LongAdder received = new LongAdder();
    private final LongAdder lateReplies = new LongAdder();
    private final LongAdder spawned = new LongAdder();
    private final LongAdder exited = new LongAdder();
    private final LongAdder crashed = new LongAdder();
    private final LongAdder unkillable = new LongAdder();
    private final LongAdder timers = new LongAdder();
    private final ConcurrentHashMap<String, LongAdder> letters = new ConcurrentHashMap<>();

    private LocalNode(Config config) {
        this.config = new AtomicReference<>(config);
        var made = config.scheduler();
        this.scheduler = made == null ? new Places(this, config.places()) : made.get();
        this.simulated = !(scheduler instanceof Places);
        this.observers = new Observers(this);
        this.carrying = Carrying.of(config.carrying());
        Loop<Object> nobody =
                _ -> {
                    throw new IllegalStateException("the guardian has no body");
                };
        this.guardian =
                new Cell<>(
                        this,
                        null,
                        nobody.recipe().labelled(config.name()).settings(),
                        null,
                        Habit.of(nobody),
                        nextId(null),
                        true);
        this.ended = new WaitCell<>(null, this, Long.MAX_VALUE);
        RUNNING.add(this);
    }

    public static Node start(Config config) {
        return new LocalNode(config);
    }

    public static Node start(Actor<?> root, Config config) {
        var node = new LocalNode(config);
        try {
            node.startRoot(root);
        } catch (Throwable failed) {
            node.close();
            throw failed;
        }
        return node;
    }

    public static void run(Actor<?> root, Config config) {
        LocalNode node;
        try {
            node = (LocalNode) start(root, config);
        } catch (StartFailed failed) {
            new Log("dev.coppice." + config.name()).line(Level.ERROR, "the root did not start", Map.of(), failed);
            System.exit(1);
            return;
        }
        var stopper = Thread.ofPlatform().name("coppice-shutdown").unstarted(node::close);
        Runtime.getRuntime().addShutdownHook(stopper);
        var reason = node.await();
        if (!reason.clean() || node.rootGaveUp) {
            System.exit(1);
        }
    }

    private void startRoot(Actor<?> actor) {
        var started = Starter.start(guardian, actor, false);
        root = started;
        var end =
                new WaitCell<Object>(null, this, Long.MAX_VALUE).onComplete(reason -> rootExited((ExitReason) reason));
        if (!Ties.add(Tie.waiter(started, end), started)) {
            end.complete(started.goneReason());
        }
    }

    private void rootExited(ExitReason reason) {
        why.complete(reason);
        stop();
    }

    // ---- actors and names

    @Override
    public <M> Pid<M> spawn(Actor<M> actor) {
        Runner.checkpoint();
        return Starter.start(guardian, actor, false);
    }

    @Override
    public <M> Ref<M> ref(Name<M> name) {
        return new Named<>(this, name);
    }

    @Override
    @SuppressWarnings("unchecked")
    public <M> Optional<Pid<M>> whereis(Name<M> name) {
        var slot = names.find(name);
        return slot == null ? Optional.empty() : Optional.ofNullable((Pid<M>) slot.openHolder());
    }

    @Override
    public SortedMap<String, Optional<Pid<?>>> names() {
        return names.all();
    }

    @Override
    public Optional<Pid<?>> root() {
        return Optional.ofNullable(root);
    }

    @Override
    public List<Pid<?>> children() {
        return List.copyOf(Reports.children(guardian));
    }

    @Override
    public String tree() {
        return TreeText.of(guardian);
    }

    /// @param runner the current thread's, when the caller has looked it up
    void ready(Cell<?> cell, @Nullable Runner runner) {
        if (runner instanceof Worker worker && worker.isOf(scheduler)) {
            worker.ready(cell);
        } else {
            scheduler.ready(cell);
        }
    }

    Mail mail(Object message) {
        return carrying == null ? new Mail(message) : carrying.mail(message);
    }

    Cell<Object> guardian() {
        return guardian;
    }

    /// A number that no other actor of this node has. Those that are started on one place count up; others have taken their numbers in
    /// blocks, too, so that a higher number need not be a younger actor.
    ///
    /// @param runner the current thread's
    long nextId(@Nullable Runner runner) {
        var tally = tally(runner);
        return tally == null ? ids.incrementAndGet() : tally.nextId(ids);
    }

    static LocalNode anyRunning() {
        if (RUNNING.isEmpty()) {
            throw new IllegalStateException("no node is running");
        }
        return RUNNING.getLast();
    }

    // ---- the end

    @Override
    public void stop() {
        if (phase.compareAndSet(Phase.OPEN, Phase.CLOSING)) {
            Family.close(guardian);
            scheduler.execute(this::closeDown);
        }
    }

    @Override
    public void close() {
        var actor = Runner.actor();
        if (actor != null && actor.node == this) {
            throw new IllegalStateException(
                    actor.path() + " would wait for its own end in Node.close; use Node.stop()");
        }
        stop();
        ended.awaitFirmly();
    }

    private void closeDown() {
        abandoned = new Closing(this, guardian).run();
        observers.end();
        Taps.end(this);
        phase.set(Phase.CLOSED);
        RUNNING.remove(this);
        why.complete(new ExitReason.Shutdown());
        ended.complete(why.join());
        scheduler.close();
    }

    boolean closed() {
        return phase.get() == Phase.CLOSED;
    }

    @Override
    public ExitReason await() {
        return ended.<ExitReason>valueFor(Long.MAX_VALUE).orElseThrow();
    }

    @Override
    public Optional<ExitReason> await(Duration patience) {
        return ended.valueFor(Clocks.nanos(patience));
    }

    @Override
    public List<String> abandoned() {
        return abandoned;
    }

    @Override
    public List<Laggard> laggards() {
        return phase.get() == Phase.CLOSED || !overran.isEmpty()
                ? overran
                : Laggards.among(Closing.everybody(guardian));
    }

    /// The close has spent its budget, and these are why.
    void overran(List<Laggard> laggards) {
        overran = laggards;
        Laggards.log(observers, laggards);
    }

    /// An error of the kernel itself: its invariants are gone.
    void fatal(@Nullable Cell<?> cell, Throwable error) {
        observers.fatal(cell, error);
        if (config().haltsOnFatal()) {
            Runtime.getRuntime().halt(134);
        }
        why.complete(new ExitReason.Crashed(error));
        if (phase.compareAndSet(Phase.OPEN, Phase.CLOSING)) {
            Family.close(guardian);
            scheduler.execute(this::closeDown);
        }
    }

    // ---- messages that nobody gets

    /// Counts and refuses a message that reaches no mailbox.
    Offer refuse(Mail mail, Ref<?> to, DeadLetter.Reason reason) {
        countAccepted(Runner.current());
        var said = closed() ? new DeadLetter.Reason.NodeClosed() : reason;
        deadLetter(mail, to, said);
        return new Offer.Dead(said);
    }

    /// The end of a message: its caller fails, the observers are told.
    void deadLetter(Mail mail, Ref<?> to, DeadLetter.Reason reason) {
        letters.computeIfAbsent(reason.getClass().getSimpleName(), _ -> new LongAdder()).increment();
        if (mail instanceof Request<?> request) {
            request.fail(failure(reason, to));
        }
        if (mail instanceof Mail.Quiet) {
            return;
        }
        if (Taps.on) {
            Taps.lost(this, mail, to, reason);
        }
        var sender =
                reason instanceof DeadLetter.Reason.Expired && mail instanceof Request<?> request
                        ? request.asker()
                        : Runner.actor();
        var letter = new DeadLetter(to, mail.message, reason, Optional.ofNullable(sender));
        observers.undelivered(letter);
    }

    private static Failure failure(DeadLetter.Reason reason, Ref<?> to) {
        return switch (reason) {
            case DeadLetter.Reason.Died(var died) -> new Failure.Exited(died);
            case DeadLetter.Reason.Refused(var policy) -> new Failure.Refused(policy);
            case DeadLetter.Reason.Dropped(var policy) -> new Failure.Refused(policy);
            case DeadLetter.Reason.Expired() -> new Failure.Refused("its time was over");
            case DeadLetter.Reason.Cycle() -> new Failure.Cycle(to instanceof Cell<?> cell ? List.of(cell) : List.of());
            case DeadLetter.Reason.NoProcess(),
                    DeadLetter.Reason.Restarting(),
                    DeadLetter.Reason.Fenced(),
                    DeadLetter.Reason.NodeClosed() ->
                    new Failure.Exited(new ExitReason.NoProcess());
        };
    }

    // ---- counts

    /// Where the current thread counts without contention, when it may.
    private @Nullable Tally tally(@Nullable Runner runner) {
        return runner == null ? null : runner.tally(this);
    }

    void countAccepted(@Nullable Runner runner) {
        var tally = tally(runner);
        if (tally == null) {
            accepted.increment();
        } else {
            tally.accepted();
        }
    }

    void countReceived() {
        received.increment();
    }

    /// A message that was received has been put aside.
    void countNotReceived() {
        received.decrement();
    }

    private long ofPlaces(ToLongFunction<Tally> counter) {
        return scheduler instanceof Places places ? places.sum(counter) : 0;
    }

    /// How many messages have been received.
    long received() {
        return received.sum() + ofPlaces(Tally::receivedSoFar);
    }

    void countSpawned(@Nullable Runner runner) {
        var tally = tally(runner);
        if (tally == null) {
            spawned.increment();
        } else {
            tally.spawned();
        }
    }

    void countExited(@Nullable Runner runner, ExitReason reason) {
        var tally = tally(runner);
        if (tally == null) {
            exited.increment();
        } else {
            tally.exited();
        }
        if (!reason.clean()) {
            crashed.increment();
        }
    }

    void countUnkillable() {
        unkillable.increment();
    }

    void countTimer(int by) {
        timers.add(by);
    }

    void lateReply() {
        lateReplies.increment();
    }

    @Override
    public Counters counters() {
        long in = accepted.sum() + ofPlaces(Tally::acceptedSoFar);
        var dead = new TreeMap<String, Long>();
        letters.forEach((reason, count) -> dead.put(reason, count.sum()));
        return new Counters(
                in,
                received(),
                waiting(guardian) + names.waitingMessages(),
                dead,
                lateReplies.sum(),
                spawned.sum() + ofPlaces(Tally::spawnedSoFar),
                exited.sum() + ofPlaces(Tally::exitedSoFar),
                crashed.sum(),
                unkillable.sum(),
                timers.sum());
    }

    private static long waiting(Cell<?> top) {
        long count = 0;
        var todo = new java.util.ArrayDeque<Cell<?>>(List.of(top));
        for (var cell = todo.poll(); cell != null; cell = todo.poll()) {
            count += cell.waitingMessages();
            todo.addAll(Reports.children(cell));
        }
        return count;
    }

    // ---- observers, limits

    @Override
    public <E extends NodeEvent> Cancellable subscribe(Class<E> type, Ref<? super E> subscriber) {
        return observers.subscribe(type, subscriber);
    }

    @Override
    public void publish(NodeEvent event) {
        if (event instanceof NodeEvent.GaveUp gaveUp && gaveUp.supervisor() == root) {
            rootGaveUp = true;
        }
        observers.publish(event);
    }

    @Override
    public List<CrashReport> crashes() {
        return observers.crashes();
    }

    @Override
    public Config config() {
        return config.get();
    }

    @Override
    public Config reconfigure(UnaryOperator<Config> change) {
        return config.updateAndGet(now -> now.changedTo(change.apply(now)));
    }

    long patienceNanos() {
        return Clocks.nanos(config().patience());
    }

    long unkillableNanos() {
        return Clocks.nanos(config().unkillableAfter());
    }

    @Override
    public String toString() {
        return "Node[" + config().name() + " " + number + "]";
    }
}
