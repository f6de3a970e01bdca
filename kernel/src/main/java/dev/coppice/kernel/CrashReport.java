package dev.coppice.kernel;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What is known about an actor at the moment of its crash. Bounded: its cost does not grow with the mailbox, and at most 15 neighbours
/// are named.
///
/// @param ancestors paths from the parent to the root
/// @param lastMessage the message being handled, rendered by the recipe, at most 500 characters
/// @param queued how many messages waited
/// @param neighbours the linked actors, as paths
public record CrashReport(
        Pid<?> pid,
        String path,
        Optional<String> name,
        String label,
        List<String> ancestors,
        ExitReason reason,
        Optional<String> lastMessage,
        int queued,
        List<String> neighbours,
        Instant at) {}
