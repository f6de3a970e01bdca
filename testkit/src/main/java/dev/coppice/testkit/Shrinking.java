package dev.coppice.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Makes a plan of strikes smaller as long as the run fails in the same way: first halves, then quarters, at last one by one (Zeller's ddmin, without
/// its complements). The strikes are drawn from a stream of their own, so leaving some out moves nothing else.
final class Shrinking {
    /// A shrunk plan helps people; it need not be the smallest.
    private static final int TRIES = 200;

    private static final long PATIENCE = 20_000_000_000L;

    /// By its name, since it cannot be loaded where there is no JUnit.
    private static final String EXTENSION = "dev.coppice.testkit.SeedsExtension";

    private static final String[] LIBRARIES = {
        World.class.getName(),
        Seeded.class.getName(),
        Probe.class.getName(),
        "dev.coppice.kernel.",
        "dev.coppice.otp.",
        "java.",
        "jdk.",
        "org.junit.",
        "org.assertj.",
        "org.hamcrest.",
        "org.opentest4j."
    };

    private static final ScopedValue<IntPredicate> ALLOWED = ScopedValue.newInstance();

    private Shrinking() {}

    /// Which strikes may happen in worlds made on this thread.
    static IntPredicate allowed() {
        return ALLOWED.orElse(_ -> true);
    }

    static void only(List<Integer> strikes, Runnable run) {
        ScopedValue.where(ALLOWED, strikes::contains).run(run);
    }

    // ---- the same failure

    /// Whether a run with fewer strikes has failed in the same way: what does without the strikes is another story, be it a failure too.
    ///
    /// What has a cause, as a crash that a call has met or what an oracle has found, is known by where that was thrown; the rest by the
    /// place in the scenario.
    static boolean same(@Nullable Throwable one, @Nullable Throwable other) {
        return one != null && other != null && kind(one).equals(kind(other));
    }

    private static List<Object> kind(Throwable failure) {
        var root = failure;
        for (int i = 0; i < 100 && root.getCause() != null; i++) {
            root = root.getCause();
        }
        var frames = List.of(root.getStackTrace());
        var place = root == failure ? inScenario(frames) : frames.subList(0, Math.min(2, frames.size()));
        return List.of(failure.getClass(), root.getClass(), place);
    }

    /// The frames of the scenario's own code, which is begun by [Exploring], or by way of a test method.
    private static List<StackTraceElement> inScenario(List<StackTraceElement> frames) {
        var inside = frames.stream().takeWhile(frame -> !isOf(frame, Exploring.class.getName())).toList();
        return inside.reversed().stream()
                .dropWhile(frame -> isOf(frame, EXTENSION, "java.", "jdk."))
                .takeWhile(frame -> !isOf(frame, LIBRARIES))
                .toList();
    }

    /// Whether it is of one of these packages, which end with a dot, or of these classes and what is nested in them.
    private static boolean isOf(StackTraceElement frame, String... names) {
        return Stream.of(names)
                .anyMatch(name ->
                        name.endsWith(".")
                                ? frame.getClassName().startsWith(name)
                                : (frame.getClassName() + "$").startsWith(name + "$"));
    }

    // ---- shrinking

    /// The strikes that are needed to make `fails` true.
    static List<Integer> shrink(int strikes, Predicate<List<Integer>> fails) {
        var needed = IntStream.range(0, strikes).boxed().toList();
        int tries = 0;
        long until = System.nanoTime() + PATIENCE;
        for (int size = needed.size(); size > 0; size /= 2) {
            for (int from = 0; from < needed.size() && tries < TRIES && System.nanoTime() < until; tries++) {
                var fewer = new ArrayList<>(needed);
                fewer.subList(from, Math.min(from + size, needed.size())).clear();
                if (fails.test(fewer)) {
                    needed = fewer;
                } else {
                    from += size;
                }
            }
        }
        return List.copyOf(needed);
    }
}
