package dev.coppice.observe;

import java.util.ArrayDeque;
import java.util.List;

/// The last minutes as points for charts, one a second, bounded. Written by the observer's actor, read by anybody.
final class History {
    private static final int KEPT = 600;

    private final ArrayDeque<Point> points = new ArrayDeque<>();

    /// @param at seconds since 1970
    /// @param received messages a second, as `accepted`, `deadLetters`, `spawned`, `exited`, `restarts` and `timeOuts`
    /// @param queued messages that wait
    /// @param heap bytes in use
    /// @param cpu processors' worth of time that the JVM uses
    record Point(
            long at,
            double received,
            double accepted,
            double deadLetters,
            double spawned,
            double exited,
            double restarts,
            double timeOuts,
            long actors,
            long queued,
            double oldest,
            long heap,
            double cpu) {}

    synchronized void add(Point point) {
        points.addLast(point);
        if (points.size() > KEPT) {
            points.removeFirst();
        }
    }

    /// Oldest first.
    synchronized List<Point> points() {
        return List.copyOf(points);
    }
}
