package dev.coppice.observe;

import dev.coppice.kernel.Cancellable;
import dev.coppice.kernel.Counters;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.spi.Tap;
import dev.coppice.observe.History.Point;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What is known of a node: counted as it happens (striped counters), and found by walks over the tree, which are made only as often as
/// they are cheap: at most a fiftieth of the time goes into them. Ends with the [Observer] that made it.
///
/// Any thread may read; each value was true at some moment.
public final class Facts implements AutoCloseable {
    /// The walk may take one part in so many of the time.
    private static final int SPARING = 50;

    private static final int PATHS = 10_000;
    private static final Logger LOG = LoggerFactory.getLogger(Facts.class);

    private final Node node;
    private final Observer rules;
    private final Ledger ledger;
    private final Letters letters;
    private final ConcurrentHashMap<String, LongAdder> restarts = new ConcurrentHashMap<>();
    private final Walk walk;
    private final Watch watch;
    private final History history = new History();
    private final Checks checks;
    private final Cancellable subscription;
    private final Optional<Times> times;
    private final Optional<Cancellable> timing;
    private final FlightTap flight;
    private final Sampler sampler;
    private volatile Optional<Tracing> tracing = Optional.empty();

    /// Guarded by this object.
    private boolean closed;

    private final Instant started = Instant.now();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    /// One walks at a time.
    private final ReentrantLock walking = new ReentrantLock();

    private volatile Census census = Census.NONE;
    private volatile Map<Kind, Totals> totals = Map.of();
    private volatile Counters counters;
    private volatile Sums sums = new Sums(0, 0);
    private volatile long walkedAt;
    private volatile double cpus;

    // When the last look began, and the processor time until then. Under the lock.
    private long lookedAt;
    private long cpuTime;

    /// The last walk and the count beside it, in nanoseconds.
    private volatile long lookTook;

    private volatile long tickedAt = System.nanoTime();

    /// Of the observer's actor.
    private boolean failed;

    /// What the actors of a kind have received, dead or alive; never falls.
    ///
    /// @param requests those of them that were requests
    public record Totals(long received, long requests) {}

    Facts(Node node, Observer rules, boolean inTree) {
        this.node = node;
        this.rules = rules;
        this.ledger = new Ledger(rules.kinds());
        this.letters = new Letters(rules.keptLetters(), rules.redaction());
        var losses = new Losses();
        this.walk = new Walk(node, ledger, losses, this::restarts, this::processor);
        this.watch = new Watch(rules.redaction());
        this.checks = new Checks(node, inTree, rules.redaction());
        this.counters = node.counters();
        this.subscription = node.subscribe(NodeEvent.class, new Ear(ledger, letters, losses, this::restarted));
        this.times = rules.timedEvery() == 0 ? Optional.empty() : Optional.of(new Times(ledger, rules.timedEvery()));
        this.timing = times.map(tap -> Tap.into(node, tap));
        this.flight = FlightTap.of(node);
        this.sampler = Sampler.of(node);
        look();
    }

    public Node node() {
        return node;
    }

    Observer rules() {
        return rules;
    }

    Walk walk() {
        return walk;
    }

    Instant started() {
        return started;
    }

    // ---- looking

    /// Every second, by the observer's actor.
    void tick() {
        tickedAt = System.nanoTime();
        letters.render();
        watch.look(Instant.now());
        tracing.ifPresent(Tracing::look);
        flight.look();
        if (due()) {
            look();
        }
        listeners.forEach(this::tell);
    }

    /// It may be a registry's code: what that throws must not end the observer. The first failure is told, the next would only be noise.
    private void tell(Runnable listener) {
        try {
            listener.run();
        } catch (RuntimeException broken) {
            if (!failed) {
                failed = true;
                LOG.error("a registry or a page could not be told of a look; further failures are not logged", broken);
            }
        }
    }

    void hear(NodeEvent event) {
        watch.hear(event, Instant.now());
    }

    private boolean due() {
        return System.nanoTime() - walkedAt >= SPARING * lookTook;
    }

    /// A walk now. Any thread.
    void look() {
        walking.lock();
        try {
            long begun = System.nanoTime();
            long cpuBegun = Machine.cpuTime();
            var before = counters;
            boolean first = census.at().equals(Instant.EPOCH);
            var now = node.counters();
            var dead = received();
            var found = walk.walk();
            totals = totals(dead, found);
            census = found;
            counters = now;
            walkedAt = System.nanoTime();
            lookTook = walkedAt - begun;
            if (!first) {
                double nanos = begun - lookedAt; // not by the wall clock, which may be set
                cpus = Math.max(0, cpuBegun - cpuTime) / nanos;
                history.add(point(before, now, found, nanos / 1e9));
            }
            lookedAt = begun;
            cpuTime = cpuBegun;
        } finally {
            walking.unlock();
        }
    }

