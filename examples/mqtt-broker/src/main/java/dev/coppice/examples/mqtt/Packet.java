package dev.coppice.examples.mqtt;

import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import io.netty.handler.codec.mqtt.MqttQoS;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;

/// The control packets of MQTT 3.1.1, without their bytes.
sealed interface Packet {

    /// What a client may send. A `switch` over it is the whole protocol.
    sealed interface Inbound extends Packet {}

    /// What the broker may send.
    sealed interface Outbound extends Packet {}

    /// @param user empty for an anonymous client
    /// @param keepAliveSeconds 0 for none
    record Connect(
            String client,
            boolean clean,
            int keepAliveSeconds,
            Optional<Message> will,
            Optional<String> user,
            Optional<Secret> password)
            implements Inbound {}

    record Connack(MqttConnectReturnCode code, boolean sessionPresent) implements Outbound {}

    /// @param id 0 at QoS 0
    /// @param dup sent before, perhaps in vain
    record Publish(Message message, int id, boolean dup) implements Inbound, Outbound {}

    record Puback(int id) implements Inbound, Outbound {}

    record Pubrec(int id) implements Inbound, Outbound {}

    record Pubrel(int id) implements Inbound, Outbound {}

    record Pubcomp(int id) implements Inbound, Outbound {}

    record Subscribe(int id, List<Wish> wishes) implements Inbound {}

    /// The QoS granted for each wish, [MqttQoS#FAILURE] (0x80) for a refusal.
    record Suback(int id, List<MqttQoS> granted) implements Outbound {}

    record Unsubscribe(int id, List<String> filters) implements Inbound {}

    record Unsuback(int id) implements Outbound {}

    record Pingreq() implements Inbound {}

    record Pingresp() implements Outbound {}

    record Disconnect() implements Inbound {}

    /// What could not be read; nothing after it can be.
    ///
    /// @param answer what a client is told whose CONNECT this was
    record Malformed(String why, Optional<MqttConnectReturnCode> answer) implements Inbound {}

    record Wish(String filter, MqttQoS qos) {}

    /// A password that no log shows.
    final class Secret {
        private final byte[] bytes;

        Secret(byte[] bytes) {
            this.bytes = bytes.clone();
        }

        /// In constant time, so that an answer's delay tells nothing about the password.
        boolean is(byte[] expected) {
            return MessageDigest.isEqual(bytes, expected);
        }

        @Override
        public String toString() {
            return "***";
        }
    }
}
