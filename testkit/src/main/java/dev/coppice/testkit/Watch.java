package dev.coppice.testkit;

import dev.coppice.kernel.Node;
import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Offer;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.spi.Activation;
import dev.coppice.kernel.spi.Alarm;
import dev.coppice.kernel.spi.Door;
import dev.coppice.kernel.spi.Envelope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The eyes of a [World]: hears the nodes' events at the moment when they are told, and each step of the scheduler; keeps the trace, and
/// shows all of it to the oracles. What an oracle throws is kept until the test asks.
final class Watch implements Steps {
    private final Seeded seeded;
    private final List<Oracle> oracles = new ArrayList<>(Oracles.all());
    private final Trace trace = new Trace();
    private final Map<Activation, String> paths = new IdentityHashMap<>();
    private final Set<Pid<?>> living = new LinkedHashSet<>();
    private final Map<Pid<?>, Node> roots = new IdentityHashMap<>();
    private final List<Consumer<Pid<?>>> starts = new ArrayList<>();
    private final List<Triggered> triggers = new ArrayList<>();
    private @Nullable AssertionError violation;
    private boolean aside;

    private record Triggered(Predicate<? super NodeEvent> event, Runnable deed) {}

    Watch(Seeded seeded) {
        this.seeded = seeded;
        seeded.listener(this);
    }

    static Activation activation(Pid<?> pid) {
        return (Activation) pid;
    }

    void add(Oracle oracle) {
        oracles.add(oracle);
    }

    void over(Node node) {
        node.subscribe(NodeEvent.class, new Ear(node));
    }

    /// When the root exits, so does the node.
    void root(Node node, Pid<?> root) {
        roots.put(root, node);
        if (!root.alive()) {
            node.stop();
        }
    }

    void onStart(Consumer<Pid<?>> deed) {
        starts.add(deed);
    }

    void onEvent(Predicate<? super NodeEvent> event, Runnable deed) {
        triggers.add(new Triggered(event, deed));
    }

    /// What is started here is the test's own, and none of its victims.
    <T> T aside(Supplier<T> deed) {
        aside = true;
        try {
            return deed.get();
        } finally {
            aside = false;
        }
    }

    List<Pid<?>> living() {
        return List.copyOf(living);
    }

    Trace trace() {
        return trace;
    }

    void did(String what) {
        trace.add(new Happening.Did(now(), what));
    }

    /// What was found first, and whatever was thrown for it.
    Optional<AssertionError> violation() {
        return Optional.ofNullable(violation);
    }

    // ---- events, at once

    /// A subscriber that takes events on the spot, on the thread that tells them.
    private final class Ear implements Door<NodeEvent> {
        private final Node node;

        Ear(Node node) {
            this.node = node;
        }

        @Override
        public Offer deliver(Envelope<NodeEvent> envelope) {
            saw(node, envelope.message());
            return new Offer.Accepted();
        }

        @Override
        public String toString() {
            return "the world's ear";
        }
    }

    private void saw(Node node, NodeEvent event) {
        trace.add(new Happening.Told(now(), event));
        trace.hash(hash(event));
        guarded(() -> {
            follow(event);
            oracles.forEach(oracle -> oracle.saw(node, event));
        });
        guarded(() ->
                triggers.stream()
                        .filter(trigger -> trigger.event().test(event))
                        .forEach(trigger -> trigger.deed().run()));
    }

    private void follow(NodeEvent event) {
        switch (event) {
            case NodeEvent.Spawned(var pid, var path) -> {
                paths.put(activation(pid), path);
                if (!aside) {
                    living.add(pid);
                    List.copyOf(starts).forEach(start -> start.accept(pid));
                }
            }
            case NodeEvent.Exited(var pid, _, _) -> {
                living.remove(pid);
                var ended = roots.remove(pid);
                if (ended != null) {
                    ended.stop();
                }
            }
            default -> {}
        }
    }

    private static long hash(NodeEvent event) {
        return event.getClass().getSimpleName().hashCode()
                + switch (event) {
                    case NodeEvent.Spawned(var pid, var path) -> pid.id() * 31 + path.hashCode();
                    case NodeEvent.Exited(var pid, _, var reason) ->
                            pid.id() * 31 + reason.getClass().getSimpleName().hashCode();
                    case NodeEvent.Restarted(_, var child, var pid, _) -> pid.id() * 31 + child.hashCode();
                    case NodeEvent.Undelivered(var letter) -> letter.reason().getClass().getSimpleName().hashCode();
                    default -> 0;
                };
    }

    // ---- steps

    @Override
    public void begins(Activation actor) {
        if (actor instanceof Pid<?> pid) {
            guarded(() -> oracles.forEach(oracle -> oracle.begins(pid)));
        }
    }

    @Override
    public void ends(Activation actor) {
        if (actor instanceof Pid<?> pid) {
            guarded(() -> oracles.forEach(oracle -> oracle.ends(pid)));
        }
    }

    @Override
    public void sent(@Nullable Activation by, Activation to, Object message) {
        if (!(message instanceof NodeEvent)) {
            trace.add(new Happening.Sent(now(), name(by), name(to), message));
        }
    }

    @Override
    public void received(Activation by, Object message) {
        trace.add(new Happening.Received(now(), name(by), message));
        trace.hash(hash(message.getClass()) * 31L + by.id());
    }

    /// The name of a lambda's class ends with an address.
    private static int hash(Class<?> type) {
        var name = type.getName();
        return (type.isHidden() ? name.substring(0, name.lastIndexOf('/')) : name).hashCode();
    }

    @Override
    public void answers(@Nullable Activation by, @Nullable Activation actor) {
        trace.add(new Happening.Answered(now(), name(by), name(actor)));
    }

    @Override
    public void rings(Alarm alarm) {
        guarded(() -> {});
    }

    private String name(@Nullable Activation actor) {
        return actor == null ? "the test" : paths.getOrDefault(actor, "#" + actor.id());
    }

    private Duration now() {
        return seeded.elapsed();
    }

    // ---- at rest

    void quiet(Node node) {
        guarded(() -> oracles.forEach(oracle -> oracle.quiet(node)));
    }

    void closed(Node node) {
        guarded(() -> oracles.forEach(oracle -> oracle.closed(node)));
    }

    /// After all nodes are closed: nothing of them is left in the scheduler.
    void empty() {
        var left = seeded.alarms();
        if (!left.isEmpty()) {
            keep("alarms are left after the end: " + left);
        }
        if (!seeded.waiting().isEmpty()) {
            keep("they still wait after the end: " + seeded.waiting());
        }
    }

    /// The first violation counts; what follows from it may mislead. An oracle that fails otherwise counts as well, for what it throws must
    /// not go on into the kernel, which tells events in the middle of its own work.
    private void guarded(Runnable look) {
        try {
            look.run();
        } catch (AssertionError found) {
            keep(String.valueOf(found.getMessage()), found);
        } catch (Throwable broken) {
            keep("what watches the world is itself broken: " + broken, broken);
        }
    }

    private void keep(String found) {
        keep(found, null);
    }

    private void keep(String found, @Nullable Throwable thrown) {
        if (violation == null) {
            violation = new AssertionError(found, thrown);
            did("VIOLATION: " + found);
            trace.freeze();
        }
    }
}
