package dev.coppice.examples.mqtt;

import dev.coppice.kernel.Actor;
import dev.coppice.kernel.Call;
import dev.coppice.kernel.Cancellable;
import dev.coppice.kernel.CrashReport;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Server;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/// Reads what a node tells of its failures: every crash, every dead letter by what it was and why.
final class Ledger implements AutoCloseable {
    private final Map<String, Long> deadLetters = new ConcurrentHashMap<>();
    private final Queue<CrashReport> crashes = new ConcurrentLinkedQueue<>();
    private final Queue<NodeEvent.Unkillable> unkillable = new ConcurrentLinkedQueue<>();
    private final Pid<NodeEvent> reader;
    private final List<Cancellable> subscriptions;

    Ledger(Node node) {
        Actor<NodeEvent> actor = Server.of(() -> (event, _) -> read(event));
        reader = node.spawn(actor.labelled("ledger"));
        subscriptions =
                List.of(
                        node.subscribe(NodeEvent.Crashed.class, reader),
                        node.subscribe(NodeEvent.Undelivered.class, reader),
                        node.subscribe(NodeEvent.Unkillable.class, reader));
    }

    private void read(NodeEvent event) {
        switch (event) {
            case NodeEvent.Crashed(var report) -> crashes.add(report);
            case NodeEvent.Undelivered(var letter) ->
                    deadLetters.merge(
                            kind(letter.message()) + " " + letter.reason().getClass().getSimpleName(), 1L, Long::sum);
            case NodeEvent.Unkillable u -> unkillable.add(u);
            default -> throw new IllegalArgumentException("not subscribed to " + event);
        }
    }

    /// Such as `Session.Wake`; of a request `Router.Route?`.
    private static String kind(Object message) {
        var type = message.getClass();
        var outer = type.getEnclosingClass();
        return (outer == null ? "" : outer.getSimpleName() + ".")
                + type.getSimpleName()
                + (message instanceof Call ? "?" : "");
    }

    /// How many, by message and reason: `Session.Wake NoProcess`.
    Map<String, Long> deadLetters() {
        return new TreeMap<>(deadLetters);
    }

    List<CrashReport> crashes() {
        return List.copyOf(crashes);
    }

    List<NodeEvent.Unkillable> unkillable() {
        return List.copyOf(unkillable);
    }

    @Override
    public void close() {
        subscriptions.forEach(Cancellable::cancel);
        reader.stop();
        reader.await();
    }
}
