package dev.coppice.examples.mqtt;

import static dev.coppice.examples.mqtt.RawClient.PUBACK;
import static dev.coppice.examples.mqtt.RawClient.connected;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssertAlternative;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Each limit, and who may do what.
class LimitsTest {

    private static void publishes(RawClient publisher, String topic, String payload, int id) {
        publisher.publish(topic, payload, 1, id, false);
        assertThat(publisher.receive().hex()).isEqualTo("%02x%04x".formatted(PUBACK << 4, id));
    }

    @Nested
    class Connections {
        @Test
        void above_the_limit_are_closed_and_one_that_ends_makes_room() {
            try (var broker = TestBroker.start("--max-connections", "2");
                    var one = connected(broker.port(), "1", true);
                    var two = connected(broker.port(), "2", true);
                    var three = new RawClient(broker.port())) {
                assertThat(three.next()).isEmpty();
                two.disconnect();
                assertThat(two.next()).isEmpty();
                one.ping();
                assertThat(one.receive().type()).isEqualTo(RawClient.PINGRESP);
                connected(broker.port(), "4", true).close();
            }
        }
    }

    @Nested
    class Sessions {
        @Test
        void above_the_limit_are_answered_with_0x03_and_known_ones_come_in() {
            try (var broker = TestBroker.start("--max-sessions", "1");
                    var one = connected(broker.port(), "1", false);
                    var two = new RawClient(broker.port())) {
                assertThat(two.connect("2", true, 0).hex()).isEqualTo("200003");
                assertThat(two.next()).isEmpty();
                one.close();
                connected(broker.port(), "1", false).close();
            }
        }
    }

    @Nested
    class A_queue {
        @Test
        void that_is_full_drops_the_newest_for_that_client_alone() {
            try (var broker = TestBroker.start("--max-queue", "3");
                    var away = connected(broker.port(), "away", false);
                    var there = connected(broker.port(), "there", true);
                    var publisher = connected(broker.port(), "p", true)) {
                away.subscribe("t", 1);
                there.subscribe("t", 1);
                away.disconnect();
                assertThat(away.next()).isEmpty();
                for (int i = 1; i <= 5; i++) {
                    publishes(publisher, "t", "" + i, i);
                    var seen = there.receive();
                    assertThat(seen.payload()).isEqualTo("" + i);
                    there.acknowledge(PUBACK, seen.id());
                }
                try (var back = connected(broker.port(), "away", false)) {
                    for (int i = 1; i <= 3; i++) {
                        assertThat(back.receive().payload()).isEqualTo("" + i);
                    }
                    publishes(publisher, "t", "last", 9);
                    assertThat(back.receive().payload()).isEqualTo("last");
                }
            }
        }
    }

    @Nested
    class A_slow_subscriber {
        @Test
        void slows_no_publisher_and_no_other_subscriber_and_gets_what_the_limits_keep() {
            try (var broker = TestBroker.start("--max-queue", "500");
                    var slow = new RawClient(broker.port(), 4 * 1024);
                    var fast = connected(broker.port(), "fast", true);
                    var publisher = connected(broker.port(), "p", true)) {
                slow.connect("slow", true, 0);
                slow.subscribe("t", 0);
                fast.subscribe("t", 0);
                var payload = "m".repeat(10_000);
                for (int i = 1; i <= 3_000; i++) {
                    publishes(publisher, "t", payload, i);
                    assertThat(fast.receive().payload()).hasSize(10_000);
                }
                publishes(publisher, "t", "last", 1);
                assertThat(fast.receive().payload()).isEqualTo("last");
                assertThat(slow.receive().payload()).as("it is served still, at its own speed").hasSize(10_000);
            }
        }
    }

    @Nested
    class A_subscriber_at_qos_2_that_answers_each_message {
        /// Each PUBREL counted as a delivery and asked for another batch: what was under way grew until the client looked deaf.
        @Test
        void is_given_one_batch_at_a_time_however_slow_its_line() {
            try (var broker = TestBroker.start();
                    var slow = new RawClient(broker.port(), 4 * 1024);
                    var publisher = connected(broker.port(), "p", true)) {
                slow.connect("slow", true, 0);
                slow.subscribe("t", 2);
                var payload = "m".repeat(200_000);
                for (int i = 1; i <= 70; i++) {
                    publisher.publish("t", payload, 2, i, false);
                    assertThat(publisher.receive().type()).isEqualTo(RawClient.PUBREC);
                }
                for (int seen = 0; seen < 70; ) {
                    var frame = slow.receive();
                    boolean message = frame.type() == RawClient.PUBLISH;
                    slow.acknowledge(message ? RawClient.PUBREC : RawClient.PUBCOMP, frame.id());
                    seen += message ? 1 : 0;
                }
            }
        }
    }

    @Nested
    class A_client_that_does_not_read_its_answers {
        @Test
        void is_disconnected() {
            try (var broker = TestBroker.start("--max-packet", "1000", "--write-buffer", "140000");
                    var deaf = new RawClient(broker.port(), 4 * 1024);
                    var watcher = connected(broker.port(), "w", true)) {
                watcher.subscribe("will", 0);
                deaf.connectWithWill("deaf", true, "will", "disconnected");
                assertThatThrownBy(
                                () -> {
                                    var pings = "c000".repeat(50_000);
                                    for (int i = 0; i < 1_000; i++) {
                                        deaf.hex(pings);
                                    }
                                })
                        .isInstanceOf(UncheckedIOException.class);
                assertThat(watcher.receive().payload()).isEqualTo("disconnected");
            }
        }
    }

