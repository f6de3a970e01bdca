package dev.coppice.observe;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// What one walk over the tree has found. Each value was true at some moment of the walk.
///
/// @param whole whether every actor was looked at; false above the limit
/// @param byStatus how many actors are idle, running, waiting, ...
/// @param top the leading actors by each measure, highest first
/// @param waits who waits for whom
public record Census(
        Instant at,
        Duration took,
        int actors,
        boolean whole,
        long queued,
        Map<String, Integer> byStatus,
        Map<Kind, Living> living,
        Map<String, List<Row>> top,
        List<Wait> waits) {

    /// Before the first walk.
    static final Census NONE =
            new Census(Instant.EPOCH, Duration.ZERO, 0, true, 0, Map.of(), Map.of(), Map.of(), List.of());

    /// The living actors of one kind together.
    ///
    /// @param received messages that they have received, those of the dead not included
    /// @param longest the longest mailbox
    /// @param oldest the age of the oldest message, in seconds, at least
    public record Living(int actors, long queued, int longest, double oldest, long received, long requests) {
        static final Living NONE = new Living(0, 0, 0, 0, 0, 0);
    }

    /// An edge of the wait graph, as paths.
    public record Wait(String from, String to, String doing) {}
}
