package dev.coppice.kernel.internal;

import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Pid;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Finds call cycles before they happen.
///
/// **Idea.** Whoever is about to wait has published its cell. The walk follows cell → holder → the holder's cell. When it comes back to
/// the actor that is about to wait, the path is read a second time: only when every cell on it is still open and still leads to the
/// next was the cycle there at one instant, namely between the two passes, and only then is it reported. Of two actors that close a
/// cycle at once at least one sees it, since each publishes before it walks.
final class Cycles {
    /// Longer chains than this are left to their time-outs.
    private static final int LONGEST = 10_000;

    private Cycles() {}

    /// Gives the baton of a request to this actor; true when its caller would wait for itself, and then has been told.
    static boolean closes(Request<?> request, Cell<?> callee) {
        var wait = request.cell;
        if (wait == null) {
            return false;
        }
        var asker = wait.owner;
        if (asker == null) {
            wait.heldBy(callee);
            return false;
        }
        wait.holder = callee;
        var waits = asker.waiting;
        if (waits == null || !waits.awaits(wait) || callee != asker && callee.waiting == null) {
            return false; // nearly always: the callee waits for nobody
        }
        var cycle = closedBy(asker, wait);
        if (cycle == null) {
            return false;
        }
        request.fail(cycle);
        return true;
    }

    /// The failure of a wait that would close a cycle; null when it would not.
    static @Nullable Failure closedBy(Cell<?> asker, WaitCell<?> wait) {
        var cells = new ArrayList<WaitCell<?>>(4);
        var holders = new ArrayList<Cell<?>>(4);
        WaitCell<?> cell = wait;
        while (cells.size() < LONGEST) {
            var holder = cell.holderNow();
            if (holder == null) {
                return null;
            }
            cells.add(cell);
            holders.add(holder);
            if (holder == asker) {
                return stillThere(cells, holders) ? new Failure.Cycle(path(asker, holders)) : null;
            }
            cell = holder.waiting;
            if (cell == null || cell.over()) {
                return null;
            }
        }
        return null;
    }

    private static boolean stillThere(List<WaitCell<?>> cells, List<Cell<?>> holders) {
        for (int i = 0; i < cells.size(); i++) {
            if (cells.get(i).over() || cells.get(i).holderNow() != holders.get(i)) {
                return false;
            }
            if (i + 1 < cells.size() && holders.get(i).waiting != cells.get(i + 1)) {
                return false;
            }
        }
        return true;
    }

    private static List<Pid<?>> path(Cell<?> asker, List<Cell<?>> holders) {
        var path = new ArrayList<Pid<?>>();
        path.add(asker);
        path.addAll(holders.subList(0, holders.size() - 1));
        return path;
    }
}
