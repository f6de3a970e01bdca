package dev.coppice.kernel.internal;

import dev.coppice.kernel.ActorInfo;
import dev.coppice.kernel.CrashReport;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Pid;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// What can be said about an actor: snapshots, crash reports, time-out reports. Their cost does not grow with the mailbox.
final class Reports {
    private static final int NEIGHBOURS = 15;
    private static final int RENDERED = 500;
    private static final int ANCESTORS = 50;

    private Reports() {}

    static ActorInfo info(Cell<?> cell) {
        return new ActorInfo(
                cell,
                cell.path(),
                cell.settings.name().map(name -> name.value()),
                cell.kind(),
                cell.habit.label,
                status(cell),
                cell.queued(),
                turns(cell),
                requests(cell),
                waitsFor(cell),
                doing(cell),
                Optional.<Pid<?>>ofNullable(cell.parent).filter(above -> above != cell.node.guardian()),
                cell.family == null ? List.of() : List.copyOf(children(cell)),
                List.copyOf(Ties.linked(cell, Integer.MAX_VALUE)));
    }

    private static ActorInfo.Status status(Cell<?> cell) {
        var fate = cell.fate();
        if (fate instanceof Fate.Gone) {
            return ActorInfo.Status.DEAD;
        }
        if (fate != null && !(fate instanceof Fate.Trapping)) {
            return ActorInfo.Status.EXITING;
        }
        if (cell.body instanceof Starting<?>) {
            return ActorInfo.Status.STARTING;
        }
        var self = cell.self;
        if (self != null && self.suspended()) {
            return ActorInfo.Status.SUSPENDED;
        }
        if (cell.resting() && handled(cell) != null || cell.waiting != null) {
            return ActorInfo.Status.WAITING;
        }
        return cell.occupied() && handled(cell) != null ? ActorInfo.Status.RUNNING : ActorInfo.Status.IDLE;
    }

    /// The delivery being handled: racy.
    static @Nullable Mail handled(Cell<?> cell) {
        return cell.delivery();
    }

    /// How many messages it has received: racy.
    private static long turns(Cell<?> cell) {
        var self = cell.self;
        return self == null ? 0 : Rare.turns(self);
    }

    private static long requests(Cell<?> cell) {
        var self = cell.self;
        return self == null ? 0 : Rare.requests(self);
    }

    /// Whoever holds what it waits for: racy.
    private static Optional<Pid<?>> waitsFor(Cell<?> cell) {
        var wait = cell.waiting;
        return wait == null || wait.over() ? Optional.empty() : Optional.ofNullable(wait.holderNow());
    }

    static Optional<String> doing(Cell<?> cell) {
        var mail = handled(cell);
        return mail == null ? Optional.empty() : Optional.of(mail.message.getClass().getSimpleName());
    }

    static List<Cell<?>> children(Cell<?> cell) {
        var family = cell.family;
        return family == null ? List.of() : family.toList();
    }

    /// Taken on the dying actor, before its mailbox closes.
    static CrashReport beforeTheEnd(Cell<?> cell, ExitReason reason, @Nullable Mail failing) {
        var ancestors = ancestors(cell);
        var above = paths(ancestors);
        var message = failing == null || failing instanceof Signal ? null : rendered(cell, failing.message);
        return new CrashReport(
                cell,
                above.isEmpty() ? "/" + cell.label() : above.getFirst() + "/" + cell.label(),
                cell.settings.name().map(name -> name.value()),
                cell.kind(),
                above,
                reason,
                Optional.ofNullable(message),
                cell.queued(),
                neighbours(cell, ancestors, above),
                cell.node.scheduler.wallTime());
    }

    /// The paths of a line of ancestors, from the parent upwards: each is made from the one above it.
    private static List<String> paths(List<Cell<?>> ancestors) {
        if (ancestors.isEmpty()) {
            return List.of();
        }
        var paths = new String[ancestors.size()];
        paths[paths.length - 1] = ancestors.getLast().path();
        for (int i = paths.length - 2; i >= 0; i--) {
            paths[i] = paths[i + 1] + "/" + ancestors.get(i).label();
        }
        return List.of(paths);
    }

    /// The paths of the linked actors: most often the parent alone, whose path is known.
    private static List<String> neighbours(Cell<?> cell, List<Cell<?>> ancestors, List<String> above) {
        var linked = Ties.linked(cell, NEIGHBOURS);
        if (linked.isEmpty()) {
            return List.of();
        }
        var paths = new String[linked.size()];
        for (int i = 0; i < paths.length; i++) {
            var peer = linked.get(i);
            paths[i] = !ancestors.isEmpty() && peer == ancestors.getFirst() ? above.getFirst() : peer.path();
        }
        return List.of(paths);
    }

    /// A message as its receiver's recipe shows it; a rendering that fails must not break the report.
    static String rendered(Cell<?> cell, Object message) {
        return rendered(cell, message, text -> text);
    }

    /// The redaction sees the whole text: in one that is cut it may not know a secret again.
    static String rendered(Cell<?> cell, Object message, UnaryOperator<String> redaction) {
        try {
            var text = redaction.apply(cell.settings.rendering().apply(message));
            return text.length() <= RENDERED ? text : text.substring(0, RENDERED) + "...";
        } catch (Throwable unprintable) {
            return message.getClass().getName() + " (its rendering failed: " + unprintable.getClass().getName() + ")";
        }
    }

    static List<Cell<?>> ancestors(Cell<?> cell) {
        var all = new ArrayList<Cell<?>>();
        for (var above = cell.parent;
                above != null && above.parent != null && all.size() < ANCESTORS;
                above = above.parent) {
            all.add(above);
        }
        return all;
    }

    static Failure.Report timeOut(WaitCell<?> wait, @Nullable Cell<?> holder, Duration patience) {
        var parked = wait.parkedAt;
        var request = wait.request();
        if (holder == null && parked != null && (request == null || request.holder == null)) {
            return new Failure.Report(parked, patience, 0, "nobody held the name: its actor was being restarted");
        }
        if (holder == null) {
            return new Failure.Report("nobody", patience, 0, "the request was deferred");
        }
        return new Failure.Report(holder.path(), patience, holder.queued(), whereabouts(wait, holder));
    }

    private static String whereabouts(WaitCell<?> wait, Cell<?> holder) {
        var fate = holder.fate();
        if (fate instanceof Fate.Gone) {
            return "it has exited";
        }
        var request = wait.request();
        if (request != null && request.holder == holder) {
            long held = holder.node.scheduler.nanoTime() - request.receivedAt;
            return "received "
                    + seconds(held)
                    + " ago, still held, "
                    + (int) (turns(holder) - request.receivedTurn)
                    + " messages since"
                    + waits(holder);
        }
        return "not received yet; it is handling " + doing(holder).orElse("nothing") + waits(holder);
    }

    private static String waits(Cell<?> holder) {
        var on = holder.waiting;
        var next = on == null ? null : on.holderNow();
        return next == null ? "" : ", and waits for " + next.path();
    }

    private static String seconds(long nanos) {
        return Math.round(nanos / 1e8) / 10.0 + " s";
    }
}
