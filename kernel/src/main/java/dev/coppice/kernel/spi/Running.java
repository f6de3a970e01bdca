package dev.coppice.kernel.spi;

import dev.coppice.kernel.Node;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.internal.Laggards;
import java.util.List;

/// An actor whose code a thread runs at this moment: for profilers, which look often. Racy: the thread may have gone on by now.
///
/// What waits in the kernel is not among them. Costs the actors nothing, and the caller a look at each place; not the tree.
public record Running(Pid<?> pid, Thread thread) {

    /// Those on the node's places and beside them; none on a scheduler of a test.
    public static List<Running> in(Node node) {
        return Laggards.running(node);
    }

    /// Whether the thread wants a processor, rather than waits for something that is none of the kernel's.
    public boolean wantsProcessor() {
        return thread.getState() == Thread.State.RUNNABLE;
    }
}
