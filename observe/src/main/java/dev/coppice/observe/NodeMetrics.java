package dev.coppice.observe;

import dev.coppice.kernel.Counters;
import dev.coppice.kernel.DeadLetter;
import dev.coppice.kernel.ExitReason;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;

/// Binds a node's [Facts] to any Micrometer registry: what is counted anyway is read when somebody scrapes, and no message touches a
/// registry.
///
/// Tags are `node`, and for what belongs to actors `behaviour` and `supervisor`, of which there are at most [Observer#kinds]; never a pid.
public final class NodeMetrics implements MeterBinder {
    private final Facts facts;
    private final Tags tags;

    public NodeMetrics(Facts facts) {
        this.facts = facts;
        this.tags = Tags.of("node", facts.node().config().name());
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        node(registry);
        var bound = ConcurrentHashMap.<Kind>newKeySet();
        bindKinds(registry, bound);
        facts.whenTicked(() -> bindKinds(registry, bound));
    }

    private void node(MeterRegistry registry) {
        count(registry, "coppice.node.accepted", "user messages that were sent", tags, f -> f.counters().accepted());
        count(
                registry,
                "coppice.node.received",
                "user messages that were received",
                tags,
                f -> f.counters().received());
        count(
                registry,
                "coppice.node.late.replies",
                "answers after their caller had given up",
                tags,
                f -> f.counters().lateReplies());
        count(registry, "coppice.node.spawned", "actors that were started", tags, f -> f.counters().spawned());
        count(registry, "coppice.node.exited", "actors that have exited", tags, f -> f.counters().exited());
        count(
                registry,
                "coppice.node.crashed",
                "actors that exited for a reason that is not clean",
                tags,
                f -> f.counters().crashed());
        count(
                registry,
                "coppice.node.unkillable",
                "killed actors whose code did not return in time",
                tags,
                f -> f.counters().unkillable());
        gauge(registry, "coppice.node.waiting", "user messages in mailboxes", tags, f -> f.counters().waiting());
        gauge(registry, "coppice.node.timers", "timers that are set", tags, f -> f.counters().timers());
        for (var reason : DeadLetter.Reason.class.getPermittedSubclasses()) {
            var name = reason.getSimpleName();
            count(
                    registry,
                    "coppice.node.dead.letters",
                    "messages that nobody handled",
                    tags.and("reason", name),
                    f -> letters(f.counters(), name));
        }
        for (var kind : Alarm.Kind.values()) {
            gauge(
                    registry,
                    "coppice.node.alarms",
                    "alarms that stand",
                    tags.and("kind", kind.name()),
                    f -> f.alarms().stream().filter(alarm -> alarm.kind() == kind).count());
        }
    }

    private static double letters(Counters counters, String reason) {
        return counters.deadLetters().getOrDefault(reason, 0L);
    }

    /// Kinds that have come since the last time.
    private void bindKinds(MeterRegistry registry, Set<Kind> bound) {
        for (var kind : facts.totals().keySet()) {
            if (bound.add(kind)) {
                bind(registry, kind);
            }
        }
    }

    private void bind(MeterRegistry registry, Kind kind) {
        var its = tags.and("behaviour", kind.behaviour(), "supervisor", kind.supervisor());
        gauge(registry, "coppice.actors", "actors that live", its, f -> living(f, kind).actors());
        gauge(registry, "coppice.mailbox.queued", "messages that wait", its, f -> living(f, kind).queued());
        gauge(
                registry,
                "coppice.mailbox.longest",
                "messages in the longest mailbox",
                its,
                f -> living(f, kind).longest());
        gauge(
                registry,
                "coppice.mailbox.oldest.seconds",
                "age of the oldest message, at least",
                its,
                f -> living(f, kind).oldest());
        count(registry, "coppice.actors.spawned", "actors that were started", its, f -> line(f, kind).spawned.sum());
        count(registry, "coppice.actors.restarts", "restarts by a supervisor", its, f -> line(f, kind).restarts.sum());
        count(
                registry,
                "coppice.messages.received",
                "messages that were received",
                its,
                f -> totals(f, kind).received());
        count(registry, "coppice.requests.received", "requests among them", its, f -> totals(f, kind).requests());
        count(
                registry,
                "coppice.requests.timed.out",
                "requests whose caller gave up",
                its,
                f -> line(f, kind).timeOuts.sum());
        count(
                registry,
                "coppice.mailbox.high.water",
                "times that a mailbox rose above its mark",
                its,
                f -> line(f, kind).highWaters.sum());
        if (facts.times().isPresent()) {
            for (double share : new double[] {0.5, 0.99}) {
                var quantile = its.and("quantile", "" + share);
                gauge(registry, "coppice.message.queue.seconds", "how long messages wait, of those measured", quantile, f -> times(f, kind).queued().quantile(share));
                gauge(registry, "coppice.message.handle.seconds", "how long handlers take, of those measured", quantile, f -> times(f, kind).handled().quantile(share));
            }
        }
        Arrays.stream(ExitReason.class.getPermittedSubclasses())
                .map(Class::getSimpleName)
                .forEach(reason ->
                        count(
                                registry,
                                "coppice.actors.exits",
                                "actors that have exited",
                                its.and("reason", reason),
                                f -> sum(line(f, kind).exits, reason)));
    }

    private static double sum(ConcurrentHashMap<String, java.util.concurrent.atomic.LongAdder> by, String reason) {
        var count = by.get(reason);
        return count == null ? 0 : count.sum();
    }

    private static Census.Living living(Facts facts, Kind kind) {
        return facts.census().living().getOrDefault(kind, Census.Living.NONE);
    }

    private static Ledger.Line line(Facts facts, Kind kind) {
        return facts.line(kind);
    }

    private static Times.Pair times(Facts facts, Kind kind) {
        return facts.times().orElseThrow().of(kind);
    }

    private static Facts.Totals totals(Facts facts, Kind kind) {
        return facts.totals().getOrDefault(kind, new Facts.Totals(0, 0));
    }

    private void count(MeterRegistry registry, String name, String what, Tags its, ToDoubleFunction<Facts> value) {
        FunctionCounter.builder(name, facts, value).description(what).tags(its).register(registry);
    }

    private void gauge(MeterRegistry registry, String name, String what, Tags its, ToDoubleFunction<Facts> value) {
        Gauge.builder(name, facts, value).description(what).tags(its).strongReference(true).register(registry);
    }
}
