package dev.coppice.observe;

import dev.coppice.kernel.ActorInfo;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Pid;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// Walks over the tree, again and again: what it needs from the walk before is kept here. Walks with a list of its own, so no tree is too
/// deep; keeps a few numbers an actor, so none is too wide. One thread at a time.
final class Walk {
    /// More actors than these are not looked at.
    private static final int ACTORS = 1_000_000;

    private static final int LEADERS = 100;
    private static final int WAITS = 1_000;

    /// After so many actors it lets others have its processor.
    private static final int BREATH = 1_000;

    /// Over a shorter time a rate is noise.
    private static final long FRESH = 500_000_000;

    private final Node node;
    private final Ledger ledger;
    private final Losses losses;
    private final ToLongFunction<String> restarts;
    private final ToDoubleFunction<Pid<?>> processor;
    private final Backlog backlog = new Backlog();

    /// Written by the walk, read by anybody.
    private volatile Marks marks = new Marks(new LongMap(), Map.of(), 0, null);

    /// What an earlier walk has seen.
    ///
    /// @param ages in seconds, of mailboxes that are not empty
    private record Marks(LongMap received, Map<Long, Double> ages, long nanos, @Nullable Marks older) {}

    private record Spot(Pid<?> pid, String path, @Nullable Spot above) {
        /// Spelled out for the few that are shown.
        String at() {
            return above == null ? "" + pid.id() : above.at() + "." + pid.id();
        }
    }

    /// One actor with what only two looks can tell.
    private record Seen(Spot spot, ActorInfo info, double rate, double age) {}

    /// What one walk gathers.
    private static final class Findings {
        final int[] byStatus = new int[ActorInfo.Status.values().length];
        final Map<Kind, Sum> living = new HashMap<>();
        final Map<String, Leaders> leaders = new LinkedHashMap<>();
        final List<Census.Wait> waits = new ArrayList<>();
        final LongMap received = new LongMap();
        final Map<Long, Double> ages = new HashMap<>();
        long queued;
        int actors;

        // Siblings mostly are of one kind.
        private @Nullable Spot lastAbove;
        private String lastBehaviour = "";
        private Sum lastSum = new Sum();

        Findings() {
            leaders.put("queue", new Leaders(seen -> seen.info.queued()));
            leaders.put("rate", new Leaders(Seen::rate));
            leaders.put("age", new Leaders(Seen::age));
            leaders.put("received", new Leaders(seen -> seen.info.received()));
            leaders.put("children", new Leaders(seen -> seen.info.children().size()));
        }

        Sum of(Spot spot, ActorInfo info, Ledger ledger) {
            if (actors == 1 || spot.above != lastAbove || !info.behaviour().equals(lastBehaviour)) {
                var kind = ledger.known(new Kind(info.behaviour(), spot.above == null ? "/" : spot.above.path));
                lastAbove = spot.above;
                lastBehaviour = info.behaviour();
                lastSum = living.computeIfAbsent(kind, _ -> new Sum());
            }
            return lastSum;
        }

        Map<String, Integer> byStatus() {
            var all = new TreeMap<String, Integer>();
            for (var status : ActorInfo.Status.values()) {
                if (byStatus[status.ordinal()] > 0) {
                    all.put(status.name().toLowerCase(Locale.ROOT), byStatus[status.ordinal()]);
                }
            }
            return all;
        }

        Map<Kind, Census.Living> living() {
            var all = new TreeMap<Kind, Census.Living>();
            living.forEach((kind, sum) -> all.put(kind, sum.living()));
            return all;
        }
    }

    /// A [Census.Living] in the making: one for a kind, not one for an actor.
    private static final class Sum {
        private int actors;
        private long queued;
        private int longest;
        private double oldest;
        private long received;
        private long requests;

        void add(ActorInfo info, double age) {
            actors++;
            queued += info.queued();
            longest = Math.max(longest, info.queued());
            oldest = Math.max(oldest, age);
            received += info.received();
            requests += info.requests();
        }

        Census.Living living() {
            return new Census.Living(actors, queued, longest, oldest, received, requests);
        }
    }

    /// Those with most of something; who has none of it is no leader.
    private static final class Leaders {
        private final ToDoubleFunction<Seen> measure;
        private final PriorityQueue<Seen> heap;

