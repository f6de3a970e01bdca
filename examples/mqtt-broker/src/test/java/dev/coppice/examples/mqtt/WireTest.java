package dev.coppice.examples.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttDecoder;
import io.netty.handler.codec.mqtt.MqttEncoder;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttQoS;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WireTest {

    private static Packet.Inbound decode(String hex) {
        var channel = new EmbeddedChannel(new MqttDecoder(100_000));
        channel.writeInbound(Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex.replace(" ", ""))));
        MqttMessage message = channel.readInbound();
        return Wire.decode(message);
    }

    private static String encode(Packet.Outbound packet) {
        var channel = new EmbeddedChannel(MqttEncoder.INSTANCE);
        channel.writeOutbound(Wire.encode(packet));
        ByteBuf bytes = channel.readOutbound();
        return ByteBufUtil.hexDump(bytes);
    }

    @Nested
    class Decoding {
        @Test
        void reads_a_connect_with_everything() {
            var packet = decode("10 1b 0004 4d515454 04 ee 000a 0001 63 0001 77 0002 6279 0001 75 0002 7077");
            assertThat(packet)
                    .isInstanceOfSatisfying(
                            Packet.Connect.class,
                            connect -> {
                                assertThat(connect.client()).isEqualTo("c");
                                assertThat(connect.clean()).isTrue();
                                assertThat(connect.keepAliveSeconds()).isEqualTo(10);
                                assertThat(connect.user()).contains("u");
                                assertThat(connect.password().orElseThrow().is(new byte[] {'p', 'w'})).isTrue();
                                assertThat(connect.will().orElseThrow())
                                        .hasToString("Message[w, 2 bytes, AT_LEAST_ONCE, retained]");
                            });
        }

        @Test
        void reads_a_publish_and_copies_its_payload() {
            assertThat(decode("3d 06 0001 74 0007 6d"))
                    .isEqualTo(
                            new Packet.Publish(
                                    new Message("t", ByteBuffer.wrap(new byte[] {'m'}), MqttQoS.EXACTLY_ONCE, true),
                                    7,
                                    true));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "10 0d 0004 4d515454 05 02 000a 00 0000", // MQTT 5
                    "10 0c 0004 4d515454 03 02 000a 0000", // the level of 3.1 under the name of 3.1.1
                    "10 0f 0006 4d5149736470 03 02 000a 0001 63", // MQTT 3.1
                    "10 0c 0004 4d515455 04 02 000a 0000" // another protocol
                })
        void answers_another_version_with_the_protocol_s_own_refusal(String hex) {
            assertThat(decode(hex))
                    .isInstanceOfSatisfying(
                            Packet.Malformed.class,
                            malformed ->
                                    assertThat(malformed.answer())
                                            .contains(
                                                    MqttConnectReturnCode
                                                            .CONNECTION_REFUSED_UNACCEPTABLE_PROTOCOL_VERSION));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "10 0c 0004 4d515454 04 03 000a 0000", // the reserved flag
                    "10 0e 0004 4d515454 04 42 000a 0000 0000", // a password and no user
                    "10 0c 0004 4d515454 04 0a 000a 0000", // a will QoS and no will
                    "10 0c 0004 4d515454 04 22 000a 0000", // a will's retain flag and no will
                    "10 12 0004 4d515454 04 1e 000a 0000 0001 77 0001 6d", // will QoS 3
                    "30 06 0003 612f23 6d", // a wildcard in a topic name
                    "36 05 0001 74 0001", // QoS 3
                    "38 03 0001 74", // DUP at QoS 0
                    "32 05 0001 74 0000", // packet id 0
                    "82 02 0001", // no filter
                    "80 06 0001 0001 74 00", // SUBSCRIBE with wrong flags
                    "82 06 0001 0001 74 03", // QoS 3 wished for
                    "a2 02 0001", // no filter
                    "60 02 0001", // PUBREL with wrong flags
                    "20 02 0000", // a CONNACK from a client
                    "e0 01 04", // MQTT 5's DISCONNECT with the will
                    "e0 02 00 00",
                    "40 03 0001 10", // and its acknowledgements with a reason
                    "50 03 0001 80",
                    "62 04 0001 92 00",
                    "70 03 0001 92",
                    "f0 00", // a type that 3.1.1 reserves
                    "00 00", // and the other one
                    "c0 ff ff ff ff 7f" // a length of five bytes
                })
        void calls_malformed_what_cannot_be_answered(String hex) {
            assertThat(decode(hex))
                    .isInstanceOfSatisfying(
                            Packet.Malformed.class, malformed -> assertThat(malformed.answer()).isEmpty());
        }

        /// Netty's codec says `null` for it, and the connection's actor crashed over that.
        @Test
        void calls_a_will_topic_of_60_000_bytes_malformed() {
            var topic = "77".repeat(60_000);
            assertThat(decode("10 f1 d4 03 0004 4d515454 04 06 000a 0001 63 ea60" + topic + "0000"))
                    .isInstanceOfSatisfying(
                            Packet.Malformed.class, malformed -> assertThat(malformed.why()).contains("will topic"));
        }

        @Test
        void calls_too_long_a_packet_malformed_before_it_has_come() {
            assertThat(decode("30 ff ff 7f 0001 74")).isInstanceOf(Packet.Malformed.class);
        }
    }

    @Nested
    class Encoding {
        @Test
        void writes_what_the_standard_says() {
            var message = new Message("t", ByteBuffer.wrap(new byte[] {'m'}), MqttQoS.AT_LEAST_ONCE, true);
            assertThat(encode(new Packet.Publish(message, 7, true))).isEqualTo("3b0600017400076d");
            assertThat(encode(new Packet.Publish(message, 7, true)))
                    .as("the payload can be written again")
                    .isEqualTo("3b0600017400076d");
            assertThat(encode(new Packet.Puback(258))).isEqualTo("40020102");
            assertThat(encode(new Packet.Pubrec(1))).isEqualTo("50020001");
            assertThat(encode(new Packet.Pubrel(1))).isEqualTo("62020001");
            assertThat(encode(new Packet.Pubcomp(1))).isEqualTo("70020001");
            assertThat(encode(new Packet.Suback(1, List.of(MqttQoS.EXACTLY_ONCE, MqttQoS.FAILURE))))
                    .isEqualTo("900400010280");
            assertThat(encode(new Packet.Unsuback(1))).isEqualTo("b0020001");
            assertThat(encode(new Packet.Pingresp())).isEqualTo("d000");
        }

        @Test
        void writes_the_answers_to_connect() {
            assertThat(encode(new Packet.Connack(MqttConnectReturnCode.CONNECTION_ACCEPTED, true)))
                    .isEqualTo("20020100");
            assertThat(encode(new Packet.Connack(MqttConnectReturnCode.CONNECTION_REFUSED_IDENTIFIER_REJECTED, false)))
                    .isEqualTo("20020002");
        }
    }
}
