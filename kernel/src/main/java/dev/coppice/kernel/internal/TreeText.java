package dev.coppice.kernel.internal;

import java.util.ArrayDeque;

/// The tree of actors as text, a line an actor, indented by depth. Walks with a list of its own: no depth is too deep.
final class TreeText {
    private record Branch(Cell<?> cell, int depth) {}

    private TreeText() {}

    static String of(Cell<?> top) {
        var text = new StringBuilder();
        var todo = new ArrayDeque<Branch>();
        todo.push(new Branch(top, 0));
        while (!todo.isEmpty()) {
            var branch = todo.pop();
            text.append("  ".repeat(branch.depth)).append(line(branch.cell)).append('\n');
            for (var child : Reports.children(branch.cell).reversed()) {
                if (child.alive()) {
                    todo.push(new Branch(child, branch.depth + 1));
                }
            }
        }
        return text.toString();
    }

    private static String line(Cell<?> cell) {
        var info = Reports.info(cell);
        return cell.label()
                + " <"
                + cell.id()
                + "> "
                + info.status().name().toLowerCase(java.util.Locale.ROOT)
                + (info.queued() > 0 ? ", " + info.queued() + " queued" : "");
    }
}
