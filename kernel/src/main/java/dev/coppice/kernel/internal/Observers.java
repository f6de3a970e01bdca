package dev.coppice.kernel.internal;

import static java.util.Objects.requireNonNull;

import dev.coppice.kernel.Cancellable;
import dev.coppice.kernel.CrashReport;
import dev.coppice.kernel.DeadLetter;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Offer;
import dev.coppice.kernel.Ref;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/// What a node tells the world: events to subscribers, lines to the log, the last crash reports.
///
/// A subscriber is a ref and gets its events as messages, offered, never waited for; an event that it cannot take is a dead letter that
/// makes no further event.
final class Observers {
    private final LocalNode node;
    private final Log log;
    private final Throttle deadLetterLines;
    private final Throttle crashLines;
    private final Throttle highWaterLines;
    private final Throttle lowWaterLines;
    private final Throttle longScanLines;
    private final Throttle slowLines;
    private final Throttle brokenLines;
    private final CopyOnWriteArrayList<Subscription> subscriptions = new CopyOnWriteArrayList<>();
    private final ReentrantLock crashesLock = new ReentrantLock();
    private final ArrayDeque<CrashReport> crashes = new ArrayDeque<>();

    private record Subscription(Class<? extends NodeEvent> type, Ref<?> subscriber) {}

    Observers(LocalNode node) {
        this.node = node;
        this.log = new Log("dev.coppice." + node.config().name());
        this.deadLetterLines = throttle(Level.WARN, "more dead letters");
        this.crashLines = throttle(Level.ERROR, "more crashes");
        this.highWaterLines = throttle(Level.WARN, "more mailboxes above their high-water mark");
        this.lowWaterLines = throttle(Level.INFO, "more mailboxes below their low-water mark");
        this.longScanLines = throttle(Level.WARN, "more long selective receives");
        this.slowLines = throttle(Level.WARN, "more slow handlers");
        this.brokenLines = throttle(Level.ERROR, "more failures of subscribers");
    }

    private Throttle throttle(Level level, String summary) {
        return new Throttle(node, n -> line(level, summary, Map.of("count", n)));
    }

    Cancellable subscribe(Class<? extends NodeEvent> type, Ref<?> subscriber) {
        var subscription = new Subscription(requireNonNull(type, "type"), requireNonNull(subscriber, "subscriber"));
        subscriptions.add(subscription);
        return () -> remove(subscription);
    }

    /// This one, and not another of the same type and subscriber.
    private boolean remove(Subscription subscription) {
        return subscriptions.removeIf(one -> one == subscription);
    }

    /// Whether it is worth making an event.
    boolean watched() {
        return !subscriptions.isEmpty();
    }

    void publish(NodeEvent event) {
        for (var subscription : subscriptions) {
            if (subscription.type.isInstance(event)) {
                tell(subscription, event);
            }
        }
    }

    /// A subscriber may be a door, a name of another protocol, or have a predicate: what is thrown there is logged and goes no further.
    private void tell(Subscription subscription, NodeEvent event) {
        try {
            var delivered = Refs.deliver(subscription.subscriber, new Mail.Quiet(event, null), false);
            if (delivered instanceof Offer.Dead && !Refs.mayLive(subscription.subscriber)) {
                remove(subscription);
            }
        } catch (Exception | LinkageError | StackOverflowError | AssertionError | ExitSignal broken) {
            if (brokenLines.admits()) {
                line(
                        Level.ERROR,
                        "a subscriber of events failed",
                        Map.of("event", event.getClass().getSimpleName()),
                        broken);
            }
        }
    }

    void end() {
        for (var lines :
                List.of(
                        deadLetterLines,
                        crashLines,
                        highWaterLines,
                        lowWaterLines,
                        longScanLines,
                        slowLines,
                        brokenLines)) {
            lines.end();
        }
    }

    // ---- life

    void spawned(Cell<?> cell) {
        if (watched()) {
            publish(new NodeEvent.Spawned(cell, cell.path()));
        }
    }

    void exited(Cell<?> cell, String path, ExitReason reason) {
        if (watched()) {
            publish(new NodeEvent.Exited(cell, path, reason));
        }
    }

    void crashed(CrashReport report) {
        crashesLock.lock();
        try {
            crashes.addLast(report);
            while (crashes.size() > node.config().keptCrashes()) {
                crashes.removeFirst();
            }
        } finally {
            crashesLock.unlock();
        }
        if (crashLines.admits()) {
            line(Level.ERROR, "actor crashed", values(report), cause(report.reason()));
        }
        publish(new NodeEvent.Crashed(report));
    }

