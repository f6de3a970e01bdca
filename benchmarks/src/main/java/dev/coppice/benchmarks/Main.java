package dev.coppice.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/// The command `./coppice bench`.
final class Main {
    private Main() {}

    public static void main(String[] args) throws Exception {
        var asked = List.of(args);
        if (asked.contains("--help") || asked.contains("--list")) {
            System.out.print(asked.contains("--help") ? Options.USAGE : list());
            return;
        }
        var root = Path.of(System.getProperty("coppice.root", "."));
        try {
            var options = Options.parse(asked, root.resolve("docs/performance.svg"));
            System.exit(bench(new Launch(root), options) ? 0 : 1);
        } catch (Options.Wrong wrong) {
            System.err.println("bench: " + wrong.getMessage());
            System.exit(2);
        }
    }

    private static String list() {
        return Workloads.LIST.stream()
                .map(workload -> workload.name() + "  on " + String.join(", ", workload.systems()) + "\n")
                .collect(Collectors.joining());
    }

    /// False when something did not run.
    private static boolean bench(Launch launch, Options options) throws IOException, InterruptedException {
        if (options.systems().contains("erlang")) {
            launch.prepareErlang();
        }
        Machine.lines(launch, options).forEach(System.out::println);
        System.out.println();
        var contest = new Contest(launch, options, System.err);
        var results = new Results();
        for (var workload : options.workloads()) {
            results.add(contest.run(workload));
            Text.table(workload, results).forEach(System.out::println);
        }
        report(results, options);
        contest.failures().forEach(failure -> System.out.println("FAILED " + failure));
        return contest.failures().isEmpty();
    }

    private static void report(Results results, Options options) throws IOException {
        System.out.println("\n" + Text.heading());
        for (var workload : options.workloads()) {
            Text.table(workload, results).forEach(System.out::println);
        }
        System.out.println();
        results.verdicts().forEach(System.out::println);
        if (options.json().isPresent()) {
            Files.write(options.json().get(), results.ofSystems().map(Result::json).toList());
        }
        if (options.picture().isPresent()) {
            Files.writeString(options.picture().get(), Picture.of(results));
            System.out.println("drawn: " + options.picture().get());
        }
    }
}
