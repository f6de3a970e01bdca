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
        List<String> lines = new ArrayList<>(List.of(machine(), jvm(), coppice()));
        if (options.systems().contains("pekko") || options.systems().contains("pekko-tuned")) {
            lines.add("pekko     " + jar("pekko-actor-typed") + ", default; tuned: " + Pekko.TUNING);
        }
        if (options.systems().contains("erlang")) {
            lines.add("erlang    " + launch.erlangVersion() + ", " + erlangFlags());
        }
        if (options.systems().contains("floor")) {
            lines.add("floor     " + jar("jctools-core-jdk11") + " and the JDK");
        }
        lines.add(rounds(options));
        return lines;
    }

    private static String machine() {
        int cores = Runtime.getRuntime().availableProcessors();
        var system = System.getProperty("os.name") + " " + System.getProperty("os.version");
        return "machine   " + processor() + ", " + cores + " cores, " + memory() + ", " + system + ", load " + load();
    }

    private static String jvm() {
        var version = System.getProperty("java.vendor") + " " + System.getProperty("java.vm.version");
        return "JVM       "
                + version
                + ", "
                + String.join(" ", Launch.JVM_FLAGS)
                + "; rates: "
                + String.join(" ", Launch.HEAP_FLAGS);
    }

    private static String coppice() {
        return "coppice   " + System.getProperty("coppice.commit", "unknown commit") + ", default configuration";
    }

    private static String erlangFlags() {
        return String.join(" ", Launch.ERLANG_FLAGS) + "; idle-*: " + String.join(" ", Launch.ERLANG_ROOM);
    }

    private static String rounds(Options options) {
        return "rounds    %d of %d ms after %d to %d ms of warm-up; medians; CPU is user and system time of the whole process"
                .formatted(
                        options.rounds(),
                        options.roundMillis(),
                        options.warmUpMillis(),
                        Child.MOST * options.warmUpMillis());
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
