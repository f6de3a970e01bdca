package dev.coppice.observe;

import dev.coppice.kernel.ActorInfo;
import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.CrashReport;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Laggard;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.spi.Closeup;
import dev.coppice.otp.Sys;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The facts in the shape in which they are shown: records that become JSON, each bounded.
final class Views {
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final int PAGE = 200;
    private static final int FOUND = 100;
    private static final int LINKS = 100;
    private static final int FRAMES = 50;

    /// A search looks at no more actors than these.
    private static final int SEARCHED = 200_000;

    private static final long SPARING = 50;

    /// A search ends after half a second, and says that it has not seen all: on a busy machine, too, its page answers in time.
    private static final long LONGEST = 500_000_000;

    private final Facts facts;
    private final Node node;

    /// Guarded by this object.
    private Searched searched = new Searched("", new Found(List.of(), true), 0, 0);

    private final Observer rules;

    Views(Facts facts, Observer rules) {
        this.facts = facts;
        this.node = facts.node();
        this.rules = rules;
    }

    // ---- the node

    record NodeView(
            String name,
            Instant started,
            Instant now,
            boolean readOnly,
            int actors,
            boolean whole,
            double walkMillis,
            long queued,
            double received,
            double restarts,
            long deadLetters,
            long crashed,
            long spawned,
            long exited,
            long timers,
            Map<String, Integer> byStatus,
            int alarms,
            boolean live,
            long heapUsed,
            long heapMax,
            double cpus) {}

    NodeView node() {
        var census = facts.census();
        var counters = facts.counters();
        var points = facts.history();
        var last = points.isEmpty() ? null : points.getLast();
        return new NodeView(
                node.config().name(),
                facts.started(),
                Instant.now(),
                rules.isReadOnly(),
                census.actors(),
                census.whole(),
                census.took().toNanos() / 1e6,
                census.queued(),
                last == null ? 0 : last.received(),
                last == null ? 0 : last.restarts(),
                counters.deadLettered(),
                counters.crashed(),
                counters.spawned(),
                counters.exited(),
                counters.timers(),
                census.byStatus(),
                facts.alarms().size(),
                node.root().map(Pid::alive).orElse(true),
                Machine.heapUsed(),
                Machine.heapMax(),
                facts.cpus());
    }

    /// @param places how many handlers may run at once
    record SchedulerView(
            int places,
            int platformThreads,
            int processors,
            String java,
            Machine.Carriers carriers,
            Map<String, Integer> byStatus) {}

    SchedulerView scheduler() {
        return new SchedulerView(
                node.config().places(),
                Machine.platformThreads(),
                Runtime.getRuntime().availableProcessors(),
                "Java " + Runtime.version(),
                Machine.Carriers.now(),
                facts.census().byStatus());
    }

    record KindView(
            Kind kind,
            Census.Living living,
            long spawned,
            Map<String, Long> exits,
            long restarts,
            long received,
            long requests,
            long timeOuts,
            long highWaters,
            Map<String, Long> deadLetters,
            Optional<TimesView> times) {}

    /// Seconds, of the messages that were measured.
    record TimesView(long measured, double queuedP50, double queuedP99, double handledP50, double handledP99) {
        static TimesView of(Times.Pair pair) {
            return new TimesView(
                    pair.queued().count(),
                    pair.queued().quantile(0.5),
                    pair.queued().quantile(0.99),
                    pair.handled().quantile(0.5),
                    pair.handled().quantile(0.99));
        }
    }

