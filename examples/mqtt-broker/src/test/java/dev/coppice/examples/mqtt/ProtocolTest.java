package dev.coppice.examples.mqtt;

import static dev.coppice.examples.mqtt.RawClient.connected;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.coppice.otp.Sys;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What bytes may do to the broker. In each test a bystander is served before and after.
class ProtocolTest {
    private static final String CONNECT = "10 0d 0004 4d515454 04 02 0000 0001 63";

    private final TestBroker broker = TestBroker.start("--max-packet", "1000", "--connect-within", "PT2S");
    private final RawClient bystander = connected(broker.port(), "bystander", true);

    ProtocolTest() {
        bystander.subscribe("by", 1);
    }

    @AfterEach
    void serves_the_bystander_still() {
        bystander.publish("by", "stander", 0, 0, false);
        assertThat(bystander.receive().payload()).isEqualTo("stander");
        assertThat(broker.node().counters().crashed()).as("a bad client is no crash").isZero();
        bystander.close();
        broker.close();
    }

    private RawClient socket() {
        return new RawClient(broker.port());
    }

    @Nested
    class A_first_packet {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "10 0d 0004 4d515454 05 02 000a 00 0000", // MQTT 5
                    "10 0d 0004 4d515454 03 02 000a 0001 63",
                    "10 0f 0006 4d5149736470 03 02 000a 0001 63", // MQTT 3.1
                    "10 0d 0004 4d515455 04 02 000a 0001 63"
                })
        void of_another_protocol_is_answered_with_0x01(String hex) {
            try (var client = socket()) {
                client.hex(hex);
                assertThat(client.receive().hex()).isEqualTo("200001");
                assertThat(client.next()).isEmpty();
            }
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "c0 00", // PINGREQ
                    "30 04 0002 612f",
                    "10 0c 0004 4d515454 04 03 000a 0000",
                    "10 00",
                    "47 45 54 20 2f 20 48 54 54 50 2f 31 2e 31 0d 0a 0d 0a", // an HTTP request
                    "ff ff ff ff ff ff ff ff",
                    "10 ff ff ff 7f 0004 4d515454 04 02 000a 0001 63"
                })
        void that_is_no_connect_closes_without_an_answer(String hex) {
            try (var client = socket()) {
                client.hex(hex);
                assertThat(client.next()).isEmpty();
            }
        }

        @Test
        void with_an_empty_client_id_needs_a_clean_session() {
            try (var keeping = socket();
                    var clean = socket()) {
                assertThat(keeping.connect("", false, 0).hex()).isEqualTo("200002");
                assertThat(keeping.next()).isEmpty();
                assertThat(clean.connect("", true, 0).hex()).isEqualTo("200000");
            }
        }

        @Test
        void must_come_in_time() {
            try (var client = socket()) {
                client.hex("10 0d 0004");
                assertThat(client.next()).isEmpty();
            }
        }

        @Test
        void may_come_byte_by_byte_and_the_next_with_it() {
            try (var client = socket()) {
                var hex = CONNECT.replace(" ", "") + "c000c000";
                IntStream.range(0, hex.length() / 2).forEach(i -> client.hex(hex.substring(2 * i, 2 * i + 2)));
                assertThat(client.receive().hex()).isEqualTo("200000");
                assertThat(client.receive().type()).isEqualTo(RawClient.PINGRESP);
                assertThat(client.receive().type()).isEqualTo(RawClient.PINGRESP);
            }
        }
    }

    @Nested
    class A_later_packet {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    CONNECT, // a second one
                    "36 05 0001 74 0001", // QoS 3
                    "30 06 0003 612f23 6d", // a wildcard in a topic name
                    "30 03 0000 6d", // an empty topic name
                    "30 05 0002 c328 6d", // a topic that is not UTF-8
                    "82 06 0001 0001 ff 00", // a filter that is not UTF-8
                    "30 04 0001 00 6d", // a topic with a zero character
                    "32 05 0001 74 0000", // packet id 0
                    "82 02 0001", // no filter
                    "82 06 0001 0001 74 03", // a filter at QoS 3
                    "82 06 0001 0001 74 04", // reserved bits beside the QoS
                    "82 06 0001 0001 74 10",
                    "80 06 0001 0001 74 00", // wrong flags
                    "60 02 0001", // wrong flags
                    "30 00", // shorter than its fields
                    "32 03 0001 74",
                    "82 09 0001 0001 74 00 0001 75",
                    "20 02 0000", // the broker's own packet
                    "e0 01 00", // a DISCONNECT of MQTT 5
                    "40 03 0001 00", // an acknowledgement of MQTT 5
                    "f0 00",
                    "00 00"
                })
        void that_breaks_the_rules_closes(String hex) {
            try (var client = connected(broker.port(), "c", true)) {
                client.hex(hex);
                assertThat(client.next()).isEmpty();
            }
        }

        @Test
        void above_the_limit_closes_and_below_it_passes() {
            try (var client = connected(broker.port(), "c", true)) {
                client.publish("x", "m".repeat(900), 1, 1, false);
                assertThat(client.receive().hex()).isEqualTo("400001");
                client.publish("x", "m".repeat(1_001), 1, 2, false);
                assertThat(client.next()).isEmpty();
            }
        }

        @Test
        void with_a_filter_that_is_none_is_answered_with_0x80() {
            try (var client = connected(broker.port(), "c", true)) {
                assertThat(client.subscribe("a/#/b", 1).hex()).isEqualTo("90000180");
                client.ping();
                assertThat(client.receive().type()).isEqualTo(RawClient.PINGRESP);
            }
        }
    }

    @Nested
    class Keep_alive {
        @Test
        void ends_a_silent_client_after_one_and_a_half_times_and_not_before() {
            try (var client = socket()) {
                long from = System.nanoTime();
                client.connect("silent", true, 1);
                assertThat(client.next()).isEmpty();
                assertThat(Duration.ofNanos(System.nanoTime() - from))
                        .isBetween(Duration.ofMillis(1_490), Duration.ofSeconds(10));
            }
        }

        /// What it sent meanwhile is unread: it counted as silence.
        @Test
        void spares_one_whose_packet_takes_the_broker_longer() {
            var router = broker.node().whereis(Router.NAME).orElseThrow();
            try (var client = socket().patience(Duration.ofSeconds(2))) {
                client.connect("waiting", true, 1);
                Sys.of(router).suspend();
                client.publish("t", "m", 1, 1, false);
                assertSilent(client);
                client.ping();
                Sys.of(router).resume();
                assertThat(client.receive().hex()).isEqualTo("400001");
                assertThat(client.receive().type()).isEqualTo(RawClient.PINGRESP);
            }
        }

        @Test
        void begins_when_the_client_is_accepted_however_long_that_takes() {
            try (var older = connected(broker.port(), "s", true);
                    var newer = socket().patience(Duration.ofSeconds(2))) {
                var session = broker.node().whereis(Session.name("s")).orElseThrow();
                Sys.of(session).suspend();
                assertThatThrownBy(() -> newer.connect("s", true, 1)).hasCauseInstanceOf(SocketTimeoutException.class);
                Sys.of(session).resume();
                assertThat(newer.receive().hex()).isEqualTo("200000");
                assertThat(older.next()).isEmpty();
            }
        }

        private static void assertSilent(RawClient client) {
            assertThatThrownBy(client::next)
                    .isInstanceOf(UncheckedIOException.class)
                    .hasCauseInstanceOf(SocketTimeoutException.class);
        }

        @Test
        void spares_one_that_pings() {
            try (var client = socket().patience(Duration.ofSeconds(1))) {
                client.connect("pinging", true, 1);
                for (int i = 0; i < 3; i++) {
                    assertSilent(client);
                    client.ping();
                    assertThat(client.receive().type()).isEqualTo(RawClient.PINGRESP);
                }
            }
        }
    }
}
