package dev.coppice.kernel.internal;

import dev.coppice.kernel.Recipe;
import dev.coppice.kernel.spi.Activation;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// A place's run queue, by its owner alone. In the kernel's package, which the class path allows, to see it at all.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class RunQueueBenchmark {
    private static final int MANY = 64;

    private final Place place = new Place(0);
    private final Activation activation = new Idle();

    @Benchmark
    public @Nullable Activation push_and_pop_one() {
        place.push(activation);
        return place.pop();
    }

    @Benchmark
    @OperationsPerInvocation(MANY)
    public int push_many_then_pop_them() {
        for (int i = 0; i < MANY; i++) {
            place.push(activation);
        }
        int popped = 0;
        while (place.pop() != null) {
            popped++;
        }
        return popped;
    }

    private static final class Idle implements Activation {
        @Override
        public void run() {}

        @Override
        public Recipe.Threading threading() {
            return Recipe.Threading.SHARED;
        }

        @Override
        public boolean ended() {
            return false;
        }

        @Override
        public long id() {
            return 0;
        }
    }
}