    @Nested
    class Subscriptions {
        @Test
        void above_the_limit_are_answered_with_0x80() {
            try (var broker = TestBroker.start("--max-subscriptions", "1");
                    var client = connected(broker.port(), "c", true)) {
                assertThat(client.subscribe("a", 1).hex()).isEqualTo("90000101");
                assertThat(client.subscribe("b", 1).hex()).isEqualTo("90000180");
                publishes(client, "b", "m", 1);
                client.publish("a", "last", 0, 0, false);
                assertThat(client.receive().payload()).isEqualTo("last");
            }
        }

        @Test
        void that_are_there_already_are_replaced_at_the_limit_too() {
            try (var broker = TestBroker.start("--max-subscriptions", "1");
                    var client = connected(broker.port(), "c", true)) {
                assertThat(client.subscribe("a", 0).hex()).isEqualTo("90000100");
                assertThat(client.subscribe("a", 1).hex()).isEqualTo("90000101");
                assertThat(client.subscribe("b", 1).hex()).isEqualTo("90000180");
                publishes(client, "a", "m", 1);
                assertThat(client.receive().qos()).isEqualTo(1);
            }
        }
    }

    @Nested
    class Rules_and_users {
        @TempDir private Path folder;

        @Test
        void shipped_with_the_example_refuse_one_subscription_and_deliver_nothing_of_it_through_a_wider_one() {
            try (var broker = TestBroker.start();
                    var client = connected(broker.port(), "c", true)) {
                assertThat(client.subscribe("test/nosubscribe", 1).hex()).isEqualTo("90000180");
                assertThat(client.subscribe("test/#", 1).hex()).isEqualTo("90000101");
                publishes(client, "test/nosubscribe", "closed", 1);
                client.publish("test/open", "open", 0, 0, false);
                assertThat(client.receive().payload()).isEqualTo("open");
            }
        }

        @Test
        void decide_who_comes_in_and_what_he_may_do() throws Exception {
            var rules = Files.writeString(folder.resolve("rules"), "allow all alice #\ndeny publish * news/#\n");
            try (var broker =
                            TestBroker.start(
                                    "--user", "alice=wonder", "--user", "bob=builder", "--rules", rules.toString());
                    var anonymous = new RawClient(broker.port());
                    var wrong = new RawClient(broker.port());
                    var alice = new RawClient(broker.port());
                    var bob = new RawClient(broker.port())) {
                assertThat(anonymous.connect("x", true, 0).hex()).isEqualTo("200005");
                assertThat(anonymous.next()).isEmpty();
                assertThat(login(wrong, "w", "alice", "wander").hex()).isEqualTo("200004");
                assertThat(wrong.next()).isEmpty();
                assertThat(login(alice, "a", "alice", "wonder").hex()).isEqualTo("200000");
                assertThat(login(bob, "b", "bob", "builder").hex()).isEqualTo("200000");
                alice.subscribe("news/#", 0);
                publishes(bob, "news/today", "false", 1);
                alice.publish("news/today", "true", 0, 0, false);
                assertThat(alice.receive().payload()).isEqualTo("true");
            }
        }

        @Test
        void keep_a_session_from_another_user_with_the_same_client_id() {
            try (var broker = TestBroker.start("--user", "alice=wonder", "--user", "bob=builder");
                    var alice = new RawClient(broker.port());
                    var bob = new RawClient(broker.port())) {
                login(alice, "same", "alice", "wonder");
                alice.subscribe("secret", 1);
                publishes(alice, "secret", "for alice", 1);
                assertThat(login(bob, "same", "bob", "builder").hex()).as("no session present").isEqualTo("200000");
                publishes(bob, "secret", "m", 1);
                bob.subscribe("t", 0);
                bob.publish("t", "last", 0, 0, false);
                assertThat(bob.receive().payload()).isEqualTo("last");
            }
        }

        private RawClient.Frame login(RawClient client, String id, String user, String password) {
            client.send(
                    0x10,
                    RawClient.bytes("MQTT"),
                    new byte[] {4, (byte) 0xc0},
                    RawClient.number(0),
                    RawClient.bytes(id),
                    RawClient.bytes(user),
                    RawClient.bytes(password));
            return client.receive();
        }
    }

    @Nested
    class Settings_that_make_no_sense {
        @TempDir private Path folder;

        private static ThrowableAssertAlternative<IllegalArgumentException> assertRefused(String... options) {
            return assertThatIllegalArgumentException().isThrownBy(() -> Settings.of(options));
        }

        @Test
        void are_refused_with_the_remedy() {
            assertRefused("--max-queue", "0").withMessage("--max-queue must be at least 1, was 0");
            assertRefused("--write-buffer", "1000").withMessageStartingWith("--write-buffer must be at least");
            // Twice this is no int.
            assertRefused("--max-packet", "1100000000", "--max-queue-bytes", "2000000000")
                    .withMessageStartingWith("--write-buffer must be at least");
            assertRefused("--max-subscriptions", "-1").withMessage("--max-subscriptions must be at least 1, was -1");
            assertRefused("--max-retained", "-1").withMessage("--max-retained must be at least 0, was -1");
            assertRefused("--connect-within", "PT0S")
                    .withMessage("--connect-within must be more than nothing, was PT0S");
            assertRefused("--port", "65536").withMessage("--port must be between 0 and 65535, was 65536");
        }

        @Test
        void in_the_rules_are_refused_before_anything_starts() throws Exception {
            assertRefused("--rules", folder.resolve("missing").toString())
                    .withMessageStartingWith("--rules cannot be read: ");
            var rules = Files.writeString(folder.resolve("rules"), "allow write alice #\n");
            assertRefused("--rules", rules.toString())
                    .withMessageStartingWith("the rule \"allow write alice #\" should be: ");
        }
    }
}
