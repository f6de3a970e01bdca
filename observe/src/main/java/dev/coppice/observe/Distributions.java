package dev.coppice.observe;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;

/// The histograms of [Times], read when somebody scrapes. Micrometer's own would have to be told of each duration on its message's thread,
/// and it has none that is read: so Prometheus gets real ones past it, every other registry a timer and a counter for each bucket.
///
/// Each measured message stands for as many as it was picked from, so that counts, sums and their rates are those of all messages.
final class Distributions {

    /// One of the two.
    private record Of(String name, String prometheus, String what, Function<Times.Pair, Histogram> histogram) {}

    private static final List<Of> ALL =
            List.of(
                    new Of(
                            "coppice.message.queue",
                            "coppice_message_queue_seconds",
                            "how long messages wait",
                            p -> p.queued()),
                    new Of(
                            "coppice.message.handle",
                            "coppice_message_handle_seconds",
                            "how long their handlers take",
                            p -> p.handled()));

    /// Who tells a registry of a node, by its name: the next observer's histograms replace those of the one before.
    private static final Map<PrometheusRegistry, Map<String, MultiCollector>> TELLING = new WeakHashMap<>();

    private Distributions() {}

    /// Whether they go to this registry as they are; once for all kinds.
    static boolean registered(MeterRegistry registry, Times times, String node) {
        if (registry instanceof PrometheusMeterRegistry prometheus) {
            tell(prometheus.getPrometheusRegistry(), node, () -> snapshots(times, node));
            return true;
        }
        return false;
    }

    private static void tell(PrometheusRegistry registry, String node, MultiCollector collector) {
        synchronized (TELLING) {
            var before = TELLING.computeIfAbsent(registry, _ -> new HashMap<>()).put(node, collector);
            if (before != null) {
                registry.unregister(before);
            }
            registry.register(collector);
        }
    }

    private static MetricSnapshots snapshots(Times times, String node) {
        return new MetricSnapshots(ALL.stream().map(of -> snapshot(of, times, node)).toArray(HistogramSnapshot[]::new));
    }

    private static HistogramSnapshot snapshot(Of of, Times times, String node) {
        var all = HistogramSnapshot.builder().name(of.prometheus).help(of.what + note(times));
        times.byKind()
                .forEach((kind, pair) ->
                        all.dataPoint(
                                point(
                                        of.histogram.apply(pair),
                                        times.every(),
                                        Labels.of(
                                                "behaviour",
                                                kind.behaviour(),
                                                "node",
                                                node,
                                                "supervisor",
                                                kind.supervisor()))));
        return all.build();
    }

    private static HistogramDataPointSnapshot point(Histogram of, int every, Labels labels) {
        var counts = of.counts();
        IntStream.range(0, counts.length).forEach(i -> counts[i] *= every);
        return HistogramDataPointSnapshot.builder()
                .classicHistogramBuckets(ClassicHistogramBuckets.of(Histogram.bounds(), counts))
                .sum(of.sum() * every)
                .labels(labels)
                .build();
    }

    private static String note(Times times) {
        return times.every() == 1
                ? ""
                : "; one message in " + times.every() + " is measured, and counts as " + times.every();
    }

    /// The same of one kind for any other registry, in the form of Micrometer's own: buckets are cumulative and have the tag `le`.
    static void bind(MeterRegistry registry, Times times, Kind kind, Tags its) {
        for (var of : ALL) {
            var histogram = of.histogram.apply(times.of(kind));
            int every = times.every();
            FunctionTimer.builder(
                            of.name,
                            histogram,
                            seen -> seen.count() * every,
                            seen -> seen.sum() * every,
                            TimeUnit.SECONDS)
                    .description(of.what + note(times))
                    .tags(its)
                    .register(registry);
            var bounds = Histogram.bounds();
            for (int i = 0; i < bounds.length; i++) {
                int upTo = i + 1;
                var le = upTo == bounds.length ? "+Inf" : Double.toString(bounds[i]);
                FunctionCounter.builder(
                                of.name + ".histogram",
                                histogram,
                                seen ->
                                        (double) IntStream.range(0, upTo).mapToLong(n -> seen.counts()[n]).sum()
                                                * every)
                        .tags(its.and("le", le))
                        .register(registry);
            }
        }
    }
}
