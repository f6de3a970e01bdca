package dev.coppice.examples.mqtt;

import static dev.coppice.examples.mqtt.OutboxTest.message;
import static io.netty.handler.codec.mqtt.MqttQoS.AT_LEAST_ONCE;
import static io.netty.handler.codec.mqtt.MqttQoS.AT_MOST_ONCE;
import static io.netty.handler.codec.mqtt.MqttQoS.EXACTLY_ONCE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.examples.mqtt.Store.Receipt;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class MemoryStoreTest {
    private static final Receipt NONE = new Receipt.None();

    private final Store store = new MemoryStore(3, 1_000, 10, 2, 50);

    private boolean open(String client) {
        return store.open(client, "", false, Optional.empty());
    }

    private List<Packet.Outbound> next(String client) {
        return store.next(client, 100, 1_000_000);
    }

    private static Message on(String topic, String text) {
        return new Message(topic, ByteBuffer.wrap(text.getBytes(UTF_8)), AT_LEAST_ONCE, true);
    }

    @Nested
    class Open {
        @Test
        void tells_whether_the_session_was_there() {
            assertThat(open("a")).isFalse();
            assertThat(open("a")).isTrue();
            store.forget("a");
            assertThat(open("a")).isFalse();
        }

        @Test
        void keeps_the_queue_and_the_subscriptions() {
            open("a");
            store.subscribe("a", "t/#", AT_LEAST_ONCE);
            store.accept(message("m", AT_LEAST_ONCE), Map.of("a", AT_LEAST_ONCE), NONE);
            store.offline("a");
            open("a");
            assertThat(store.subscriptions("a")).containsExactly(Map.entry("t/#", AT_LEAST_ONCE));
            assertThat(next("a")).hasSize(1);
        }
    }

    @Nested
    class Accept {
        @Test
        void queues_at_the_lower_qos_of_message_and_subscription() {
            open("a");
            open("b");
            store.accept(message("m", AT_LEAST_ONCE), Map.of("a", EXACTLY_ONCE, "b", AT_MOST_ONCE), NONE);
            assertThat(next("a")).containsExactly(new Packet.Publish(message("m", AT_LEAST_ONCE), 1, false));
            assertThat(next("b")).containsExactly(new Packet.Publish(message("m", AT_MOST_ONCE), 0, false));
        }

        @Test
        void keeps_no_qos_0_for_somebody_who_is_away() {
            open("a");
            store.accept(message("before", AT_MOST_ONCE), Map.of("a", AT_MOST_ONCE), NONE);
            store.offline("a");
            var full = store.accept(message("after", AT_MOST_ONCE), Map.of("a", AT_MOST_ONCE), NONE);
            assertThat(full).isEmpty();
            open("a");
            assertThat(next("a")).isEmpty();
        }

        @Test
        void names_the_clients_whose_queue_is_full_and_serves_the_others() {
            open("a");
            open("b");
            for (int i = 0; i < 3; i++) {
                store.accept(message("m", AT_LEAST_ONCE), Map.of("a", AT_LEAST_ONCE), NONE);
            }
            var full = store.accept(message("m", AT_LEAST_ONCE), Map.of("a", AT_LEAST_ONCE, "b", AT_LEAST_ONCE), NONE);
            assertThat(full).containsExactly("a");
            assertThat(next("b")).hasSize(1);
            assertThat(store.accept(message("m", AT_LEAST_ONCE), Map.of("a", AT_LEAST_ONCE), NONE))
                    .as("once is enough until it has drained")
                    .isEmpty();
            assertThat(next("a")).hasSize(3);
        }

        @Test
        void happens_once_for_a_qos_2_packet_until_it_is_released() {
            open("from");
            open("to");
            var receipt = new Receipt.Exactly("from", 7);
            var targets = Map.of("to", EXACTLY_ONCE);
            store.accept(message("m", EXACTLY_ONCE), targets, receipt);
            store.accept(message("m", EXACTLY_ONCE), targets, receipt);
            assertThat(next("to")).hasSize(1);
            store.release("from", 7);
            store.accept(message("another", EXACTLY_ONCE), targets, receipt);
            assertThat(next("to")).hasSize(1);
        }

        @Test
        void still_happens_once_for_one_qos_2_packet_when_another_is_released() {
            open("from");
            open("to");
            var targets = Map.of("to", EXACTLY_ONCE);
            store.accept(message("first", EXACTLY_ONCE), targets, new Receipt.Exactly("from", 7));
            store.accept(message("second", EXACTLY_ONCE), targets, new Receipt.Exactly("from", 8));
            assertThat(next("to")).hasSize(2);
            store.release("from", 7);
            store.accept(message("second", EXACTLY_ONCE), targets, new Receipt.Exactly("from", 8));
            assertThat(next("to")).isEmpty();
        }

        @Test
        void happens_once_for_a_will() {
            store.open("from", "", true, Optional.of(message("gone", AT_LEAST_ONCE)));
            open("to");
            var receipt = new Receipt.Will("from");
            store.accept(message("gone", AT_LEAST_ONCE), Map.of("to", AT_LEAST_ONCE), receipt);
            store.accept(message("gone", AT_LEAST_ONCE), Map.of("to", AT_LEAST_ONCE), receipt);
            assertThat(next("to")).hasSize(1);
            assertThat(store.info("from").orElseThrow().will()).isEmpty();
        }

        @Test
        void does_nothing_for_a_session_that_has_ended() {
            open("a");
            store.forget("a");
            assertThat(store.accept(message("m", AT_LEAST_ONCE), Map.of("a", AT_LEAST_ONCE), NONE)).isEmpty();
            assertThat(store.clients()).isEmpty();
        }
    }

    @Nested
    class Retain {
        @Test
        void keeps_the_newest_of_a_topic_and_removes_it_for_an_empty_payload() {
            store.retain(on("a", "1"));
            store.retain(on("a", "2"));
            assertThat(store.retained("a")).containsExactly(on("a", "2"));
            store.retain(on("a", ""));
            assertThat(store.retained("#")).isEmpty();
        }

        @Test
        void refuses_another_topic_when_it_is_full_and_still_replaces() {
            assertThat(store.retain(on("a", "1"))).isTrue();
            assertThat(store.retain(on("b", "1"))).isTrue();
            assertThat(store.retain(on("c", "1"))).isFalse();
            assertThat(store.retain(on("a", "2"))).isTrue();
            assertThat(store.retained("#")).containsExactly(on("a", "2"), on("b", "1"));
        }

        @Test
        void refuses_more_than_its_bytes_and_keeps_nothing_older_in_place_of_it() {
            var half = "m".repeat(24);
            assertThat(store.retain(on("a", half))).isTrue();
            assertThat(store.retain(on("b", half))).isTrue();
            assertThat(store.retain(on("b", half + "m"))).isFalse();
            assertThat(store.retained("#")).containsExactly(on("a", half));
            assertThat(store.retain(on("b", half))).isTrue();
        }

        @Test
        void finds_by_filter() {
            var big = new MemoryStore(1, 1_000, 1, 100, 1_000_000);
            for (var topic : List.of("a", "a/b", "a/b/c", "ab", "b", "$SYS/x")) {
                big.retain(on(topic, topic));
            }
            assertThat(big.retained("a/#")).extracting(Message::topic).containsExactly("a", "a/b", "a/b/c");
            assertThat(big.retained("a/+")).extracting(Message::topic).containsExactly("a/b");
            assertThat(big.retained("+/b")).extracting(Message::topic).containsExactly("a/b");
            assertThat(big.retained("+")).extracting(Message::topic).containsExactly("a", "ab", "b");
            assertThat(big.retained("#")).extracting(Message::topic).doesNotContain("$SYS/x").hasSize(5);
            assertThat(big.retained("$SYS/#")).hasSize(1);
        }
    }
}
