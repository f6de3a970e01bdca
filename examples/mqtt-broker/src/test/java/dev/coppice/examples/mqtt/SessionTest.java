package dev.coppice.examples.mqtt;

import static dev.coppice.examples.mqtt.RawClient.PUBACK;
import static dev.coppice.examples.mqtt.RawClient.PUBCOMP;
import static dev.coppice.examples.mqtt.RawClient.PUBREC;
import static dev.coppice.examples.mqtt.RawClient.PUBREL;
import static dev.coppice.examples.mqtt.RawClient.connected;
import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.Actor;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Loop;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Server;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// What a session promises, seen from the wire. `last` is published after everything else: when it comes next, nothing else came.
class SessionTest {
    private final TestBroker broker = TestBroker.start();
    private final List<RawClient> clients = new CopyOnWriteArrayList<>();
    private final RawClient publisher = client("publisher");

    @AfterEach
    void close() {
        clients.forEach(RawClient::close);
        assertThat(broker.node().counters().crashed()).isZero();
        broker.close();
    }

    private RawClient client(String id) {
        return keep(connected(broker.port(), id, true));
    }

    private RawClient persistent(String id) {
        return keep(connected(broker.port(), id, false));
    }

    private RawClient keep(RawClient client) {
        clients.add(client);
        return client;
    }

    private void publish(String topic, String payload, int qos) {
        publisher.publish(topic, payload, qos, 1, false);
        if (qos == 1) {
            assertThat(publisher.receive().hex()).isEqualTo("400001");
        }
        if (qos == 2) {
            assertThat(publisher.receive().hex()).isEqualTo("500001");
            publisher.acknowledge(PUBREL, 1);
            assertThat(publisher.receive().hex()).isEqualTo("700001");
        }
    }

    private void gone(RawClient client) {
        client.disconnect();
        assertThat(client.next()).isEmpty();
    }

    @Nested
    class Delivery {
        @Test
        void is_at_the_lower_qos_of_publisher_and_subscriber() {
            var subscriber = client("s");
            for (int granted = 0; granted <= 2; granted++) {
                assertThat(subscriber.subscribe("t", granted).hex()).isEqualTo("9000010" + granted);
                for (int qos = 0; qos <= 2; qos++) {
                    publish("t", "m", qos);
                    assertThat(subscriber.receive().qos()).isEqualTo(Math.min(granted, qos));
                }
            }
        }

        @Test
        void is_once_at_the_highest_qos_when_filters_overlap() {
            var subscriber = client("s");
            subscriber.subscribe("a/#", 0);
            subscriber.subscribe("a/+", 2);
            subscriber.subscribe("a/b", 1);
            publish("a/b", "m", 2);
            publish("a/b/c", "last", 2);
            assertThat(subscriber.receive().qos()).isEqualTo(2);
            var last = subscriber.receive();
            assertThat(last.payload()).isEqualTo("last");
            assertThat(last.qos()).isZero();
        }

        @Test
        void hides_reserved_topics_from_leading_wildcards() {
            var subscriber = client("s");
            subscriber.subscribe("#", 0);
            subscriber.subscribe("+/x", 0);
            publish("$top/x", "hidden", 1);
            subscriber.subscribe("$top/+", 0);
            publish("$top/x", "asked for", 0);
            assertThat(subscriber.receive().payload()).isEqualTo("asked for");
        }

        @Test
        void keeps_the_publisher_s_order_across_qos() {
            var subscriber = client("s");
            subscriber.subscribe("t", 1);
            for (int i = 0; i < 100; i++) {
                publish("t", "" + i, i % 2);
            }
            for (int i = 0; i < 100; i++) {
                var frame = subscriber.receive();
                assertThat(frame.payload()).isEqualTo("" + i);
                if (frame.qos() == 1) {
                    subscriber.acknowledge(PUBACK, frame.id());
                }
            }
        }

        @Test
        void ends_with_the_subscription() {
            var subscriber = client("s");
            subscriber.subscribe("t/+", 0);
            subscriber.subscribe("t/last", 0);
            subscriber.send(0xa2, RawClient.number(9), RawClient.bytes("t/+"), RawClient.bytes("never/subscribed"));
            assertThat(subscriber.receive().hex()).isEqualTo("b00009");
            publish("t/x", "m", 0);
            publish("t/last", "last", 0);
            assertThat(subscriber.receive().payload()).isEqualTo("last");
        }

