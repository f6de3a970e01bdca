package dev.coppice.observe;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// What happened since the observer looks, by [Kind]: striped counters, written by whichever thread an event happens on, summed when
/// somebody reads. At most so many kinds are told apart; what comes later is counted together.
final class Ledger {
    private final int limit;
    private final ConcurrentHashMap<Kind, Line> lines = new ConcurrentHashMap<>();

    /// The counters of one kind.
    static final class Line {
        final LongAdder spawned = new LongAdder();
        final LongAdder restarts = new LongAdder();
        final LongAdder timeOuts = new LongAdder();
        final LongAdder highWaters = new LongAdder();

        /// Of those that are dead: the living are asked.
        final LongAdder received = new LongAdder();

        final LongAdder requests = new LongAdder();

        /// By the simple name of the reason: both sets are sealed, so both maps stay small.
        final ConcurrentHashMap<String, LongAdder> exits = new ConcurrentHashMap<>();

        final ConcurrentHashMap<String, LongAdder> letters = new ConcurrentHashMap<>();

        static void count(ConcurrentHashMap<String, LongAdder> by, Object reason) {
            by.computeIfAbsent(reason.getClass().getSimpleName(), _ -> new LongAdder()).increment();
        }

        static Map<String, Long> sums(ConcurrentHashMap<String, LongAdder> by) {
            var sums = new TreeMap<String, Long>();
            by.forEach((reason, count) -> sums.put(reason, count.sum()));
            return sums;
        }
    }

    Ledger(int limit) {
        this.limit = limit;
    }

    Line line(Kind kind) {
        var line = lines.get(kind);
        return line != null ? line : lines.computeIfAbsent(known(kind), _ -> new Line());
    }

    /// The line of this kind, or an empty one that nobody keeps.
    Line find(Kind kind) {
        var line = lines.get(kind);
        return line == null ? new Line() : line;
    }

    /// As it is counted from now on: itself, or with the others. Threads may go past the limit together, each by one.
    Kind known(Kind kind) {
        if (!lines.containsKey(kind)) {
            if (lines.size() >= limit) {
                return Kind.OTHER;
            }
            lines.putIfAbsent(kind, new Line());
        }
        return kind;
    }

    Map<Kind, Line> lines() {
        return new TreeMap<>(lines);
    }
}
