package dev.coppice.kernel;

import java.util.List;
import java.util.Optional;

/// A racy snapshot of one actor for people and observers: each value was true at some moment during the call.
///
/// @param doing what the current handler works on (the message's class), when there is one
/// @param queued messages and signals that wait
/// @param children the actors that it started and that live, oldest first
/// @param links the actors that it is linked with
public record ActorInfo(
        Pid<?> pid,
        String path,
        Optional<String> name,
        String label,
        Status status,
        int queued,
        Optional<String> doing,
        Optional<Pid<?>> parent,
        List<Pid<?>> children,
        List<Pid<?>> links) {

    /// Where an actor stands in its life.
    public enum Status {
        STARTING,
        IDLE,
        RUNNING,
        WAITING,
        /// By a tool; see [dev.coppice.kernel.spi.Inspection].
        SUSPENDED,
        EXITING,
        DEAD
    }
}