        @Test
        void stops_at_the_window_until_the_client_acknowledges() {
            try (var narrow = TestBroker.start("--window", "2");
                    var subscriber = connected(narrow.port(), "s", true)) {
                subscriber.subscribe("t", 1);
                for (int i = 1; i <= 3; i++) {
                    subscriber.publish("t", "" + i, 0, 0, false);
                    subscriber.publish("t", "" + i, 1, i, false);
                }
                var seen = new CopyOnWriteArrayList<String>();
                for (var frame = subscriber.receive(); ; frame = subscriber.receive()) {
                    if (frame.type() == RawClient.PUBLISH) {
                        seen.add(frame.payload() + (frame.qos() == 1 ? "*" : ""));
                        if (frame.qos() == 1) {
                            assertThat(seen.stream().filter(s -> s.endsWith("*")).count()).isLessThanOrEqualTo(3);
                            subscriber.acknowledge(PUBACK, frame.id());
                        }
                    }
                    if (seen.size() == 6) {
                        break;
                    }
                }
                assertThat(seen).containsExactly("1", "1*", "2", "2*", "3", "3*");
            }
        }
    }

    @Nested
    class Publishing_at_qos_2 {
        @Test
        void is_once_however_often_the_packet_is_repeated() {
            var subscriber = client("s");
            subscriber.subscribe("t", 0);
            for (int i = 0; i < 3; i++) {
                publisher.publish("t", "once", 2, 7, i > 0);
                assertThat(publisher.receive().hex()).isEqualTo("500007");
            }
            publisher.acknowledge(PUBREL, 7);
            assertThat(publisher.receive().hex()).isEqualTo("700007");
            publisher.acknowledge(PUBREL, 7);
            assertThat(publisher.receive().hex()).as("also a repeated PUBREL is answered").isEqualTo("700007");
            publisher.publish("t", "the id is free again", 2, 7, false);
            assertThat(subscriber.receive().payload()).isEqualTo("once");
            assertThat(subscriber.receive().payload()).isEqualTo("the id is free again");
        }

        @Test
        void is_once_across_a_reconnection() {
            var subscriber = client("s");
            subscriber.subscribe("t", 0);
            var first = persistent("p");
            first.publish("t", "once", 2, 7, false);
            assertThat(first.receive().hex()).isEqualTo("500007");
            first.close();
            var second = persistent("p");
            second.publish("t", "once", 2, 7, true);
            assertThat(second.receive().hex()).isEqualTo("500007");
            second.acknowledge(PUBREL, 7);
            assertThat(second.receive().hex()).isEqualTo("700007");
            publish("t", "last", 0);
            assertThat(subscriber.receive().payload()).isEqualTo("once");
            assertThat(subscriber.receive().payload()).isEqualTo("last");
        }
    }

    @Nested
    class A_persistent_session {
        @Test
        void queues_qos_1_and_2_while_the_client_is_away_and_not_0() {
            var subscriber = persistent("s");
            subscriber.subscribe("t", 2);
            gone(subscriber);
            publish("t", "zero", 0);
            publish("t", "one", 1);
            publish("t", "two", 2);
            var raw = keep(new RawClient(broker.port()));
            assertThat(raw.connect("s", false, 0).hex()).as("session present").isEqualTo("200100");
            var one = raw.receive();
            assertThat(one.payload()).isEqualTo("one");
            assertThat(one.dup()).as("sent for the first time").isFalse();
            assertThat(raw.receive().payload()).isEqualTo("two");
        }

        @Test
        void repeats_with_dup_and_the_same_ids_what_was_not_acknowledged() {
            var subscriber = persistent("s");
            subscriber.subscribe("t", 2);
            publish("t", "one", 1);
            publish("t", "two", 2);
            publish("t", "done", 1);
            int one = subscriber.receive().id();
            int two = subscriber.receive().id();
            subscriber.acknowledge(PUBACK, subscriber.receive().id());
            subscriber.ping();
            subscriber.receive();
            subscriber.close();

            var again = persistent("s");
            var first = again.receive();
            assertThat(first.payload()).isEqualTo("one");
            assertThat(first.dup()).isTrue();
            assertThat(first.id()).isEqualTo(one);
            var second = again.receive();
            assertThat(second.payload()).isEqualTo("two");
            assertThat(second.id()).isEqualTo(two);
            publish("t", "last", 0);
            assertThat(again.receive().payload()).as("what was acknowledged does not come again").isEqualTo("last");
        }

