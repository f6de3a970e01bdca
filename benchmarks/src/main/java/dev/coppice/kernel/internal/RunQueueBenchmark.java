package dev.coppice.kernel.internal;

import dev.coppice.kernel.Node;
import dev.coppice.kernel.Server;
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
import org.openjdk.jmh.annotations.TearDown;
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
    private final Node node = Node.start();
    private final Cell<?> ready = (Cell<?>) node.spawn(Server.of(() -> (Server<Object>) (_, _) -> {}));

    @TearDown
    public void close() {
        node.close();
    }

    @Benchmark
    public @Nullable Cell<?> push_and_pop_one() {
        place.push(ready);
        return place.pop();
    }

    @Benchmark
    @OperationsPerInvocation(MANY)
    public int push_many_then_pop_them() {
        for (int i = 0; i < MANY; i++) {
            place.push(ready);
        }
        int popped = 0;
        while (place.pop() != null) {
            popped++;
        }
        return popped;
    }
}
