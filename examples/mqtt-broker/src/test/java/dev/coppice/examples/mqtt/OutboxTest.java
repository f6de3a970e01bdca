package dev.coppice.examples.mqtt;

import static io.netty.handler.codec.mqtt.MqttQoS.AT_LEAST_ONCE;
import static io.netty.handler.codec.mqtt.MqttQoS.AT_MOST_ONCE;
import static io.netty.handler.codec.mqtt.MqttQoS.EXACTLY_ONCE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.mqtt.MqttQoS;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class OutboxTest {
    private final Outbox outbox = new Outbox(5, 102, 2);

    static Message message(String text, MqttQoS qos) {
        return new Message("t", ByteBuffer.wrap(text.getBytes(UTF_8)), qos, false);
    }

    private static Packet.Publish sent(String text, MqttQoS qos, int id, boolean dup) {
        return new Packet.Publish(message(text, qos), id, dup);
    }

    private List<Packet.Outbound> next() {
        return outbox.next(100, 1_000_000);
    }

    @Nested
    class Adding {
        @Test
        void stops_at_the_limit_and_goes_on_when_there_is_room() {
            for (int i = 0; i < 5; i++) {
                assertThat(outbox.add(message("m", AT_MOST_ONCE))).isTrue();
            }
            assertThat(outbox.add(message("too much", AT_MOST_ONCE))).isFalse();
            assertThat(next()).hasSize(5);
            assertThat(outbox.add(message("m", AT_MOST_ONCE))).isTrue();
        }
    }

    @Nested
    class Bytes {
        @Test
        void have_a_limit_too_and_are_free_again_when_the_message_is_sent() {
            assertThat(outbox.add(message("m".repeat(60), AT_LEAST_ONCE))).isTrue();
            assertThat(outbox.isHalfEmpty()).isFalse();
            assertThat(outbox.add(message("m".repeat(41), AT_LEAST_ONCE))).isFalse();
            assertThat(outbox.add(message("m".repeat(40), AT_MOST_ONCE))).isTrue();
            outbox.dropQos0();
            assertThat(next()).hasSize(1);
            assertThat(outbox.isHalfEmpty()).isTrue();
            assertThat(outbox.add(message("m".repeat(100), AT_LEAST_ONCE))).isTrue();
        }
    }

    @Nested
    class Topics {
        @Test
        void count_as_well_as_payloads() {
            var empty = ByteBuffer.allocate(0);
            assertThat(outbox.add(new Message("t".repeat(103), empty, AT_LEAST_ONCE, false))).isFalse();
            assertThat(outbox.add(new Message("t".repeat(102), empty, AT_LEAST_ONCE, false))).isTrue();
        }
    }

    @Nested
    class Next {
        @Test
        void keeps_the_order_and_no_more_than_the_window_under_way() {
            outbox.add(message("1", AT_LEAST_ONCE));
            outbox.add(message("2", AT_MOST_ONCE));
            outbox.add(message("3", EXACTLY_ONCE));
            outbox.add(message("4", AT_LEAST_ONCE));
            outbox.add(message("5", AT_MOST_ONCE));
            assertThat(next())
                    .containsExactly(
                            sent("1", AT_LEAST_ONCE, 1, false),
                            sent("2", AT_MOST_ONCE, 0, false),
                            sent("3", EXACTLY_ONCE, 2, false));
            assertThat(next()).isEmpty();
            outbox.acknowledged(1);
            assertThat(next()).containsExactly(sent("4", AT_LEAST_ONCE, 3, false), sent("5", AT_MOST_ONCE, 0, false));
        }

        @Test
        void gives_as_much_as_is_asked_for_and_always_one() {
            outbox.add(message("12345", AT_MOST_ONCE));
            outbox.add(message("12345", AT_MOST_ONCE));
            outbox.add(message("12345", AT_MOST_ONCE));
            assertThat(outbox.next(10, 1)).hasSize(1);
            assertThat(outbox.next(1, 1_000)).hasSize(1);
            assertThat(outbox.next(10, 1_000)).hasSize(1);
        }

        @Test
        void skips_ids_that_are_under_way_and_never_gives_zero() {
            outbox.add(message("slow", AT_LEAST_ONCE));
            assertThat(next()).containsExactly(sent("slow", AT_LEAST_ONCE, 1, false));
            for (int i = 2; i <= 0xffff; i++) {
                outbox.add(message("m", AT_LEAST_ONCE));
                assertThat(next()).containsExactly(sent("m", AT_LEAST_ONCE, i, false));
                outbox.acknowledged(i);
            }
            outbox.add(message("m", AT_LEAST_ONCE));
            assertThat(next()).containsExactly(sent("m", AT_LEAST_ONCE, 2, false));
        }
    }

    @Nested
    class Resend {
        @Test
        void repeats_with_dup_what_is_under_way_in_order_before_anything_new() {
            outbox.add(message("1", AT_LEAST_ONCE));
            outbox.add(message("2", EXACTLY_ONCE));
            next();
            outbox.add(message("0", AT_MOST_ONCE));
            outbox.resend();
            assertThat(next())
                    .containsExactly(
                            sent("1", AT_LEAST_ONCE, 1, true),
                            sent("2", EXACTLY_ONCE, 2, true),
                            sent("0", AT_MOST_ONCE, 0, false));
            assertThat(next()).isEmpty();
        }

        @Test
        void repeats_the_release_and_not_the_message_after_a_pubrec() {
            outbox.add(message("2", EXACTLY_ONCE));
            next();
            outbox.received(1);
            outbox.resend();
            assertThat(next()).containsExactly(new Packet.Pubrel(1));
        }

        @Test
        void repeats_releases_in_the_order_of_their_pubrecs_and_messages_in_that_of_their_sending() {
            var wide = new Outbox(5, 102, 4);
            for (int i = 1; i <= 4; i++) {
                wide.add(message("" + i, EXACTLY_ONCE));
            }
            wide.next(10, 1000);
            wide.received(3);
            wide.received(1);
            wide.resend();
            assertThat(wide.next(10, 1000))
                    .containsExactly(
                            sent("2", EXACTLY_ONCE, 2, true),
                            sent("4", EXACTLY_ONCE, 4, true),
                            new Packet.Pubrel(3),
                            new Packet.Pubrel(1));
        }

        @Test
        void forgets_what_is_acknowledged_before_it_was_repeated() {
            outbox.add(message("1", AT_LEAST_ONCE));
            next();
            outbox.resend();
            outbox.acknowledged(1);
            assertThat(next()).isEmpty();
            assertThat(outbox.flying()).isZero();
        }
    }

    @Nested
    class Acknowledgements {
        @Test
        void end_a_qos_2_message_in_two_steps_only() {
            outbox.add(message("2", EXACTLY_ONCE));
            next();
            outbox.completed(1);
            outbox.acknowledged(1);
            assertThat(outbox.flying()).as("neither fits: it waits for PUBREC").isOne();
            outbox.received(1);
            outbox.acknowledged(1);
            assertThat(outbox.flying()).as("now it waits for PUBCOMP").isOne();
            outbox.completed(1);
            assertThat(outbox.flying()).isZero();
        }

        @Test
        void that_fit_nothing_are_ignored() {
            outbox.add(message("1", AT_LEAST_ONCE));
            next();
            outbox.received(1);
            outbox.completed(1);
            outbox.acknowledged(77);
            assertThat(outbox.flying()).isOne();
        }
    }
}
