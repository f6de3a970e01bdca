package dev.coppice.examples.mqtt;

import static io.netty.handler.codec.mqtt.MqttQoS.AT_LEAST_ONCE;
import static io.netty.handler.codec.mqtt.MqttQoS.AT_MOST_ONCE;
import static java.util.Objects.requireNonNull;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The sender's half of QoS 0, 1 and 2 for one client: what waits, what is under way, and what is to be sent again. Not thread-safe.
///
/// ```
/// waiting -- next --> QoS 0: gone
///                     QoS 1: sent     -- PUBACK --> gone
///                     QoS 2: sent     -- PUBREC --> released -- PUBCOMP --> gone
/// ```
final class Outbox {
    private static final int MAX_ID = 0xffff;

    /// A packet under way; `Released` has forgotten its message, which the client has.
    private sealed interface Flight {
        record Sent(Message message) implements Flight {}

        record Released() implements Flight {}
    }

    private final int maxWaiting;
    private final long maxBytes;
    private final int window;
    private final ArrayDeque<Message> waiting = new ArrayDeque<>();
    private long waitingBytes;

    /// In the order of a repetition: messages in that of their first sending, releases in that of their PUBRECs.
    private final Map<Integer, Flight> flying = new LinkedHashMap<>();

    /// The ids of `flying` that the present connection has not been sent.
    private final ArrayDeque<Integer> again = new ArrayDeque<>();

    private int lastId;

    /// @param maxWaiting how many messages may wait
    /// @param maxBytes and how much, in bytes of topics and payloads
    /// @param window how many may be under way; below 65,535, the number of packet ids
    Outbox(int maxWaiting, long maxBytes, int window) {
        this.maxWaiting = maxWaiting;
        this.maxBytes = maxBytes;
        this.window = window;
    }

    /// False when it is full.
    boolean add(Message message) {
        if (waiting.size() >= maxWaiting || waitingBytes + message.size() > maxBytes) {
            return false;
        }
        waitingBytes += message.size();
        return waiting.add(message);
    }

    boolean isHalfEmpty() {
        return waiting.size() <= maxWaiting / 2 && waitingBytes <= maxBytes / 2;
    }

    void dropQos0() {
        waiting.removeIf(message -> message.qos() == AT_MOST_ONCE);
        waitingBytes = waiting.stream().mapToLong(Message::size).sum();
    }

    /// @param bytes of topics and payloads, about: one packet always fits
    List<Packet.Outbound> next(int count, int bytes) {
        var packets = new ArrayList<Packet.Outbound>();
        for (int room = bytes; packets.size() < count && room > 0; ) {
            var packet = again.isEmpty() ? first() : Optional.of(repeat(again.removeFirst()));
            if (packet.isEmpty()) {
                break;
            }
            packets.add(packet.get());
            room -= packet.get() instanceof Packet.Publish(Message message, _, _) ? message.size() : 0;
        }
        return packets;
    }

    private Packet.Outbound repeat(int id) {
        return switch (requireNonNull(flying.get(id), "each id in `again` is under way")) {
            case Flight.Sent(Message message) -> new Packet.Publish(message, id, true);
            case Flight.Released() -> new Packet.Pubrel(id);
        };
    }

    private Optional<Packet.Outbound> first() {
        var message = waiting.peekFirst();
        boolean mayGo = message != null && (message.qos() == AT_MOST_ONCE || flying.size() < window);
        if (!mayGo) {
            return Optional.empty();
        }
        waitingBytes -= message.size();
        return Optional.of(send(waiting.removeFirst()));
    }

    private Packet.Outbound send(Message message) {
        if (message.qos() == AT_MOST_ONCE) {
            return new Packet.Publish(message, 0, false);
        }
        int id = freeId();
        flying.put(id, new Flight.Sent(message));
        return new Packet.Publish(message, id, false);
    }

    private int freeId() {
        do {
            lastId = lastId % MAX_ID + 1;
        } while (flying.containsKey(lastId));
        return lastId;
    }

    void resend() {
        again.clear();
        again.addAll(flying.keySet());
    }

    /// PUBACK. One that fits nothing under way is an echo, and ignored: so are the others.
    void acknowledged(int id) {
        if (flying.get(id) instanceof Flight.Sent(Message message) && message.qos() == AT_LEAST_ONCE) {
            end(id);
        }
    }

    /// PUBREC.
    void received(int id) {
        if (flying.get(id) instanceof Flight.Sent(Message message) && message.qos() != AT_LEAST_ONCE) {
            end(id);
            flying.put(id, new Flight.Released());
        }
    }

    /// PUBCOMP.
    void completed(int id) {
        if (flying.get(id) instanceof Flight.Released) {
            end(id);
        }
    }

    private void end(int id) {
        flying.remove(id);
        again.remove((Integer) id);
    }

    int waiting() {
        return waiting.size();
    }

    int flying() {
        return flying.size();
    }
}
