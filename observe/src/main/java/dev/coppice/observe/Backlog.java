package dev.coppice.observe;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/// How old the oldest message of a mailbox is, without a time stamp in any message.
///
/// **Idea.** A mailbox is first in, first out. Whoever saw `queued` messages wait behind `received` at some moment knows, as long as fewer
/// than `received + queued` have been received, that the oldest one waits at least since then. So each look leaves a mark, and the oldest
/// mark that has not been passed gives the age: a lower bound, as exact as looks are frequent. A selective receive that leaves messages
/// lying makes it too young, never too old.
///
/// Used by one thread at a time.
final class Backlog {
    /// How many mailboxes, and how many looks at each, are remembered.
    private static final int MAILBOXES = 1_000;

    private static final int MARKS = 64;

    private record Mark(long nanos, long until) {}

    private Map<Long, ArrayDeque<Mark>> marks = new HashMap<>();
    private Map<Long, ArrayDeque<Mark>> next = new HashMap<>();

    /// One look at one mailbox; the age of its oldest message in nanoseconds, at least.
    ///
    /// @param received and whatever else has left the mailbox: a message that was dropped waits no longer
    long look(long pid, long received, int queued, long now) {
        if (queued == 0 || next.size() >= MAILBOXES) {
            return 0;
        }
        var seen = marks.getOrDefault(pid, new ArrayDeque<>());
        while (!seen.isEmpty() && seen.getFirst().until() <= received) {
            seen.removeFirst();
        }
        if (seen.size() < MARKS) {
            seen.addLast(new Mark(now, received + queued));
        }
        next.put(pid, seen);
        return now - seen.getFirst().nanos();
    }

    /// All have been looked at: what was not is forgotten.
    void looked() {
        marks = next;
        next = new HashMap<>();
    }
}
