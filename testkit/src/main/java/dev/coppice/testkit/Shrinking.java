package dev.coppice.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/// Makes a plan of strikes smaller as long as the run still fails: first halves, then quarters, at last one by one (Zeller's ddmin, without
/// its complements). The strikes are drawn from a stream of their own, so leaving some out moves nothing else.
final class Shrinking {
    /// A shrunk plan helps people; it need not be the smallest.
    private static final int TRIES = 200;

    private static final long PATIENCE = 20_000_000_000L;

    private static final ScopedValue<IntPredicate> ALLOWED = ScopedValue.newInstance();

    private Shrinking() {}

    /// Which strikes may happen in worlds made on this thread.
    static IntPredicate allowed() {
        return ALLOWED.orElse(_ -> true);
    }

    static void only(List<Integer> strikes, Runnable run) {
        ScopedValue.where(ALLOWED, strikes::contains).run(run);
    }

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
