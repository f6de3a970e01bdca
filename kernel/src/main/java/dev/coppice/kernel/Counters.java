package dev.coppice.kernel;

import java.util.Map;

/// The node's counts since it started. Exact when the node is quiet; while it runs each value is a moment's sum of striped counters.
///
/// The ledger: `accepted = received + the sum of deadLetters + waiting`.
///
/// @param accepted user messages that were sent, whatever became of them
/// @param received user messages that an actor received
/// @param waiting user messages in mailboxes (or kept for a next incarnation), counted by a walk
/// @param deadLetters by reason, `DeadLetter.Reason`'s simple names
/// @param timers timers of actors that are neither done nor cancelled
/// @param lateReplies answers that came after their caller had given up
public record Counters(
        long accepted,
        long received,
        long waiting,
        Map<String, Long> deadLetters,
        long lateReplies,
        long spawned,
        long exited,
        long crashed,
        long unkillable,
        long timers) {

    public Counters {
        deadLetters = Map.copyOf(deadLetters);
    }

    public long deadLettered() {
        return deadLetters.values().stream().mapToLong(Long::longValue).sum();
    }

    /// How many actors live.
    public long actors() {
        return spawned - exited;
    }

    /// What the ledger lacks: zero.
    public long unaccounted() {
        return accepted - received - waiting - deadLettered();
    }
}
