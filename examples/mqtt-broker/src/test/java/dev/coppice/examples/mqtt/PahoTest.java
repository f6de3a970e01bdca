package dev.coppice.examples.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A client that others wrote: Eclipse Paho, which keeps its own account of QoS 1 and 2.
class PahoTest {
    private final TestBroker broker = TestBroker.start();
    private final List<Paho> clients = new ArrayList<>();

    @AfterEach
    void close() throws MqttException {
        for (var client : clients) {
            client.end();
        }
        broker.close();
    }

    /// A Paho client and what it has received.
    private final class Paho implements MqttCallback {
        final MqttClient client;
        final MqttConnectOptions options = new MqttConnectOptions();
        final LinkedBlockingQueue<String> received = new LinkedBlockingQueue<>();
        final LinkedBlockingQueue<String> lost = new LinkedBlockingQueue<>();

        Paho(String id, boolean clean) throws MqttException {
            client = new MqttClient(broker.url(), id, new MemoryPersistence());
            client.setTimeToWait(10_000);
            client.setCallback(this);
            options.setCleanSession(clean);
            options.setMaxInflight(1_000);
            clients.add(this);
        }

        Paho connect() throws MqttException {
            client.connect(options);
            return this;
        }

        void publish(String topic, String payload, int qos, boolean retained) throws MqttException {
            client.publish(topic, payload.getBytes(UTF_8), qos, retained);
        }

        String next() throws InterruptedException {
            var next = received.poll(10, TimeUnit.SECONDS);
            return next == null ? "nothing" : next;
        }

        void end() throws MqttException {
            if (client.isConnected()) {
                client.disconnect();
            }
            client.close();
        }

        @Override
        public void messageArrived(String topic, MqttMessage message) {
            received.add(topic + "=" + message + (message.isRetained() ? " retained" : ""));
        }

        @Override
        public void connectionLost(@Nullable Throwable cause) {
            lost.add(String.valueOf(cause));
        }

        @Override
        public void deliveryComplete(IMqttDeliveryToken token) {}
    }

    private Paho clean(String id) throws MqttException {
        return new Paho(id, true).connect();
    }

    @Nested
    class Delivery {
        @ParameterizedTest
        @ValueSource(ints = {0, 1, 2})
        void brings_many_messages_in_order_and_once(int qos) throws Exception {
            var subscriber = clean("s");
            subscriber.client.subscribe("many", qos);
            var publisher = clean("p");
            for (int i = 0; i < 300; i++) {
                publisher.publish("many", "" + i, qos, false);
            }
            publisher.publish("many", "last", qos, false);
            for (int i = 0; i < 300; i++) {
                assertThat(subscriber.next()).isEqualTo("many=" + i);
            }
            assertThat(subscriber.next()).isEqualTo("many=last");
        }

        @Test
        void goes_through_wildcards_once_and_past_reserved_topics() throws Exception {
            var subscriber = clean("s");
            subscriber.client.subscribe(new String[] {"a/+/c", "a/#", "+/+/+"}, new int[] {0, 1, 2});
            var publisher = clean("p");
            publisher.publish("a/b/c", "1", 2, false);
            publisher.publish("$a/b/c", "hidden", 2, false);
            publisher.publish("a", "2", 2, false);
            // The first comes at QoS 2, whose second half the next one, at QoS 1, may overtake.
            assertThat(List.of(subscriber.next(), subscriber.next())).containsExactlyInAnyOrder("a/b/c=1", "a=2");
        }

        @Test
        void brings_retained_messages_and_ends_with_unsubscribe() throws Exception {
            var publisher = clean("p");
            publisher.publish("r/1", "one", 1, true);
            publisher.publish("r/2", "two", 1, true);
            publisher.publish("r/2", "", 1, true);
            var subscriber = clean("s");
            subscriber.client.subscribe("r/+", 2);
            assertThat(subscriber.next()).isEqualTo("r/1=one retained");
            subscriber.client.unsubscribe("r/+");
            publisher.publish("r/1", "unseen", 1, false);
            subscriber.client.subscribe("last", 1);
            publisher.publish("last", "m", 1, false);
            assertThat(subscriber.next()).isEqualTo("last=m");
        }
    }

    @Nested
    class A_session {
        @Test
        void queues_while_its_client_is_away() throws Exception {
            var subscriber = new Paho("s", false).connect();
            subscriber.client.subscribe("away", 2);
            subscriber.client.disconnect();
            var publisher = clean("p");
            IntStream.range(0, 50)
                    .forEach(i -> {
                        try {
                            publisher.publish("away", "" + i, 1, false);
                        } catch (MqttException e) {
                            throw new IllegalStateException(e);
                        }
                    });
            subscriber.connect();
            for (int i = 0; i < 50; i++) {
                assertThat(subscriber.next()).isEqualTo("away=" + i);
            }
            publisher.publish("away", "last", 2, false);
            assertThat(subscriber.next()).isEqualTo("away=last");
        }

        @Test
        void is_taken_over_by_a_newer_connection() throws Exception {
            var older = clean("same");
            var newer = clean("same");
            assertThat(older.lost.poll(10, TimeUnit.SECONDS)).isNotNull();
            newer.client.subscribe("t", 0);
            newer.publish("t", "m", 0, false);
            assertThat(newer.next()).isEqualTo("t=m");
        }

        @Test
        void of_an_anonymous_client_needs_no_id() throws Exception {
            var one = clean("");
            var two = clean("");
            one.client.subscribe("t", 0);
            two.publish("t", "m", 0, false);
            assertThat(one.next()).isEqualTo("t=m");
            assertThat(one.lost).isEmpty();
        }

        @Test
        void leaves_its_will_when_it_is_cut_off() throws Exception {
            var watcher = clean("w");
            watcher.client.subscribe("will", 2);
            var client = new Paho("s", true);
            client.options.setWill("will", "gone".getBytes(UTF_8), 2, false);
            client.connect();
            client.client.disconnectForcibly(0, 1_000, false);
            assertThat(watcher.next()).isEqualTo("will=gone");
        }
    }

    @Nested
    class A_refusal {
        @Test
        void of_a_subscription_reaches_the_client() throws Exception {
            var client = clean("s");
            var token = client.client.subscribeWithResponse("test/nosubscribe", 2);
            assertThat(token.getGrantedQos()).containsExactly(0x80);
            assertThat(client.client.isConnected()).isTrue();
        }
    }
}
