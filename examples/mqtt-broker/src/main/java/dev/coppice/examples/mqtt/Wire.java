package dev.coppice.examples.mqtt;

import static io.netty.handler.codec.mqtt.MqttConnectReturnCode.CONNECTION_REFUSED_IDENTIFIER_REJECTED;
import static io.netty.handler.codec.mqtt.MqttConnectReturnCode.CONNECTION_REFUSED_UNACCEPTABLE_PROTOCOL_VERSION;
import static io.netty.handler.codec.mqtt.MqttQoS.AT_LEAST_ONCE;
import static io.netty.handler.codec.mqtt.MqttQoS.AT_MOST_ONCE;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.mqtt.MqttConnAckMessage;
import io.netty.handler.codec.mqtt.MqttConnAckVariableHeader;
import io.netty.handler.codec.mqtt.MqttConnectMessage;
import io.netty.handler.codec.mqtt.MqttFixedHeader;
import io.netty.handler.codec.mqtt.MqttIdentifierRejectedException;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttPublishVariableHeader;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.netty.handler.codec.mqtt.MqttSubAckMessage;
import io.netty.handler.codec.mqtt.MqttSubAckPayload;
import io.netty.handler.codec.mqtt.MqttSubscribeMessage;
import io.netty.handler.codec.mqtt.MqttSubscriptionOption;
import io.netty.handler.codec.mqtt.MqttUnacceptableProtocolVersionException;
import io.netty.handler.codec.mqtt.MqttUnsubscribeMessage;
import java.nio.ByteBuffer;
import java.util.Optional;

/// Between Netty's messages and our packets. Pure; runs on Netty's threads.
final class Wire {
    private static final int LEVEL_OF_3_1_1 = 4;
    private static final Packet.Malformed WRONG_VERSION =
            new Packet.Malformed("not MQTT 3.1.1", Optional.of(CONNECTION_REFUSED_UNACCEPTABLE_PROTOCOL_VERSION));

    private Wire() {}

    /// The payload is copied: Netty's buffers are its own.
    static Packet.Inbound decode(MqttMessage message) {
        if (message.decoderResult().isFailure()) {
            return malformed(message.decoderResult().cause());
        }
        if (isLongerThanIn3(message.fixedHeader())) {
            return malformed(message.fixedHeader().messageType() + " with what only MQTT 5 has in it");
        }
        return switch (message.fixedHeader().messageType()) {
            case CONNECT -> connect((MqttConnectMessage) message);
            case PUBLISH -> publish((MqttPublishMessage) message);
            case PUBACK -> new Packet.Puback(id(message));
            case PUBREC -> new Packet.Pubrec(id(message));
            case PUBREL -> new Packet.Pubrel(id(message));
            case PUBCOMP -> new Packet.Pubcomp(id(message));
            case SUBSCRIBE -> subscribe((MqttSubscribeMessage) message);
            case UNSUBSCRIBE -> unsubscribe((MqttUnsubscribeMessage) message);
            case PINGREQ -> new Packet.Pingreq();
            case DISCONNECT -> new Packet.Disconnect();
            case CONNACK, SUBACK, UNSUBACK, PINGRESP, AUTH ->
                    malformed(message.fixedHeader().messageType() + " is not a client's to send");
        };
    }

    /// Netty's codec takes a reason in any version: a DISCONNECT with the wish that the will be published was taken for a clean one.
    private static boolean isLongerThanIn3(MqttFixedHeader header) {
        return switch (header.messageType()) {
            case PUBACK, PUBREC, PUBREL, PUBCOMP -> header.remainingLength() > 2;
            case DISCONNECT -> header.remainingLength() > 0;
            default -> false;
        };
    }

    private static Packet.Malformed malformed(Throwable cause) {
        return switch (cause) {
            case MqttUnacceptableProtocolVersionException _ -> WRONG_VERSION;
            case MqttIdentifierRejectedException e ->
                    new Packet.Malformed(
                            String.valueOf(e.getMessage()), Optional.of(CONNECTION_REFUSED_IDENTIFIER_REJECTED));
            default -> malformed(String.valueOf(cause.getMessage()));
        };
    }

    static Packet.Malformed malformed(String why) {
        return new Packet.Malformed(why, Optional.empty());
    }

    private static int id(MqttMessage message) {
        return ((MqttMessageIdVariableHeader) message.variableHeader()).messageId();
    }

