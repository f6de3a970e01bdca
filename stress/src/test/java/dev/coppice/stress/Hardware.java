package dev.coppice.stress;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.openjdk.jcstress.JCStress;
import org.openjdk.jcstress.Options;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.infra.Status;
import org.openjdk.jcstress.infra.collectors.DiskReadCollector;
import org.openjdk.jcstress.infra.collectors.InProcessCollector;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.grading.ReportUtils;
import org.openjdk.jcstress.infra.runners.TestList;

/// jcstress's part: the tests of this room on real threads, in JVMs of their own, as the machine and the compilers reorder them.
final class Hardware {

    /// What became of one test.
    ///
    /// @param forbidden the outcomes that must not be and were, with their counts
    /// @param broken why it proves nothing; empty when it ran
    record Verdict(String test, long samples, List<String> forbidden, String broken) {}

    private static final Path REPORTS = Path.of("stress/target/jcstress");

    private Hardware() {}

    /// Runs all tests whose name matches, with these options of jcstress.
    static List<Verdict> run(String tests, List<String> options) throws Exception {
        var folder = Files.createDirectories(REPORTS.resolve(tests.replaceAll("\\W+", "-")));
        var arguments = new ArrayList<>(List.of("-t", tests, "-r", folder.toString()));
        arguments.addAll(options);
        var parsed = new Options(arguments.toArray(String[]::new));
        parsed.parse();
        quietly(folder.resolve("log"), parsed);
        // jcstress leaves its results where it was started.
        var results = Path.of(parsed.getResultFile());
        var kept = Files.move(results, folder.resolve("results.bin.gz"), StandardCopyOption.REPLACE_EXISTING);
        var ran = read(kept).stream().map(Hardware::verdict).collect(Collectors.toList());
        ran.addAll(missing(tests, ran));
        ran.sort((one, other) -> one.test().compareTo(other.test()));
        return ran;
    }

    /// jcstress tells much, and fails when it found something: what it found is read from its file.
    private static void quietly(Path log, Options options) throws Exception {
        var told = System.out;
        try (var file = new PrintStream(Files.newOutputStream(log))) {
            System.setOut(file);
            new JCStress(options).run();
        } catch (AssertionError found) {
            Files.writeString(log.resolveSibling("found"), String.valueOf(found.getMessage()));
        } finally {
            System.setOut(told);
        }
    }

    private static List<TestResult> read(Path file) throws IOException, ClassNotFoundException {
        var results = new InProcessCollector();
        var reader = new DiskReadCollector(file.toString(), results);
        reader.dump();
        reader.close();
        return ReportUtils.mergedByName(results.getTestResults());
    }

    private static Verdict verdict(TestResult result) {
        var forbidden =
                result.grading().gradingResults.values().stream()
                        .filter(grade -> grade.expect == Expect.FORBIDDEN && grade.count > 0)
                        .map(grade -> "(" + grade.id + ") " + grade.description + ", " + grade.count + " times")
                        .toList();
        var broken = result.status() == Status.NORMAL ? "" : result.status() + " " + result.getMessages();
        return new Verdict(result.getName(), result.getTotalCount(), forbidden, broken);
    }

    /// Tests that jcstress left out, as it does in silence with those that need more cores than there are.
    private static List<Verdict> missing(String tests, List<Verdict> ran) {
        Set<String> seen = ran.stream().map(Verdict::test).collect(Collectors.toSet());
        return TestList.tests().stream()
                .filter(test -> test.matches(".*(" + tests + ").*") && !seen.contains(test))
                .map(test -> new Verdict(test, 0, List.of(), "it did not run; does it need more cores?"))
                .toList();
    }
}
