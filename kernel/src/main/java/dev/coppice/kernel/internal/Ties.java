package dev.coppice.kernel.internal;

import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Pid;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The tables of links, monitors and waiters; see [Tie] for the protocol.
final class Ties {
    /// How many ties that are no links a report looks past.
    private static final int WALK = 1_000;

    private Ties() {}

    /// Links the two, once. With a dead peer: an exit `NoProcess` for `self`.
    static void link(Cell<?> self, Cell<?> peer) {
        if (self == peer) {
            return;
        }
        var tie = Tie.link(self, peer);
        lock(self, peer);
        boolean dead = peer.isGone();
        if (!dead && find(self, peer) == null) {
            add(tie);
        }
        unlock(self, peer);
        if (dead) {
            self.exitSignal(peer, new ExitReason.NoProcess());
        }
    }

    static void unlink(Cell<?> self, Cell<?> peer) {
        if (self == peer) {
            return;
        }
        lock(self, peer);
        var tie = find(self, peer);
        if (tie != null) {
            drop(tie);
        }
        unlock(self, peer);
    }

    /// Adds a monitor or a waiter; false when its subject is dead.
    static boolean add(Tie tie, Cell<?> subject) {
        var other = tie.two == null ? subject : tie.two;
        lock(subject, other);
        boolean alive = !subject.isGone();
        if (alive) {
            add(tie);
        }
        unlock(subject, other);
        return alive;
    }

    static void remove(Tie tie) {
        var other = tie.two == null ? tie.one : tie.two;
        lock(tie.one, other);
        if (tie.tied) {
            drop(tie);
        }
        unlock(tie.one, other);
    }

    /// Takes one tie out of a closed table; null when it is empty.
    static @Nullable Tie take(Cell<?> dead) {
        while (true) {
            dead.lock();
            var tie = dead.ties;
            dead.unlock();
            if (tie == null) {
                return null;
            }
            var other = tie.peer(dead);
            lock(dead, other == null ? dead : other);
            boolean mine = tie.tied;
            if (mine) {
                drop(tie);
            }
            unlock(dead, other == null ? dead : other);
            if (mine) {
                return tie;
            }
        }
    }

    /// Drops the monitors that a dying actor holds on others: nobody is left to be told.
    static void dropMonitorsOf(Cell<?> watcher) {
        if (watcher.ties == null) {
            return; // what others add meanwhile is none of its own
        }
        for (var tie : snapshot(watcher, Integer.MAX_VALUE)) {
            if (!tie.isLink() && tie.two == watcher) {
                tie.cancel();
            }
        }
    }

    /// The linked actors, at most so many; looks at a bounded number of ties.
    static List<Cell<?>> linked(Cell<?> cell, int limit) {
        if (cell.ties == null) {
            return List.of(); // racy, as what follows; a walk over very many asks it of each
        }
        var linked = new ArrayList<Cell<?>>();
        for (var tie : snapshot(cell, limit == Integer.MAX_VALUE ? limit : limit + WALK)) {
            if (tie.isLink() && linked.size() < limit) {
                linked.add(tie.peer(cell));
            }
        }
        return linked;
    }

    /// Whom it monitors, or who monitors it: at most so many; looks at a bounded number of ties.
    static List<Pid<?>> monitors(Cell<?> cell, boolean byIt, int limit) {
        return snapshot(cell, limit + WALK).stream()
                .filter(tie -> !tie.isLink() && !tie.isWaiter() && (tie.two == cell) == byIt)
                .limit(limit)
                .<Pid<?>>map(tie -> tie.peer(cell))
                .toList();
    }

    private static List<Tie> snapshot(Cell<?> cell, int limit) {
        var all = new ArrayList<Tie>();
        cell.lock();
        for (var tie = cell.ties; tie != null && all.size() < limit; tie = next(tie, cell)) {
            all.add(tie);
        }
        cell.unlock();
        return all;
    }

    /// Walks both tables in step, so that the search costs twice the shorter one.
    private static @Nullable Tie find(Cell<?> self, Cell<?> peer) {
        var mine = self.ties;
        var theirs = peer.ties;
        while (mine != null && theirs != null) {
            if (mine.isLink() && mine.peer(self) == peer) {
                return mine;
            }
            if (theirs.isLink() && theirs.peer(peer) == self) {
                return theirs;
            }
            mine = next(mine, self);
            theirs = next(theirs, peer);
        }
        return null;
    }

    private static @Nullable Tie next(Tie tie, Cell<?> end) {
        return end == tie.one ? tie.oneNext : tie.twoNext;
    }

    private static void add(Tie tie) {
        tie.tied = true;
        tie.oneNext = tie.one.ties;
        if (tie.oneNext != null) {
            setPrevious(tie.oneNext, tie.one, tie);
        }
        tie.one.ties = tie;
        var two = tie.two;
        if (two != null) {
            tie.twoNext = two.ties;
            if (tie.twoNext != null) {
                setPrevious(tie.twoNext, two, tie);
            }
            two.ties = tie;
        }
    }

    private static void drop(Tie tie) {
        tie.tied = false;
        unhook(tie.one, tie.onePrevious, tie.oneNext);
        if (tie.two != null) {
            unhook(tie.two, tie.twoPrevious, tie.twoNext);
        }
        tie.oneNext = null;
        tie.onePrevious = null;
        tie.twoNext = null;
        tie.twoPrevious = null;
    }

    private static void unhook(Cell<?> end, @Nullable Tie previous, @Nullable Tie next) {
        if (previous == null) {
            end.ties = next;
        } else {
            setNext(previous, end, next);
        }
        if (next != null) {
            setPrevious(next, end, previous);
        }
    }

    private static void setNext(Tie tie, Cell<?> end, @Nullable Tie next) {
        if (end == tie.one) {
            tie.oneNext = next;
        } else {
            tie.twoNext = next;
        }
    }

    private static void setPrevious(Tie tie, Cell<?> end, @Nullable Tie previous) {
        if (end == tie.one) {
            tie.onePrevious = previous;
        } else {
            tie.twoPrevious = previous;
        }
    }

    private static void lock(Cell<?> one, Cell<?> two) {
        if (one == two) {
            one.lock();
        } else if (one.before(two)) {
            one.lock();
            two.lock();
        } else {
            two.lock();
            one.lock();
        }
    }

    private static void unlock(Cell<?> one, Cell<?> two) {
        one.unlock();
        if (one != two) {
            two.unlock();
        }
    }
}