    private static Packet.Inbound connect(MqttConnectMessage message) {
        var header = message.variableHeader();
        var payload = message.payload();
        if (header.version() != LEVEL_OF_3_1_1) {
            return WRONG_VERSION;
        }
        if (header.hasPassword() && !header.hasUserName()) {
            return malformed("CONNECT with a password and no user");
        }
        boolean willFlags = header.willQos() != 0 || header.isWillRetain();
        if (header.willQos() > 2 || (willFlags && !header.isWillFlag())) {
            return malformed("CONNECT with will QoS " + header.willQos() + " and will flag " + header.isWillFlag());
        }
        if (header.isWillFlag() && payload.willTopic() == null) {
            // What Netty's codec makes of a topic longer than 32,767 bytes.
            return malformed("CONNECT with a will topic that is too long");
        }
        var will =
                header.isWillFlag()
                        ? Optional.of(
                                new Message(
                                        payload.willTopic(),
                                        ByteBuffer.wrap(payload.willMessageInBytes()),
                                        MqttQoS.valueOf(header.willQos()),
                                        header.isWillRetain()))
                        : Optional.<Message>empty();
        return new Packet.Connect(
                payload.clientIdentifier(),
                header.isCleanSession(),
                header.keepAliveTimeSeconds(),
                will,
                Optional.ofNullable(payload.userName()),
                Optional.ofNullable(payload.passwordInBytes()).map(Packet.Secret::new));
    }

    private static Packet.Inbound publish(MqttPublishMessage message) {
        var fixed = message.fixedHeader();
        var bytes = new byte[message.payload().readableBytes()];
        message.payload().getBytes(message.payload().readerIndex(), bytes);
        var topic = message.variableHeader().topicName();
        if (fixed.isDup() && fixed.qosLevel() == AT_MOST_ONCE) {
            return malformed("PUBLISH with DUP at QoS 0");
        }
        int id = fixed.qosLevel() == AT_MOST_ONCE ? 0 : message.variableHeader().packetId();
        return new Packet.Publish(
                new Message(topic, ByteBuffer.wrap(bytes), fixed.qosLevel(), fixed.isRetain()), id, fixed.isDup());
    }

    private static Packet.Inbound subscribe(MqttSubscribeMessage message) {
        var wishes =
                message.payload().topicSubscriptions().stream()
                        .map(s -> new Packet.Wish(s.topicFilter(), s.qualityOfService()))
                        .toList();
        if (message.payload().topicSubscriptions().stream().anyMatch(s -> isOf5(s.option()))) {
            return malformed("SUBSCRIBE with options of MQTT 5");
        }
        return wishes.isEmpty()
                ? malformed("SUBSCRIBE without a topic filter")
                : new Packet.Subscribe(id(message), wishes);
    }

    /// Bits that are reserved in 3.1.1. Netty's codec reads them all the same, but for the highest two, which it drops.
    private static boolean isOf5(MqttSubscriptionOption option) {
        return !option.equals(MqttSubscriptionOption.onlyFromQos(option.qos()));
    }

    private static Packet.Inbound unsubscribe(MqttUnsubscribeMessage message) {
        var filters = message.payload().topics();
        return filters.isEmpty()
                ? malformed("UNSUBSCRIBE without a topic filter")
                : new Packet.Unsubscribe(id(message), filters);
    }

    static Object encode(Packet.Outbound packet) {
        return switch (packet) {
            case Packet.Connack(var code, boolean present) when code.byteValue() == 0 ->
                    new MqttConnAckMessage(
                            header(MqttMessageType.CONNACK), new MqttConnAckVariableHeader(code, present));
            // As bytes: after a CONNECT of another version Netty would answer in that version's form.
            case Packet.Connack(var code, _) -> Unpooled.wrappedBuffer(new byte[] {0x20, 2, 0, code.byteValue()});
            case Packet.Publish p -> publish(p);
            case Packet.Puback(int id) -> acknowledgement(MqttMessageType.PUBACK, id);
            case Packet.Pubrec(int id) -> acknowledgement(MqttMessageType.PUBREC, id);
            case Packet.Pubcomp(int id) -> acknowledgement(MqttMessageType.PUBCOMP, id);
            case Packet.Unsuback(int id) -> acknowledgement(MqttMessageType.UNSUBACK, id);
            case Packet.Pubrel(int id) ->
                    new MqttMessage(
                            new MqttFixedHeader(MqttMessageType.PUBREL, false, AT_LEAST_ONCE, false, 0),
                            MqttMessageIdVariableHeader.from(id));
            case Packet.Suback(int id, var granted) ->
                    new MqttSubAckMessage(
                            header(MqttMessageType.SUBACK),
                            MqttMessageIdVariableHeader.from(id),
                            new MqttSubAckPayload(granted.stream().map(MqttQoS::value).toList()));
            case Packet.Pingresp() -> MqttMessage.PINGRESP;
        };
    }

    private static MqttMessage publish(Packet.Publish publish) {
        var message = publish.message();
        ByteBuf payload = Unpooled.wrappedBuffer(message.payload().duplicate());
        return new MqttPublishMessage(
                new MqttFixedHeader(MqttMessageType.PUBLISH, publish.dup(), message.qos(), message.retain(), 0),
                new MqttPublishVariableHeader(message.topic(), publish.id()),
                payload);
    }

    private static MqttMessage acknowledgement(MqttMessageType type, int id) {
        return new MqttMessage(header(type), MqttMessageIdVariableHeader.from(id));
    }

    private static MqttFixedHeader header(MqttMessageType type) {
        return new MqttFixedHeader(type, false, AT_MOST_ONCE, false, 0);
    }
}
