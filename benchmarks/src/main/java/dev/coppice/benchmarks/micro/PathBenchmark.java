package dev.coppice.benchmarks.micro;

import dev.coppice.kernel.Config;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
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
import org.openjdk.jmh.annotations.Warmup;

/// The kernel's paths on one thread, without a scheduler: what a send, a call, a spawn cost by themselves.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("NullAway") // JMH calls the set-up first
public class PathBenchmark {
    private static final int MANY = 64;
    private static final Object GO = "go";

    private ByHand hand;
    private Pid<Echo.Message> echo;
    private Pid<Object> caller;
    private Pid<Object> parent;

    @Setup(Level.Iteration)
    public void start() {
        hand = new ByHand();
        var node = Node.start(Config.defaults().scheduler(() -> hand));
        echo = node.spawn(Server.of(Echo::new));
        Server<Object> calling = (_, _) -> echo.call(new Echo.Ask(1));
        caller = node.spawn(Server.of(() -> calling));
        Server<Object> spawning = PathBenchmark::spawnOne;
        parent = node.spawn(Server.of(() -> spawning));
    }

    private static void spawnOne(Object message, Self<Object> self) {
        self.spawn(Server.<Object>of(PathBenchmark::brief)).send(message);
    }

    /// A server that ends with its first message.
    private static Server<Object> brief() {
        return (_, self) -> self.stop();
    }

    /// Wakes it, handles one message, rests.
    @Benchmark
    public void send_to_one_at_rest() {
        echo.send(Echo.Note.NOTE);
        hand.runAll();
    }

    /// Fills the mailbox, then drains it.
    @Benchmark
    @OperationsPerInvocation(MANY)
    public void mailbox_of_many() {
        for (int i = 0; i < MANY; i++) {
            echo.send(Echo.Note.NOTE);
        }
        hand.runAll();
    }

    @Benchmark
    public void call_in_handler() {
        caller.send(GO);
        hand.runAll();
    }

    @Benchmark
    public int call_from_outside() {
        return echo.call(new Echo.Ask(1));
    }

    /// A child's life: start, one message, exit.
    @Benchmark
    public void spawn() {
        parent.send(GO);
        hand.runAll();
    }
}
