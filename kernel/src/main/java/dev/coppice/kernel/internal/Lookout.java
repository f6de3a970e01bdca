package dev.coppice.kernel.internal;

import dev.coppice.kernel.spi.Waiting;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// Spins for a moment before a thread stops, on both sides of a call: who waits for an answer, and a worker that has run out of work.
///
/// **Idea.** A stop and a start of a virtual thread wake another carrier, which costs more than most answers take. So a worker without work
/// looks out for some before it ends, one at a time; and an actor that waits hands it whom it has just called, keeps its own place, and looks
/// out for the answer. Both give up after a few microseconds, and after spins in vain they try more and more seldom ([Luck]), so that what
/// is lost is bounded by what a stop costs anyway.
///
/// A worker that has just answered a thread that looked out for it does so on an account of its own: that thread is awake and may ask again at
/// once, whatever became of searches before. Otherwise who calls from outside would never find the worker that searches again, once both
/// have given up.
///
/// A starter that waits for an `init` goes further. Most often another worker is still busy with the child that was started before, so the
/// starter waits a moment with the next child until that worker searches again.
///
/// The hand of the worker that searches is one word:
///
/// ```
///   SHUT ----> null      a worker begins to search
///   null ----> an actor  somebody hands it one
///   any  ----> SHUT      it ends its search, with what it was handed: an exchange, so that nothing can be lost
/// ```
final class Lookout {
    /// How long a thread looks out for an answer, in nanoseconds.
    private static final long WAIT = 2_000;

    /// How long a platform thread does: until a carrier has been woken for the callee, too. Its own stop takes as long.
    private static final long LONG_WAIT = 50_000;

    /// How long a worker looks out for work.
    private static final long SEARCH = 10_000;

    /// How often it looks for what it waits for until it looks at the clock, and for work elsewhere, which takes longer.
    private static final int CLOCK = 8;

    private static final Object SHUT = "shut";
    private static final VarHandle HAND;

    static {
        try {
            HAND = MethodHandles.lookup().findVarHandle(Lookout.class, "hand", Object.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Places places;
    private volatile @Nullable Object hand = SHUT;

    /// Of waits on threads that have no place.
    private final Luck outside = new Luck();

    Lookout(Places places) {
        this.places = places;
    }

    /// Whether a worker looks out for work: none need be woken for what has just been added.
    boolean isOpen() {
        return hand == null;
    }

    /// Gives a ready actor to the worker that searches; false when there is none.
    boolean hand(Cell<?> ready) {
        return hand == null && HAND.compareAndSet(this, null, ready);
    }

    // ---- the worker

    /// A little longer than there is work, since what has just ended often begins anew.
    ///
    /// Whoever adds work and finds the hand open wakes nobody. So the worker, when it has found something else, looks for what was added and
    /// wakes another; when it has found nothing, it looks once more as it gives its place back.
    ///
    /// @param last the actor that it has just run and that is not at rest yet: found when a mail comes for it
    @Nullable Cell<?> search(Place here, @Nullable Cell<?> last) {
        var luck = here.answered ? here.answers : here.searches;
        here.answered = false;
        if (places.regular == 1 || hand != SHUT || !luck.tries() || !HAND.compareAndSet(this, SHUT, null)) {
            return null;
        }
        var found = lookOut(here, last);
        var handed = HAND.getAndSet(this, SHUT) instanceof Cell<?> given ? given : null;
        if (found == null && handed == null) {
            luck.lost();
            return null;
        }
        luck.won();
        if (found != null && handed != null) {
            places.ready(handed, here);
        }
        places.wakeForWork();
        return found == null ? handed : found;
    }

    private @Nullable Cell<?> lookOut(Place here, @Nullable Cell<?> last) {
        Cell<?> found = null;
        long end = System.nanoTime() + SEARCH;
        for (int i = 0; found == null && hand == null; i++) {
            Thread.onSpinWait();
            if (last != null && last.hasMail()) {
                return last;
            }
            if (i % CLOCK == 0) {
                found = places.findFor(here);
                if (here.guests || System.nanoTime() > end) {
                    break;
                }
            }
        }
        return found;
    }

    // ---- who waits

    /// Looks out for the end of a wait, when it may be near and nobody else could have the place; true when it came.
    ///
    /// @param here the place of the current thread
    boolean sees(Waiting waiting, @Nullable Place here) {
        if (waiting.over()) {
            return true;
        }
        if (places.regular == 1 || !(waiting instanceof WaitCell<?> wait) || wait.standsInLine()) {
            return false;
        }
        if (here == null) {
            return outside.tries() && sees(wait, outside, Thread.currentThread().isVirtual() ? WAIT : LONG_WAIT);
        }
        if (here.guests) {
            return false;
        }
        if (lends(here) || here.size() == 0 && here.waits.tries()) {
            return sees(wait, here.waits, WAIT);
        }
        return wait.start && places.othersRun() && here.loans.tries() && lendsSoon(wait, here);
    }

    /// Keeps a child that is being started ready for whoever ends a search next: another worker runs, and most often a child that this one
    /// has started before.
    private boolean lendsSoon(WaitCell<?> wait, Place here) {
        for (long end = System.nanoTime() + WAIT; here.size() == 1; Thread.onSpinWait()) {
            if (lends(here)) {
                break;
            }
            if (System.nanoTime() > end) {
                here.loans.lost();
                return false;
            }
        }
        here.loans.won();
        return here.size() == 0 && sees(wait, here.waits, WAIT);
    }

    private static boolean sees(WaitCell<?> wait, Luck luck, long nanos) {
        long end = System.nanoTime() + nanos;
        for (int i = 1; !wait.over(); i++) {
            Thread.onSpinWait();
            if (i % CLOCK == 0 && System.nanoTime() > end) {
                luck.lost();
                return false;
            }
        }
        luck.won();
        return true;
    }

    /// Hands the only actor that is ready here, most often the one that was called, to the worker that searches.
    private boolean lends(Place here) {
        if (hand != null || here.size() != 1) {
            return false;
        }
        var ready = here.pop();
        if (ready == null || hand(ready)) {
            return true;
        }
        places.ready(ready, here);
        return false;
    }
}
