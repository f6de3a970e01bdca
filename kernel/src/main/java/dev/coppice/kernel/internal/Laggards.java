package dev.coppice.kernel.internal;

import dev.coppice.kernel.Laggard;
import dev.coppice.kernel.Loop;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.spi.Closeup;
import dev.coppice.kernel.spi.Running;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.slf4j.event.Level;

/// Who is inside its own code, since when and where: looked at from outside, racily, without a question to the actor.
public final class Laggards {
    private static final int LISTED = 100;
    private static final int REPORTED = 1_000;
    private static final int LOGGED = 20;
    private static final int FRAMES = 12;

    private Laggards() {}

    public static List<Running> running(Node node) {
        return ((LocalNode) node).scheduler instanceof Places places ? places.watchdog.running() : List.of();
    }

    public static Closeup closeup(Pid<?> pid, UnaryOperator<String> redaction) {
        var cell = (Cell<?>) pid;
        var handled = Reports.handled(cell);
        return new Closeup(
                Ties.monitors(cell, true, LISTED),
                Ties.monitors(cell, false, LISTED),
                ActorTimer.of(cell, LISTED),
                Optional.ofNullable(handled)
                        .filter(mail -> !(mail instanceof Signal))
                        .map(mail -> Reports.rendered(cell, mail.message, redaction)),
                since(cell),
                stack(cell));
    }

    public static Class<?> type(Pid<?> pid) {
        return ((Cell<?>) pid).habit.type;
    }

    /// Those among them that are inside their code; those without children first, since the others may wait for them, then the longest.
    static List<Laggard> among(List<Cell<?>> cells) {
        return cells.stream()
                .filter(Laggards::inside)
                .limit(REPORTED)
                .sorted(
                        Comparator.<Cell<?>, Boolean>comparing(cell -> !Reports.children(cell).isEmpty())
                                .thenComparing(cell -> since(cell).orElse(Duration.ZERO), Comparator.reverseOrder()))
                .map(Laggards::laggard)
                .toList();
    }

    /// A loop that waits for its next message is at rest; a handler that waits for one is not.
    private static boolean inside(Cell<?> cell) {
        return cell.waiting != null
                || cell.occupied()
                        && (!cell.resting() || !(cell.body instanceof Loop<?>) && Reports.handled(cell) != null);
    }

    private static Laggard laggard(Cell<?> cell) {
        var info = cell.info();
        return new Laggard(
                cell,
                info.path(),
                info.status(),
                info.doing(),
                since(cell),
                info.waitsFor().map(Pid::path),
                info.queued(),
                stack(cell));
    }

    /// What the watchdog has noticed; of one that waits in the kernel, how long it does.
    private static Optional<Duration> since(Cell<?> cell) {
        var wait = cell.waiting;
        var waited = wait == null ? Optional.<Duration>empty() : wait.waited();
        return waited.isPresent() || !(cell.node.scheduler instanceof Places places)
                ? waited
                : places.watchdog.busyFor(cell);
    }

    private static List<StackTraceElement> stack(Cell<?> cell) {
        var thread = cell.runningThread();
        var stack = thread == null ? new StackTraceElement[0] : thread.getStackTrace();
        return thread == null || cell.runningThread() != thread ? List.of() : List.of(stack);
    }

    /// A line each; of very many, the first.
    static void log(Observers observers, List<Laggard> all) {
        for (var one : all.subList(0, Math.min(LOGGED, all.size()))) {
            var values = new LinkedHashMap<String, Object>();
            values.put("actor", one.path());
            values.put("status", one.status());
            one.doing().ifPresent(doing -> values.put("doing", doing));
            one.since().ifPresent(since -> values.put("since", since));
            one.waitsFor().ifPresent(path -> values.put("waitsFor", path));
            values.put("queued", one.queued());
            values.put("stack", new ArrayList<>(one.stack().subList(0, Math.min(FRAMES, one.stack().size()))));
            observers.line(Level.WARN, "still busy when the budget of the close was spent", values);
        }
        if (all.size() > LOGGED) {
            observers.line(Level.WARN, "more busy actors", java.util.Map.of("count", all.size() - LOGGED));
        }
    }
}