        @Test
        void repeats_the_pubrel_and_not_the_message_after_a_pubrec() {
            var subscriber = persistent("s");
            subscriber.subscribe("t", 2);
            publish("t", "two", 2);
            int id = subscriber.receive().id();
            subscriber.acknowledge(PUBREC, id);
            assertThat(subscriber.receive().type()).isEqualTo(PUBREL);
            subscriber.close();

            var again = persistent("s");
            var release = again.receive();
            assertThat(release.type()).isEqualTo(PUBREL);
            assertThat(release.id()).isEqualTo(id);
            again.acknowledge(PUBCOMP, id);
            publish("t", "last", 0);
            assertThat(again.receive().payload()).isEqualTo("last");
            again.close();

            var third = persistent("s");
            publish("t", "last", 0);
            assertThat(third.receive().payload()).isEqualTo("last");
        }

        @Test
        void ends_with_a_clean_connect_and_a_clean_one_with_its_connection() {
            var subscriber = persistent("s");
            subscriber.subscribe("t", 1);
            gone(subscriber);
            publish("t", "lost", 1);
            var clean = keep(new RawClient(broker.port()));
            assertThat(clean.connect("s", true, 0).hex()).isEqualTo("200000");
            publish("t", "nobody", 1);
            clean.subscribe("u", 1);
            publish("u", "last", 0);
            assertThat(clean.receive().payload()).isEqualTo("last");
            gone(clean);
            var raw = keep(new RawClient(broker.port()));
            assertThat(raw.connect("s", false, 0).hex()).as("no session was left").isEqualTo("200000");
        }
    }

    @Nested
    class Take_over {
        /// The second asked again and drove the third away, then crashed.
        @Test
        void by_a_third_while_the_second_waits_turns_the_second_away_without_a_crash() throws Exception {
            var node = broker.node();
            var recipe = Server.<Session.Msg>of(() -> new Session("s", broker.broker().store()));
            var session = node.spawn(recipe.named(Session.name("s")));
            var attached = new LinkedBlockingQueue<String>();
            var old = node.spawn(stubborn(session, attached));
            assertThat(attached.take()).isEqualTo("old");
            var second = node.spawn(newcomer(session, "second", attached));
            assertThat(attached.take()).isEqualTo("old was told to go");
            var third = node.spawn(newcomer(session, "third", attached));
            assertThat(second.await()).isEqualTo(new ExitReason.Shutdown("taken over"));
            assertThat(attached.take()).as("told again, for the third").isEqualTo("old was told to go");
            old.send(new Connection.Lost("now"));
            assertThat(attached.take()).isEqualTo("third");
            assertThat(third.alive()).isTrue();
            third.send(new Connection.Lost("now"));
            third.await();
            assertThat(attached).isEmpty();
        }

        /// Stays when it is told to go, until a `Lost` lets it.
        private static Actor<Connection.Msg> stubborn(Ref<Session.Msg> session, Queue<String> attached) {
            Loop<Connection.Msg> loop =
                    self -> {
                        self.trapExits(_ -> new Connection.Check());
                        session.call(new Session.Attach(self.pid(), "", true, Optional.empty()));
                        attached.add("old");
                        while (self.receive() instanceof Connection.Check) {
                            attached.add("old was told to go");
                        }
                    };
            return loop.recipe();
        }

        private static Actor<Connection.Msg> newcomer(Ref<Session.Msg> session, String name, Queue<String> attached) {
            Loop<Connection.Msg> loop =
                    self -> {
                        session.call(new Session.Attach(self.pid(), "", true, Optional.empty()));
                        attached.add(name);
                        self.receive(Connection.Lost.class);
                    };
            return loop.recipe();
        }

        @Test
        void closes_the_older_connection_and_goes_on_with_its_session() {
            var older = persistent("s");
            older.subscribe("t", 1);
            publish("t", "one", 1);
            assertThat(older.receive().payload()).isEqualTo("one");
            var newer = keep(new RawClient(broker.port()));
            assertThat(newer.connect("s", false, 0).hex()).isEqualTo("200100");
            assertThat(older.next()).isEmpty();
            var repeated = newer.receive();
            assertThat(repeated.payload()).isEqualTo("one");
            assertThat(repeated.dup()).isTrue();
        }

