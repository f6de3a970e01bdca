package dev.coppice.examples.mqtt;

import dev.coppice.kernel.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// One attack on a broker and the verdict: what [Attack] sends must crash no actor, leave nothing behind, and not be noticed by the
/// [Bystanders].
///
/// @param heard how many numbers the bystanders exchanged meanwhile
/// @param violations empty when the broker held
record Fuzz(String attack, long frames, long heard, Map<String, Long> deadLetters, List<String> violations) {
    private static final int PAIRS = 2;

    /// To the dead one may say that there is news, that the socket took what it was given, or what a client said after the packet for
    /// which it was shown the door; and a session that is just ending is asked again ([Again]). Never lost: anything of the router's.
    private static final Set<String> HARMLESS =
            Set.of(
                    "Session.Attach? NoProcess",
                    "Session.Attach? Died",
                    "Session.Wake NoProcess",
                    "Session.Wake Died",
                    "Session.Written NoProcess",
                    "Session.Written Died",
                    "Session.Written Restarting",
                    "Session.Acknowledged NoProcess",
                    "Session.Received NoProcess",
                    "Session.Completed NoProcess",
                    "Session.Acknowledged Died",
                    "Session.Received Died",
                    "Session.Completed Died",
                    "Connection.Deliver NoProcess",
                    "Connection.Deliver Died",
                    "Connection.Incoming NoProcess",
                    "Connection.Incoming Died",
                    "Connection.Release NoProcess",
                    "Connection.Release Died",
                    "Connection.Lost NoProcess",
                    "Connection.Lost Died");

    static Fuzz run(Broker broker, Node node, long seed, long frames, int clients) {
        var violations = new ArrayList<String>();
        try (var ledger = new Ledger(node, _ -> false);
                var bystanders = Bystanders.start(broker, PAIRS);
                var attack = new Attack(broker, seed)) {
            // The first connections load classes, whose files stay open.
            attack.run(clients, frames / 10);
            settle(broker, node, attack, Set.of(), -1, violations);
            bystanders.pause();
            var names = Set.copyOf(node.names().keySet());
            long atRest = node.counters().actors();
            long files = Vitals.openFiles();
            bystanders.resume();
            attack.run(clients, frames);
            settle(broker, node, attack, names, atRest, violations);
            if (!bystanders.pause()) {
                violations.add("a bystander misses what was acknowledged: " + bystanders.progress());
            }
            if (!Chaos.eventually(() -> Vitals.openFiles() <= files)) {
                violations.add(Vitals.openFiles() + " open files instead of " + files);
            }
            bystanders.resume();
            violations.addAll(attack.violations());
            violations.addAll(bystanders.violations());
            if (bystanders.reconnections() + bystanders.repeated() > 0) {
                violations.add("a bystander lost its connection or heard a number twice");
            }
            ledger.crashes().forEach(crash -> violations.add("crash: " + crash));
            var letters = ledger.deadLetters();
            letters.keySet().stream()
                    .filter(kind -> !HARMLESS.contains(kind))
                    .forEach(kind -> violations.add("dead letter: " + kind));
            return new Fuzz(attack.toString(), attack.frames(), bystanders.received(), letters, violations);
        }
    }

    /// Everybody but the bystanders goes home.
    private static void settle(
            Broker broker, Node node, Attack attack, Set<String> names, long atRest, List<String> violations) {
        attack.close();
        int sockets = 2 * PAIRS;
        boolean gone = Chaos.eventually(() -> broker.sockets().size() == sockets);
        Cleaning.run(broker, node);
        if (atRest < 0) {
            Chaos.eventually(() -> node.names().keySet().stream().noneMatch(name -> name.startsWith("session:pub")));
        } else if (!gone || !Chaos.eventually(() -> Cleaning.left(broker, node, atRest, names, sockets).isEmpty())) {
            violations.addAll(Cleaning.left(broker, node, atRest, names, sockets));
        }
    }
}
