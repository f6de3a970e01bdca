package dev.coppice.kernel.internal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// The end of a node: while the budget lasts, an ordered stop, youngest first, each within its own limit; when it is
/// spent, kill everything that is left; what ignores that for a moment is abandoned.
final class Closing {
    /// How long killed actors get to leave their code.
    private static final long GRACE = 200_000_000L;

    private final LocalNode node;
    private final Cell<?> guardian;
    private final long deadline;

    Closing(LocalNode node, Cell<?> guardian) {
        this.node = node;
        this.guardian = guardian;
        this.deadline = node.scheduler.nanoTime() + Clocks.nanos(node.config().closeBudget());
    }

    /// The paths of those that were abandoned.
    List<String> run() {
        for (var child = youngest(); child != null; child = youngest()) {
            if (!stop(child)) {
                return endAtOnce();
            }
        }
        return List.of();
    }

    private @org.jspecify.annotations.Nullable Cell<?> youngest() {
        var children = guardian.family;
        return children == null ? null : children.youngest();
    }

    /// False when the budget is spent.
    private boolean stop(Cell<?> child) {
        child.exitSignal(guardian, new dev.coppice.kernel.ExitReason.Shutdown());
        long limit = Clocks.nanos(child.settings.stopWithin());
        if (child.awaitFirmly(null, Math.min(limit, left())) || left() <= 0) {
            return child.isGone();
        }
        child.killFirmly();
        return child.awaitFirmly(null, left());
    }

    private long left() {
        return Math.max(0, deadline - node.scheduler.nanoTime());
    }

    private List<String> endAtOnce() {
        node.overran(Laggards.among(everybody()));
        everybody().forEach(Cell::killFirmly);
        long until = node.scheduler.nanoTime() + GRACE;
        var left = new ArrayList<String>();
        for (var cell : everybody().reversed()) {
            // Those inside their own code first, deepest first: the others wait for them and leave by themselves then.
            if (!cell.awaitFirmly(null, Math.max(1, until - node.scheduler.nanoTime())) && !cell.left) {
                left.add(cell.path());
                Dying.abandon(cell);
            }
        }
        everybody().forEach(cell -> cell.awaitFirmly(null, GRACE));
        if (!left.isEmpty()) {
            node.observers.line(
                    org.slf4j.event.Level.ERROR,
                    "abandoned actors that ignored their kill",
                    java.util.Map.of("paths", left));
        }
        return List.copyOf(left);
    }

    /// Parents before their children.
    private List<Cell<?>> everybody() {
        return everybody(guardian);
    }

    static List<Cell<?>> everybody(Cell<?> guardian) {
        var all = new ArrayList<Cell<?>>();
        var todo = new ArrayDeque<Cell<?>>(Reports.children(guardian));
        for (var cell = todo.poll(); cell != null; cell = todo.poll()) {
            all.add(cell);
            todo.addAll(Reports.children(cell));
        }
        return all;
    }
}
