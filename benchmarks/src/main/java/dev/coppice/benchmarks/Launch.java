package dev.coppice.benchmarks;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.spi.ToolProvider;

/// The command lines of the processes that are measured.
final class Launch {
    /// The same for every system of the JVM. The last one only silences a warning about a class that Pekko and JCTools use.
    static final List<String> JVM_FLAGS = List.of("-Xms2g", "-Xmx6g", "--sun-misc-unsafe-memory-access=allow");

    /// Where rates are measured: a heap that neither grows nor shrinks, touched before. On a virtual machine the first touch of a page is its
    /// host's work, which took 5 to 10 microseconds a page, most for the process that came last.
    static final List<String> HEAP_FLAGS = List.of("-Xmx2g", "-XX:+AlwaysPreTouch");

    /// Where the processor time of actors at rest is measured: a collector without threads of its own. After a million objects were made, those of
    /// the default one go on for minutes, and take more than all systems together.
    static final List<String> QUIET_FLAGS = List.of("-XX:+UseSerialGC");

    static final List<String> ERLANG_FLAGS = List.of("-noshell");

    /// Only where more processes live than Erlang has room for by default.
    static final List<String> ERLANG_ROOM = List.of("+P", "4000000");

    /// As [#HEAP_FLAGS]: one carrier that is mapped at the start and kept.
    static final List<String> ERLANG_HEAP = List.of("+MMscs", "2048");

    /// Where processor time is what is measured: schedulers that do not spin before they sleep. All else is as it comes.
    static final List<String> ERLANG_QUIET = List.of("+sbwt", "none", "+sbwtdcpu", "none", "+sbwtdio", "none");

    private final Path root;
    private final Path work;
    private String jars = "";

    Launch(Path root) {
        this.root = root;
        this.work = root.resolve("benchmarks/target/bench");
    }

    /// Compiles the Erlang program; installs Erlang when it is missing.
    void prepareErlang() throws IOException, InterruptedException {
        Files.createDirectories(work);
        succeed(List.of("sh", root.resolve("tools/install-erlang.sh").toString()));
        var source = root.resolve("benchmarks/src/main/erlang/bench.erl").toString();
        succeed(List.of("erlc", "-o", work.toString(), source));
    }

    private static void succeed(List<String> command) throws IOException, InterruptedException {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(String.join(" ", command) + " failed:\n" + said);
        }
    }

    /// A process that speaks as [Child] does.
    ProcessBuilder child(String system, Workload workload, Options options) throws IOException {
        var numbers =
                List.of(
                        String.format(Locale.ROOT, "%.3f", options.scale()),
                        Long.toString(options.warmUpMillis()),
                        Long.toString(options.roundMillis()));
        if (system.equals("erlang")) {
            var arguments =
                    "\"" + workload.name() + "\",\"" + workload.kind() + "\",\"" + String.join("\",\"", numbers) + "\"";
            return erlang(erlangFlagsFor(workload, options), "bench:child([" + arguments + "])");
        }
        var arguments = new ArrayList<>(List.of(system, workload.name()));
        arguments.addAll(numbers);
        return java(flagsFor(workload, options), jars(), Child.class, arguments);
    }

    private static List<String> flagsFor(Workload workload, Options options) {
        if (workload.name().equals("idle-cpu")) {
            return QUIET_FLAGS;
        }
        return touched(workload, options) ? HEAP_FLAGS : List.of();
    }

    private static List<String> erlangFlagsFor(Workload workload, Options options) {
        if (workload.name().startsWith("idle-")) {
            return ERLANG_ROOM;
        }
        if (workload.name().equals("timers")) {
            return ERLANG_QUIET;
        }
        return touched(workload, options) ? ERLANG_HEAP : List.of();
    }

    private static boolean touched(Workload workload, Options options) {
        return workload.kind() == Workload.Kind.RATE && options.scale() == 1;
    }

    /// A process that starts the system, handles one message, says `hello`, and ends.
    ProcessBuilder hello(String system, boolean cached) throws IOException {
        if (system.equals("erlang")) {
            return erlang(List.of(), "bench:hello()");
        }
        return java(
                cached ? List.of("-XX:AOTCache=" + cache(system)) : List.of(), jars(), Hello.class, List.of(system));
    }

    /// Writes the AOT cache that a cached [#hello] uses.
    void prepareCache(String system) throws IOException, InterruptedException {
        succeed(java(List.of("-XX:AOTCacheOutput=" + cache(system)), jars(), Hello.class, List.of(system)).command());
    }

    /// The class path as users have it: jars only, which an AOT cache asks for. Ours are made once, so that a build meanwhile changes
    /// nothing.
    private String jars() throws IOException {
        if (jars.isEmpty()) {
            Files.createDirectories(work);
            List<String> entries = new ArrayList<>();
            for (var entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
                entries.add(Files.isDirectory(Path.of(entry)) ? jar(Path.of(entry), entries.size()) : entry);
            }
            jars = String.join(File.pathSeparator, entries);
        }
        return jars;
    }

    private String jar(Path folder, int number) {
        var file = work.resolve(number + ".jar").toString();
        int status =
                ToolProvider.findFirst("jar")
                        .orElseThrow()
                        .run(System.out, System.err, "--create", "--file", file, "-C", folder.toString(), ".");
        if (status != 0) {
            throw new IllegalStateException("cannot make a jar of " + folder);
        }
        return file;
    }

    private Path cache(String system) {
        return work.resolve(system + ".aot");
    }

    String erlangVersion() throws IOException {
        var process = erlang(List.of(), "bench:version()").start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }

    private ProcessBuilder erlang(List<String> flags, String expression) {
        var command = new ArrayList<>(List.of("erl"));
        command.addAll(ERLANG_FLAGS);
        command.addAll(flags);
        command.addAll(List.of("-pa", work.toString(), "-eval", expression));
        var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("ERL_CRASH_DUMP", "/dev/null");
        return builder;
    }

    private static ProcessBuilder java(List<String> flags, String classPath, Class<?> main, List<String> arguments) {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(JVM_FLAGS);
        command.addAll(flags);
        command.addAll(List.of("-cp", classPath, main.getName()));
        command.addAll(arguments);
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    }
}
