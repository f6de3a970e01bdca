package dev.coppice.kernel.internal;

import java.util.concurrent.locks.LockSupport;

/// The wait of a body inside `receive`, on the kernel's own scheduler.
///
/// **Idea.** As many wait as there are loops, so there is no object for it: the actor has the state, in a byte beside its mailbox's word, and
/// its runner the thread.
///
/// ```
///   AWAKE   ----> WAITS      the actor, before the word becomes IDLE
///   WAITS   ----> STOPPED    the actor, by CAS, before it parks
///   WAITS   ----> OVER       the sender that took the word from IDLE, by an exchange
///   STOPPED ----> OVER       the same, and it unparks the thread
///   WAITS, OVER ----> AWAKE  the actor: the word did not become IDLE, or the wait is over
/// ```
///
/// No wake-up is lost: the CAS and the exchange meet at the byte. Either the actor finds that the wait is over, or the sender that its thread
/// has stopped. A wake-up that comes late, or to a thread that has gone on, is a stray one, for which every wait is prepared.
final class Rest {
    private Rest() {}

    /// Waits; called when the word is IDLE.
    static void of(Cell<?> cell, Places places) {
        assert cell.lastRunner == Runner.current() : cell + " would be woken on another thread";
        if (Taps.on) {
            tapped(cell, places);
        } else {
            stop(cell, places);
        }
    }

    private static void tapped(Cell<?> cell, Places places) {
        long since = places.nanoTime();
        stop(cell, places);
        if (cell.lastRunner instanceof Worker worker && worker.isOf(places)) {
            Taps.waited(worker.cell, places.nanoTime() - since, worker.place != null);
        }
    }

    /// Gives way once before it parks, as every wait does. It stands on the stack of each loop that waits: see [Aside].
    private static void stop(Cell<?> cell, Places places) {
        if (cell.restIsOver()) {
            return;
        }
        Aside.handsOn(places, cell);
        if (Thread.currentThread().isVirtual()) {
            Thread.yield();
        }
        if (cell.stops()) {
            do {
                LockSupport.park();
            } while (Aside.waitsOn(cell));
        }
        Aside.goesOn(places, cell);
    }

    /// The wait of an actor that has stopped for it is over.
    static void over(Cell<?> cell) {
        var runner = cell.lastRunner;
        var thread = runner == null ? null : runner.thread;
        if (thread != null) {
            ((Places) cell.node.scheduler).resume(thread, true);
        }
    }
}
