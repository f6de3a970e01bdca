package dev.coppice.examples.mqtt;

import io.netty.handler.codec.mqtt.MqttQoS;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

/// A [Store] that lives as long as the JVM. A monitor per session and one for what is retained; no step waits while it holds one.
final class MemoryStore implements Store {
    private final int maxQueue;
    private final long maxQueueBytes;
    private final int window;
    private final int maxRetained;
    private final long maxRetainedBytes;
    private final Map<String, SessionState> sessions = new ConcurrentHashMap<>();

    /// Guarded by itself. Sorted, so that a filter's topics are among those with its fixed beginning.
    private final TreeMap<String, Message> retained = new TreeMap<>();

    /// Guarded by `retained`.
    private long retainedBytes;

    MemoryStore(int maxQueue, long maxQueueBytes, int window, int maxRetained, long maxRetainedBytes) {
        this.maxQueue = maxQueue;
        this.maxQueueBytes = maxQueueBytes;
        this.window = window;
        this.maxRetained = maxRetained;
        this.maxRetainedBytes = maxRetainedBytes;
    }

    private <R> R ask(String client, R otherwise, Function<SessionState, R> step) {
        var session = sessions.get(client);
        if (session == null) {
            return otherwise;
        }
        synchronized (session) {
            return step.apply(session);
        }
    }

    private void tell(String client, Consumer<SessionState> step) {
        ask(
                client,
                true,
                session -> {
                    step.accept(session);
                    return true;
                });
    }

    @Override
    public boolean open(String client, String user, boolean clean, Optional<Message> will) {
        var fresh = new SessionState(user, clean, new Outbox(maxQueue, maxQueueBytes, window));
        boolean present = sessions.putIfAbsent(client, fresh) != null;
        tell(
                client,
                session -> {
                    session.online = true;
                    session.will = will;
                });
        return present;
    }

    @Override
    public Optional<Summary> info(String client) {
        return ask(client, Optional.empty(), session -> Optional.of(session.info()));
    }

    @Override
    public void offline(String client) {
        tell(client, SessionState::offline);
    }

    @Override
    public void dropWill(String client) {
        tell(client, SessionState::takeWill);
    }

    @Override
    public Set<String> clients() {
        return Collections.unmodifiableSet(sessions.keySet());
    }

    @Override
    public Set<String> forget(String client) {
        var filters = subscriptions(client).keySet();
        sessions.remove(client);
        return filters;
    }

    @Override
    public void subscribe(String client, String filter, MqttQoS qos) {
        tell(client, session -> session.subscriptions.put(filter, qos));
    }

    @Override
    public void unsubscribe(String client, String filter) {
        tell(client, session -> session.subscriptions.remove(filter));
    }

    @Override
    public Map<String, MqttQoS> subscriptions(String client) {
        return ask(client, Map.of(), session -> Map.copyOf(session.subscriptions));
    }

    @Override
    public List<String> accept(Message message, Map<String, MqttQoS> targets, Receipt receipt) {
        var full = new ArrayList<String>();
        if (isNew(receipt)) {
            targets.forEach((client, qos) -> {
                if (!ask(client, true, session -> session.add(message.atMost(qos)))) {
                    full.add(client);
                }
            });
        }
        return full;
    }

    private boolean isNew(Receipt receipt) {
        return switch (receipt) {
            case Receipt.None() -> true;
            case Receipt.Exactly(var client, int id) -> ask(client, true, session -> session.unreleased.add(id));
            case Receipt.Will(var client) -> ask(client, false, session -> session.takeWill().isPresent());
        };
    }

    @Override
    public boolean isUsed(Receipt receipt) {
        return switch (receipt) {
            case Receipt.None() -> false;
            case Receipt.Exactly(var client, int id) -> ask(client, false, session -> session.unreleased.contains(id));
            case Receipt.Will(var client) -> ask(client, true, session -> session.will.isEmpty());
        };
    }

    @Override
    public void release(String client, int id) {
        tell(client, session -> session.unreleased.remove(id));
    }

    @Override
    public boolean retain(Message message) {
        synchronized (retained) {
            var before = retained.remove(message.topic());
            retainedBytes -= before == null ? 0 : before.size();
            if (message.isEmpty()) {
                return true;
            }
            boolean room = retained.size() < maxRetained && retainedBytes + message.size() <= maxRetainedBytes;
            if (room) {
                retained.put(message.topic(), message);
                retainedBytes += message.size();
            }
            return room;
        }
    }

    @Override
    public List<Message> retained(String filter) {
        var fixed = filter.split("[+#]", 2)[0];
        // "a/#" takes in "a" too.
        var from = fixed.endsWith("/") ? fixed.substring(0, fixed.length() - 1) : fixed;
        synchronized (retained) {
            return retained.tailMap(from, true).values().stream()
                    .takeWhile(message -> message.topic().startsWith(from))
                    .filter(message -> Topics.matches(filter, message.topic()))
                    .toList();
        }
    }

    @Override
    public List<Packet.Outbound> next(String client, int count, int bytes) {
        return ask(client, List.of(), session -> session.outbox.next(count, bytes));
    }

    @Override
    public void resend(String client) {
        tell(client, session -> session.outbox.resend());
    }

    @Override
    public void acknowledged(String client, int id) {
        tell(client, session -> session.outbox.acknowledged(id));
    }

    @Override
    public void received(String client, int id) {
        tell(client, session -> session.outbox.received(id));
    }

    @Override
    public void completed(String client, int id) {
        tell(client, session -> session.outbox.completed(id));
    }
}
