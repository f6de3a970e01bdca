package dev.coppice.examples.mqtt;

import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Config;
import dev.coppice.kernel.Counters;
import dev.coppice.kernel.CrashReport;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Server;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/// `./coppice soak`: a broker under load, hostile input and every kind of failure, for as long as one likes. It goes in rounds: harm; then
/// healing, in which everything that was accepted must arrive and everybody who came must go; then a look at what is left, after a full
/// collection. What grows from look to look is a leak.
@Command(
        name = "soak",
        mixinStandardHelpOptions = true,
        description = "Runs the broker under load and chaos, and looks for lost messages and leaks.")
final class Soak implements Runnable {
    @Option(names = "--minutes", defaultValue = "10", description = "how long (${DEFAULT-VALUE})")
    double minutes;

    @Option(names = "--frames", defaultValue = "1000000", description = "hostile frames, at least (${DEFAULT-VALUE})")
    long frames;

    @Option(names = "--round", defaultValue = "8", description = "seconds of harm in a round (${DEFAULT-VALUE})")
    double round;

    @Option(
            names = "--pairs",
            defaultValue = "8",
            description = "publishers, each with a subscriber (${DEFAULT-VALUE})")
    int pairs;

    @Option(names = "--attackers", defaultValue = "4", description = "hostile clients at once (${DEFAULT-VALUE})")
    int attackers;

    @Option(
            names = "--hogs",
            defaultValue = "3",
            description = "seconds over which the throughput is taken, before and beside the hogs (${DEFAULT-VALUE})")
    int hogSeconds;

    @Option(names = "--seed", description = "of faults and frames; random when left out")
    long seed = new Random().nextLong();

    private final List<String> violations = new ArrayList<>();
    private final List<Vitals> looks = new ArrayList<>();
    private final List<Instant> times = new ArrayList<>();
    private Optional<Counters> counters = Optional.empty();
    private final CountDownLatch never = new CountDownLatch(1);

    static Soak of(String... options) {
        return CommandLine.populateCommand(new Soak(), options);
    }

    public static void main(String[] args) {
        System.exit(new CommandLine(new Soak()).execute(args));
    }

    @Override
    public void run() {
        if (!(minutes > 0)) {
            throw new ParameterException(
                    new CommandLine(this),
                    "--minutes must be above 0, was " + minutes + ": half a minute is --minutes 0.5");
        }
        System.out.println("seed " + seed);
        var report = report();
        System.out.println(report.text());
        if (!report.all().isEmpty()) {
            throw new IllegalStateException(report.all().size() + " violations; seed " + seed);
        }
    }

    /// Runs it all.
    SoakReport report() {
        var settings = Settings.of("--port", "0", "--max-queue", "1000");
        try (var broker = new Broker(settings);
                var node = Node.start(broker.tree(), Config.defaults().name("chaos"));
                var ledger = new Ledger(node, Soak::isMeant);
                var old = new OldObjects();
                var attack = new Attack(broker, seed)) {
            Ref<Monkey.Msg> monkey =
                    node.spawn(Server.<Monkey.Msg>of(() -> new Monkey(broker, attack, seed)).named(Monkey.NAME))
                            .within(Duration.ofMinutes(1));
            try (var bystanders = Bystanders.start(broker, pairs)) {
                var scene = new Scene(broker, node, attack, monkey, bystanders);
                long begin = System.nanoTime();
                rounds(scene);
                double seconds = (System.nanoTime() - begin) / 1e9;
                var hogs = Hogs.check(node, bystanders, hogSeconds);
                ledger.crashes().stream().limit(20).forEach(crash -> violations.add("crash: " + crash));
                violations.addAll(bystanders.violations());
                violations.addAll(attack.violations());
                return conclude(scene, ledger, old, hogs, seconds);
            }
        }
    }

    private record Scene(Broker broker, Node node, Attack attack, Ref<Monkey.Msg> monkey, Bystanders bystanders) {}

    /// Killed, or left alone by somebody who was killed; and the victims.
    private static boolean isMeant(CrashReport crash) {
        return crash.label().startsWith("victim of ") || isKill(crash.reason());
    }

