package dev.coppice.conformance.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A program that knows nothing of this build: the packed jars, a JDK, and its own few lines.
class Outsiders {
    private static final Path CONSUMER = Tree.ROOT.resolve("conformance/src/test/consumer");
    private static final Path SLF4J = Jvm.library(org.slf4j.Logger.class);
    private static final Path JSPECIFY = Jvm.library(Nullable.class);

    @TempDir Path out;

    private String libraries;

    @BeforeEach
    void find_the_artifacts() throws IOException {
        libraries = Jvm.path(Jvm.artifact("kernel"), Jvm.artifact("otp"), SLF4J, JSPECIFY);
    }

    @Nested
    class A_consumer {
        private final Path main = CONSUMER.resolve("outside/consumer/Main.java");

        /// There are 64 places at most.
        @ParameterizedTest
        @ValueSource(ints = {1, 64, 65, 256})
        void runs_on_any_number_of_processors(int processors) throws Exception {
            Jvm.compile(out, List.of(main), "-cp", libraries);
            assertThat(
                            Jvm.run(
                                    "-XX:ActiveProcessorCount=" + processors,
                                    "-cp",
                                    Jvm.path(out) + java.io.File.pathSeparator + libraries,
                                    "outside.consumer.Main"))
                    .isEqualToIgnoringNewLines("42");
        }

        @Test
        void runs_on_the_class_path() throws Exception {
            Jvm.compile(out, List.of(main), "-cp", libraries);
            assertThat(Jvm.run("-cp", Jvm.path(out) + java.io.File.pathSeparator + libraries, "outside.consumer.Main"))
                    .isEqualToIgnoringNewLines("42");
        }

        @Test
        void runs_on_the_module_path() throws Exception {
            Jvm.compile(out, List.of(main, CONSUMER.resolve("module-info.java")), "-p", libraries);
            assertThat(
                            Jvm.run(
                                    "-p",
                                    Jvm.path(out) + java.io.File.pathSeparator + libraries,
                                    "-m",
                                    "outside.consumer/outside.consumer.Main"))
                    .isEqualToIgnoringNewLines("42");
        }
    }

    @Nested
    class The_readme {
        private final Pattern block = Pattern.compile("^```java\\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);

        @Test
        void starts_with_a_program_that_prints_2() throws Exception {
            var program = block.matcher(Tree.text(Tree.ROOT.resolve("README.md")));
            assertThat(program.find()).isTrue();
            Path file = Files.writeString(out.resolve("First.java"), program.group(1));
            assertThat(Jvm.run("-cp", libraries, file.toString())).isEqualToIgnoringNewLines("2");
        }
    }
}
