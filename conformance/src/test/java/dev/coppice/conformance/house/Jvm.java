package dev.coppice.conformance.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/// What an outsider has: our jars, the JDK's tools, and nothing of this build.
final class Jvm {
    private Jvm() {}

    /// What the room's build packed, or in a loop that packs nothing its classes.
    static Path artifact(String room) throws IOException {
        Path target = Tree.ROOT.resolve(room).resolve("target");
        Path classes = target.resolve("classes");
        try (var jars = Files.list(target)) {
            return jars.filter(jar -> jar.getFileName().toString().matches("coppice-.*(SNAPSHOT|\\d)\\.jar"))
                    .filter(jar -> modified(jar).compareTo(newest(classes)) >= 0)
                    .max(Comparator.comparing(Jvm::modified))
                    .orElse(classes);
        }
    }

    /// Where this test's own class path has the class.
    static Path library(Class<?> type) {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath());
    }

    static String path(Path... entries) {
        return Stream.of(entries).map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }

    /// Compiles with every warning on; what the compiler says must be nothing.
    static void compile(Path into, List<Path> sources, String... options) throws IOException {
        var compiler = ToolProvider.getSystemJavaCompiler();
        var said = new java.io.StringWriter();
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            var arguments = Stream.concat(Stream.of("-d", into.toString(), "-Xlint:all"), Stream.of(options)).toList();
            boolean ok =
                    compiler.getTask(said, files, null, arguments, null, files.getJavaFileObjectsFromPaths(sources))
                            .call();
            assertThat(said.toString()).isEmpty();
            assertThat(ok).isTrue();
        }
    }

    /// What a program printed, when it ended well.
    static String run(String... arguments) throws IOException, InterruptedException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Path errors = Files.createTempFile("coppice", ".err");
        try {
            var process =
                    new ProcessBuilder(Stream.concat(Stream.of(java.toString()), Stream.of(arguments)).toList())
                            .redirectError(errors.toFile())
                            .start();
            // A program that hangs must not hang the test, which waits for the end of its output below.
            process.onExit().orTimeout(60, TimeUnit.SECONDS).exceptionally(_ -> process.destroyForcibly());
            String printed = new String(process.getInputStream().readAllBytes());
            assertThat(process.waitFor()).as(() -> printed + Tree.text(errors)).isZero();
            return printed;
        } finally {
            Files.deleteIfExists(errors);
        }
    }

    private static FileTime newest(Path folder) {
        try (var paths = Files.walk(folder)) {
            return paths.map(Jvm::modified).max(Comparator.naturalOrder()).orElseThrow();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static FileTime modified(Path path) {
        try {
            return Files.getLastModifiedTime(path);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
