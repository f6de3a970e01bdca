package dev.coppice.conformance.house;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The project's files, as the tests of this package read them.
final class Tree {
    static final Path ROOT = root();

    private static final Set<String> NOT_OURS = Set.of(".git", "target", "node_modules");

    // Text blocks, strings and characters too, and first, so that a // inside one is no comment.
    private static final Pattern NO_CODE =
            Pattern.compile(
                    "\"\"\"(?s:.*?)\"\"\"|\"(?:\\\\.|[^\"\\\\\\n])*\"|'(?:\\\\.|[^'\\\\\\n])+'|//[^\\n]*|/\\*(?s:.*?)\\*/");

    private Tree() {}

    /// All files below the folder that end so, and are written by hand.
    static List<Path> files(Path folder, String... endings) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (var paths = Files.walk(folder)) {
            return paths.filter(Files::isRegularFile)
                    .filter(path -> Stream.of(endings).anyMatch(path.toString()::endsWith))
                    .filter(path -> !generated(path))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The folders of the rooms: those that hold a pom.
    static List<Path> rooms() {
        return files(ROOT, "pom.xml").stream().map(Path::getParent).filter(room -> !room.equals(ROOT)).toList();
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Java source without its comments and strings.
    static String code(Path file) {
        return NO_CODE.matcher(text(file)).replaceAll(" ");
    }

    static String name(Path file) {
        return ROOT.relativize(file).toString();
    }

    private static boolean generated(Path path) {
        for (Path part : ROOT.relativize(path)) {
            if (NOT_OURS.contains(part.toString())) {
                return true;
            }
        }
        return false;
    }

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("mvnw"))) {
            folder = folder.getParent();
        }
        return folder;
    }
}
