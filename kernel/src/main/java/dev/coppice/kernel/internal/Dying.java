package dev.coppice.kernel.internal;

import dev.coppice.kernel.DeadLetter;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Server;
import org.jspecify.annotations.Nullable;

/// How an actor ends: `terminate`, then two steps, then the news.
///
/// 1. The mailbox closes and every request that it held fails.
/// 2. What it owns goes: its children, youngest first, each within its limit; timers; monitors; the name.
/// 3. It is gone: its parent forgets it, and exits, downs and waiters are told.
///
/// All of it runs on the thread that runs the actor, which may wait for children; nobody else touches what the actor owns. Only an
/// abandoned actor is buried by another thread, when its own will not come back.
final class Dying {
    private Dying() {}

    /// The body has been left by an exception: a crash, or the signal that unwinds an exiting actor.
    static void leave(Cell<?> cell, Throwable thrown, @Nullable Mail failing) {
        if (Taps.on) {
            Taps.ends(cell, thrown);
        }
        var unacknowledged = cell.self == null ? null : cell.self.unacknowledged();
        if (unacknowledged == null) {
            end(cell, Activity.reasonOf(thrown), failing, true);
        } else {
            failedStart(cell, Activity.reasonOfStart(thrown), unacknowledged);
        }
    }

    /// The actor has been told to exit while it rested.
    static void leave(Cell<?> cell, @Nullable Fate fate, @Nullable Mail failing) {
        end(cell, fate == null ? new ExitReason.Normal() : fate.reason(), failing, true);
    }

    /// `init` failed: no `terminate`, and the starter is told when it is gone.
    static void failedStart(Cell<?> cell, ExitReason reason, Starting<?> starting) {
        var above = cell.parent;
        if (above != null) {
            Ties.unlink(above, cell);
        }
        var told = end(cell, reason, null, false);
        if (starting.acknowledged() != null && told != null) {
            starting.acknowledged().complete(told);
        }
    }

    private static @Nullable ExitReason end(
            Cell<?> cell, ExitReason reason, @Nullable Mail failing, boolean terminate) {
        var decided = enterEnding(cell, reason);
        if (decided == null) {
            return null;
        }
        if (terminate && cell.body instanceof Server<?> server) {
            decided = terminate(cell, server, decided);
        }
        bury(cell, decided, failing);
        return decided;
    }

    /// Moves the exit word on; null when the actor was abandoned meanwhile.
    private static @Nullable ExitReason enterEnding(Cell<?> cell, ExitReason reason) {
        while (true) {
            var seen = cell.fate();
            if (seen instanceof Fate.Gone) {
                return null;
            }
            if (seen instanceof Fate.Killed) {
                return new ExitReason.Killed();
            }
            if (cell.casFate(seen, Fate.ending(reason))) {
                return reason;
            }
        }
    }

    private static <M> ExitReason terminate(Cell<M> cell, Server<?> server, ExitReason reason) {
        if (cell.fate() instanceof Fate.Killed) {
            return reason;
        }
        try {
            Runner.clearStrayInterrupt(Thread.currentThread());
            Activity.<M>server(server).terminate(reason, cell.selfRef());
        } catch (ExitSignal _) {
            return cell.fate() instanceof Fate.Killed ? new ExitReason.Killed() : reason;
        } catch (Throwable thrown) {
            var after = Activity.reasonOf(thrown);
            return after.clean() && !reason.clean() ? reason : after; // somebody else's clean end hides no crash
        }
        return reason;
    }

    // ---- the two steps

    /// A killed actor may stay in its code for long: nobody is to wait for what it holds meanwhile. On the killer's thread: takes what
    /// stands in the word; what the actor has taken is only failed, not moved, since it is the actor's.
    static void fence(Cell<?> cell) {
        if (cell.settings.mailbox().kept()) {
            return;
        }
        var killed = new ExitReason.Killed();
        buryAll(cell, Family.close(cell), killed, null);
        var self = cell.self;
        if (self == null) {
            return;
        }
        for (var mail = self.first(); mail != null; mail = mail.next) {
            failHeld(mail, killed);
        }
        for (var mail = Stash.oldest(self); mail != null; mail = mail.next) {
            failHeld(mail, killed);
        }
        failHeld(cell.delivery(), killed);
        var open = self.open;
        if (open != null) {
            open.failWaiting(killed);
        }
    }

    private static void failHeld(@Nullable Mail mail, ExitReason reason) {
        if (mail instanceof Request<?> request && request.cell != null && request.hold != Request.Hold.SETTLED) {
            request.complete(Cell.exited(reason));
        }
    }

    static void bury(Cell<?> cell, ExitReason reason, @Nullable Mail failing) {
        if (!leavesCode(cell)) {
            return;
        }
        var report = reason.clean() ? null : Reports.beforeTheEnd(cell, reason, failing);
        closeMailbox(cell, reason);
        cell.node.overdue.end(cell); // by now others see that it has left its code, and begin nothing more
        stopChildren(cell);
        dropPossessions(cell);
        if (report != null) {
            cell.node.observers.crashed(report);
        }
        announce(cell, reason);
    }

    /// False when another thread buries it: one that is abandoned may come back from its code meanwhile.
    private static boolean leavesCode(Cell<?> cell) {
        if (!(cell.fate() instanceof Fate.Ending)) {
            return cell.leavesCodeFirst();
        }
        cell.leavesCode();
        return true;
    }

