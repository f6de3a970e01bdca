package dev.coppice.examples.mqtt;

import io.netty.handler.codec.mqtt.MqttConnectReturnCode;
import java.util.Optional;

/// The hook that says who may do what; the shipped one is [Rules]. Called by connections and by the router, from many actors at once.
/// It may block: a connection that waits for a directory server holds no thread and nobody else up.
interface Access {
    /// The user of a client that gave none.
    String ANONYMOUS = "";

    /// The protocol's answer to a CONNECT.
    MqttConnectReturnCode login(String client, Optional<String> user, Optional<Packet.Secret> password);

    boolean mayPublish(String user, String topic);

    /// Asked for a filter when it is subscribed to, and for each topic before a message goes out: a wide filter does not open a closed
    /// topic.
    boolean mayRead(String user, String filter);
}
