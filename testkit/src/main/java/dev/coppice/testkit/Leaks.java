package dev.coppice.testkit;

import dev.coppice.kernel.Node;
import dev.coppice.kernel.Pid;
import java.util.ArrayList;
import java.util.List;

/// Says whether a node left something behind.
public final class Leaks {
    private Leaks() {}

    /// Asserts that no actor, no name, no link, no timer and no message of this node is left, and that its ledger is closed. For a node that is
    /// closed, or one that is quiet and should be empty.
    public static void assertNone(Node node) {
        report(node.config().name(), left(node));
    }

    /// As [#assertNone(Node)], and no alarm is set on its scheduler.
    public static void assertNone(Node node, Seeded seeded) {
        var left = left(node);
        seeded.alarms().forEach(alarm -> left.add("the alarm " + alarm));
        report(node.config().name() + " on " + seeded, left);
    }

    private static void report(String where, List<String> left) {
        if (!left.isEmpty()) {
            throw new AssertionError("left behind in " + where + ": " + String.join("; ", left));
        }
    }

    private static List<String> left(Node node) {
        var left = new ArrayList<String>();
        node.children().forEach(pid -> actor(pid, left));
        var counters = node.counters();
        if (counters.actors() != 0) {
            left.add(
                    counters.actors()
                            + " actors by count ("
                            + counters.spawned()
                            + " spawned, "
                            + counters.exited()
                            + " exited)");
        }
        node.names()
                .forEach((name, holder) ->
                        left.add(
                                "the name "
                                        + name
                                        + (holder.isPresent() ? " of " + holder.get().path() : ", reserved")));
        if (counters.timers() != 0) {
            left.add(counters.timers() + " timers");
        }
        if (counters.waiting() != 0) {
            left.add(counters.waiting() + " messages wait");
        }
        if (counters.unaccounted() != 0) {
            left.add(counters.unaccounted() + " messages are unaccounted for: " + counters);
        }
        return left;
    }

    private static void actor(Pid<?> pid, List<String> left) {
        var info = pid.info();
        left.add(
                "actor "
                        + info.path()
                        + " ("
                        + info.status()
                        + info.name().map(name -> ", named " + name).orElse("")
                        + (info.links().isEmpty() ? "" : ", linked with " + info.links())
                        + ")");
        info.children().forEach(child -> actor(child, left));
    }
}
