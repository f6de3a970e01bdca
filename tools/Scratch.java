import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/// A copy of the sources and of what Maven has compiled from them, in which a patch can be applied and only the rooms that it changes are
/// compiled again: seconds instead of a build. For `Mutants.java` and `Bugbench.java`.
final class Scratch {
    static final Path ROOT = Path.of("").toAbsolutePath();
    private static final String JAVA = Path.of(System.getProperty("java.home"), "bin", "java").toString();

    private final Path folder;
    private final List<String> rooms;

    /// @param rooms lower ones first
    Scratch(String name, List<String> rooms) throws Exception {
        this.folder = ROOT.resolve("target").resolve(name);
        this.rooms = rooms;
        deleteTree(folder);
        for (var room : rooms) {
            for (var part : List.of("src/main", "target/classes", "target/test-classes")) copyTree(Path.of(room, part));
        }
        // A repository of its own, so that git applies there.
        command("git", "init", "-q");
        command("git", "add", "-f", ".");
    }

    /// The files of a folder of patches, each with its header: lines such as `# law: 3`, `# test: ...`.
    static Map<Path, Map<String, List<String>>> patches(String folder) throws IOException {
        try (var files = Files.list(ROOT.resolve(folder))) {
            return files.filter(file -> file.toString().endsWith(".patch")).sorted()
                    .collect(Collectors.toMap(file -> file, Scratch::header, (one, _) -> one, java.util.LinkedHashMap::new));
        }
    }

    private static Map<String, List<String>> header(Path file) {
        try {
            return Files.readAllLines(file).stream().filter(line -> line.startsWith("# ")).map(line -> line.substring(2).split(": *", 2))
                    .filter(pair -> pair.length == 2)
                    .collect(Collectors.groupingBy(pair -> pair[0], Collectors.mapping(pair -> pair[1].strip(), Collectors.toList())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The rooms that a patch changes.
    List<String> changed(Path patch) throws IOException {
        var text = Files.readString(patch);
        return rooms.stream().filter(room -> text.contains("\n+++ b/" + room + "/")).toList();
    }

    /// Applies the patch and compiles; empty, or what went wrong.
    String plant(Path patch) throws Exception {
        deleteTree(folder.resolve("mutated"));
        // One line of context is enough, so that a patch outlives small edits around it.
        if (command("git", "apply", "-C1", patch.toString()) != 0) return "STALE";
        for (var room : changed(patch)) {
            if (!compile(room)) return "NO BUILD";
        }
        return "";
    }

    void restore() throws Exception {
        command("git", "checkout", "-q", ".");
        deleteTree(folder.resolve("mutated"));
    }

    /// As a module, since sealed types may have their subtypes in another package of their own module only.
    private boolean compile(String room) throws IOException {
        var out = Files.createDirectories(folder.resolve("mutated").resolve(room));
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var files = compiler.getStandardFileManager(null, null, null); var walk = Files.walk(folder.resolve(room).resolve("src/main"))) {
            var sources = walk.filter(file -> file.toString().endsWith(".java")).toList();
            var modules = rooms.stream().filter(other -> !other.equals(room)).map(other -> folder.resolve(other).resolve("target/classes"))
                    .map(Path::toString).collect(Collectors.joining(File.pathSeparator)) + File.pathSeparator + libraries(room);
            var path = Files.exists(folder.resolve(room).resolve("src/main/java/module-info.java")) ? "-p" : "-cp";
            var options = List.of("-d", out.toString(), path, modules, "-proc:none", "-nowarn", "-parameters", "-g", "--release", "25");
            return compiler.getTask(new PrintWriter(System.err), files, null, options, null, files.getJavaFileObjectsFromPaths(sources)).call();
        }
    }

    /// What was compiled of the patch first.
    private String classPath(String room) throws IOException {
        var mutated = rooms.stream().map(each -> folder.resolve("mutated").resolve(each));
        var built = rooms.stream().map(folder::resolve).flatMap(each -> Stream.of(each.resolve("target/classes"), each.resolve("target/test-classes")));
        return Stream.concat(mutated, built).filter(Files::exists).map(Path::toString).collect(Collectors.joining(File.pathSeparator))
                + File.pathSeparator + libraries(room);
    }

    /// Those of conformance, which have JUnit and no provider of logs, and those of the room itself.
    private static String libraries(String room) throws IOException {
        var own = room.matches("kernel|otp|testkit|conformance") ? "" : File.pathSeparator + libraryFile(room);
        return libraryFile("conformance") + own;
    }

    private static String libraryFile(String room) throws IOException {
        return Files.readString(ROOT.resolve(room).resolve("target/libraries")).strip();
    }

    /// Runs tests with JUnit, each named as its class, or `class#method`; the status of the process, or -1 when it did not end in time.
    int test(String room, List<String> tests, int seconds, String... more) throws Exception {
        var options = new ArrayList<>(List.of(more));
        options.add("--include-classname=.*");
        for (var test : tests) {
            var name = test.split("#");
            options.add("--select-class=" + name[0]);
            options.add("--include-methodname=" + (name.length > 1
                    ? ".*#" + Pattern.quote(name[1]) + "(\\(.*)?"
                    : Pattern.quote(name[0]) + "(\\$.*)?#.*"));
        }
        return junit(room, options, seconds);
    }

    /// @param room whose libraries the tests need
    int junit(String room, List<String> options, int seconds) throws Exception {
        var line = new ArrayList<>(List.of("-ea", "-cp", classPath(room), "org.junit.platform.console.ConsoleLauncher", "execute", "--disable-banner",
                "--disable-ansi-colors", "--fail-if-no-tests"));
        line.addAll(options);
        return java(line, ROOT.resolve("conformance"), seconds);
    }

    /// Runs a main class.
    int main(String room, List<String> options, String main, List<String> arguments, int seconds) throws Exception {
        var line = new ArrayList<>(options);
        line.addAll(List.of("-cp", classPath(room), main));
        line.addAll(arguments);
        return java(line, folder, seconds);
    }

    private int java(List<String> options, Path where, int seconds) throws Exception {
        var line = new ArrayList<>(List.of(JAVA));
        line.addAll(options);
        var process = new ProcessBuilder(line).directory(where.toFile()).redirectErrorStream(true)
                .redirectOutput(output().toFile()).start();
        if (process.waitFor(seconds, TimeUnit.SECONDS)) return process.exitValue();
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
        return -1;
    }

    /// What the last run has printed.
    Path output() {
        return folder.resolve("output");
    }

    private int command(String... line) throws Exception {
        return new ProcessBuilder(line).directory(folder.toFile()).inheritIO().start().waitFor();
    }

    private void copyTree(Path part) throws IOException {
        if (!Files.isDirectory(ROOT.resolve(part))) return;
        try (var walk = Files.walk(ROOT.resolve(part))) {
            for (var file : walk.filter(Files::isRegularFile).toList()) {
                var to = folder.resolve(ROOT.relativize(file));
                Files.createDirectories(to.getParent());
                Files.copy(file, to);
            }
        }
    }

    private static void deleteTree(Path folder) throws IOException {
        if (!Files.exists(folder)) return;
        try (var walk = Files.walk(folder)) {
            for (var path : walk.sorted(Comparator.reverseOrder()).toList()) Files.delete(path);
        }
    }
}
