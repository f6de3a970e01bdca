package dev.coppice.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.Mailbox;
import dev.coppice.observe.Garden.Water;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
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
    private Garden garden = Garden.open();

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
                            public void walkHistogramMetric(MetricFamily family, Histogram metric, int index) {
                                var name = metric.getName();
                                var labels = new java.util.TreeMap<>(metric.getLabels());
                                series.put(name + "_count" + labels, (double) metric.getSampleCount());
                                series.put(name + "_sum" + labels, metric.getSampleSum());
                                for (var bucket : metric.getBuckets()) {
                                    series.put(
                                            name + "_bucket" + labels + " le " + bucket.getUpperBound(),
                                            (double) bucket.getCumulativeCount());
                                }
                            }
                        })
                .walk();
        return series;
    }

    @Nested
    @Tag("#100")
    class The_text {
        @Test
        void is_understood_by_a_parser_and_tells_what_happened() throws InterruptedException {
            var plant = garden.node.spawn(Garden.plant());
            plant.call(new Water(1));
            plant.call(new Water(2));
            var full = garden.node.spawn(Garden.plant(Mailbox.rejecting(1)).labelled("full"));
            var entered = new CountDownLatch(1);
            var open = new CountDownLatch(1);
            full.send(new Garden.Hold(entered, open));
            entered.await();
            for (int i = 0; i < 4; i++) {
                full.send(new Garden.Note("n"));
            }
            garden.facts();
            garden.tick();
            open.countDown();
            var answer = garden.get("/metrics");
            assertThat(answer.headers().firstValue("Content-Type"))
                    .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
            var series = parsed(answer.body());
            assertThat(series)
                    .containsEntry("coppice_messages_received_total{behaviour=Plant, node=garden, supervisor=/}", 3.0)
                    .containsEntry("coppice_requests_received_total{behaviour=Plant, node=garden, supervisor=/}", 2.0)
                    .containsEntry("coppice_actors{behaviour=Plant, node=garden, supervisor=/}", 2.0)
                    .containsEntry(
                            "coppice_messages_dead_total{behaviour=Plant, node=garden, reason=Refused, supervisor=/}",
                            3.0)
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
    class Histograms {
        private static final String PLANT = "{behaviour=Plant, node=garden, supervisor=/}";

        /// Answered calls, each handled to its end: the last has begun after that of the one before.
        private void work(int calls) {
            var plant = garden.node.spawn(Garden.plant());
            for (int i = 0; i < calls; i++) {
                plant.call(new Water(1));
            }
            plant.stop();
            Garden.gone(plant);
            garden.facts();
            garden.tick();
        }

        @Test
        void of_waiting_and_handling_have_buckets_a_count_and_a_sum() {
            garden.close();
            garden = Garden.open(observer -> observer.timedEvery(1));
            work(10);
            var text = garden.get("/metrics").body();
            assertThat(text)
                    .contains("# TYPE coppice_message_handle_seconds histogram")
                    .contains("# TYPE coppice_message_queue_seconds histogram")
                    .doesNotContain("quantile");
            var series = parsed(text);
            for (var name : java.util.List.of("coppice_message_queue_seconds", "coppice_message_handle_seconds")) {
                assertThat(series).containsEntry(name + "_count" + PLANT, 10.0);
                assertThat(series.get(name + "_sum" + PLANT)).isPositive().isLessThan(600);
                var buckets =
                        series.entrySet().stream()
                                .filter(one -> one.getKey().startsWith(name + "_bucket" + PLANT))
                                .sorted(java.util.Comparator.comparingDouble(MetricsTest::bound))
                                .toList();
                assertThat(buckets).hasSize(23).extracting(Map.Entry::getValue).isSorted();
                assertThat(bound(buckets.getFirst())).isEqualTo(1e-6);
                assertThat(bound(buckets.get(1))).isEqualTo(2.5e-6);
                assertThat(bound(buckets.getLast())).isInfinite();
                assertThat(buckets.getLast().getValue()).isEqualTo(10.0);
            }
        }

        @Test
        void count_a_measured_message_for_all_that_it_stands_for() {
            garden.close();
            garden = Garden.open(observer -> observer.timedEvery(4));
            work(2_000);
            var text = garden.get("/metrics").body();
            assertThat(text).contains("one message in 4 is measured, and counts as 4");
            assertThat(parsed(text).get("coppice_message_handle_seconds_count" + PLANT))
                    .as("about 2,000: six deviations off would be one run in a billion")
                    .isBetween(1_500.0, 2_500.0);
        }

        @Test
        void are_not_there_unless_somebody_asked_for_them() {
            work(10);
            assertThat(garden.get("/metrics").body()).doesNotContain("coppice_message_handle");
        }

        @Test
        void of_two_nodes_share_a_registry() {
            garden.close();
            garden = Garden.open(observer -> observer.timedEvery(1));
            var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
            new NodeMetrics(garden.facts()).bindTo(registry);
            work(3);
            try (var other = dev.coppice.kernel.Node.start(dev.coppice.kernel.Config.defaults().name("other"))) {
                var pid = other.spawn(Observer.withoutPage().timedEvery(1));
                new NodeMetrics(pid.call(new Observer.GetFacts())).bindTo(registry);
                assertThat(parsed(registry.scrape()))
                        .containsEntry("coppice_message_handle_seconds_count" + PLANT, 3.0)
                        .containsKey("coppice_node_spawned_total{node=other}");
            }
        }

        @Test
        void of_the_next_observer_take_the_place_of_those_of_the_one_before() {
            garden.close();
            garden = Garden.open(observer -> observer.timedEvery(1));
            var prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
            var other = new SimpleMeterRegistry();
            for (var registry : java.util.List.of(prometheus, other)) {
                new NodeMetrics(garden.facts()).bindTo(registry);
            }
            work(3);
            garden.pid.stop();
            Garden.gone(garden.pid);
            var next = garden.node.spawn(Observer.withoutPage().timedEvery(1));
            var facts = next.call(new Observer.GetFacts());
            for (var registry : java.util.List.of(prometheus, other)) {
                new NodeMetrics(facts).bindTo(registry);
            }
            var plant = garden.node.spawn(Garden.plant());
            for (int i = 0; i < 5; i++) {
                plant.call(new Water(1));
            }
            plant.stop();
            Garden.gone(plant);
            facts.look();
            next.send(new Observer.Tick());
            next.call(new Observer.GetFacts());
            assertThat(parsed(prometheus.scrape()))
                    .containsEntry("coppice_message_handle_seconds_count" + PLANT, 5.0)
                    .containsEntry("coppice_messages_received_total" + PLANT, 5.0)
                    .containsEntry("coppice_actors_spawned_total" + PLANT, 1.0);
            var timer = other.get("coppice.message.handle").tag("behaviour", "Plant").tag("supervisor", "/");
            assertThat(timer.functionTimer().count()).isEqualTo(5);
        }

        @Test
        void are_a_timer_and_buckets_in_any_other_registry() {
            garden.close();
            garden = Garden.open(observer -> observer.timedEvery(1));
            var registry = new SimpleMeterRegistry();
            new NodeMetrics(garden.facts()).bindTo(registry);
            work(10);
            var timer = registry.get("coppice.message.handle").tag("behaviour", "Plant").tag("supervisor", "/");
            assertThat(timer.functionTimer().count()).isEqualTo(10);
            assertThat(timer.functionTimer().totalTime(java.util.concurrent.TimeUnit.SECONDS)).isPositive();
            var buckets =
                    registry.get("coppice.message.handle.histogram").tag("behaviour", "Plant").tag("supervisor", "/");
            assertThat(buckets.tag("le", "+Inf").functionCounter().count()).isEqualTo(10);
        }
    }

    private static double bound(Map.Entry<String, Double> bucket) {
        var le = bucket.getKey().substring(bucket.getKey().lastIndexOf(" le ") + 4);
        return Double.parseDouble(le.equals("+Inf") ? "Infinity" : le);
    }

    @Nested
    @Tag("#99")
    class The_binder {
        @Test
        void whose_registry_throws_ends_nobody() {
            var broken = new AtomicBoolean();
            var asked = new AtomicBoolean();
            var registry = new SimpleMeterRegistry();
            registry.config()
                    .meterFilter(
                            new MeterFilter() {
                                @Override
                                public Meter.Id map(Meter.Id id) {
                                    asked.compareAndSet(false, broken.get());
                                    if (broken.get()) {
                                        throw new IllegalStateException("a filter that somebody wrote");
                                    }
                                    return id;
                                }
                            });
            new NodeMetrics(garden.facts()).bindTo(registry);
            broken.set(true);
            garden.node.spawn(Garden.plant());
            garden.facts();
            garden.tick();
            assertThat(asked).isTrue();
            assertThat(garden.pid.alive()).isTrue();
            assertThat(garden.node.crashes()).isEmpty();
        }

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
