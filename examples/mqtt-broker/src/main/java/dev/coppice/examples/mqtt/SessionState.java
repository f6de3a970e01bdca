package dev.coppice.examples.mqtt;

import io.netty.handler.codec.mqtt.MqttQoS;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// One session in [MemoryStore]. Guarded by its own monitor: the store holds it for every step.
final class SessionState {
    final Outbox outbox;
    final Map<String, MqttQoS> subscriptions = new LinkedHashMap<>();

    /// QoS 2 packets that the client has not released yet: a second copy of them is a repetition.
    final Set<Integer> unreleased = new HashSet<>();

    final String user;
    final boolean clean;
    boolean online;
    private boolean overflowing;
    Optional<Message> will = Optional.empty();

    SessionState(String user, boolean clean, Outbox outbox) {
        this.user = user;
        this.clean = clean;
        this.outbox = outbox;
    }

    void offline() {
        online = false;
        outbox.dropQos0();
    }

    /// False when the message is the first that is dropped since the queue was half empty: worth a line, as the next ones are not.
    ///
    /// QoS 0 is not kept for somebody who is away: that is what QoS 0 means.
    boolean add(Message message) {
        if (!online && message.qos() == MqttQoS.AT_MOST_ONCE) {
            return true;
        }
        overflowing &= !outbox.isHalfEmpty();
        boolean known = overflowing;
        overflowing |= !outbox.add(message);
        return known || !overflowing;
    }

    Optional<Message> takeWill() {
        var taken = will;
        will = Optional.empty();
        return taken;
    }

    Store.Summary info() {
        return new Store.Summary(user, clean, online, will);
    }
}
