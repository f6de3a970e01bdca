package dev.coppice.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What the numbers were measured on.
final class Machine {
    private Machine() {}

    static List<String> lines(Launch launch, Options options) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add(
                "machine   "
                        + processor()
                        + ", "
                        + Runtime.getRuntime().availableProcessors()
                        + " cores, "
                        + memory()
                        + ", "
                        + System.getProperty("os.name")
                        + " "
                        + System.getProperty("os.version")
                        + ", load "
                        + load());
        lines.add(
                "JVM       "
                        + System.getProperty("java.vendor")
                        + " "
                        + System.getProperty("java.vm.version")
                        + ", "
                        + String.join(" ", Launch.JVM_FLAGS));
        lines.add("coppice   " + System.getProperty("coppice.commit", "unknown commit") + ", default configuration");
        if (options.systems().contains("pekko") || options.systems().contains("pekko-tuned")) {
            lines.add(
                    "pekko     "
                            + jar("pekko-actor-typed")
                            + ", default configuration; tuned: parallelism = cores, throughput 64");
        }
        if (options.systems().contains("erlang")) {
            lines.add("erlang    " + launch.erlangVersion() + ", " + String.join(" ", Launch.ERLANG_FLAGS));
        }
        if (options.systems().contains("floor")) {
            lines.add("floor     " + jar("jctools-core-jdk11") + " and the JDK");
        }
        lines.add(
                "rounds    "
                        + options.rounds()
                        + " of "
                        + options.roundMillis()
                        + " ms after "
                        + options.warmUpMillis()
                        + " ms of warm-up; medians; CPU is user and system time of the whole process");
        return lines;
    }

    private static String processor() {
        return line(Path.of("/proc/cpuinfo"), "model name");
    }

    private static String memory() {
        var kilobytes = line(Path.of("/proc/meminfo"), "MemTotal").replaceAll("\\D", "");
        return kilobytes.isEmpty()
                ? "unknown memory"
                : String.format(Locale.ROOT, "%.0f GiB", Long.parseLong(kilobytes) / 1048576.0);
    }

    private static String load() {
        return String.format(
                Locale.ROOT,
                "%.1f",
                java.lang.management.ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }

    private static String line(Path file, String key) {
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> line.startsWith(key))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown " + key);
        } catch (IOException elsewhere) {
            return "unknown " + key;
        }
    }

    /// The name of the jar with this prefix, which tells its version.
    private static String jar(String prefix) {
        for (var entry : System.getProperty("java.class.path").split(java.io.File.pathSeparator)) {
            var name = Path.of(entry).getFileName().toString();
            if (name.startsWith(prefix)) {
                return name.replaceAll("\\.jar$", "");
            }
        }
        return prefix;
    }
}