    private static Map<String, Object> values(CrashReport report) {
        var values = new LinkedHashMap<String, Object>();
        values.put("pid", report.pid());
        values.put("path", report.path());
        values.put("label", report.label());
        report.name().ifPresent(name -> values.put("name", name));
        values.put("reason", report.reason());
        report.lastMessage().ifPresent(message -> values.put("lastMessage", message));
        values.put("queued", report.queued());
        values.put("ancestors", report.ancestors());
        values.put("neighbours", report.neighbours());
        return values;
    }

    private static @Nullable Throwable cause(ExitReason reason) {
        return reason instanceof ExitReason.Crashed(Throwable thrown) ? thrown : null;
    }

    List<CrashReport> crashes() {
        crashesLock.lock();
        try {
            return List.copyOf(crashes);
        } finally {
            crashesLock.unlock();
        }
    }

    // ---- messages

    void undelivered(DeadLetter letter) {
        if (deadLetterLines.admits()) {
            line(
                    Level.WARN,
                    "dead letter",
                    Map.of("to", letter.to(), "message", letter.rendered(), "reason", letter.reason()));
        }
        if (watched()) {
            publish(new NodeEvent.Undelivered(letter));
        }
    }

    void highWater(Cell<?> cell, int queued) {
        throttled(
                highWaterLines,
                Level.WARN,
                "mailbox above its high-water mark",
                Map.of("actor", cell.path(), "queued", queued));
        publish(new NodeEvent.HighWater(cell, queued));
    }

    void lowWater(Cell<?> cell, int queued) {
        throttled(
                lowWaterLines,
                Level.INFO,
                "mailbox below its low-water mark",
                Map.of("actor", cell.path(), "queued", queued));
        publish(new NodeEvent.LowWater(cell, queued));
    }

    void timedOut(@Nullable Cell<?> callee, Failure.Report report) {
        if (watched()) {
            publish(new NodeEvent.TimedOut(Optional.ofNullable(callee), report));
        }
    }

    void longScan(Cell<?> cell, int scanned) {
        throttled(
                longScanLines, Level.WARN, "long selective receive", Map.of("actor", cell.path(), "scanned", scanned));
        publish(new NodeEvent.LongScan(cell, scanned));
    }

    // ---- alarms

    void slowHandler(Cell<?> cell, Thread thread, long nanos) {
        var doing = Reports.doing(cell).orElse("its body");
        var since = Duration.ofNanos(nanos);
        throttled(slowLines, Level.WARN, "slow handler", Map.of("actor", cell.path(), "doing", doing, "since", since));
        publish(new NodeEvent.SlowHandler(cell, doing, since, List.of(thread.getStackTrace())));
    }

    void unkillable(Cell<?> cell, long nanos) {
        node.countUnkillable();
        var thread = cell.runningThread();
        var stack = thread == null ? List.<StackTraceElement>of() : Arrays.asList(thread.getStackTrace());
        var holdsUp = new ArrayList<dev.coppice.kernel.Pid<?>>();
        for (var above : Reports.ancestors(cell)) {
            if (above.leaving() || above.fate() instanceof Fate.Ending) {
                holdsUp.add(above);
            }
        }
        line(
                Level.ERROR,
                "unkillable actor: its code does not return",
                Map.of("actor", cell.path(), "since", Duration.ofNanos(nanos), "holdsUp", holdsUp, "stack", stack));
        publish(new NodeEvent.Unkillable(cell, Duration.ofNanos(nanos), List.copyOf(stack), List.copyOf(holdsUp)));
    }

    void fatal(@Nullable Cell<?> cell, Throwable error) {
        line(
                Level.ERROR,
                "error inside the kernel; the node ends",
                Map.of("node", node.config().name(), "actor", String.valueOf(cell)),
                error);
    }

    private void throttled(Throttle lines, Level level, String message, Map<String, ?> values) {
        if (lines.admits()) {
            line(level, message, values);
        }
    }

    void line(Level level, String message, Map<String, ?> values) {
        line(level, message, values, null);
    }

    private void line(Level level, String message, Map<String, ?> values, @Nullable Throwable cause) {
        if (severity(level) >= node.config().loggedFrom().getSeverity()) {
            log.line(level, message, values, cause);
        }
    }

    private static int severity(Level level) {
        return switch (level) {
            case ERROR -> System.Logger.Level.ERROR.getSeverity();
            case WARN -> System.Logger.Level.WARNING.getSeverity();
            case INFO -> System.Logger.Level.INFO.getSeverity();
            case DEBUG -> System.Logger.Level.DEBUG.getSeverity();
            case TRACE -> System.Logger.Level.TRACE.getSeverity();
        };
    }
}
