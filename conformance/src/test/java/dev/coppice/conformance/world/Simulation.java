package dev.coppice.conformance.world;

import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Pid;
import dev.coppice.testkit.Chaos;
import dev.coppice.testkit.World;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/// One seed of the swarm: a garden with knobs of its own, clients, a time of faults, then peace, in which everything must come right.
final class Simulation implements World.Scenario {
    private static final Duration SAFETY = Duration.ofMillis(600);
    private static final Duration LIVENESS = Duration.ofMinutes(2);

    private final Map<String, Long> counts = new TreeMap<>();
    private World world;

    /// What happened, by kind.
    Map<String, Long> counts() {
        return counts;
    }

    /// Of the last world, when it is closed.
    long hash() {
        return world.hash();
    }

    @Override
    public void run(World world) {
        this.world = world;
        var chance = world.chance();
        var book = new Book(() -> punctual(world), world.scheduler()::nanoTime);
        var garden = new Garden(book, chance.split());
        world.oracle(book);
        world.oracle(new Growth(garden, book));
        try {
            world.config(config -> config.quiet().unkillableAfter(Garden.PATIENT));
            world.start(garden.tree());
            var clients =
                    garden.clients().stream().map(client -> world.node().spawn(client.labelled("client"))).toList();
            world.unleash(
                    Chaos.all()
                            .strikes(10 + chance.nextInt(40))
                            .within(SAFETY)
                            .victims(path -> path.contains("/supervisor/")));
            book.unlucky(true);
            world.advance(SAFETY);
            book.unlucky(false);
            world.heal();
            world.until("the clients are done", LIVENESS, () -> clients.stream().noneMatch(Pid::alive));
            world.until("every worker is there", LIVENESS, () -> present(world.node()));
            world.mustSettle(LIVENESS);
            everybodyAnswers(world.node());
            world.settle();
        } finally {
            counts.putAll(book.counts());
            world.struck().forEach((fault, times) -> counts.put("fault: " + fault, (long) times));
            counts.put("steps", world.steps());
            counts.put("virtual ms", world.elapsed().toMillis());
        }
    }

    private static boolean punctual(World world) {
        return !world.struck().containsKey(Chaos.Fault.PAUSE) && !world.struck().containsKey(Chaos.Fault.LEAP);
    }

    private static boolean present(Node node) {
        return Garden.NAMES.stream().allMatch(name -> node.whereis(name).isPresent());
    }

    private static void everybodyAnswers(Node node) {
        for (var name : Garden.NAMES) {
            try {
                node.ref(name).call(new Job.Relay(java.util.List.of(), Duration.ofSeconds(1)));
            } catch (CallFailed failed) {
                throw new AssertionError(
                        name + " does not answer after the faults have ended: " + failed.failure(), failed);
            }
        }
    }
}
