package dev.coppice.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// Runs one workload on all its systems, each in a process of its own, and says what it is doing.
///
/// Rates are measured in turns: all processes are set up and warmed up one after another, then each has its first round, then each its
/// second, so that whatever else happens on the machine meets them alike. Who is not asked does nothing.
final class Contest {
    /// What a process of `start-up` prints when it has handled its message. How it ends is its own affair.
    static final String HELLO = "hello";

    private static final long PATIENCE_SECONDS = 60;

    private final Launch launch;
    private final Options options;
    private final PrintStream progress;
    private final List<String> failures = new ArrayList<>();

    Contest(Launch launch, Options options, PrintStream progress) {
        this.launch = launch;
        this.options = options;
        this.progress = progress;
    }

    /// What did not work, one sentence each.
    List<String> failures() {
        return failures;
    }

    List<Result> run(Workload workload) throws IOException, InterruptedException {
        var systems = workload.systems().stream().filter(options.systems()::contains).toList();
        progress.print(workload.name() + ":");
        Map<String, List<Result.Sample>> samples = new LinkedHashMap<>();
        switch (workload.kind()) {
            case RATE -> inTurns(workload, systems, samples);
            case SINGLE, COLD -> oneByOne(workload, systems, samples);
            case PROCESS -> processes(workload, systems, samples);
        }
        progress.println();
        return samples.entrySet().stream()
                .filter(entry -> !entry.getValue().isEmpty())
                .map(entry -> new Result(workload, entry.getKey(), entry.getValue()))
                .toList();
    }

    private void inTurns(Workload workload, List<String> systems, Map<String, List<Result.Sample>> samples)
            throws IOException, InterruptedException {
        List<Contestant> contestants = new ArrayList<>();
        try {
            for (var system : systems) {
                start(workload, system, launch.child(system, workload, options), contestants);
            }
            if (systems.contains(Results.ours(workload))) {
                for (var other : workload.beside()) {
                    var child = launch.child(Results.ours(workload), Workloads.named(other), options);
                    start(workload, other, child, contestants);
                }
            }
            for (int round = 1; round <= options.rounds(); round++) {
                progress.print(" " + round);
                for (var contestant : List.copyOf(contestants)) {
                    if (!round(workload, contestant, samples)) {
                        contestants.remove(contestant);
                    }
                }
            }
        } finally {
            for (var contestant : contestants) {
                contestant.close();
            }
        }
    }

    private void oneByOne(Workload workload, List<String> systems, Map<String, List<Result.Sample>> samples)
            throws IOException, InterruptedException {
        for (var system : systems) {
            List<Contestant> alone = new ArrayList<>();
            start(workload, system, launch.child(system, workload, options), alone);
            for (var contestant : alone) {
                try (contestant) {
                    boolean works = true;
                    for (int round = 1; works && round <= options.rounds(); round++) {
                        progress.print(" " + round);
                        works = round(workload, contestant, samples);
                    }
                }
            }
        }
    }

    private void start(Workload workload, String name, ProcessBuilder child, List<Contestant> started)
            throws IOException, InterruptedException {
        progress.print(" " + name);
        try {
            started.add(new Contestant(name, child));
        } catch (IllegalStateException failed) {
            fail(workload, failed);
        }
    }

    private boolean round(Workload workload, Contestant contestant, Map<String, List<Result.Sample>> samples)
            throws IOException, InterruptedException {
        try {
            samples.computeIfAbsent(contestant.system(), _ -> new ArrayList<>()).add(contestant.round());
            return true;
        } catch (IllegalStateException failed) {
            fail(workload, failed);
            contestant.close();
            return false;
        }
    }

    private void fail(Workload workload, IllegalStateException failed) {
        failures.add(workload.name() + ": " + failed.getMessage());
        progress.print(" (failed)");
    }

    private void processes(Workload workload, List<String> systems, Map<String, List<Result.Sample>> samples)
            throws IOException, InterruptedException {
        boolean cached = workload.name().endsWith("-aot");
        for (var system : systems) {
            progress.print(" " + system);
            if (cached) {
                launch.prepareCache(system);
            }
        }
        for (int round = 1; round <= options.rounds(); round++) {
            progress.print(" " + round);
            for (var system : systems) {
                time(workload, system, cached, samples);
            }
        }
    }

    private void time(Workload workload, String system, boolean cached, Map<String, List<Result.Sample>> samples)
            throws IOException, InterruptedException {
        try {
            double millis = timed(launch.hello(system, cached));
            samples.computeIfAbsent(system, _ -> new ArrayList<>()).add(new Result.Sample(millis, 0));
        } catch (IllegalStateException failed) {
            fail(workload, failed);
        }
    }

    private static double timed(ProcessBuilder builder) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        var process = builder.start();
        process.getOutputStream().close();
        CompletableFuture.delayedExecutor(PATIENCE_SECONDS, TimeUnit.SECONDS).execute(process::destroyForcibly);
        boolean said = process.inputReader().lines().anyMatch(HELLO::equals);
        double millis = (System.nanoTime() - begin) / 1e6;
        if (process.waitFor() != 0 || !said) {
            throw new IllegalStateException(String.join(" ", builder.command()) + " did not end well");
        }
        return millis;
    }
}
