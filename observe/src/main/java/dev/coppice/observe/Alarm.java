package dev.coppice.observe;

import java.time.Instant;
import java.util.Optional;

/// Something that a person should look at. One of a kind and subject stands at a time: raised again it only counts.
///
/// @param subject the path of the actor, or `node`
/// @param times how often it was raised while it stood
/// @param at where to find the actor in the tree; empty when there is none
/// @param cleared when it was over; empty while it stands
public record Alarm(
        Kind kind, String subject, String detail, Instant raised, int times, String at, Optional<Instant> cleared) {

    /// What is wrong.
    public enum Kind {
        /// A mailbox rose above its high-water mark; cleared below half of it.
        LONG_QUEUE,
        /// An actor was killed and its code does not return; cleared when it has gone.
        UNKILLABLE,
        /// A supervisor restarts so often that it stopped logging it; cleared after a minute without a restart.
        RESTART_STORM,
        /// A supervisor had more restarts than its intensity allows; cleared after ten minutes, since nobody is left to clear it.
        GAVE_UP,
        /// A handler has run for longer than the node's limit; cleared when the actor goes on.
        HOG,
        /// The heap is nine tenths full; cleared below eight tenths.
        MEMORY
    }
}
