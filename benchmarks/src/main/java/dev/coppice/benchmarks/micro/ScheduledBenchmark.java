package dev.coppice.benchmarks.micro;

import dev.coppice.kernel.Node;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// The same on the production scheduler: an actor does many of them in its handler, and the benchmark waits for it.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("NullAway") // JMH calls the set-up first
public class ScheduledBenchmark {
    private static final int MANY = 10_000;

    private enum Work {
        SEND,
        CALL,
        SPAWN
    }

    private final Semaphore done = new Semaphore(0);
    private Node node;
    private Pid<Echo.Message> echo;
    private Pid<Work> actor;

    @Setup(Level.Trial)
    public void start() {
        node = Node.start();
        echo = node.spawn(Server.of(Echo::new));
        Server<Work> working = this::work;
        actor = node.spawn(Server.of(() -> working));
    }

    @TearDown(Level.Trial)
    public void close() {
        node.close();
    }

    private void work(Work work, Self<Work> self) {
        for (int i = 0; i < MANY; i++) {
            switch (work) {
                case SEND -> echo.send(Echo.Note.NOTE);
                case CALL -> echo.call(new Echo.Ask(i));
                case SPAWN -> self.spawn(Server.<Object>of(ScheduledBenchmark::brief)).send(work);
            }
        }
        if (work == Work.SEND) {
            echo.call(new Echo.Ask(0)); // answered behind all the others
        }
        done.release();
    }

    private static Server<Object> brief() {
        return (_, self) -> self.stop();
    }

    private void run(Work work) throws InterruptedException {
        actor.send(work);
        done.acquire();
    }

    @Benchmark
    @OperationsPerInvocation(MANY)
    public void send() throws InterruptedException {
        run(Work.SEND);
    }

    @Benchmark
    @OperationsPerInvocation(MANY)
    public void call() throws InterruptedException {
        run(Work.CALL);
    }

    @Benchmark
    @OperationsPerInvocation(MANY)
    public void spawn() throws InterruptedException {
        run(Work.SPAWN);
    }
}
