package dev.coppice.conformance.differential;

import dev.coppice.conformance.differential.Comparison.Divergence;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/// `./coppice differential [--scenarios N] [--seed S] [--golden]`: plays random scenarios on Erlang/OTP and on Coppice, and compares. Exits
/// with 1 at the first that diverges: then it prints the seed, the smallest part that still diverges, and both logs. With `--golden` it
/// writes what Erlang did in the golden scenarios.
final class Differential {
    private static final int BATCH = 200;

    private final Path machine;
    private final AtomicLong next;
    private final long end;
    private final ReentrantLock lock = new ReentrantLock();
    private final Shares shares = new Shares();
    private volatile boolean over;
    private Optional<String> failure = Optional.empty();

    private Differential(Path machine, long first, long scenarios) {
        this.machine = machine;
        this.next = new AtomicLong(first);
        this.end = first + scenarios;
    }

    public static void main(String[] args) throws Exception {
        var options = List.of(args);
        var machine = Files.createTempDirectory("coppice-differential");
        OnErlang.compile(machine);
        if (options.contains("--golden")) {
            Golden.write(machine);
            return;
        }
        long scenarios = option(options, "--scenarios", options.contains("--seed") ? 1 : 100_000);
        // Thousands of actors crash on purpose, and a supervisor writes a line for each.
        var err = System.err;
        System.setErr(new PrintStream(OutputStream.nullOutputStream()));
        int status = new Differential(machine, option(options, "--seed", 0), scenarios).run();
        System.setErr(err);
        System.exit(status);
    }

    private static long option(List<String> options, String name, long otherwise) {
        int at = options.indexOf(name);
        return at < 0 ? otherwise : Long.parseLong(options.get(at + 1));
    }

    private int run() throws InterruptedException {
        long begun = System.nanoTime();
        var workers =
                IntStream.range(0, Runtime.getRuntime().availableProcessors())
                        .mapToObj(_ -> Thread.ofVirtual().start(this::work))
                        .toList();
        for (var worker : workers) {
            worker.join();
        }
        System.out.println(shares);
        System.out.printf("%.1f s%n", (System.nanoTime() - begun) / 1e9);
        failure.ifPresent(System.out::println);
        return failure.isEmpty() ? 0 : 1;
    }

    private void work() {
        try (var erlang = OnErlang.start(machine)) {
            for (long first = next.getAndAdd(BATCH); first < end && !over; first = next.getAndAdd(BATCH)) {
                batch(LongStream.range(first, Math.min(end, first + BATCH)).boxed().toList(), erlang);
            }
        } catch (IOException | RuntimeException broken) {
            fail("broken: " + broken);
        }
    }

    private void batch(List<Long> seeds, OnErlang erlang) {
        var scenarios = seeds.stream().map(Generator::scenario).toList();
        var logs = erlang.play(scenarios);
        var agreed = new ArrayList<Boolean>();
        for (int i = 0; i < scenarios.size() && !over; i++) {
            long seed = seeds.get(i);
            var divergence = Comparison.compare(scenarios.get(i), logs.get(i), seed);
            agreed.add(divergence.isEmpty());
            divergence.ifPresent(found -> fail(found, seed, erlang));
        }
        lock.lock();
        try {
            for (int i = 0; i < agreed.size(); i++) {
                shares.add(scenarios.get(i), logs.get(i), agreed.get(i));
            }
            if (shares.scenarios() % 10_000 == 0) {
                System.out.printf("%,d scenarios%n", shares.scenarios());
            }
        } finally {
            lock.unlock();
        }
    }

    private void fail(Divergence found, long seed, OnErlang erlang) {
        fail(
                "DIVERGENCE at seed %d; again: ./coppice differential --seed %d%n%nthe smallest part that diverges%n%s"
                        .formatted(seed, seed, Comparison.shrunk(found, seed, erlang)));
    }

    private void fail(String what) {
        lock.lock();
        try {
            over = true;
            failure = failure.or(() -> Optional.of(what));
        } finally {
            lock.unlock();
        }
    }
}
