package dev.coppice.testkit;

import dev.coppice.kernel.Actor;
import dev.coppice.kernel.Config;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/// A whole system under one seed: what runs when, what time it is, what is random and what goes wrong all follow from the seed, so that the
/// same seed and the same code give the same run, to the last step, in every JVM.
///
/// ```java
/// try (var world = World.seeded(42)) {
///   world.start(Bank.TREE);
///   world.crash(ALICE, new IllegalStateException("disk full"));
///   world.settle();
///   assertThat(world.ref(ALICE).call(new Balance())).isZero();
///   world.advance(Duration.ofSeconds(5));
/// }
/// ```
///
/// The test's own thread is a participant: it runs freely, and while it waits (in a call, [#settle], [#advance], [#close]) the world moves.
/// Servers, loops, handlers that wait in the kernel, tasks: all of it is ordinary code. What blocks elsewhere, or comes from a foreign
/// thread, cannot be replayed: it is an error that shows the stack; see [Seeded].
///
/// **Oracles** watch from the first step to the last: messages are accounted for, an actor runs once at a time, everybody exits once and
/// after the children, names lead to the living, nothing is left after the end. What they find fails the test where it next touches the
/// world, with the seed and the trace.
public final class World implements AutoCloseable {
    private static final String FIRST = "world";

    private final Seeded seeded;
    private final long seed;
    private final SplittableRandom chance;
    private final SplittableRandom faults;
    private final Watch watch;
    private final Injection injection;
    private final Map<String, Node> nodes = new LinkedHashMap<>();

    /// The nodes that have, or had, a root.
    private final Set<Node> planted = new LinkedHashSet<>();

    private UnaryOperator<Config> config = UnaryOperator.identity();
    private boolean closed;

    private World(long seed, Seeded seeded) {
        this.seed = seed;
        this.seeded = seeded;
        var root = new SplittableRandom(~seed);
        this.chance = root.split();
        this.faults = root.split();
        this.watch = new Watch(seeded);
        this.injection = new Injection(this, seeded, watch, Shrinking.allowed());
    }

    /// A world in which each of those who can move has the same chance.
    public static World seeded(long seed) {
        return new World(seed, Seeded.of(seed));
    }

    /// A world whose seed also draws in what way those who move are picked, and whether others run in between at the kernel's own racy
    /// points: for runs over many seeds.
    public static World swarm(long seed) {
        var draw = new SplittableRandom(seed * 31 + 7);
        var seeded = draw.nextBoolean() ? Seeded.noisy(seed) : Seeded.of(seed);
        return new World(seed, seeded)
                .config(Config::quiet)
                .pick(
                        switch (draw.nextInt(8)) {
                            case 0, 1 -> new Pick.Pct(2 + draw.nextInt(3));
                            case 2 -> new Pick.Starve();
                            case 3 -> new Pick.LastFirst();
                            default -> new Pick.Random();
                        });
    }

    // ---- before it starts

    public World pick(Pick pick) {
        seeded.pick(pick);
        return this;
    }

    /// Limits of the nodes to come.
    public World config(UnaryOperator<Config> change) {
        config = change;
        return this;
    }

    /// One more oracle.
    public World oracle(Oracle oracle) {
        watch.add(oracle);
        return this;
    }

    /// What must be true whenever nothing can move.
    public World always(String what, BooleanSupplier holds) {
        return oracle(
                new Oracle() {
                    @Override
                    public void quiet(Node node) {
                        if (!holds.getAsBoolean()) {
                            throw new AssertionError("not true any more: " + what);
                        }
                    }
                });
    }

    // ---- nodes

    /// Starts the node `world` with this root, and returns when the tree is up. It may be there already, without a root: a [#probe] that the
    /// tree is to know has made it, or the tree did not start at the first try.
    ///
    /// @throws dev.coppice.kernel.StartFailed when it is not
    public World start(Actor<?> root) {
        var there = nodes.get(FIRST);
        plant(there == null || planted.contains(there) ? start(FIRST) : there, root);
        return this;
    }

    /// Starts another node. When its root exits the node ends.
    public Node start(String name, Actor<?> root) {
        return plant(start(name), root);
    }

    private Node plant(Node node, Actor<?> root) {
        var pid = node.spawn(root);
        planted.add(node);
        watch.root(node, pid);
        return node;
    }

    /// Starts another node with nothing in it.
    public Node start(String name) {
        if (nodes.containsKey(name)) {
            throw new IllegalStateException(
                    "the world has a node \"" + name + "\" already; name the new one otherwise");
        }
        var node = Node.start(config.apply(Config.defaults().name(name)).scheduler(() -> seeded));
        nodes.put(name, node);
        watch.over(node);
        return node;
    }

    /// The first node.
    public Node node() {
        return nodes.values().stream().findFirst().orElseGet(() -> start(FIRST));
    }

