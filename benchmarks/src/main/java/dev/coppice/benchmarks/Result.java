package dev.coppice.benchmarks;

import java.util.List;
import java.util.Locale;

/// The rounds of one workload on one system.
record Result(Workload workload, String system, List<Sample> samples) {

    /// One round: the value in the workload's unit, and processor time an operation.
    record Sample(double value, double cpu) {}

    double median() {
        return median(samples.stream().mapToDouble(Sample::value).sorted().toArray());
    }

    double min() {
        return samples.stream().mapToDouble(Sample::value).min().orElse(Double.NaN);
    }

    double max() {
        return samples.stream().mapToDouble(Sample::value).max().orElse(Double.NaN);
    }

    /// 0 when the workload has no operations.
    double cpu() {
        return median(samples.stream().mapToDouble(Sample::cpu).sorted().toArray());
    }

    private static double median(double[] sorted) {
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    String json() {
        return String.format(
                Locale.ROOT,
                "{\"workload\":\"%s\",\"system\":\"%s\",\"median\":%.3f,\"min\":%.3f,\"max\":%.3f,\"cpu_ns\":%s,\"unit\":\"%s\","
                        + "\"higher_is_better\":%b}",
                workload.name(),
                system,
                median(),
                min(),
                max(),
                cpu() == 0 ? "null" : String.format(Locale.ROOT, "%.1f", cpu()),
                workload.unit(),
                workload.higherIsBetter());
    }
}
