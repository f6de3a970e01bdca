package dev.coppice.conformance.house;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Style is a test: banned words and ceilings.
class House {
    private static final int FILE_CEILING = 500;

    /// A table of cases is not clearer in two halves.
    private static final int TEST_CEILING = 1000;

    /// Lone algorithms, each opened by its essay, that would not be clearer in two files.
    private static final Set<String> LONG_ALGORITHMS = Set.of("Seeded.java");

    private static final int METHOD_CEILING = 40;

    /// Time and chance enter through the scheduler's seam only, and nothing may hold a lock or a thread: see ARCHITECTURE.md.
    private static final List<String> BANNED_IN_KERNEL =
            List.of(
                    "synchronized",
                    "Thread.sleep",
                    ".wait(",
                    "commonPool",
                    "parkNanos",
                    "parkUntil",
                    "System.nanoTime",
                    "System.currentTimeMillis",
                    "Instant.now",
                    "ThreadLocalRandom",
                    "Math.random",
                    "UUID.randomUUID");

    /// Who may, and why.
    private static final Map<String, Set<String>> ALLOWED =
            Map.of(
                    // The production scheduler is the seam's other side: real time and real chance come from here.
                    "Places.java", Set.of("System.nanoTime", "Instant.now", "ThreadLocalRandom"),
                    // Part of it: how long a thread looks out before it stops.
                    "Lookout.java", Set.of("System.nanoTime"),
                    // And how long a blocking activation has run already.
                    "Apart.java", Set.of("System.nanoTime"),
                    // How long a turn goes on.
                    "Worker.java", Set.of("System.nanoTime"),
                    // Since when it has its carrier; and it parks for a nanosecond, so that this looks for other
                    // threads.
                    "Runner.java", Set.of("System.nanoTime", "parkNanos"),
                    // The one thread that may park until a moment: the earliest deadline of its node.
                    "Watchdog.java", Set.of("System.nanoTime", "parkNanos"));

    @Test
    void the_kernel_uses_no_banned_word() {
        assertThat(
                        kernel().flatMap(file ->
                                BANNED_IN_KERNEL.stream()
                                        .filter(word -> Tree.code(file).contains(word))
                                        .filter(word -> !allowed(file, word))
                                        .map(word -> Tree.name(file) + ": " + word)))
                .isEmpty();
    }

    @Test
    void every_exception_to_the_banned_words_is_still_needed() {
        var used =
                kernel().flatMap(file ->
                                BANNED_IN_KERNEL.stream()
                                        .filter(word -> allowed(file, word) && Tree.code(file).contains(word))
                                        .map(word -> file.getFileName() + ": " + word))
                        .toList();
        assertThat(used)
                .containsExactlyInAnyOrderElementsOf(
                        ALLOWED.entrySet().stream()
                                .flatMap(entry -> entry.getValue().stream().map(word -> entry.getKey() + ": " + word))
                                .toList());
    }

    @Test
    @Tag("#140")
    void no_test_sleeps() {
        assertThat(
                        java("src/test")
                                .filter(file ->
                                        Pattern.compile("\\bsleep\\s*\\(|::sleep\\b").matcher(Tree.code(file)).find()))
                .extracting(Tree::name)
                .isEmpty();
    }

    @Test
    void nothing_is_left_to_do() {
        var unfinished = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b");
        assertThat(
                        Tree.files(Tree.ROOT, ".java", ".md", ".sh", ".xml", ".yml", "coppice", "run").stream()
                                .filter(file -> unfinished.matcher(Tree.text(file)).find()))
                .extracting(Tree::name)
                .isEmpty();
    }

    @Test
    void no_file_is_longer_than_500_lines_or_1000_where_it_is_a_test() {
        assertThat(Stream.concat(longer("src/main", FILE_CEILING), longer("src/test", TEST_CEILING)))
                .extracting(Tree::name)
                .filteredOn(name -> LONG_ALGORITHMS.stream().noneMatch(name::endsWith))
                .isEmpty();
    }

    @Test
    void no_method_is_longer_than_40_lines() throws IOException {
        var compiler = ToolProvider.getSystemJavaCompiler();
        var files =
                compiler.getStandardFileManager(null, null, null)
                        .getJavaFileObjectsFromPaths(java("src/main").toList());
        var task = (JavacTask) compiler.getTask(null, null, null, null, null, files);
        var found = new ArrayList<String>();
        for (var unit : task.parse()) {
            new LongMethods(unit, Trees.instance(task), found).scan(unit, null);
        }
        assertThat(found).isEmpty();
    }

    @Test
    void the_readme_has_at_most_150_lines() {
        assertThat(Tree.text(Tree.ROOT.resolve("README.md")).lines().count()).isLessThanOrEqualTo(150);
    }

    private static boolean allowed(Path file, String word) {
        return ALLOWED.getOrDefault(file.getFileName().toString(), Set.of()).contains(word);
    }

    private static Stream<Path> kernel() {
        return Tree.files(Tree.ROOT.resolve("kernel/src/main"), ".java").stream();
    }

    private static Stream<Path> longer(String folder, int ceiling) {
        return java(folder).filter(file -> Tree.text(file).lines().count() > ceiling);
    }

    private static Stream<Path> java(String folder) {
        return Tree.rooms().stream().flatMap(room -> Tree.files(room.resolve(folder), ".java").stream());
    }

    private static final class LongMethods extends TreeScanner<Void, Void> {
        private final CompilationUnitTree unit;
        private final Trees trees;
        private final List<String> found;
        private String type = "";

        LongMethods(CompilationUnitTree unit, Trees trees, List<String> found) {
            this.unit = unit;
            this.trees = trees;
            this.found = found;
        }

        @Override
        public Void visitClass(ClassTree tree, Void nothing) {
            String outer = type;
            type = tree.getSimpleName().toString();
            super.visitClass(tree, nothing);
            type = outer;
            return nothing;
        }

        @Override
        public Void visitMethod(MethodTree method, Void nothing) {
            if (method.getBody() != null && lines(method) > METHOD_CEILING) {
                found.add(type + "." + method.getName() + ": " + lines(method) + " lines");
            }
            return super.visitMethod(method, nothing);
        }

        private long lines(MethodTree method) {
            var positions = trees.getSourcePositions();
            var lines = unit.getLineMap();
            return 1
                    + lines.getLineNumber(positions.getEndPosition(unit, method.getBody()))
                    - lines.getLineNumber(positions.getStartPosition(unit, method.getBody()));
        }
    }
}