    public Node node(String name) {
        return Optional.ofNullable(nodes.get(name))
                .orElseThrow(
                        () -> new IllegalArgumentException("no node \"" + name + "\"; there are " + nodes.keySet()));
    }

    // ---- actors

    public <M> Ref<M> ref(Name<M> name) {
        return node().ref(name);
    }

    /// Who holds the name now.
    public <M> Pid<M> pid(Name<M> name) {
        for (var node : nodes.values()) {
            var holder = node.whereis(name);
            if (holder.isPresent()) {
                return holder.get();
            }
        }
        throw new AssertionError(
                this
                        + ": nobody holds the name "
                        + name
                        + "; held: "
                        + nodes.values().stream().map(Node::names).toList());
    }

    /// A ref that the test looks into.
    public <M> Probe<M> probe() {
        return watch.aside(() -> Probe.<M>in(node()));
    }

    /// The actors that live, oldest first, but for probes.
    public List<Pid<?>> living() {
        return watch.living();
    }

    // ---- time

    /// Runs until nobody can move. The clock stands still.
    public void settle() {
        seeded.settle();
        look();
    }

    /// Runs everything that happens within this time.
    public void advance(Duration time) {
        seeded.advance(time);
        look();
    }

    /// Runs until everything that was asked has been answered, every message handled, every reserved name held again.
    ///
    /// @throws AssertionError when that is not so within this virtual time; it shows who waits for what
    public void mustSettle(Duration within) {
        Times.valid("mustSettle", within);
        for (int i = 0; i < 20; i++) {
            settle();
            if (unsettled().isEmpty()) {
                return;
            }
            advance(part(within, 20, i));
        }
        var left = unsettled();
        if (!left.isEmpty()) {
            throw failure("it does not settle within " + within + ": " + String.join("; ", left) + "\n" + waitGraph());
        }
    }

    /// Runs until this is true.
    ///
    /// @throws AssertionError when it is not within this virtual time
    public void until(String what, Duration within, BooleanSupplier holds) {
        Times.valid("until", within);
        settle();
        for (int i = 0; i < 100 && !holds.getAsBoolean(); i++) {
            advance(part(within, 100, i));
        }
        if (!holds.getAsBoolean()) {
            throw failure("within " + within + " it does not come true that " + what + "\n" + waitGraph());
        }
    }

    /// One of so many; the last with what dividing leaves, so that they are the whole together.
    private static Duration part(Duration whole, int parts, int number) {
        var each = whole.dividedBy(parts);
        return number < parts - 1 ? each : whole.minus(each.multipliedBy(parts - 1));
    }

    private List<String> unsettled() {
        var left = new ArrayList<>(seeded.open());
        for (var node : nodes.values()) {
            var waiting = node.counters().waiting();
            if (waiting > 0) {
                left.add(waiting + " messages wait in " + node.config().name());
            }
            node.names()
                    .forEach((name, holder) -> {
                        if (holder.isEmpty()) {
                            left.add("nobody holds the reserved name " + name);
                        }
                    });
        }
        return left;
    }

    /// Who waits for what, with the stacks of those inside a call, and who has messages waiting.
    public String waitGraph() {
        var text = new StringBuilder("who waits:\n");
        seeded.waiting().forEach(line -> text.append("  ").append(line).append('\n'));
        seeded.stacks()
                .forEach((who, stack) -> {
                    text.append("  stack of ").append(who).append(":\n");
                    stack.stream()
                            .filter(World::theirs)
                            .limit(8)
                            .forEach(frame -> text.append("    ").append(frame).append('\n'));
                });
        for (var pid : living()) {
            var info = pid.info();
            if (info.queued() > 0) {
                text.append("  ")
                        .append(info.path())
                        .append(": ")
                        .append(info.status())
                        .append(", ")
                        .append(info.queued())
                        .append(" queued\n");
            }
        }
        return text.toString();
    }

    private static boolean theirs(StackTraceElement frame) {
        return !frame.getClassName().startsWith("java.") && !frame.getClassName().endsWith("Seeded");
    }

    /// The clock is so much later at once, as after a sleep of the machine: what was due meanwhile rings late.
    public void leap(Duration time) {
        watch.did("the clock leaps by " + time);
        seeded.leap(time);
    }

    /// How much virtual time has passed.
    public Duration elapsed() {
        return seeded.elapsed();
    }

    // ---- what goes wrong

    /// Its next message throws this, behind all that is queued; of an actor whose mailbox takes none, it is the exit reason.
    public void crash(Name<?> name, Throwable cause) {
        crash(pid(name), cause);
    }

    public void crash(Pid<?> pid, Throwable cause) {
        injection.crash(pid, cause);
        check();
    }

