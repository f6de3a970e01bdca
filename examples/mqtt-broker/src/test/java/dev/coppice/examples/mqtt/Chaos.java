package dev.coppice.examples.mqtt;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import dev.coppice.kernel.Config;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Pid;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `./coppice chaos`: kills the broker's actors at random while clients publish and subscribe at QoS 1, and compares what was
/// acknowledged to the publishers with what each subscriber received. The broker runs with the limits that it is shipped with.
@Command(
        name = "chaos",
        mixinStandardHelpOptions = true,
        description = "Kills a broker's actors at random and compares what was acknowledged with what was received.")
final class Chaos implements Runnable {
    enum Kind {
        CONNECTION,
        SESSION,
        ROUTER,
        LISTENER,
        SUPERVISOR
    }

    @Option(names = "--kills", defaultValue = "600", description = "how many actors to kill (${DEFAULT-VALUE})")
    int kills;

    @Option(names = "--rate", defaultValue = "10", description = "kills a second (${DEFAULT-VALUE})")
    int rate;

    @Option(names = "--publishers", defaultValue = "50", description = "(${DEFAULT-VALUE})")
    int publishers;

    @Option(names = "--subscribers", defaultValue = "50", description = "(${DEFAULT-VALUE})")
    int subscribers;

    @Option(
            names = "--pace",
            defaultValue = "4",
            description = "messages a second of each publisher, at most (${DEFAULT-VALUE})")
    int pace;

    @Option(names = "--seed", description = "of the choice of victims; random when left out")
    long seed = new Random().nextLong();

    /// What a run came to.
    ///
    /// @param missing acknowledged, and not received by every subscriber
    /// @param leftBehind what should be gone when all clients are, and is not
    record Result(
            Map<Kind, Integer> kills,
            int acknowledged,
            long received,
            long reconnections,
            Set<String> missing,
            List<String> leftBehind) {
        boolean good() {
            return missing.isEmpty() && leftBehind.isEmpty();
        }
    }

    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final List<Set<String>> received = new ArrayList<>();
    private final Set<RawClient> readers = ConcurrentHashMap.newKeySet();
    private final AtomicLong deliveries = new AtomicLong();
    private final AtomicLong reconnections = new AtomicLong();
    private final CountDownLatch stopPublishing = new CountDownLatch(1);
    private final CountDownLatch stopSubscribing = new CountDownLatch(1);

    static Chaos of(String... options) {
        return CommandLine.populateCommand(new Chaos(), options);
    }

    public static void main(String[] args) {
        System.exit(new CommandLine(new Chaos()).execute(args));
    }

    @Override
    public void run() {
        System.out.printf(
                "seed %d: %d kills at %d a second, %d publishers, %d subscribers%n",
                seed, kills, rate, publishers, subscribers);
        var result = result();
        System.out.printf("killed: %s%n", result.kills());
        System.out.printf(
                "acknowledged: %d messages, received: %d by %d subscribers (%d expected, the rest are repetitions), reconnections: %d%n",
                result.acknowledged(),
                result.received(),
                subscribers,
                (long) result.acknowledged() * subscribers,
                result.reconnections());
        System.out.printf("acknowledged and not received: %d %s%n", result.missing().size(), result.missing());
        System.out.printf("left behind: %s%n", result.leftBehind().isEmpty() ? "nothing" : result.leftBehind());
        if (!result.good()) {
            throw new IllegalStateException("the broker lost messages or left something behind; seed " + seed);
        }
    }

    /// Runs it all; takes about `kills / rate` seconds.
    Result result() {
        try (var broker = new Broker(Settings.of("--port", "0"));
                var node = Node.start(broker.tree(), Config.defaults().name("chaos"))) {
            return run(broker, node);
        }
    }

    private Result run(Broker broker, Node node) {
        long atRest = node.counters().actors();
        var names = node.names().keySet();
        var threads = IntStream.range(0, subscribers).mapToObj(i -> subscriber(broker, i)).toList();
        var writers =
                IntStream.range(0, publishers)
                        .mapToObj(i -> Thread.startVirtualThread(() -> publisher(broker, i)))
                        .toList();
        var killed = kill(node);
        stopPublishing.countDown();
        writers.forEach(Chaos::join);
        eventually(() -> missing().isEmpty());
        stopSubscribing.countDown();
        readers.forEach(RawClient::close);
        threads.forEach(Chaos::join);
        var missing = missing();
        IntStream.range(0, subscribers).forEach(i -> forget(broker, i));
        var left = leftBehind(broker, node, atRest, names);
        return new Result(killed, acknowledged.size(), deliveries.get(), reconnections.get(), missing, left);
    }

    private Set<String> missing() {
        var missing = new TreeSet<String>();
        for (var one : received) {
            acknowledged.stream().filter(message -> !one.contains(message)).forEach(missing::add);
        }
        return missing;
    }

    // ---- the killer

    private Map<Kind, Integer> kill(Node node) {
        var random = new Random(seed);
        var killed = new EnumMap<Kind, Integer>(Kind.class);
        var never = new CountDownLatch(1);
        for (int i = 0; i < kills; i++) {
            pause(never, 1_000_000_000L / rate);
            victim(node, random)
                    .ifPresent(victim -> {
                        victim.pid().kill();
                        killed.merge(victim.kind(), 1, Integer::sum);
                    });
        }
        return killed;
    }