        @Test
        void publishes_the_will_of_the_older_connection_and_keeps_the_newer_one_s() {
            var watcher = client("w");
            watcher.subscribe("will/#", 0);
            var older = keep(new RawClient(broker.port()));
            older.connectWithWill("s", true, "will/old", "old");
            var newer = keep(new RawClient(broker.port()));
            newer.connectWithWill("s", true, "will/new", "new");
            assertThat(watcher.receive().payload()).isEqualTo("old");
            newer.close();
            assertThat(watcher.receive().payload()).isEqualTo("new");
        }
    }

    @Nested
    class A_will {
        @Test
        void is_published_when_the_connection_is_lost() {
            var watcher = client("w");
            watcher.subscribe("will", 0);
            var client = keep(new RawClient(broker.port()));
            client.connectWithWill("s", true, "will", "gone");
            client.close();
            assertThat(watcher.receive().payload()).isEqualTo("gone");
        }

        @Test
        void is_dropped_by_a_disconnect() {
            var watcher = client("w");
            watcher.subscribe("will", 0);
            var client = keep(new RawClient(broker.port()));
            client.connectWithWill("s", true, "will", "gone");
            gone(client);
            publish("will", "last", 0);
            assertThat(watcher.receive().payload()).isEqualTo("last");
        }

        @Test
        void is_published_for_a_protocol_error() {
            var watcher = client("w");
            watcher.subscribe("will", 0);
            var client = keep(new RawClient(broker.port()));
            client.connectWithWill("s", true, "will", "gone");
            client.hex("f0 00");
            assertThat(watcher.receive().payload()).isEqualTo("gone");
        }
    }

    @Nested
    class A_retained_message {
        private void retain(String topic, String payload) {
            publisher.send(0x31, RawClient.bytes(topic), payload.getBytes(StandardCharsets.UTF_8));
            publisher.ping();
            assertThat(publisher.receive().type()).isEqualTo(RawClient.PINGRESP);
        }

        @Test
        void comes_with_the_flag_to_a_new_subscription_and_without_it_live() {
            retain("r/1", "old");
            retain("r/1", "new");
            var subscriber = client("s");
            subscriber.subscribe("r/+", 1);
            var kept = subscriber.receive();
            assertThat(kept.payload()).isEqualTo("new");
            assertThat(kept.retain()).isTrue();
            retain("r/1", "live");
            var live = subscriber.receive();
            assertThat(live.payload()).isEqualTo("live");
            assertThat(live.retain()).isFalse();
        }

        @Test
        void is_removed_by_an_empty_one_which_is_still_delivered_live() {
            var subscriber = client("s");
            subscriber.subscribe("r", 0);
            retain("r", "x");
            retain("r", "");
            assertThat(subscriber.receive().payload()).isEqualTo("x");
            assertThat(subscriber.receive().payload()).isEmpty();
            subscriber.subscribe("r", 0);
            publish("r", "last", 0);
            assertThat(subscriber.receive().payload()).isEqualTo("last");
        }

        @Test
        void is_not_replaced_by_the_repetition_of_an_older_one() {
            var older = persistent("older");
            older.send(0x35, RawClient.bytes("r"), RawClient.number(7), "old".getBytes(StandardCharsets.UTF_8));
            assertThat(older.receive().hex()).isEqualTo("500007");
            retain("r", "new");
            older.send(0x3d, RawClient.bytes("r"), RawClient.number(7), "old".getBytes(StandardCharsets.UTF_8));
            assertThat(older.receive().hex()).isEqualTo("500007");
            var subscriber = client("s");
            subscriber.subscribe("r", 0);
            assertThat(subscriber.receive().payload()).isEqualTo("new");
        }

        @Test
        void comes_again_with_each_subscription() {
            retain("r", "x");
            var subscriber = client("s");
            subscriber.subscribe("r", 0);
            assertThat(subscriber.receive().payload()).isEqualTo("x");
            subscriber.subscribe("r", 0);
            assertThat(subscriber.receive().payload()).isEqualTo("x");
        }
    }
}
