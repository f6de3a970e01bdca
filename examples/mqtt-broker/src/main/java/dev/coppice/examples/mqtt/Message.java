package dev.coppice.examples.mqtt;

import io.netty.handler.codec.mqtt.MqttQoS;
import java.nio.ByteBuffer;

/// An application message. Immutable: whoever reads the payload reads a duplicate.
record Message(String topic, ByteBuffer payload, MqttQoS qos, boolean retain) {

    Message {
        payload = payload.asReadOnlyBuffer();
    }

    /// What it takes of a limit: its topic may be longer than its payload.
    int size() {
        return topic.length() + payload.remaining();
    }

    boolean isEmpty() {
        return !payload.hasRemaining();
    }

    /// For a subscriber that was granted this much: never more than was published.
    Message atMost(MqttQoS granted) {
        return granted.compareTo(qos) < 0 ? new Message(topic, payload, granted, retain) : this;
    }

    /// Live messages go out without the flag, retained ones with it.
    Message retained(boolean flag) {
        return flag == retain ? this : new Message(topic, payload, qos, flag);
    }

    @Override
    public String toString() {
        return "Message[" + topic + ", " + payload.remaining() + " bytes, " + qos + (retain ? ", retained]" : "]");
    }
}
