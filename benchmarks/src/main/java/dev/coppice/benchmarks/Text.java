package dev.coppice.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// Numbers and tables for people.
final class Text {
    private Text() {}

    /// Three digits and a unit of size: `16.8 M`.
    static String brief(double value) {
        if (value >= 1e6) {
            return digits(value / 1e6) + " M";
        }
        return value >= 1e4 ? digits(value / 1e3) + " k" : digits(value);
    }

    private static String digits(double value) {
        return String.format(Locale.ROOT, value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f", value);
    }

    /// Without needless zeros.
    static String plain(double value) {
        var text = String.format(Locale.ROOT, Math.abs(value) >= 100 ? "%.0f" : "%.2f", value);
        return text.contains(".") ? text.replaceAll("\\.?0+$", "") : text;
    }

    /// The table of one workload.
    static List<String> table(Workload workload, Results results) {
        List<String> lines = new ArrayList<>();
        var ours = Results.ours(workload);
        for (var system : Stream.concat(workload.systems().stream(), workload.beside().stream()).toList()) {
            results.of(workload.name(), system).ifPresent(result -> lines.add(line(result, ours, results)));
        }
        return lines;
    }

    private static String line(Result result, String ours, Results results) {
        var ratio =
                result.system().equals(ours)
                        ? ""
                        : results.ratio(result.workload(), ours, result.system()).map(x -> "× " + plain(x)).orElse("");
        return String.format(
                Locale.ROOT,
                "  %-18s %-13s %9s %-12s %9s – %-9s %8s  %s",
                result.workload().name(),
                result.system(),
                brief(result.median()),
                result.workload().unit(),
                brief(result.min()),
                brief(result.max()),
                result.cpu() == 0 ? "" : brief(result.cpu()),
                ratio);
    }

    static String heading() {
        return String.format(
                Locale.ROOT,
                "  %-18s %-13s %-22s %9s – %-9s %8s  %s",
                "workload",
                "system",
                "   median",
                "min",
                "max",
                "CPU ns",
                "we are better by");
    }
}
