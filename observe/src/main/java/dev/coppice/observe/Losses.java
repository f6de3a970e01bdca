package dev.coppice.observe;

import dev.coppice.kernel.DeadLetter;
import dev.coppice.kernel.DeadLetter.Reason;
import dev.coppice.kernel.Mailbox;
import dev.coppice.kernel.Pid;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongPredicate;

/// How many messages have left a mailbox and were not received: dropped for a newer one, or too late for their caller. Written by whichever
/// thread loses one.
final class Losses {
    /// Of more mailboxes nothing is known: their oldest message may be younger than it is told.
    private static final int MAILBOXES = 10_000;

    /// One that is turned away at the door has not left.
    private static final String TURNED_AWAY = Mailbox.Policy.DROP_NEWEST.name();

    private final ConcurrentHashMap<Long, LongAdder> byPid = new ConcurrentHashMap<>();

    void add(Pid<?> pid, DeadLetter.Reason reason) {
        boolean left =
                switch (reason) {
                    case Reason.Expired _ -> true;
                    case Reason.Dropped(var policy) -> !policy.startsWith(TURNED_AWAY);
                    default -> false;
                };
        if (left && (byPid.size() < MAILBOXES || byPid.containsKey(pid.id()))) {
            byPid.computeIfAbsent(pid.id(), _ -> new LongAdder()).increment();
        }
    }

    long of(long pid) {
        var count = byPid.get(pid);
        return count == null ? 0 : count.sum();
    }

    /// Forgets the others: they are dead.
    void keep(LongPredicate living) {
        byPid.keySet().removeIf(pid -> !living.test(pid));
    }
}
