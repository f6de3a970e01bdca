package dev.coppice.observe;

import dev.coppice.kernel.Node;
import dev.coppice.kernel.Pid;
import java.util.Optional;

/// Where an actor is in the tree, as text that finds it again: the numbers of its ancestors and its own, such as `1.17.203`. A number
/// alone would need an index of all actors; this needs a look at each level. It says nothing to a person, and is never used again.
final class Spots {
    /// Deeper than any tree that a page shows.
    private static final int DEPTH = 1_000;

    private Spots() {}

    /// Whoever is there; empty when nobody is, any more.
    static Optional<Pid<?>> find(Node node, String at) {
        var level = node.children();
        Optional<Pid<?>> found = Optional.empty();
        for (var part : at.split("\\.", DEPTH)) {
            found = level.stream().filter(pid -> part.equals("" + pid.id())).findFirst();
            if (found.isEmpty()) {
                return found;
            }
            level = found.get().info().children();
        }
        return found;
    }

    /// Of a dead actor only its own number.
    static String at(Pid<?> pid) {
        var at = new StringBuilder("" + pid.id());
        var above = pid.info().parent();
        for (int i = 0; above.isPresent() && i < DEPTH; i++) {
            at.insert(0, above.get().id() + ".");
            above = above.get().info().parent();
        }
        return at.toString();
    }
}
