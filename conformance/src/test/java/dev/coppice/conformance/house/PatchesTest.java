package dev.coppice.conformance.house;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The planted bugs of `./coppice mutants` and `./coppice bugbench` fit the sources: whoever changes these changes those.
class PatchesTest {
    private static final Path MUTANTS = Tree.ROOT.resolve("conformance/mutants");
    private static final Path BUGS = Tree.ROOT.resolve("conformance/bugs");
    private static final List<String> PARTS =
            List.of(
                    "mailbox",
                    "scheduler",
                    "hand-off",
                    "wait cell",
                    "exits",
                    "links",
                    "names",
                    "timers",
                    "supervisor",
                    "mailbox policies",
                    "broker store");

    @BeforeAll
    static void git_is_there() {
        boolean found =
                Stream.of(System.getenv("PATH").split(":")).anyMatch(bin -> Files.isExecutable(Path.of(bin, "git")));
        assumeTrue(found, "git is not in PATH");
    }

    private static List<Path> patches(Path folder) {
        return Tree.files(folder, ".patch");
    }

    private static List<String> header(Path patch, String key) {
        return Tree.text(patch).lines().filter(line -> line.startsWith("# " + key + ": ")).toList();
    }

    @Nested
    class Each_patch {
        static Stream<Path> all() {
            return Stream.of(MUTANTS, BUGS).flatMap(folder -> patches(folder).stream());
        }

        @ParameterizedTest
        @MethodSource("all")
        void still_applies(Path patch) throws IOException, InterruptedException {
            var git =
                    new ProcessBuilder("git", "apply", "--check", "-C1", patch.toString())
                            .directory(Tree.ROOT.toFile())
                            .redirectErrorStream(true)
                            .start();
            var said = new String(git.getInputStream().readAllBytes(), UTF_8);
            assertThat(git.waitFor()).as(said).isZero();
        }

        @ParameterizedTest
        @MethodSource("all")
        void has_a_title_and_the_test_that_finds_it(Path patch) {
            assertThat(header(patch, "title")).hasSize(1);
            assertThat(header(patch, "test")).isNotEmpty();
        }
    }

    @Nested
    class The_bugs {
        @Test
        void are_thirty_or_more_and_lie_in_every_part() {
            assertThat(patches(BUGS)).hasSizeGreaterThanOrEqualTo(30);
            assertThat(patches(BUGS).stream().flatMap(patch -> header(patch, "part").stream()))
                    .containsAll(PARTS.stream().map("# part: "::concat).toList())
                    .allMatch(line -> PARTS.contains(line.substring("# part: ".length())));
        }

        @Test
        void name_tests_that_there_are() {
            var test =
                    Pattern.compile(
                            "# test: (?:jcstress|Lincheck) (\\w+)(?:\\.\\w+)?|# test: [\\w.]+\\.(\\w+)(?:\\$\\w+)*(?:#\\w+)?");
            var classes = Tree.rooms().stream().flatMap(room -> Tree.files(room.resolve("src/test"), ".java").stream());
            var names = classes.map(file -> file.getFileName().toString().replace(".java", "")).toList();
            assertThat(patches(BUGS).stream().flatMap(patch -> header(patch, "test").stream()))
                    .allSatisfy(line -> {
                        var named = test.matcher(line);
                        assertThat(named.matches()).as(line).isTrue();
                        assertThat(names).contains(named.group(1) == null ? named.group(2) : named.group(1));
                    });
        }
    }
}