    public void exit(Name<?> name, ExitReason reason) {
        watch.did("exit of " + name + ": " + reason);
        pid(name).exit(reason);
    }

    public void kill(Name<?> name) {
        kill(pid(name));
    }

    public void kill(Pid<?> pid) {
        injection.kill(pid);
    }

    /// The holder of the name does not move until [#resume].
    public void pause(Name<?> name) {
        injection.pause(pid(name));
    }

    public void resume(Name<?> name) {
        injection.resume(pid(name));
    }

    /// Whenever the holder of the name has something to do, it begins it so much later; zero ends that.
    public void slow(Name<?> name, Duration delay) {
        injection.slow(pid(name), delay);
    }

    /// The n-th start from now of an actor with this name fails with this cause, as if `init` threw it. One that has no `init` exits with
    /// it right after its start.
    public void failStart(Name<?> name, int nth, Throwable cause) {
        if (nth < 1) {
            throw new IllegalArgumentException("failStart takes which start from now on, 1 for the next; was " + nth);
        }
        var starts = new int[1];
        failStarts(pid -> pid.info().name().filter(name.value()::equals).isPresent() && ++starts[0] == nth, cause);
    }

    /// Each start that this accepts fails with this cause.
    public void failStarts(Predicate<Pid<?>> starts, Throwable cause) {
        watch.onStart(pid -> {
            if (starts.test(pid)) {
                injection.failStart(pid, cause);
            }
        });
    }

    /// When an event that this accepts is told, this is done, as the next thing that can be picked.
    public void whenever(Predicate<? super NodeEvent> event, Runnable deed) {
        watch.onEvent(event, () -> seeded.execute(deed));
    }

    /// Does this when so much virtual time has passed.
    public void after(Duration delay, Runnable deed) {
        injection.after(delay, deed);
    }

    /// Lets these faults strike, by the seed.
    public void unleash(Chaos chaos) {
        injection.unleash(chaos, faults);
    }

    /// Nothing goes wrong any more: no further strike, nobody is paused or slow.
    public void heal() {
        watch.did("heal");
        injection.heal();
        seeded.heal();
        check();
    }

    /// How often each fault has struck.
    public Map<Chaos.Fault, Integer> struck() {
        return injection.struck();
    }

    /// The strikes planned so far.
    public List<Chaos.Strike> plan() {
        return injection.plan();
    }

    // ---- many seeds

    /// Runs the scenario once for each of so many seeds, from 0 on, each in a world of its own ([#swarm]), and stops at the first that
    /// fails. The error names the seed and the command that replays it, and shows the faults that it needs (a plan with strikes left out
    /// as long as it fails in the same way) and what happened. With the system property `coppice.seed` it runs that seed alone.
    public static void explore(int seeds, Scenario scenario) {
        explore(0, seeds, scenario);
    }

    /// As [#explore(int, Scenario)], from this seed on.
    public static void explore(long first, int seeds, Scenario scenario) {
        Exploring.explore(first, seeds, scenario);
    }

    /// What happens in a world, and what must come of it.
    @FunctionalInterface
    public interface Scenario {
        void run(World world) throws Exception;
    }

    // ---- what happened

    /// Chance for the test's own choices: from the seed, in a stream of its own.
    public SplittableRandom chance() {
        return chance;
    }

    public long seed() {
        return seed;
    }

    public Trace trace() {
        return watch.trace();
    }

    /// A number that two runs share when they went the same way.
    public long hash() {
        return seeded.trace() * 31 + watch.trace().hash();
    }

    public long steps() {
        return seeded.steps();
    }

    public Seeded scheduler() {
        return seeded;
    }

    private void look() {
        if (!injection.paused()) {
            nodes.values().forEach(watch::quiet);
        }
        check();
    }

    /// Throws what the oracles have found. Whom a foreign thread has touched cannot be trusted any more, nor replayed.
    private void check() {
        var foreign = seeded.foreigner();
        if (foreign != null) {
            throw new AssertionError(this + ": touched by a foreign thread, whose stack follows", foreign);
        }
        watch.violation()
                .ifPresent(found -> {
                    throw new AssertionError(this + ": " + found.getMessage(), found.getCause());
                });
    }

    private AssertionError failure(String why) {
        return new AssertionError(this + ": " + why);
    }

    /// Heals, closes the nodes, the youngest first, and lets the oracles look a last time.
    @Override
    public void close() {
        if (closed || seeded.abandoned()) {
            return;
        }
        closed = true;
        injection.end();
        seeded.heal();
        for (var node : new ArrayList<>(nodes.values()).reversed()) {
            node.close();
        }
        seeded.strand();
        seeded.settle();
        nodes.values().forEach(watch::closed);
        watch.empty();
        check();
    }

    @Override
    public String toString() {
        return "World[seed " + seed + "]";
    }
}
