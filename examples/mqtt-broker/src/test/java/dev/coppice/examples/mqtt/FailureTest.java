package dev.coppice.examples.mqtt;

import static dev.coppice.examples.mqtt.RawClient.PUBACK;
import static dev.coppice.examples.mqtt.RawClient.PUBLISH;
import static dev.coppice.examples.mqtt.RawClient.connected;
import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Pid;
import dev.coppice.otp.Sys;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What clients notice of an actor's death: as little as possible. [Chaos] does the same at random.
class FailureTest {
    private final TestBroker broker = TestBroker.start();
    private final RawClient publisher = connected(broker.port(), "publisher", true);
    private final RawClient subscriber = connected(broker.port(), "subscriber", false);

    FailureTest() {
        subscriber.subscribe("t", 1);
    }

    @AfterEach
    void close() {
        publisher.close();
        subscriber.close();
        broker.close();
    }

    private void kill(Name<?> name) {
        kill(broker.node().whereis(name).orElseThrow());
    }

    private static void kill(Pid<?> pid) {
        pid.kill();
        assertThat(pid.await()).isEqualTo(new ExitReason.Killed());
    }

    /// The actor of the socket that came in as number `n`, from 0.
    private Pid<?> connection(int n) {
        return broker.node().whereis(Broker.CONNECTIONS).orElseThrow().info().children().get(n);
    }

    private void publish(String payload) {
        publisher.publish("t", payload, 1, 1, false);
        assertThat(publisher.receive().hex()).isEqualTo("400001");
    }

    private RawClient.Frame received(RawClient from, String payload) {
        var frame = from.receive();
        assertThat(frame.type()).isEqualTo(PUBLISH);
        assertThat(frame.payload()).isEqualTo(payload);
        return frame;
    }

    @Nested
    class A_killed_session {
        @Test
        @Tag("#86")
        void goes_on_with_its_connection_and_repeats_what_was_under_way() {
            publish("one");
            int id = received(subscriber, "one").id();
            kill(Session.name("subscriber"));
            var repeated = received(subscriber, "one");
            assertThat(repeated.dup()).isTrue();
            assertThat(repeated.id()).isEqualTo(id);
            subscriber.acknowledge(PUBACK, id);
            publish("two");
            assertThat(received(subscriber, "two").dup()).isFalse();
        }

        @Test
        void publishes_no_will_while_its_connection_lives() {
            try (var client = new RawClient(broker.port())) {
                client.connectWithWill("willing", true, "t", "gone");
                kill(Session.name("willing"));
                client.ping();
                assertThat(client.receive().type()).isEqualTo(RawClient.PINGRESP);
                publish("last");
                received(subscriber, "last");
            }
        }
    }

    @Nested
    class A_killed_connection {
        @Test
        @Tag("#16")
        void closes_its_socket_and_leaves_the_session_and_the_others() {
            kill(connection(1));
            assertThat(subscriber.next()).isEmpty();
            publish("queued");
            try (var again = new RawClient(broker.port())) {
                assertThat(again.connect("subscriber", false, 0).hex()).isEqualTo("200100");
                received(again, "queued");
            }
        }

        @Test
        void publishes_its_client_s_will() {
            try (var client = new RawClient(broker.port())) {
                client.connectWithWill("willing", true, "t", "gone");
                kill(connection(2));
                assertThat(client.next()).isEmpty();
                received(subscriber, "gone");
            }
        }
    }

    @Nested
    class A_killed_router {
        @Test
        @Tag("#86")
        void knows_every_subscription_again() {
            kill(Router.NAME);
            publish("one");
            received(subscriber, "one");
        }
    }

    @Nested
    class A_killed_listener {
        @Test
        @Tag("#16")
        void has_its_port_again_and_touched_nobody() {
            int port = broker.port();
            kill(Listener.NAME);
            publish("one");
            received(subscriber, "one");
            try (var late = Chaos.connect(broker.broker(), "late", true)) {
                late.ping();
                assertThat(late.receive().type()).isEqualTo(RawClient.PINGRESP);
            }
            assertThat(broker.port()).isEqualTo(port);
        }
    }

    @Nested
    class A_killed_supervisor {
        @Test
        @Tag("#84")
        void of_the_sessions_comes_back_with_all_of_them() {
            for (var name : List.of(Broker.SESSIONS, Broker.SESSION_TREE)) {
                kill(name);
                publish("one");
                subscriber.acknowledge(PUBACK, received(subscriber, "one").id());
            }
        }

        @Test
        void of_the_connections_closes_the_sockets_and_the_clients_come_back() {
            kill(Broker.CONNECTIONS);
            assertThat(publisher.next()).isEmpty();
            assertThat(subscriber.next()).isEmpty();
            try (var again = connected(broker.port(), "subscriber", false);
                    var other = connected(broker.port(), "other", true)) {
                other.publish("t", "one", 0, 0, false);
                received(again, "one");
            }
        }
    }

    @Nested
    class Both_ends_of_a_client_killed_at_once {
        @Test
        void leave_the_will_and_nothing_else() {
            try (var client = new RawClient(broker.port())) {
                client.connectWithWill("willing", true, "t", "gone");
                var connection = connection(2);
                var sessions = broker.node().whereis(Broker.SESSIONS).orElseThrow();
                connection.kill();
                sessions.kill();
                assertThat(client.next()).isEmpty();
                received(subscriber, "gone");
                assertThat(Chaos.eventually(() -> !broker.broker().store().clients().contains("willing"))).isTrue();
            }
        }

        /// The newcomer's will, or none, was put in its place.
        @Test
        void leave_the_will_also_when_the_client_is_back_before_the_session_has_waited_for_it() {
            try (var client = new RawClient(broker.port())) {
                client.connectWithWill("willing", false, "t", "gone");
                var connection = connection(2);
                Sys.of(connection).suspend();
                kill(Session.name("willing"));
                kill(connection);
                assertThat(client.next()).isEmpty();
                try (var again = new RawClient(broker.port())) {
                    assertThat(again.connectWithWill("willing", false, "t", "gone").hex()).isEqualTo("200100");
                    received(subscriber, "gone");
                    publish("last");
                    received(subscriber, "last");
                }
            }
        }
    }
}
