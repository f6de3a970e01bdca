package dev.coppice.observe;

import dev.coppice.kernel.DeadLetter;
import dev.coppice.kernel.ExitReason;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;

/// Binds a node's [Facts] to any Micrometer registry: what is counted anyway is read when somebody scrapes, and no message touches a
/// registry.
///
/// The facts end with their observer: after a restart bind those of the next, which take the place of these.
///
/// Tags are `node`, and for what belongs to actors `behaviour` and `supervisor`, of which there are at most [Observer#kinds]; never a pid.
public final class NodeMetrics implements MeterBinder {
    /// Why a message to somebody who lives becomes a dead letter; of the dead nobody knows the kind.
    private static final List<String> OF_THE_LIVING = List.of("Refused", "Dropped", "Expired", "Cycle");

    private static final Facts.Totals NOTHING = new Facts.Totals(0, 0);

    /// One number of the node.
    private record OfNode(String name, String what, ToDoubleFunction<Facts> value) {}

    /// One number of a kind.
    private record OfKind(String name, String what, ToDoubleBiFunction<Facts, Kind> value) {}

    private static final List<OfNode> NODE_COUNTS =
            List.of(
                    new OfNode("accepted", "user messages that were sent", f -> f.counters().accepted()),
                    new OfNode("received", "user messages that were received", f -> f.counters().received()),
                    new OfNode("late.replies", "answers after their caller gave up", f -> f.counters().lateReplies()),
                    new OfNode("spawned", "actors that were started", f -> f.counters().spawned()),
                    new OfNode("exited", "actors that have exited", f -> f.counters().exited()),
                    new OfNode("crashed", "exits for reasons that are not clean", f -> f.counters().crashed()),
                    new OfNode("unkillable", "killed actors that did not return", f -> f.counters().unkillable()));

    private static final List<OfNode> NODE_GAUGES =
            List.of(
                    new OfNode("waiting", "user messages in mailboxes", f -> f.counters().waiting()),
                    new OfNode("timers", "timers that are set", f -> f.counters().timers()));

    private static final List<OfKind> COUNTS =
            List.of(
                    new OfKind("actors.spawned", "actors that were started", (f, k) -> f.line(k).spawned.sum()),
                    new OfKind("actors.restarts", "restarts by a supervisor", (f, k) -> f.line(k).restarts.sum()),
                    new OfKind("messages.received", "messages received", (f, k) -> totals(f, k).received()),
                    new OfKind("requests.received", "requests among them", (f, k) -> totals(f, k).requests()),
                    new OfKind("requests.timed.out", "callers that gave up", (f, k) -> f.line(k).timeOuts.sum()),
                    new OfKind("mailbox.high.water", "crossings of the mark", (f, k) -> f.line(k).highWaters.sum()));

    private static final List<OfKind> GAUGES =
            List.of(
                    new OfKind("actors", "actors that live", (f, k) -> living(f, k).actors()),
                    new OfKind("mailbox.queued", "messages that wait", (f, k) -> living(f, k).queued()),
                    new OfKind("mailbox.longest", "in the longest mailbox", (f, k) -> living(f, k).longest()),
                    new OfKind(
                            "mailbox.oldest.seconds", "age of the oldest, at least", (f, k) -> living(f, k).oldest()));

    private final Facts facts;
    private final Tags tags;

    public NodeMetrics(Facts facts) {
        this.facts = facts;
        this.tags = Tags.of("node", facts.node().config().name());
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        makeRoom(registry);
        NODE_COUNTS.forEach(of -> count(registry, "coppice.node." + of.name, of.what, tags, of.value));
        NODE_GAUGES.forEach(of -> gauge(registry, "coppice.node." + of.name, of.what, tags, of.value));
        for (var reason : names(DeadLetter.Reason.class)) {
            count(
                    registry,
                    "coppice.node.dead.letters",
                    "messages that nobody handled",
                    tags.and("reason", reason),
                    f -> f.counters().deadLetters().getOrDefault(reason, 0L));
        }
        for (var kind : Alarm.Kind.values()) {
            gauge(
                    registry,
                    "coppice.node.alarms",
                    "alarms that stand",
                    tags.and("kind", kind.name()),
                    f -> f.alarms().stream().filter(alarm -> alarm.kind() == kind).count());
        }
        var name = facts.node().config().name();
        var apart = facts.times().filter(times -> !Distributions.registered(registry, times, name));
        var bound = ConcurrentHashMap.<Kind>newKeySet();
        bindKinds(registry, bound, apart);
        facts.whenTicked(() -> bindKinds(registry, bound, apart));
    }

    /// A registry would give back what it has for the same name and tags: of facts that have ended, when the observer was restarted.
    private void makeRoom(MeterRegistry registry) {
        var name = facts.node().config().name();
        registry.getMeters().stream()
                .filter(meter -> meter.getId().getName().startsWith("coppice."))
                .filter(meter -> name.equals(meter.getId().getTag("node")))
                .forEach(registry::remove);
    }

    /// Kinds that have come since the last time.
    private void bindKinds(MeterRegistry registry, Set<Kind> bound, Optional<Times> apart) {
        for (var kind : facts.totals().keySet()) {
            if (bound.add(kind)) {
                var its = tags.and("behaviour", kind.behaviour(), "supervisor", kind.supervisor());
                bind(registry, kind, its);
                apart.ifPresent(times -> Distributions.bind(registry, times, kind, its));
            }
        }
    }

    private void bind(MeterRegistry registry, Kind kind, Tags its) {
        COUNTS.forEach(of -> count(registry, "coppice." + of.name, of.what, its, f -> of.value.applyAsDouble(f, kind)));
        GAUGES.forEach(of -> gauge(registry, "coppice." + of.name, of.what, its, f -> of.value.applyAsDouble(f, kind)));
        for (var reason : names(ExitReason.class)) {
            count(
                    registry,
                    "coppice.actors.exits",
                    "actors that have exited",
                    its.and("reason", reason),
                    f -> sum(f.line(kind).exits, reason));
        }
        for (var reason : OF_THE_LIVING) {
            count(
                    registry,
                    "coppice.messages.dead",
                    "dead letters to actors that live",
                    its.and("reason", reason),
                    f -> sum(f.line(kind).letters, reason));
        }
    }

    private static List<String> names(Class<?> sealed) {
        return Arrays.stream(sealed.getPermittedSubclasses()).map(Class::getSimpleName).toList();
    }

    private static double sum(Map<String, LongAdder> by, String reason) {
        var count = by.get(reason);
        return count == null ? 0 : count.sum();
    }

    private static Census.Living living(Facts facts, Kind kind) {
        return facts.census().living().getOrDefault(kind, Census.Living.NONE);
    }

    private static Facts.Totals totals(Facts facts, Kind kind) {
        return facts.totals().getOrDefault(kind, NOTHING);
    }

    private void count(MeterRegistry registry, String name, String what, Tags its, ToDoubleFunction<Facts> value) {
        FunctionCounter.builder(name, facts, value).description(what).tags(its).register(registry);
    }

    private void gauge(MeterRegistry registry, String name, String what, Tags its, ToDoubleFunction<Facts> value) {
        Gauge.builder(name, facts, value).description(what).tags(its).strongReference(true).register(registry);
    }
}