    record Victim(Kind kind, Pid<?> pid) {}

    /// The kind first, so that each gets its share; one that is just being restarted is passed over for another.
    static Optional<Victim> victim(Node node, Random random) {
        for (int attempt = 0; attempt < 100; attempt++) {
            var kind = Kind.values()[random.nextInt(Kind.values().length)];
            var alive = candidates(kind, node);
            if (!alive.isEmpty()) {
                return Optional.of(new Victim(kind, alive.get(random.nextInt(alive.size()))));
            }
        }
        return Optional.empty();
    }

    private static List<? extends Pid<?>> candidates(Kind kind, Node node) {
        return switch (kind) {
            case CONNECTION -> children(node, Broker.CONNECTIONS);
            case SESSION -> children(node, Broker.SESSIONS);
            case ROUTER -> node.whereis(Router.NAME).stream().toList();
            case LISTENER -> node.whereis(Listener.NAME).stream().toList();
            case SUPERVISOR ->
                    Stream.of(Broker.SESSION_TREE, Broker.SESSIONS, Broker.CONNECTIONS)
                            .flatMap(name -> node.whereis(name).stream())
                            .toList();
        };
    }

    private static List<Pid<?>> children(Node node, Name<?> supervisor) {
        return node.whereis(supervisor).map(pid -> pid.info().children()).orElse(List.of());
    }

    // ---- the clients

    /// Publishes one message after the other, each again and again until it is acknowledged.
    private void publisher(Broker broker, int number) {
        var client = connect(broker, "publisher-" + number, true);
        for (int n = 1; stopPublishing.getCount() > 0; n++) {
            var message = number + ":" + n;
            boolean dup = false;
            while (!delivered(client, number, message, n % 0xffff + 1, dup)) {
                client.close();
                client = connect(broker, "publisher-" + number, true);
                reconnections.incrementAndGet();
                dup = true;
            }
            acknowledged.add(message);
            pause(stopPublishing, 1_000_000_000L / pace);
        }
        client.close();
    }

    private static boolean delivered(RawClient client, int number, String message, int id, boolean dup) {
        try {
            client.publish("chaos/" + number, message, 1, id, dup);
            return client.next().filter(answer -> answer.type() == RawClient.PUBACK && answer.id() == id).isPresent();
        } catch (UncheckedIOException lost) {
            return false;
        }
    }

    /// Returns when the subscription is made; its thread reads until it is told to stop.
    private Thread subscriber(Broker broker, int number) {
        Set<String> mine = ConcurrentHashMap.newKeySet();
        received.add(mine);
        var first = connect(broker, "subscriber-" + number, false);
        first.subscribe("chaos/#", 1);
        return Thread.startVirtualThread(() -> {
            for (var client = first;
                    stopSubscribing.getCount() > 0;
                    client = connect(broker, "subscriber-" + number, false)) {
                readers.add(client);
                read(client, mine);
                readers.remove(client);
                reconnections.incrementAndGet();
                client.close();
            }
        });
    }

    private void read(RawClient client, Set<String> mine) {
        while (stopSubscribing.getCount() > 0) {
            var frame = client.next();
            if (frame.isEmpty()) {
                return;
            }
            mine.add(frame.get().payload());
            deliveries.incrementAndGet();
            try {
                client.acknowledge(RawClient.PUBACK, frame.get().id());
            } catch (UncheckedIOException lost) {
                return;
            }
        }
    }

    /// Tries until it is let in: the listener may just be dead.
    static RawClient connect(Broker broker, String id, boolean clean) {
        for (int attempt = 0; ; attempt++) {
            try {
                return RawClient.connected(broker.port(), id, clean);
            } catch (UncheckedIOException | IllegalStateException refused) {
                if (attempt == 200) {
                    throw refused;
                }
                pause(new CountDownLatch(1), 20_000_000);
            }
        }
    }

    private void forget(Broker broker, int number) {
        try (var client = connect(broker, "subscriber-" + number, true)) {
            client.disconnect();
            client.next();
        }
    }

    // ---- what is left

    private static List<String> leftBehind(Broker broker, Node node, long atRest, Set<String> names) {
        eventually(() -> leftNow(broker, node, atRest, names).isEmpty());
        return leftNow(broker, node, atRest, names);
    }

    private static List<String> leftNow(Broker broker, Node node, long atRest, Set<String> names) {
        var left = new ArrayList<String>();
        broker.store().clients().forEach(client -> left.add("session of " + client));
        broker.sockets().forEach(channel -> left.add("socket " + channel));
        long actors = node.counters().actors() - atRest;
        if (actors != 0) {
            left.add(actors + " actors:\n" + node.tree());
        }
        node.names().keySet().stream().filter(name -> !names.contains(name)).forEach(name -> left.add("name " + name));
        return left;
    }

    // ---- waiting

    static boolean eventually(BooleanSupplier done) {
        var never = new CountDownLatch(1);
        for (long until = System.nanoTime() + 30_000_000_000L; !done.getAsBoolean() && System.nanoTime() < until; ) {
            pause(never, 50_000_000);
        }
        return done.getAsBoolean();
    }

    private static void pause(CountDownLatch unless, long nanos) {
        try {
            boolean _ = unless.await(nanos, NANOSECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
