package dev.coppice.conformance.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Every piece of Java in the guide is cut from a source of a room, where it is compiled and, in a test, run. Space does not count, nor do
/// the assertions that stand between its lines.
@Tag("#143")
class Snippets {
    private static final Pattern SNIPPET = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    private static final List<String> SOURCES =
            Tree.rooms().stream()
                    .flatMap(room -> Stream.of("src/main", "src/test").map(room::resolve))
                    .flatMap(folder -> Tree.files(folder, ".java").stream())
                    .flatMap(file -> Stream.of(plain(Tree.text(file)), withoutAssertions(Tree.text(file))))
                    .toList();

    @TestFactory
    Stream<DynamicTest> are_cut_from_code() {
        return pages().map(page ->
                DynamicTest.dynamicTest(
                        Tree.name(page),
                        () -> {
                            var snippets =
                                    SNIPPET.matcher(Tree.text(page)).results().map(match -> match.group(1)).toList();
                            assertThat(snippets)
                                    .allSatisfy(snippet ->
                                            assertThat(SOURCES)
                                                    .as(snippet)
                                                    .anyMatch(source -> source.contains(plain(snippet))));
                        }));
    }

    @Test
    void are_in_pages_that_the_site_shows() {
        var site = Tree.text(Tree.ROOT.resolve("docs/site/config.mts"));
        assertThat(pages().map(page -> "'/guide/" + page.getFileName().toString().replace(".md", "") + "'"))
                .hasSizeGreaterThan(12)
                .allSatisfy(link -> assertThat(site).contains(link));
    }

    private static Stream<Path> pages() {
        return Tree.files(Tree.ROOT.resolve("docs/guide"), ".md").stream();
    }

    private static String withoutAssertions(String source) {
        return plain(
                source.lines()
                        .filter(line -> !line.contains("assertThat("))
                        .reduce("", (all, line) -> all + line + "\n"));
    }

    private static String plain(String code) {
        return code.replaceAll("\\s+", "");
    }
}
