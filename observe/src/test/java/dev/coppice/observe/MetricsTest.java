package dev.coppice.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.observe.Garden.Water;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.hawkular.agent.prometheus.text.TextPrometheusMetricsProcessor;
import org.hawkular.agent.prometheus.types.Counter;
import org.hawkular.agent.prometheus.types.Gauge;
import org.hawkular.agent.prometheus.types.Histogram;
import org.hawkular.agent.prometheus.types.MetricFamily;
import org.hawkular.agent.prometheus.types.Summary;
import org.hawkular.agent.prometheus.walkers.PrometheusMetricsWalker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class MetricsTest {
    private final Garden garden = Garden.open();

    @AfterEach
    void close() {
        garden.close();
    }

    /// What a real parser understands: each series with its value.
    private static Map<String, Double> parsed(String text) {
        var series = new HashMap<String, Double>();
        new TextPrometheusMetricsProcessor(
                        new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)),
                        new PrometheusMetricsWalker() {
                            @Override
                            public void walkStart() {}

                            @Override
                            public void walkFinish(int families, int metrics) {}

                            @Override
                            public void walkMetricFamily(MetricFamily family, int index) {}

                            @Override
                            public void walkCounterMetric(MetricFamily family, Counter metric, int index) {
                                series.put(
                                        metric.getName() + new java.util.TreeMap<>(metric.getLabels()),
                                        metric.getValue());
                            }

                            @Override
                            public void walkGaugeMetric(MetricFamily family, Gauge metric, int index) {
                                series.put(
                                        metric.getName() + new java.util.TreeMap<>(metric.getLabels()),
                                        metric.getValue());
                            }

                            @Override
                            public void walkSummaryMetric(MetricFamily family, Summary metric, int index) {}

                            @Override
                            public void walkHistogramMetric(MetricFamily family, Histogram metric, int index) {}
                        })
                .walk();
        return series;
    }

    @Nested
    @Tag("#100")
    class The_text {
        @Test
        void is_understood_by_a_parser_and_tells_what_happened() {
            var plant = garden.node.spawn(Garden.plant());
            plant.call(new Water(1));
            plant.call(new Water(2));
            garden.facts();
            garden.tick();
            var answer = garden.get("/metrics");
            assertThat(answer.headers().firstValue("Content-Type"))
                    .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
            var series = parsed(answer.body());
            assertThat(series)
                    .containsEntry("coppice_messages_received_total{behaviour=Plant, node=garden, supervisor=/}", 2.0)
                    .containsEntry("coppice_requests_received_total{behaviour=Plant, node=garden, supervisor=/}", 2.0)
                    .containsEntry("coppice_actors{behaviour=Plant, node=garden, supervisor=/}", 1.0)
                    .containsEntry("coppice_node_dead_letters_total{node=garden, reason=NoProcess}", 0.0);
            assertThat(series.keySet()).noneMatch(name -> name.contains("pid"));
        }

        @Test
        void grows_with_kinds_and_not_with_actors() {
            for (int i = 0; i < 1_000; i++) {
                garden.node.spawn(Garden.plant().labelled("plant number " + i));
            }
            garden.facts();
            garden.tick();
            assertThat(parsed(garden.get("/metrics").body())).hasSizeLessThan(200);
        }

        @Test
        void of_a_hostile_supervisor_stays_parseable() {
            garden.node.spawn(
                    dev.coppice.otp.Supervisor.oneForOne(dev.coppice.otp.Child.of("x", Garden.plant()))
                            .labelled("evil\"} 1\n# HELP x\\"));
            garden.facts();
            garden.tick();
            assertThat(parsed(garden.get("/metrics").body()).keySet()).anyMatch(name -> name.contains("evil\"} 1"));
        }
    }

    @Nested
    @Tag("#99")
    class The_binder {
        @Test
        void serves_any_registry() {
            var registry = new SimpleMeterRegistry();
            new NodeMetrics(garden.facts()).bindTo(registry);
            var plant = garden.node.spawn(Garden.plant());
            plant.call(new Water(1));
            garden.tick();
            assertThat(registry.get("coppice.node.spawned").functionCounter().count()).isGreaterThan(3);
            assertThat(registry.get("coppice.node.alarms").tag("kind", "HOG").gauge().value()).isZero();
        }
    }
}
