package dev.coppice.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.Config;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Server;
import dev.coppice.observe.Garden.Note;
import dev.coppice.observe.Garden.Water;
import dev.coppice.observe.Garden.Wither;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("#102")
class SpansTest {
    private final Garden garden = Garden.open();
    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();

    @AfterEach
    void close() {
        garden.close();
    }

    private OpenTelemetrySdk sdk(Sampler sampler) {
        var provider =
                SdkTracerProvider.builder()
                        .setSampler(sampler)
                        .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                        .build();
        return OpenTelemetrySdk.builder().setTracerProvider(provider).build();
    }

    private SpanData span(String name) {
        return exporter.getFinishedSpanItems().stream()
                .filter(span -> span.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    record Publish(String text) {}

    record Route(String text) implements dev.coppice.kernel.Call<Route, dev.coppice.kernel.Done> {}

    record Deliver(String text) {}

    @Nested
    class One_trace {
        @Test
        void goes_across_publisher_router_and_subscriber() throws Exception {
            var arrived = new CountDownLatch(1);
            var handled = new CountDownLatch(1);
            var subscriber =
                    garden.node.spawn(
                            Server.<Deliver>of(() ->
                                            (_, self) -> {
                                                arrived.countDown();
                                                self.stop();
                                            })
                                    .labelled("subscriber"));
            Name<Route> routerName = Name.of("spans-router");
            garden.node.spawn(
                    Server.<Route>of(() ->
                                    (route, self) -> {
                                        subscriber.send(new Deliver(route.text()));
                                        self.done(route);
                                    })
                            .named(routerName));
            Ref<Route> router = garden.node.ref(routerName);
            var publisher =
                    garden.node.spawn(
                            Server.<Publish>of(() ->
                                            (publish, _) -> {
                                                router.call(new Route(publish.text()));
                                                handled.countDown();
                                            })
                                    .labelled("publisher"));
            var spans = Spans.into(garden.node, sdk(Sampler.alwaysOn()));
            publisher.send(new Publish("secret"));
            handled.await();
            arrived.await();
            Garden.gone(subscriber);
            publisher.stop();
            Garden.gone(publisher);
            spans.cancel();
            var all = exporter.getFinishedSpanItems();
            assertThat(all).extracting(SpanData::getTraceId).hasSize(6).containsOnly(all.getFirst().getTraceId());
            assertThat(all)
                    .extracting(SpanData::getKind)
                    .containsExactlyInAnyOrder(
                            SpanKind.PRODUCER,
                            SpanKind.CONSUMER,
                            SpanKind.CLIENT,
                            SpanKind.SERVER,
                            SpanKind.PRODUCER,
                            SpanKind.CONSUMER);
            var send = span("send Publish");
            var call = span("call Route");
            assertThat(send.getParentSpanContext().isValid()).isFalse();
            var consumed =
                    all.stream()
                            .filter(span -> span.getParentSpanId().equals(send.getSpanId()))
                            .findFirst()
                            .orElseThrow();
            assertThat(consumed.getLinks())
                    .singleElement()
                    .satisfies(link -> assertThat(link.getSpanContext().getSpanId()).isEqualTo(send.getSpanId()));
            assertThat(call.getParentSpanId()).isEqualTo(consumed.getSpanId());
            assertThat(all.toString()).doesNotContain("secret");
        }
    }

    @Nested
    class A_span {
        @Test
        void of_a_crash_has_the_exception() {
            var spans = Spans.into(garden.node, sdk(Sampler.alwaysOn()));
            var plant = garden.node.spawn(Garden.plant());
            plant.send(new Wither(new IllegalStateException("dry")));
            Garden.gone(plant);
            plant.send(new Note("late"));
            spans.cancel();
            assertThat(span("Plant Wither").getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
            assertThat(span("Plant Wither").getEvents()).isNotEmpty();
            assertThat(span("dead letter Note").getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        }

        @Test
        void is_not_made_when_it_is_not_sampled_or_after_the_end() {
            var spans = Spans.into(garden.node, sdk(Sampler.alwaysOff()));
            garden.rose().call(new Water(1));
            spans.cancel();
            assertThat(exporter.getFinishedSpanItems()).isEmpty();
            var again = Spans.into(garden.node, sdk(Sampler.alwaysOn()));
            again.cancel();
            garden.rose().call(new Water(1));
            assertThat(exporter.getFinishedSpanItems()).isEqualTo(List.of());
        }
    }

    @Nested
    class A_context_from_outside {
        private static final String HEADER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

        private static final TextMapGetter<Map<String, String>> GETTER =
                new TextMapGetter<>() {
                    @Override
                    public Iterable<String> keys(Map<String, String> headers) {
                        return headers.keySet();
                    }

                    @Override
                    public String get(Map<String, String> headers, String key) {
                        return headers.get(key);
                    }
                };

        /// What the client of a handler would send along.
        private Map<String, String> headers() {
            var headers = new HashMap<String, String>();
            W3CTraceContextPropagator.getInstance().inject(Context.current(), headers, Map::put);
            return headers;
        }

        @Test
        void goes_through_an_actor_to_whom_its_handler_asks() throws Exception {
            var seen = new LinkedBlockingQueue<Map<String, String>>();
            var config = Config.defaults().name("carrying").quiet().carrying(Spans.context());
            try (var node = Node.start(config);
                    var scope = extracted().makeCurrent()) {
                assertThat(scope).isNotNull();
                var last = node.spawn(Server.<Deliver>of(() -> (_, _) -> seen.add(headers())));
                var first = node.spawn(Server.<Publish>of(() -> (it, _) -> last.send(new Deliver(it.text()))));
                first.send(new Publish("a"));
                assertThat(seen.poll(1, TimeUnit.MINUTES)).containsEntry("traceparent", HEADER);
            }
            try (var node = Node.start(config)) {
                var plain = node.spawn(Server.<Deliver>of(() -> (_, _) -> seen.add(headers())));
                plain.send(new Deliver("without a context"));
                assertThat(seen.poll(1, TimeUnit.MINUTES)).isEmpty();
            }
        }

        private Context extracted() {
            return W3CTraceContextPropagator.getInstance()
                    .extract(Context.root(), Map.of("traceparent", HEADER), GETTER);
        }
    }
}