        Leaders(ToDoubleFunction<Seen> measure) {
            this.measure = measure;
            this.heap = new PriorityQueue<>(Comparator.comparingDouble(measure));
        }

        void offer(Seen seen) {
            double its = measure.applyAsDouble(seen);
            if (its <= 0 || (heap.size() == LEADERS && its <= measure.applyAsDouble(heap.element()))) {
                return;
            }
            heap.add(seen);
            if (heap.size() > LEADERS) {
                heap.remove();
            }
        }

        List<Seen> best() {
            return heap.stream().sorted(Comparator.comparingDouble(measure).reversed()).toList();
        }
    }

    /// @param restarts of the actor at a path
    /// @param processor an actor's share of one
    Walk(Node node, Ledger ledger, Losses losses, ToLongFunction<String> restarts, ToDoubleFunction<Pid<?>> processor) {
        this.node = node;
        this.ledger = ledger;
        this.losses = losses;
        this.restarts = restarts;
        this.processor = processor;
    }

    Census walk() {
        long begun = System.nanoTime();
        var found = new Findings();
        var todo = new ArrayDeque<Spot>();
        node.children().reversed().forEach(pid -> todo.push(new Spot(pid, "", null)));
        while (!todo.isEmpty() && found.actors < ACTORS) {
            visit(todo.pop(), found, todo, begun);
        }
        backlog.looked();
        if (todo.isEmpty()) {
            losses.keep(pid -> found.received.get(pid, -1) >= 0);
        }
        var last = marks;
        marks = new Marks(found.received, found.ages, begun, new Marks(last.received, last.ages, last.nanos, null));
        return census(found, begun, todo.isEmpty());
    }

    private Census census(Findings found, long begun, boolean whole) {
        var top = new LinkedHashMap<String, List<Row>>();
        found.leaders.forEach((by, leaders) -> top.put(by, leaders.best().stream().map(this::row).toList()));
        return new Census(
                Instant.now(),
                Duration.ofNanos(System.nanoTime() - begun),
                found.actors,
                whole,
                found.queued,
                found.byStatus(),
                found.living(),
                top,
                found.waits);
    }

    private void visit(Spot spot, Findings found, ArrayDeque<Spot> todo, long now) {
        var info = spot.pid.info();
        if (info.status() == ActorInfo.Status.DEAD) {
            return;
        }
        long id = info.pid().id();
        double age = backlog.look(id, info.received() + losses.of(id), info.queued(), now) / 1e9;
        if (age > 0) {
            found.ages.put(id, age);
        }
        var seen = new Seen(spot, info, rate(info, now), age);
        found.actors++;
        found.queued += info.queued();
        found.received.put(id, info.received());
        found.byStatus[info.status().ordinal()]++;
        found.of(spot, info, ledger).add(info, age);
        found.leaders.values().forEach(leaders -> leaders.offer(seen));
        if (found.waits.size() < WAITS && info.waitsFor().isPresent()) {
            var on = info.waitsFor().get();
            found.waits.add(new Census.Wait(info.path(), on.path(), info.doing().orElse("")));
        }
        if (!info.children().isEmpty()) {
            var here = new Spot(spot.pid, info.path(), spot.above);
            info.children().reversed().forEach(child -> todo.push(new Spot(child, "", here)));
        }
        if (found.actors % BREATH == 0) {
            Thread.yield();
        }
    }

    /// Since the last walk but one when the last is too fresh; zero for who was not there then.
    private double rate(ActorInfo info, long now) {
        var since = marks;
        if (now - since.nanos < FRESH && since.older != null) {
            since = since.older;
        }
        long then = since.received.get(info.pid().id(), -1);
        return then < 0 ? 0 : Math.max(0, info.received() - then) * 1e9 / (now - since.nanos);
    }

    private Row row(Seen seen) {
        return row(seen.spot.at(), seen.info, seen.rate, seen.age);
    }

    /// One actor now, with what the last walks know of it. Any thread.
    Row row(String at, ActorInfo info) {
        double age = info.queued() == 0 ? 0 : marks.ages.getOrDefault(info.pid().id(), 0.0);
        return row(at, info, rate(info, System.nanoTime()), age);
    }

    private Row row(String at, ActorInfo info, double rate, double age) {
        return Row.of(at, info, rate, age, processor.applyAsDouble(info.pid()), restarts.applyAsLong(info.path()));
    }
}