    /// By those that are dead.
    private Map<Kind, Totals> received() {
        var sums = new HashMap<Kind, Totals>();
        ledger.lines().forEach((kind, line) -> sums.put(kind, new Totals(line.received.sum(), line.requests.sum())));
        return sums;
    }

    /// Who dies during the walk may be missing among the living and the dead, since these were counted before; the other way round it would
    /// count twice. Once found, a sum is never lowered.
    private Map<Kind, Totals> totals(Map<Kind, Totals> dead, Census found) {
        var sums = new HashMap<>(dead);
        found.living()
                .forEach((kind, living) ->
                        sums.merge(
                                kind,
                                new Totals(living.received(), living.requests()),
                                (a, b) -> new Totals(a.received + b.received, a.requests + b.requests)));
        totals.forEach((kind, was) ->
                sums.merge(
                        kind,
                        was,
                        (a, b) -> new Totals(Math.max(a.received, b.received), Math.max(a.requests, b.requests))));
        return Map.copyOf(sums);
    }

    /// What only the ledger counts, of all kinds together.
    private record Sums(long restarts, long timeOuts) {}

    private Sums sums() {
        var lines = ledger.lines().values();
        return new Sums(
                lines.stream().mapToLong(line -> line.restarts.sum()).sum(),
                lines.stream().mapToLong(line -> line.timeOuts.sum()).sum());
    }

    private Point point(Counters was, Counters is, Census found, double seconds) {
        var before = sums;
        var now = sums();
        sums = now;
        return new Point(
                found.at().getEpochSecond(),
                (is.received() - was.received()) / seconds,
                (is.accepted() - was.accepted()) / seconds,
                (is.deadLettered() - was.deadLettered()) / seconds,
                (is.spawned() - was.spawned()) / seconds,
                (is.exited() - was.exited()) / seconds,
                (now.restarts - before.restarts) / seconds,
                (now.timeOuts - before.timeOuts) / seconds,
                found.actors(),
                found.queued(),
                found.living().values().stream().mapToDouble(Census.Living::oldest).max().orElse(0),
                Machine.heapUsed(),
                cpus);
    }

    // ---- reading

    /// The last walk; at most some seconds old, with very many actors some more.
    public Census census() {
        return census;
    }

    /// How many processors' worth of time the JVM has used between the last two walks; 0 where nobody knows.
    double cpus() {
        return cpus;
    }

    /// The node's own counts at the last walk.
    public Counters counters() {
        return counters;
    }

    public Map<Kind, Totals> totals() {
        return totals;
    }

    /// Alarms that stand, in the order in which they were raised.
    public List<Alarm> alarms() {
        return watch.alarms().list();
    }

    /// The last alarms that are over, newest first.
    public List<Alarm> pastAlarms() {
        return watch.alarms().past();
    }

    /// Asks now: waits for the root's answer, for at most a second.
    public Health health() {
        return checks.health(Duration.ofNanos(System.nanoTime() - tickedAt), watch.alarms());
    }

    /// How long ago the observer's actor had its turn.
    Duration sinceTick() {
        return Duration.ofNanos(System.nanoTime() - tickedAt);
    }

    /// The counters of a kind; of one that nothing has happened to, zeros.
    Ledger.Line line(Kind kind) {
        return ledger.find(kind);
    }

    List<Letters.Letter> letters() {
        return letters.newest();
    }

    List<Point> history() {
        return history.points();
    }

    private void restarted(String path) {
        if (restarts.size() < PATHS || restarts.containsKey(path)) {
            restarts.computeIfAbsent(path, _ -> new LongAdder()).increment();
        }
    }

    private long restarts(String path) {
        var count = restarts.get(path);
        return count == null ? 0 : count.sum();
    }

    private double processor(Pid<?> pid) {
        return sampler.processor(pid);
    }

    /// Is run after each tick, until the facts end.
    void whenTicked(Runnable listener) {
        listeners.add(listener);
    }

    // ---- following messages

    Optional<Tracing> tracing() {
        return tracing;
    }

    /// Ends the session before, if there is one: there is one at a time.
    synchronized Tracing trace(Tracing.Wish wish) {
        tracing.ifPresent(Tracing::close);
        var begun = Tracing.begin(node, wish, rules.redaction());
        if (closed) {
            begun.close(); // a request that the port's end has not stopped: nobody would look at the session any more
        }
        tracing = Optional.of(begun);
        return begun;
    }

    FlightTap flight() {
        return flight;
    }

    /// Who uses the processors.
    Sampler sampler() {
        return sampler;
    }

    Optional<Times> times() {
        return times;
    }

    @Override
    public void close() {
        subscription.cancel();
        timing.ifPresent(Cancellable::cancel);
        synchronized (this) {
            closed = true;
            tracing.ifPresent(Tracing::close);
        }
        flight.close();
        sampler.close();
    }
}
