package dev.coppice.conformance.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// `docs/failure-catalogue.md` promises nothing that is not there.
@Tag("#137")
class CatalogueTest {
    private static final int ROWS = 27;

    private static final Pattern ROW =
            Pattern.compile("^\\| (\\d+) \\|([^|]*)\\|([^|]*)\\|([^|]*)\\|([^|]*)\\|$", Pattern.MULTILINE);
    private static final Pattern PROOF = Pattern.compile("`([a-z/-]+): ([a-z.]*)([A-Z]\\w+)(?:\\$(\\w+))?#(\\w+)`");

    private static List<MatchResult> rows() {
        return ROW.matcher(Tree.text(Tree.ROOT.resolve("docs/failure-catalogue.md"))).results().toList();
    }

    private static List<MatchResult> proofs(String column) {
        return PROOF.matcher(column).results().toList();
    }

    /// The annotations of the test that is meant, where the room has the file, the file the nested class, and that class the method.
    private static Optional<String> annotations(MatchResult proof) {
        try (var files = Files.walk(Tree.ROOT.resolve(proof.group(1)).resolve("src/test/java"))) {
            var end = proof.group(2).replace('.', '/') + proof.group(3) + ".java";
            return files.filter(file -> file.toString().endsWith("/" + end))
                    .flatMap(file -> annotations(Tree.code(file), proof.group(4), proof.group(5)).stream())
                    .findFirst();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static Optional<String> annotations(String code, String nested, String method) {
        var from = nested == null ? 0 : code.indexOf("class " + nested + " {");
        var to = from < 0 || nested == null ? -1 : code.indexOf("@Nested", from);
        var at = from < 0 ? -1 : code.indexOf("void " + method + "(", from);
        if (at < 0 || (to >= 0 && at > to)) {
            return Optional.empty();
        }
        int begin =
                Math.max(
                        code.lastIndexOf("{\n", at),
                        Math.max(code.lastIndexOf("}\n", at), code.lastIndexOf(";\n", at)));
        return Optional.of(code.substring(begin + 1, at));
    }

    private static boolean exists(MatchResult proof) {
        return annotations(proof).isPresent();
    }

    /// A law runs seeded and on real threads, if it does not say where.
    private static boolean isLaw(MatchResult proof) {
        return annotations(proof).filter(it -> it.contains("@Laws") && !it.contains("@Laws(")).isPresent();
    }

    private static boolean runsOnlyOnRealThreads(MatchResult proof) {
        return annotations(proof).filter(it -> it.contains("On.PRODUCTION")).isPresent();
    }

    @Nested
    class The_table {
        @Test
        void has_a_row_for_each_failure_of_one_process() {
            assertThat(rows())
                    .extracting(row -> Integer.parseInt(row.group(1)))
                    .containsExactlyElementsOf(IntStream.rangeClosed(1, ROWS).boxed().toList());
        }

        @Test
        void names_a_deterministic_test_in_each_row() {
            for (var row : rows()) {
                assertThat(proofs(row.group(4)))
                        .as(row.group(2))
                        .isNotEmpty()
                        .noneMatch(CatalogueTest::runsOnlyOnRealThreads);
            }
        }

        @Test
        void names_a_test_on_real_threads_in_each_row_or_laws_that_run_there_too() {
            for (var row : rows()) {
                if (row.group(5).strip().equals("the laws")) {
                    assertThat(proofs(row.group(4))).as(row.group(2)).anyMatch(CatalogueTest::isLaw);
                } else {
                    assertThat(proofs(row.group(5)))
                            .as(row.group(2))
                            .isNotEmpty()
                            .allMatch(proof ->
                                    !proof.group(2).equals("laws.") || isLaw(proof) || runsOnlyOnRealThreads(proof));
                }
            }
        }

        @Test
        void names_only_tests_that_exist() {
            var missing = new ArrayList<String>();
            for (var row : rows()) {
                for (var column : List.of(row.group(4), row.group(5))) {
                    var proofs = proofs(column);
                    assertThat(proofs)
                            .as("misspelt in row " + row.group(1))
                            .hasSize((int) column.chars().filter(c -> c == '`').count() / 2);
                    proofs.stream().filter(proof -> !exists(proof)).map(MatchResult::group).forEach(missing::add);
                }
            }
            assertThat(missing).isEmpty();
        }

        @Test
        void would_miss_a_test_that_is_gone() {
            assertThat(proofs("`conformance: house.CatalogueTest$The_table#would_miss_a_test_that_is_gone`"))
                    .allMatch(CatalogueTest::exists);
            assertThat(proofs("`conformance: house.CatalogueTest$The_table#was_never_there`"))
                    .hasSize(1)
                    .noneMatch(CatalogueTest::exists);
        }
    }
}