    private static boolean isKill(ExitReason reason) {
        return switch (reason) {
            case ExitReason.Killed _, ExitReason.NoProcess _ -> true;
            case ExitReason.Crashed(CallFailed failed) when failed.failure() instanceof Failure.Exited(var why) ->
                    isKill(why) || why.clean();
            default -> false;
        };
    }

    // ---- the rounds

    private void rounds(Scene scene) {
        // What is there at rest is seen before any harm: somebody may outlive a harm for a while, rightly.
        if (!Chaos.eventually(() -> scene.bystanders().progress().stream().allMatch(last -> last > 0))) {
            violations.add("a pair did not begin: " + scene.bystanders().progress());
        }
        scene.bystanders().pause();
        long atRest = scene.node().counters().actors();
        var names = Set.copyOf(scene.node().names().keySet());
        scene.bystanders().resume();
        // The first round fills caches, loads classes and grows tables: it is not looked at.
        harm(scene);
        heal(scene);
        long until = System.nanoTime() + (long) (minutes * 60e9);
        // A slope needs two looks, however slow the machine.
        while (violations.size() < 20
                && (System.nanoTime() < until || looks.size() < 2 || scene.attack().frames() < frames)) {
            harm(scene);
            heal(scene);
            look(scene, atRest, names);
        }
    }

    private void harm(Scene scene) {
        scene.attack().go();
        scene.monkey().call(new Monkey.Go());
        var attacking = Thread.startVirtualThread(() -> scene.attack().run(attackers, Long.MAX_VALUE));
        var before = scene.bystanders().progress();
        pause(round);
        scene.attack().hold();
        join(attacking);
        scene.monkey().call(new Monkey.Rest());
        boolean allWentOn =
                Chaos.eventually(() -> {
                    var now = scene.bystanders().progress();
                    return IntStream.range(0, pairs).allMatch(i -> now.get(i) > before.get(i));
                });
        if (!allWentOn) {
            violations.add("a pair stands still: " + before + " then " + scene.bystanders().progress());
        }
    }

    private void heal(Scene scene) {
        scene.attack().close();
        if (!Chaos.eventually(() -> scene.broker().sockets().size() == 2 * pairs)) {
            violations.add("sockets that nobody holds: " + scene.broker().sockets());
        }
        Cleaning.run(scene.broker(), scene.node());
    }

    /// With nothing on its way; the harm waits.
    private void look(Scene scene, long atRest, Set<String> names) {
        if (!scene.bystanders().pause()) {
            violations.add("acknowledged and not received: " + scene.bystanders().progress());
        }
        boolean same =
                Chaos.eventually(() -> Cleaning.left(scene.broker(), scene.node(), atRest, names, 2 * pairs).isEmpty());
        if (!same) {
            violations.addAll(Cleaning.left(scene.broker(), scene.node(), atRest, names, 2 * pairs));
        }
        looks.add(Vitals.of(scene.node()));
        times.add(Instant.now());
        counters = Optional.of(scene.node().counters());
        scene.bystanders().resume();
    }

    // ---- the verdict

    private SoakReport conclude(Scene scene, Ledger ledger, OldObjects old, Hogs hogs, double seconds) {
        var growth = Growth.of(looks);
        violations.addAll(growth.leaks());
        var kept = kept(old);
        kept.forEach((type, count) -> {
            if (type.startsWith("dev.coppice.") && count > SoakReport.OLD_OBJECTS) {
                violations.add(count + " old " + type + " are kept by somebody");
            }
        });
        var deeds = scene.monkey().call(new Monkey.Report());
        violations.addAll(deeds.violations());
        return new SoakReport(
                seconds,
                growth,
                kept,
                deeds,
                scene.attack().toString(),
                counters.orElseThrow(),
                ledger.deadLetters(),
                ledger.expectedCrashes(),
                scene.bystanders().received(),
                scene.bystanders().repeated(),
                scene.bystanders().reconnections(),
                hogs,
                violations);
    }

    /// What was made between the first look and the one before the last two, and lives.
    private Map<String, Long> kept(OldObjects old) {
        return times.size() < 4 ? Map.of() : new TreeMap<>(old.since(times.getFirst(), times.get(times.size() - 3)));
    }

    private void pause(double seconds) {
        try {
            boolean _ = never.await((long) (seconds * 1e9), TimeUnit.NANOSECONDS);
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
