package dev.coppice.conformance.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
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

    /// Whether the room has the file, the file the nested class, and that class the method.
    private static boolean exists(MatchResult proof) {
        try (var files = Files.walk(Tree.ROOT.resolve(proof.group(1)).resolve("src/test/java"))) {
            var end = proof.group(2).replace('.', '/') + proof.group(3) + ".java";
            return files.filter(file -> file.toString().endsWith("/" + end))
                    .anyMatch(file -> holds(Tree.code(file), proof.group(4), proof.group(5)));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static boolean holds(String code, String nested, String method) {
        var from = nested == null ? 0 : code.indexOf("class " + nested + " {");
        var to = from < 0 ? -1 : code.indexOf("@Nested", from);
        return from >= 0
                && code.substring(from, to < 0 || nested == null ? code.length() : to).contains("void " + method + "(");
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
        void names_a_deterministic_test_in_each_row_and_a_real_one_or_the_laws() {
            for (var row : rows()) {
                assertThat(proofs(row.group(4))).as(row.group(2)).isNotEmpty();
                assertThat(
                                !proofs(row.group(5)).isEmpty()
                                        || row.group(5).strip().equals("the laws") && row.group(4).contains(" laws."))
                        .as(row.group(2))
                        .isTrue();
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