    List<KindView> kinds() {
        var living = facts.census().living();
        return facts.totals().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> kind(entry.getKey(), entry.getValue(), living, facts.line(entry.getKey())))
                .toList();
    }

    private KindView kind(Kind kind, Facts.Totals totals, Map<Kind, Census.Living> living, Ledger.Line line) {
        return new KindView(
                kind,
                living.getOrDefault(kind, Census.Living.NONE),
                line.spawned.sum(),
                Ledger.Line.sums(line.exits),
                line.restarts.sum(),
                totals.received(),
                totals.requests(),
                line.timeOuts.sum(),
                line.highWaters.sum(),
                Ledger.Line.sums(line.letters),
                facts.times().map(times -> times.byKind().get(kind)).map(TimesView::of));
    }

    // ---- the tree

    /// A page of one level.
    ///
    /// @param total how many there are on this level
    record Level(String at, int offset, int total, List<Row> rows) {}

    /// The children of the actor there, or the node's own; empty when nobody is there.
    Optional<Level> level(String at, int offset, int limit) {
        var above = at.isEmpty() ? Optional.<Pid<?>>empty() : Spots.find(node, at);
        if (!at.isEmpty() && above.isEmpty()) {
            return Optional.empty();
        }
        var all = above.map(pid -> pid.info().children()).orElseGet(node::children);
        int from = Math.min(Math.max(0, offset), all.size());
        int to = Math.min(all.size(), from + Math.clamp(limit, 1, PAGE));
        var rows =
                all.subList(from, to).stream()
                        .map(Pid::info)
                        .filter(info -> info.status() != ActorInfo.Status.DEAD)
                        .map(info ->
                                facts.walk()
                                        .row(at.isEmpty() ? "" + info.pid().id() : at + "." + info.pid().id(), info))
                        .toList();
        return Optional.of(new Level(at, from, all.size(), rows));
    }

    record Found(List<Row> rows, boolean whole) {}

    /// The last search: a page asks again and again, and what cost much is not done anew at once.
    private record Searched(String text, Found found, long at, long took) {
        boolean serves(String wanted, long now) {
            return wanted.equals(text) && now - at < SPARING * took;
        }
    }

    /// Actors whose path, label or behaviour contains the text, whatever its case; a number finds the pid. One search at a time; the same
    /// again takes at most a fiftieth of the time.
    synchronized Found search(String text) {
        long begun = System.nanoTime();
        if (!searched.serves(text, begun)) {
            var found = found(text);
            long now = System.nanoTime();
            searched = new Searched(text, found, now, now - begun);
        }
        return searched.found;
    }

    private Found found(String text) {
        var wanted = text.toLowerCase(Locale.ROOT);
        var rows = new ArrayList<Row>();
        var todo = new ArrayDeque<Pid<?>>(node.children());
        int looked = 0;
        long until = System.nanoTime() + LONGEST;
        while (!todo.isEmpty() && rows.size() < FOUND && looked++ < SEARCHED && System.nanoTime() - until < 0) {
            var info = todo.remove().info();
            if (matches(info, wanted)) {
                rows.add(facts.walk().row(Spots.at(info.pid()), info));
            }
            todo.addAll(info.children());
        }
        return new Found(rows, todo.isEmpty());
    }

    private static boolean matches(ActorInfo info, String wanted) {
        return info.path().toLowerCase(Locale.ROOT).contains(wanted)
                || info.behaviour().toLowerCase(Locale.ROOT).contains(wanted)
                || info.label().toLowerCase(Locale.ROOT).contains(wanted)
                || wanted.equals("" + info.pid().id());
    }

    // ---- one actor

    record Link(String at, String path, String behaviour) {
        static Link of(Pid<?> pid) {
            return new Link(Spots.at(pid), pid.path(), pid.info().behaviour());
        }
    }

    /// What it says of itself: asked only when somebody wants to know, since the question stands in its mailbox.
    ///
    /// @param silent why it does not answer; empty when it does
    record Inside(boolean suspended, String state, String silent) {}

    /// @param due in seconds from now; negative when its message waits in the mailbox
    /// @param period in seconds; 0 for one that comes once
    record TimerView(String message, double due, double period) {
        static TimerView of(Closeup.Timer timer) {
            return new TimerView(
                    timer.message(),
                    timer.due().toNanos() / 1e9,
                    timer.period().map(period -> period.toNanos() / 1e9).orElse(0.0));
        }
    }

    /// @param message what it handles now; empty when it handles nothing
    /// @param busy for how many seconds it has been inside its code, at least; 0 when nobody has noticed
    /// @param stack of the thread that runs it; empty when none does
    record ActorView(
            Row row,
            Optional<Link> parent,
            List<Link> links,
            int linked,
            List<Link> monitors,
            List<Link> monitoredBy,
            List<TimerView> timers,
            String message,
            double busy,
            List<String> stack,
            boolean restartable,
            Optional<Inside> inside) {}

    Optional<ActorView> actor(String at, boolean inside) {
        return Spots.find(node, at).map(pid -> actor(at, pid, inside));
    }

    private ActorView actor(String at, Pid<?> pid, boolean inside) {
        var info = pid.info();
        var closeup = Closeup.of(pid, rules.redaction());
        return new ActorView(
                facts.walk().row(at, info),
                info.parent().map(Link::of),
                info.links().stream().limit(LINKS).map(Link::of).toList(),
                info.links().size(),
                closeup.monitors().stream().map(Link::of).toList(),
                closeup.monitoredBy().stream().map(Link::of).toList(),
                closeup.timers().stream().map(TimerView::of).toList(),
                closeup.message().orElse(""),
                closeup.since().map(since -> since.toNanos() / 1e9).orElse(0.0),
                closeup.stack().stream().limit(FRAMES).map(String::valueOf).toList(),
                info.parent().flatMap(Deeds::supervisor).isPresent(),
                inside ? Optional.of(inside(pid)) : Optional.empty());
    }

    private Inside inside(Pid<?> pid) {
        try {
            var status = Sys.of(pid).within(PATIENCE).status();
            return new Inside(status.suspended(), rules.redaction().apply(status.state().orElse("")), "");
        } catch (CallFailed failed) {
            return new Inside(
                    pid.info().status() == ActorInfo.Status.SUSPENDED,
                    "",
                    rules.redaction().apply(failed.failure().message()));
        }
    }

    // ---- what went wrong

    record Crash(
            Instant at,
            String path,
            String name,
            String label,
            List<String> ancestors,
            String reason,
            String lastMessage,
            int queued,
            List<String> neighbours,
            List<String> stack) {}

    /// Newest first; as many as the node keeps.
    List<Crash> crashes() {
        return node.crashes().reversed().stream().map(this::crash).toList();
    }

    private Crash crash(CrashReport report) {
        return new Crash(
                report.at(),
                report.path(),
                report.name().orElse(""),
                report.label(),
                report.ancestors(),
                rules.redaction().apply(report.reason().toString()),
                rules.redaction().apply(report.lastMessage().orElse("")),
                report.queued(),
                report.neighbours(),
                report.reason() instanceof ExitReason.Crashed(Throwable cause) ? stack(cause) : List.of());
    }

    private List<String> stack(Throwable thrown) {
        var lines = new ArrayList<String>();
        for (@Nullable Throwable cause = thrown; cause != null && lines.size() < FRAMES; cause = cause.getCause()) {
            lines.add(rules.redaction().apply(new ExitReason.Crashed(cause).toString()));
            Arrays.stream(cause.getStackTrace())
                    .limit(FRAMES - lines.size())
                    .map(frame -> "  at " + frame)
                    .forEach(lines::add);
        }
        return lines;
    }

    /// Somebody who is inside its code.
    ///
    /// @param since in seconds, at least; 0 when nobody has noticed
    record Slow(
            String at,
            String path,
            String status,
            String doing,
            double since,
            String waitsFor,
            int queued,
            List<String> stack) {}

    /// Who is slow now, as the node says it when its close takes too long.
    List<Slow> slow() {
        return node.laggards().stream().map(Views::slow).toList();
    }

    private static Slow slow(Laggard one) {
        return new Slow(
                Spots.at(one.pid()),
                one.path(),
                one.status().name().toLowerCase(Locale.ROOT),
                one.doing().orElse(""),
                one.since().map(since -> since.toNanos() / 1e9).orElse(0.0),
                one.waitsFor().orElse(""),
                one.queued(),
                one.stack().stream().limit(FRAMES).map(String::valueOf).toList());
    }

    /// Who used most of a processor in the last minute, by samples; then who waited most in foreign code.
    record Busy(Row row, double processor, double blocked) {}

    List<Busy> busy(int most) {
        return facts.sampler().shares().stream()
                .filter(share -> share.pid().alive())
                .limit(most)
                .map(share ->
                        new Busy(
                                facts.walk().row(Spots.at(share.pid()), share.pid().info()),
                                share.processor(),
                                share.blocked()))
                .toList();
    }

    record AlarmsView(List<Alarm> standing, List<Alarm> past) {}

    AlarmsView alarms() {
        return new AlarmsView(facts.alarms(), facts.pastAlarms());
    }

    /// The session that runs, or the last one.
    record TraceView(boolean running, Optional<Tracing.Wish> wish, List<Tracing.Leg> legs) {}

    TraceView trace() {
        var session = facts.tracing();
        return new TraceView(
                session.map(its -> !its.isOver()).orElse(false),
                session.map(Tracing::wish),
                session.map(Tracing::legs).orElse(List.of()));
    }

    /// The whole tree, for the terminal: so many lines at most.
    record Branch(int depth, Row row) {}

    private record Twig(int depth, String at, Pid<?> pid) {}

    List<Branch> tree(int lines) {
        var all = new ArrayList<Branch>();
        var todo = new ArrayDeque<Twig>();
        node.children().reversed().forEach(pid -> todo.push(new Twig(0, "" + pid.id(), pid)));
        while (!todo.isEmpty() && all.size() < lines) {
            var next = todo.pop();
            var info = next.pid.info();
            if (info.status() == ActorInfo.Status.DEAD) {
                continue;
            }
            all.add(new Branch(next.depth, facts.walk().row(next.at, info)));
            info.children()
                    .reversed()
                    .forEach(child -> todo.push(new Twig(next.depth + 1, next.at + "." + child.id(), child)));
        }
        return all;
    }
}
