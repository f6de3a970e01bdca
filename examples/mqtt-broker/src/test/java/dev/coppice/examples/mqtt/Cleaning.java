package dev.coppice.examples.mqtt;

import dev.coppice.kernel.ExitReason.Shutdown;
import dev.coppice.kernel.Node;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// What an attack leaves rightfully: sessions that a client asked to be kept, retained messages. Taken away, the broker must be as it was.
final class Cleaning {
    private Cleaning() {}

    /// Ends every session whose client is not connected, as its user would, and removes all that is retained.
    static void run(Broker broker, Node node) {
        var strangers =
                broker.store().clients().stream()
                        .filter(client -> !client.startsWith("bystander-"))
                        .collect(Collectors.toSet());
        strangers.forEach(client -> {
            node.ref(Router.NAME).call(new Router.Forget(client));
            node.whereis(Session.name(client)).ifPresent(pid -> pid.exit(new Shutdown("forgotten")));
        });
        for (var filter : List.of("#", "$SYS/#")) {
            broker.store().retained(filter).forEach(message -> broker.store().retain(empty(message)));
        }
    }

    private static Message empty(Message message) {
        return new Message(message.topic(), ByteBuffer.allocate(0), message.qos(), true);
    }

    /// What is there beyond what was there before; empty when the broker is as it was.
    ///
    /// @param atRest actors at that time
    static List<String> left(Broker broker, Node node, long atRest, Set<String> names, int sockets) {
        var left = new ArrayList<String>();
        if (node.counters().actors() != atRest) {
            left.add(node.counters().actors() + " actors instead of " + atRest + ":\n" + node.tree());
        }
        node.names().keySet().stream().filter(name -> !names.contains(name)).forEach(name -> left.add("name " + name));
        if (broker.sockets().size() != sockets) {
            left.add(broker.sockets().size() + " sockets instead of " + sockets);
        }
        if (node.counters().unaccounted() != 0) {
            left.add(node.counters().unaccounted() + " messages unaccounted for");
        }
        return left;
    }
}
