package dev.coppice.kernel;

import java.util.List;
import java.util.Optional;

/// A racy snapshot of one actor for people and observers: each value was true at some moment during the call.
///
/// @param label its recipe's label, else what it is by `behaviour`
/// @param behaviour the class of its server, or `loop`: few, where labels may be many
/// @param received how many messages it has received; zero again when it is dead
/// @param requests how many of them were requests
/// @param waitsFor whom it waits for in a call or a full mailbox, when somebody holds what it waits for
/// @param doing what the current handler works on (the message's class), when there is one
/// @param queued messages and signals that wait
/// @param children the actors that it started and that live, oldest first
/// @param links the actors that it is linked with
public record ActorInfo(
        Pid<?> pid,
        String path,
        Optional<String> name,
        String label,
        String behaviour,
        Status status,
        int queued,
        long received,
        long requests,
        Optional<Pid<?>> waitsFor,
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
