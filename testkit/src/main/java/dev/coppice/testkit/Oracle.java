package dev.coppice.testkit;

import dev.coppice.kernel.Node;
import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Pid;

/// Watches a [World] and throws an `AssertionError` when what it sees must never be; the world then fails, with its seed and its trace.
///
/// Its methods run between the steps of the world, on whatever thread has the baton: they must not wait and must not send.
public interface Oracle {

    /// An event of a node, at the moment when it is told.
    default void saw(Node node, NodeEvent event) {}

    /// An actor begins to run.
    default void begins(Pid<?> actor) {}

    /// It rests again, or has ended. One that waits inside its code has not.
    default void ends(Pid<?> actor) {}

    /// Nothing can move at this instant: after [World#settle] and [World#advance] when nobody is paused.
    default void quiet(Node node) {}

    /// The node has been closed.
    default void closed(Node node) {}
}
