package dev.coppice.conformance.world;

import com.sun.management.OperatingSystemMXBean;
import dev.coppice.testkit.World;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/// `./coppice simulate [--seeds N] [--seed S] [--determinism]`: runs the simulation under many seeds, or one, and says what happened. Exits with 1 when a law
/// is broken: then it prints the seed, the command that replays it, the faults that it needs and the trace. With `--determinism` it runs
/// 200 seeds twice, and 50 in a fresh JVM with other flags, and compares their hashes.
final class Simulate {
    private static final int SEEDS = 100_000;

    private final AtomicLong next;
    private final long end;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Long> counts = new TreeMap<>();
    private volatile Throwable failure;
    private long done;

    private Simulate(long first, long seeds) {
        this.next = new AtomicLong(first);
        this.end = first + seeds;
    }

    public static void main(String[] args) throws Exception {
        var options = List.of(args);
        if (options.contains("--determinism")) {
            System.exit(Determinism.check(200, 50) ? 0 : 1);
        }
        var seed = option(options, "--seed", -1);
        var seeds = seed < 0 ? option(options, "--seeds", SEEDS) : 1;
        System.setProperty("coppice.replay", "./coppice simulate --seed %d");
        // Thousands of actors crash on purpose, and each would be logged.
        var err = System.err;
        System.setErr(new PrintStream(OutputStream.nullOutputStream()));
        int status = new Simulate(Math.max(0, seed), seeds).run();
        System.setErr(err);
        System.exit(status);
    }

    private static long option(List<String> options, String name, long otherwise) {
        int at = options.indexOf(name);
        return at < 0 ? otherwise : Long.parseLong(options.get(at + 1));
    }

    private int run() throws InterruptedException {
        long begun = System.nanoTime();
        // A world's own threads are virtual; it runs fastest when the thread that makes it is one too.
        var workers =
                java.util.stream.IntStream.range(0, Runtime.getRuntime().availableProcessors())
                        .mapToObj(_ -> Thread.ofVirtual().start(this::work))
                        .toList();
        for (var worker : workers) {
            worker.join();
        }
        report((System.nanoTime() - begun) / 1e9);
        return failure == null ? 0 : 1;
    }

    private void work() {
        for (long seed = next.getAndIncrement(); seed < end && failure == null; seed = next.getAndIncrement()) {
            var simulation = new Simulation();
            Throwable thrown = null;
            try {
                World.explore(seed, 1, simulation);
            } catch (Throwable violation) {
                thrown = violation;
            }
            add(simulation.counts(), thrown);
        }
    }

    private void add(Map<String, Long> some, Throwable thrown) {
        lock.lock();
        try {
            done++;
            some.forEach((what, count) -> counts.merge(what, count, Long::sum));
            if (thrown != null && failure == null) {
                failure = thrown;
                System.out.println(thrown.getMessage());
            }
            if (done % 10_000 == 0) {
                System.out.println(done + " seeds");
            }
        } finally {
            lock.unlock();
        }
    }

    private void report(double seconds) {
        long faults =
                counts.entrySet().stream()
                        .filter(count -> count.getKey().startsWith("fault: "))
                        .mapToLong(Map.Entry::getValue)
                        .sum();
        double cpu = ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime() / 1e9;
        System.out.println();
        counts.forEach((what, count) -> System.out.printf("%,15d  %s%n", count, what));
        System.out.printf(
                "%n%,d seeds, %,d faults, %.1f h of virtual time; %.1f s, %.1f s of processor time, %.1f ms of it a seed; %s%n",
                done,
                faults,
                counts.getOrDefault("virtual ms", 0L) / 3_600_000.0,
                seconds,
                cpu,
                cpu * 1e3 / Math.max(1, done),
                failure == null ? "no law was broken" : "A LAW WAS BROKEN");
    }
}