    private static void closeMailbox(Cell<?> cell, ExitReason reason) {
        Mail taken = null;
        if (cell.self != null) {
            Stash.release(cell, cell.self);
            taken = cell.self.release();
        }
        var waiting = Family.close(cell);
        var slot = cell.slot;
        var keeper = slot != null && cell.settings.mailbox().kept() && slot.keeps() ? slot : null;
        buryAll(cell, taken, reason, keeper);
        buryAll(cell, waiting, reason, keeper);
        if (cell.self != null) {
            failHeld(cell.self, reason);
        }
    }

    /// The end of mail that nobody received: dead letters, or kept for the next incarnation. Signals concern nobody else.
    private static void buryAll(Cell<?> cell, @Nullable Mail mail, ExitReason reason, @Nullable Slot keeper) {
        var self = cell.self; // a killer looks too, while the actor drops it
        var poison = self == null ? null : self.poison();
        while (mail != null) {
            var next = mail.next;
            mail.next = null;
            if (!(mail instanceof Signal) && keeper != null && mail != poison) {
                keeper.keep(mail);
            } else if (!(mail instanceof Signal)) {
                cell.node.deadLetter(mail, cell, new DeadLetter.Reason.Died(reason));
            }
            mail = next;
        }
    }

    private static void failHeld(ActorSelf<?> self, ExitReason reason) {
        if (self.cell.delivery() instanceof Request<?> request && request.hold == Request.Hold.HELD) {
            request.fail(new Failure.Exited(reason));
        }
        Runner.delivery(self.cell, null);
        if (self.open != null) {
            self.open.failAll(reason);
            self.open = null;
        }
    }

    private static void stopChildren(Cell<?> cell) {
        var family = cell.family;
        if (family == null) {
            return; // and stays so: the mailbox is closed
        }
        for (var child = family.youngest(); child != null; child = family.youngest()) {
            stop(child, cell, Clocks.nanos(child.settings.stopWithin()));
        }
    }

    /// An ordered stop on behalf of the kernel; after the limit a kill. Returns when the child is gone.
    static void stop(Cell<?> child, Cell<?> from, long limit) {
        child.exitSignal(from, new ExitReason.Shutdown());
        if (!child.awaitFirmly(from, limit)) {
            child.killFirmly();
            child.awaitFirmly(from, Long.MAX_VALUE);
        }
    }

    private static void dropPossessions(Cell<?> cell) {
        if (cell.possessions != null) {
            cell.possessions.closeAll(cell); // first, since that is user code, which may set timers
        }
        for (var timer = Possessions.timers(cell); timer != null; timer = Possessions.timers(cell)) {
            timer.cancel();
            timer.forget();
        }
        var self = cell.self;
        if (self != null) {
            self.dropIdleTimer();
        }
        cell.possessions = null;
        Ties.dropMonitorsOf(cell);
        cell.node.names.releaseAll(cell);
    }

    private static void announce(Cell<?> cell, ExitReason reason) {
        announce(cell, reason, true);
    }

    /// @param known whether its start has been told, so that its exit is to be told too
    private static void announce(Cell<?> cell, ExitReason reason, boolean known) {
        var path = cell.node.observers.watched() ? cell.path() : "";
        if (!becomeGone(cell, reason)) {
            return;
        }
        cell.node.killed.end(cell);
        cell.body = null;
        cell.family = null;
        cell.node.countExited(Runner.current(), reason);
        if (known) {
            cell.node.observers.exited(cell, path, reason); // an observer that is a door still sees its counts
        }
        cell.self = null;
        var above = cell.parent;
        var siblings = above == null ? null : above.family;
        if (siblings != null) {
            siblings.remove(cell); // a node that closes may end from here on
        }
        tell(cell, reason);
        cell.leavesParent();
    }

    /// Links and monitors first, then who waits for the exit: whoever has waited finds that all notices are on their way.
    private static void tell(Cell<?> cell, ExitReason reason) {
        Tie waiters = null;
        for (var tie = Ties.take(cell); tie != null; tie = Ties.take(cell)) {
            if (tie.isWaiter()) {
                tie.oneNext = waiters;
                waiters = tie;
            } else {
                tie.announce(cell, reason);
            }
        }
        for (var tie = waiters; tie != null; tie = tie.oneNext) {
            tie.announce(cell, reason);
        }
    }

    /// Says in the exit word that it is gone; false when somebody else has done so. That closes the table of ties: whoever enters one looks
    /// at the word under the lock.
    private static boolean becomeGone(Cell<?> cell, ExitReason reason) {
        Fate seen;
        do {
            seen = cell.fate();
            if (seen instanceof Fate.Gone) {
                return false;
            }
        } while (!cell.casFate(seen, Fate.gone(reason)));
        cell.awaitUnlocked();
        return true;
    }

    /// Takes back an actor that could not be given its name: it never ran and nobody knows it.
    static void discard(Cell<?> cell, ExitReason reason) {
        closeMailbox(cell, reason);
        announce(cell, reason, false);
    }

    /// Goes on without an actor whose code ignores its kill: fenced, counted, its name free.
    static void abandon(Cell<?> cell) {
        var killed = new ExitReason.Killed();
        var self = cell.self;
        var starting = cell.body instanceof Starting<?> begun ? begun : self == null ? null : self.unacknowledged();
        bury(cell, killed, null);
        if (starting != null && starting.acknowledged() != null) {
            starting.acknowledged().complete(killed);
        }
    }
}
