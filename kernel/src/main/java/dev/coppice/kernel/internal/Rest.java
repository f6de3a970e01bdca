package dev.coppice.kernel.internal;

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
    /// There was mail, or there is by now. A time that [#begins] gives is odd, so neither of these two is one.
    static final long OVER = 0;

    private static final long UNTAPPED = 2;

    private Rest() {}

    /// Goes to rest, and hands the place on. Gives OVER when there is nothing to stop for, else what [#ends] has to be told after the stop.
    static long begins(Cell<?> cell) {
        if (!(cell.node.scheduler instanceof Places places)) {
            cell.awaitSimulated(cell.selfRef().resting());
            cell.checkOpen();
            return OVER;
        }
        if (!cell.restBegins()) {
            cell.checkOpen();
            return OVER;
        }
        assert cell.lastRunner == Runner.current() : cell + " would be woken on another thread";
        if (cell.restIsOver()) {
            return OVER;
        }
        long since = Taps.on ? places.nanoTime() | 1 : UNTAPPED;
        if (cell.lastRunner instanceof Worker worker && worker.isOf(places)) {
            places.handOn(worker);
        }
        return since;
    }

    static void ends(Cell<?> cell, long since) {
        var places = (Places) cell.node.scheduler;
        if (cell.lastRunner instanceof Worker worker && worker.isOf(places)) {
            places.goOn(worker);
            if (since != UNTAPPED) {
                Taps.waited(worker.cell, places.nanoTime() - since, worker.place != null);
            }
        }
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
