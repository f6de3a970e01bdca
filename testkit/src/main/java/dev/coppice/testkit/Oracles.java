package dev.coppice.testkit;

import dev.coppice.kernel.Node;
import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Pid;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The oracles that every [World] has: what must hold in any system of actors.
final class Oracles {
    private Oracles() {}

    static List<Oracle> all() {
        return List.of(
                new Ledger(),
                new OneActivation(),
                new Lives(),
                new Families(),
                new NamesOfTheLiving(),
                new Emptiness());
    }

    private static void require(boolean right, String otherwise) {
        if (!right) {
            throw new AssertionError(otherwise);
        }
    }

    /// `accepted = received + dead-lettered + waiting`, and every dead letter that is counted is told, but for events that nobody took.
    static final class Ledger implements Oracle {
        private final Map<Node, Long> told = new HashMap<>();

        @Override
        public void saw(Node node, NodeEvent event) {
            if (event instanceof NodeEvent.Undelivered) {
                told.merge(node, 1L, Long::sum);
            }
        }

        @Override
        public void quiet(Node node) {
            var counters = node.counters();
            require(counters.unaccounted() == 0, counters.unaccounted() + " messages are unaccounted for: " + counters);
            require(
                    told.getOrDefault(node, 0L) <= counters.deadLettered(),
                    "more dead letters were told, " + told.get(node) + ", than counted: " + counters);
        }

        @Override
        public void closed(Node node) {
            quiet(node);
            require(node.counters().waiting() == 0, "messages wait in a closed node: " + node.counters());
        }
    }

    /// An actor runs once at a time, and never again after its exit was told.
    static final class OneActivation implements Oracle {
        private final Set<Pid<?>> running = Collections.newSetFromMap(new IdentityHashMap<>());
        private final Set<Pid<?>> gone = Collections.newSetFromMap(new IdentityHashMap<>());

        @Override
        public void saw(Node node, NodeEvent event) {
            if (event instanceof NodeEvent.Exited(var pid, _, _)) {
                gone.add(pid);
            }
        }

        @Override
        public void begins(Pid<?> actor) {
            require(running.add(actor), actor.path() + " #" + actor.id() + " is run twice at once");
            require(!gone.contains(actor), actor + " is run after its exit");
        }

        @Override
        public void ends(Pid<?> actor) {
            running.remove(actor);
        }
    }

    /// Each actor starts once and exits once; a crash is reported before the exit; a restart's actor has started.
    static final class Lives implements Oracle {
        private final Set<Pid<?>> started = Collections.newSetFromMap(new IdentityHashMap<>());
        private final Set<Pid<?>> exited = Collections.newSetFromMap(new IdentityHashMap<>());

        @Override
        public void saw(Node node, NodeEvent event) {
            switch (event) {
                case NodeEvent.Spawned(var pid, _) -> require(started.add(pid), pid + " started twice");
                case NodeEvent.Exited(var pid, var path, _) -> {
                    require(started.contains(pid), path + " #" + pid.id() + " exited and never started");
                    require(exited.add(pid), path + " #" + pid.id() + " exited twice");
                    require(!pid.alive(), path + " #" + pid.id() + " is alive after its exit");
                }
                case NodeEvent.Crashed(var report) ->
                        require(
                                !exited.contains(report.pid()),
                                "the crash of " + report.path() + " is told after its exit");
                case NodeEvent.Restarted(_, var child, var pid, _) ->
                        require(started.contains(pid), child + " was restarted as " + pid + ", which never started");
                default -> {}
            }
        }

        @Override
        public void closed(Node node) {
            for (var pid : started) {
                require(exited.contains(pid) || pid.alive(), pid + " is dead and its exit was never told");
            }
        }
    }

    /// Nobody is gone before the actors that it started and owns.
    static final class Families implements Oracle {
        private final Map<Pid<?>, Set<Pid<?>>> children = new IdentityHashMap<>();
        private final Map<Pid<?>, Pid<?>> parents = new IdentityHashMap<>();

        @Override
        public void saw(Node node, NodeEvent event) {
            switch (event) {
                case NodeEvent.Spawned(var pid, _) -> pid.info().parent().ifPresent(parent -> born(pid, parent));
                case NodeEvent.Exited(var pid, var path, _) -> {
                    var left = children.remove(pid);
                    require(
                            left == null || left.isEmpty(),
                            path + " #" + pid.id() + " is gone before its children " + left);
                    var siblings = children.get(parents.remove(pid));
                    if (siblings != null) {
                        siblings.remove(pid);
                    }
                }
                default -> {}
            }
        }

        private void born(Pid<?> pid, Pid<?> parent) {
            parents.put(pid, parent);
            children.computeIfAbsent(parent, _ -> new HashSet<>()).add(pid);
        }
    }

    /// A name has one living holder or none, also at the very moment when the exit of one that held it is told.
    static final class NamesOfTheLiving implements Oracle {
        @Override
        public void saw(Node node, NodeEvent event) {
            if (event instanceof NodeEvent.Exited(var pid, var path, _)) {
                node.names()
                        .forEach((name, holder) ->
                                require(
                                        holder.isEmpty() || holder.get() != pid,
                                        "the name " + name + " leads to " + path + ", which has exited"));
            }
        }

        @Override
        public void quiet(Node node) {
            var holders = new HashSet<Pid<?>>();
            node.names()
                    .forEach((name, holder) ->
                            holder.ifPresent(pid -> {
                                require(pid.alive(), "the name " + name + " leads to the dead " + pid);
                                require(holders.add(pid), pid + " holds two names, " + name + " and another");
                            }));
        }
    }

    /// Nothing is left behind by a closed node.
    static final class Emptiness implements Oracle {
        @Override
        public void closed(Node node) {
            Leaks.assertNone(node);
            require(node.abandoned().isEmpty(), "abandoned: " + node.abandoned());
        }
    }
}
