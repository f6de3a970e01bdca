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
            enter(tie);
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

    /// Adds it; false when its subject is dead.
    static boolean add(Tie tie, Cell<?> subject) {
        if (tie.isLink() && tie.two != null) {
            return addLink(tie, subject, tie.two);
        }
        if (tie.two != null) {
            enter(tie, tie.two);
        }
        subject.lock();
        boolean alive = !subject.isGone();
        if (alive) {
            hook(tie, subject);
        }
        subject.unlock();
        if (!alive && tie.two != null) {
            leave(tie, tie.two);
        }
        return alive;
    }

    private static boolean addLink(Tie tie, Cell<?> subject, Cell<?> other) {
        lock(subject, other);
        boolean alive = !subject.isGone();
        if (alive) {
            enter(tie);
        }
        unlock(subject, other);
        return alive;
    }

    static void remove(Tie tie) {
        if (tie.isLink()) {
            removeLink(tie);
            return;
        }
        leave(tie, tie.one);
        if (tie.two != null) {
            leave(tie, tie.two);
        }
    }

    /// False when it was none any more.
    private static boolean removeLink(Tie tie) {
        var other = tie.two == null ? tie.one : tie.two;
        lock(tie.one, other);
        boolean tied = tie.inOne;
        if (tied) {
            drop(tie);
        }
        unlock(tie.one, other);
        return tied;
    }

    /// The watcher has received the notice of this monitor.
    static void forget(Tie monitor) {
        if (monitor.two != null) {
            leave(monitor, monitor.two);
        }
    }

    /// Takes one tie out of a closed table; null when it is empty.
    static @Nullable Tie take(Cell<?> dead) {
        while (dead.ties != null) { // racy: it only shrinks, and empty it stays so
            dead.lock();
            var tie = dead.ties;
            boolean taken = tie != null && !tie.isLink();
            if (tie != null && taken) {
                unhook(tie, dead);
            }
            dead.unlock();
            if (tie != null && (taken || removeLink(tie))) {
                return tie;
            }
        }
        return null;
    }

    /// Drops the monitors that a dying actor holds on others: nobody is left to be told.
    static void dropMonitorsOf(Cell<?> watcher) {
        if (watcher.ties == null) {
            return; // what others add meanwhile is none of its own
        }
        if (watches(watcher)) {
            for (var tie : snapshot(watcher, Integer.MAX_VALUE)) {
                if (!tie.isLink() && tie.two == watcher) {
                    tie.cancel();
                }
            }
        }
    }

    private static boolean watches(Cell<?> cell) {
        cell.lock();
        var tie = cell.ties;
        while (tie != null && (tie.isLink() || tie.two != cell)) {
            tie = next(tie, cell);
        }
        cell.unlock();
        return tie != null;
    }

    /// The linked actors, at most so many; looks at a bounded number of ties.
    static List<Cell<?>> linked(Cell<?> cell, int limit) {
        if (cell.ties == null) {
            return List.of(); // racy, as what follows; a walk over very many asks it of each
        }
        return snapshot(cell, limit == Integer.MAX_VALUE ? limit : limit + WALK).stream()
                .filter(Tie::isLink)
                .limit(limit)
                .<Cell<?>>map(tie -> tie.peer(cell))
                .toList();
    }

    /// Whom it monitors, or who monitors it: at most so many; looks at a bounded number of ties.
    static List<Pid<?>> monitors(Cell<?> cell, boolean byIt, int limit) {
        return snapshot(cell, limit + WALK).stream()
                .filter(tie -> tie.isMonitor() && tie.active() && (tie.two == cell) == byIt)
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

    // ---- under the lock of an end, or of both

    private static void enter(Tie link) {
        hook(link, link.one);
        if (link.two != null) {
            hook(link, link.two);
        }
    }

    private static void drop(Tie link) {
        unhook(link, link.one);
        if (link.two != null) {
            unhook(link, link.two);
        }
    }

    private static void hook(Tie tie, Cell<?> end) {
        var first = end.ties;
        if (first != null) {
            setPrevious(first, end, tie);
        }
        setNext(tie, end, first);
        end.ties = tie;
        if (end == tie.one) {
            tie.inOne = true;
        } else {
            tie.inTwo = true;
        }
    }

    private static void unhook(Tie tie, Cell<?> end) {
        var previous = end == tie.one ? tie.onePrevious : tie.twoPrevious;
        var next = next(tie, end);
        if (previous == null) {
            end.ties = next;
        } else {
            setNext(previous, end, next);
        }
        if (next != null) {
            setPrevious(next, end, previous);
        }
        setNext(tie, end, null);
        setPrevious(tie, end, null);
        if (end == tie.one) {
            tie.inOne = false;
        } else {
            tie.inTwo = false;
        }
    }

    // ---- one list

    private static void enter(Tie tie, Cell<?> end) {
        end.lock();
        hook(tie, end);
        end.unlock();
    }

    private static void leave(Tie tie, Cell<?> end) {
        end.lock();
        if (end == tie.one ? tie.inOne : tie.inTwo) {
            unhook(tie, end);
        }
        end.unlock();
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
