package dev.coppice.examples.mqtt;

import io.netty.handler.codec.mqtt.MqttFixedHeader;
import io.netty.handler.codec.mqtt.MqttMessage;
import io.netty.handler.codec.mqtt.MqttMessageBuilders;
import io.netty.handler.codec.mqtt.MqttMessageIdVariableHeader;
import io.netty.handler.codec.mqtt.MqttMessageType;
import io.netty.handler.codec.mqtt.MqttPublishMessage;
import io.netty.handler.codec.mqtt.MqttQoS;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Subscribes to everything at QoS 2, and keeps what it hears, in order, by topic.
final class Hearer extends Visitor {
    private static final int SUBSCRIPTION = 1;

    final Map<String, List<Integer>> heard = new HashMap<>();
    boolean subscribed;

    /// QoS 2 packets that were received and not yet released.
    private final Set<Integer> unreleased = new HashSet<>();

    Hearer(String id, Broker broker) {
        super(id, broker);
    }

    @Override
    void arrived() {
        if (!subscribed) {
            say(
                    MqttMessageBuilders.subscribe()
                            .messageId(SUBSCRIPTION)
                            .addSubscription(MqttQoS.EXACTLY_ONCE, "said/#")
                            .addSubscription(MqttQoS.EXACTLY_ONCE, "will/#")
                            .build());
        }
    }

    @Override
    void heard(MqttMessage message) {
        switch (message.fixedHeader().messageType()) {
            case SUBACK -> subscribed = true;
            case PUBLISH -> receive((MqttPublishMessage) message);
            case PUBREL -> {
                unreleased.remove(idOf(message));
                answer(MqttMessageType.PUBCOMP, idOf(message));
            }
            default -> throw new IllegalStateException("a subscriber is not told " + message);
        }
    }

    private void receive(MqttPublishMessage publish) {
        int packet = publish.variableHeader().packetId();
        boolean once = publish.fixedHeader().qosLevel() == MqttQoS.EXACTLY_ONCE;
        if (!once || unreleased.add(packet)) {
            heard.computeIfAbsent(publish.variableHeader().topicName(), _ -> new ArrayList<>())
                    .add(Integer.valueOf(publish.payload().toString(StandardCharsets.UTF_8)));
        }
        answer(once ? MqttMessageType.PUBREC : MqttMessageType.PUBACK, packet);
    }

    private void answer(MqttMessageType type, int packet) {
        say(
                new MqttMessage(
                        new MqttFixedHeader(type, false, MqttQoS.AT_MOST_ONCE, false, 0),
                        MqttMessageIdVariableHeader.from(packet)));
    }

    @Override
    void step() {}

    @Override
    boolean isContent() {
        return subscribed;
    }

    List<Integer> heard(String topic) {
        return heard.getOrDefault(topic, List.of());
    }
}
