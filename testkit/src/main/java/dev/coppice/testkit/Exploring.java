package dev.coppice.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/// Runs a scenario under many seeds, and tells about the first failure all that helps to understand it.
final class Exploring {
    private static final int LINES = Integer.getInteger("coppice.lines", 60);
    private static final int ARROWS = 40;

    private Exploring() {}

    static void explore(long first, int seeds, World.Scenario scenario) {
        for (long seed : seeds(first, seeds).toArray()) {
            explore(seed, scenario, command(seed));
        }
    }

    /// So many from the first on, or the one that the property `coppice.seed` names.
    static LongStream seeds(long first, int count) {
        if (count < 1) {
            throw new IllegalArgumentException("takes one seed at least, or nothing is tried; was " + count);
        }
        var only = System.getProperty("coppice.seed");
        return only == null ? LongStream.range(0, count).map(i -> first + i) : LongStream.of(number(only));
    }

    private static long number(String seed) {
        try {
            return Long.decode(seed);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "-Dcoppice.seed takes a whole number, as a failing test tells it; was " + seed, e);
        }
    }

    static void explore(long seed, World.Scenario scenario, String command) {
        var run = run(seed, scenario);
        if (run.failure != null) {
            throw new AssertionError(explained(seed, scenario, run, command), run.failure);
        }
    }

    /// One run: its world, and what was thrown.
    record Run(World world, @Nullable Throwable failure) {}

    static Run run(long seed, World.Scenario scenario) {
        var world = World.swarm(seed);
        Throwable failure = null;
        try {
            scenario.run(world);
        } catch (Throwable thrown) {
            failure = thrown;
            world.trace().freeze();
        }
        try {
            world.close();
        } catch (Throwable thrown) {
            failure = failure == null ? thrown : failure;
        }
        return new Run(world, failure);
    }

    private static String explained(long seed, World.Scenario scenario, Run first, String command) {
        var plan = first.world.plan();
        var needed =
                Shrinking.shrink(
                        plan.size(), strikes -> Shrinking.same(first.failure, run(seed, scenario, strikes).failure));
        var last = run(seed, scenario, needed);
        var shown = Shrinking.same(first.failure, last.failure) ? last : first;
        return "seed %d fails: %s\nreplay it with: %s\n%d of %d faults are needed:%s\n\nwhat happened:\n%s\n%s"
                .formatted(
                        seed,
                        shown.failure,
                        command,
                        needed.size(),
                        plan.size(),
                        needed.stream().map(strike -> "\n  " + plan.get(strike)).collect(Collectors.joining()),
                        shown.world.trace().text(LINES),
                        shown.world.trace().mermaid(ARROWS));
    }

    private static Run run(long seed, World.Scenario scenario, List<Integer> strikes) {
        var runs = new ArrayList<Run>(1);
        Shrinking.only(strikes, () -> runs.add(run(seed, scenario)));
        return runs.getFirst();
    }

    // ---- the command

    /// The property `coppice.replay` says what replays a seed elsewhere than in a build with Maven; `%d` stands for the seed.
    static String command(long seed) {
        return command(seed, caller());
    }

    static String command(long seed, String test) {
        // A shell would take the dollar of a nested class for one of its own.
        var quote = test.contains("$") ? "'" : "";
        return System.getProperty("coppice.replay", "./mvnw test -Dtest=" + quote + test + quote + " -Dcoppice.seed=%d")
                .replace("%d", Long.toString(seed));
    }

    private static String caller() {
        return StackWalker.getInstance()
                .walk(frames ->
                        frames.dropWhile(frame -> ours(frame.getClassName()))
                                .findFirst()
                                .map(frame -> simple(frame.getClassName()) + "#" + method(frame.getMethodName()))
                                .orElse("*"));
    }

    /// The method that a lambda stands in: `lambda$name$0`.
    private static String method(String name) {
        return name.startsWith("lambda$") ? name.split("\\$")[1] : name;
    }

    private static boolean ours(String name) {
        return List.of(Exploring.class, World.class).stream().anyMatch(type -> name.equals(type.getName()));
    }

    static String simple(String className) {
        return className.substring(className.lastIndexOf('.') + 1);
    }
}
