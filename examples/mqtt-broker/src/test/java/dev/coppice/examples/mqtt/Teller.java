package dev.coppice.examples.mqtt;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.mqtt.MqttFixedHeader;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttPublishVariableHeader;
import io.netty.handler.codec.mqtt.MqttQoS;
import java.nio.charset.StandardCharsets;

/// Publishes 0, 1, 2 … to a topic of its own, each when the one before has been acknowledged, and says again after each arrival what is not.
final class Teller extends Visitor {
    private enum Phase {
        NEXT,
        SAID,
        RELEASED
    }

    private final MqttQoS qos;
    private final int count;
    private Phase phase = Phase.NEXT;

    /// How many have been acknowledged.
    int told;

    Teller(String id, Broker broker, MqttQoS qos, int count) {
        super(id, broker);
        this.qos = qos;
        this.count = count;
    }

    @Override
    void arrived() {
        switch (phase) {
            case NEXT -> {}
            case SAID -> publish(true);
            case RELEASED -> release();
        }
    }

    @Override
    void step() {
        if (phase == Phase.NEXT && told < count) {
            phase = Phase.SAID;
            publish(false);
        }
    }

    private int packet() {
        return told + 1;
    }

    private void publish(boolean again) {
        var payload = Unpooled.copiedBuffer("" + told, StandardCharsets.UTF_8);
        say(
                new MqttPublishMessage(
                        new MqttFixedHeader(MqttMessageType.PUBLISH, again, qos, false, 0),
                        new MqttPublishVariableHeader("said/" + id, packet()),
                        payload));
    }

    private void release() {
        say(
                new MqttMessage(
                        new MqttFixedHeader(MqttMessageType.PUBREL, false, MqttQoS.AT_LEAST_ONCE, false, 0),
                        MqttMessageIdVariableHeader.from(packet())));
    }

    @Override
    void heard(MqttMessage message) {
        if (idOf(message) != packet()) {
            return; // an echo of one that was said twice
        }
        switch (message.fixedHeader().messageType()) {
            case PUBACK, PUBCOMP -> {
                phase = Phase.NEXT;
                told++;
            }
            case PUBREC -> {
                phase = Phase.RELEASED;
                release();
            }
            default -> throw new IllegalStateException("a publisher is not told " + message);
        }
    }

    @Override
    boolean isContent() {
        return told == count;
    }
}
