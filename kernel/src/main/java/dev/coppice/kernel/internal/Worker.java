package dev.coppice.kernel.internal;

import dev.coppice.kernel.spi.Scheduler;
import org.jspecify.annotations.Nullable;

/// Drains ready actors on a place until there are none, then ends. A handler that waits loses the place to another worker; when it goes
/// on, its worker takes an idle place if there is one. If there is none, it goes on with the batch as long as each message waits too, since
/// whoever waits leaves the thread to others anyway, and ends with the first that does not.
final class Worker extends Runner implements Runnable {
    /// Batches after which a worker lets the threads run that it has woken.
    private static final int YIELD = 128;

    /// At each so many looks of the watchdog a worker stops for a moment.
    private static final int STOP = 16;

    // Whom it has woken: a byte for all, since there is one worker for each loop.
    private static final byte NOBODY = 0;
    private static final byte ONE = 1;

    /// One that calls not from its handler.
    private static final byte ONE_OUTSIDE = 2;

    private static final byte MANY = 3;

    private final Places places;

    /// Null while it has none. Written by this worker and by whoever started it.
    volatile @Nullable Place place;

    /// Whom, since its last yield. Confined to this thread, as what follows.
    private byte woke;

    /// Whether its actor has waited since [#preempted] was asked without a place.
    private boolean waited;

    /// @param first a loop that begins, which it runs first: it has no field of its own, since a worker stays with each loop that waits
    Worker(Places places, Place place, @Nullable Cell<?> first) {
        this.places = places;
        this.place = place;
        this.cell = first;
    }

    /// It has woken or started another virtual thread, which waits for a carrier now, most often for this one. A yield without need is
    /// dear: the JDK's scheduler wakes another carrier for it.
    void woke(boolean outside) {
        woke = woke != NOBODY ? MANY : outside ? ONE_OUTSIDE : ONE;
    }

    /// Its actor goes on after a wait.
    void waited() {
        waited = true;
    }

    /// It has ended the wait of a thread that has not stopped.
    void answered() {
        var here = place;
        if (here != null) {
            here.answered = true;
        }
    }

    boolean isOf(Scheduler other) {
        return places == other;
    }

    /// An actor became ready on this worker's thread, by a message.
    void ready(Cell<?> cell) {
        var here = place;
        places.ready(cell, here);
        if (here != null) {
            here.woken = true;
        }
    }

    @Override
    boolean prolongs(boolean first) {
        var here = place;
        return here != null && here.prolongs(first, System.nanoTime());
    }

    @Override
    boolean preempted() {
        var here = place;
        if (here != null) {
            return here.preempt;
        }
        boolean goesOn = waited;
        waited = false; // it is the next mail's now, whatever that is
        return !goesOn;
    }

    @Override
    @Nullable Tally tally(LocalNode node) {
        var here = place;
        return here != null && places.isOf(node) ? here.tally : null;
    }

    @Override
    void received(Cell<?> cell, Mail mail) {
        var here = place;
        if (here == null) {
            super.received(cell, mail);
        } else {
            here.tally.received();
        }
    }

    /// Runs the loops that begin here, one after the other, and between them what else is ready. It stands on the stack of each loop that
    /// waits: so nothing stands between it and them, and it remembers little.
    @Override
    public void run() {
        try {
            for (var loop = cell == null ? Aside.drains(this) : cell; loop != null; loop = Aside.drains(this)) {
                Activity.live(loop, this);
            }
        } finally {
            ends(Thread.currentThread());
        }
    }

    /// Runs what is ready until a loop begins, which it gives, or until there is no more: null.
    @Nullable Cell<?> drain() {
        for (var here = place; here != null; here = place) {
            here.ticked(); // a turn or a loop has ended, unless this worker has just begun
            lets(here);
            var next = places.next(here);
            if (next == null) {
                next = search(here);
            }
            if (next == null) {
                if (places.release(this, here)) {
                    return null;
                }
            } else if (!next.shares()) {
                places.ready(next); // its class has been caught blocking since it was queued
            } else if (Activity.beginsLoop(next)) {
                return next;
            } else {
                Activity.run(next, this);
            }
        }
        return null;
    }

    /// Gives the carrier to others who wait for it, now and then.
    private void lets(Place here) {
        if (here.guests) {
            here.guests = false;
            here.woken = false;
            makesRoom(here);
        } else if (woke != NOBODY && here.turns % YIELD == 0) {
            rests();
        }
    }

    /// Its place, too, when the watchdog has seen it there for some milliseconds without a wait.
    @Override
    void givesWay() {
        var here = place;
        if (here == null) {
            super.givesWay();
        } else if (here.preempt && sliceEnds()) {
            here.preempt = false;
            places.handOn(this);
            woke = NOBODY;
            stopsShortly();
            places.goOn(this);
        }
    }

    /// For virtual threads that the kernel does not know. A yield alone may never let them in: now and then the worker stops, and the carrier
    /// has to look around.
    private void makesRoom(Place here) {
        if (++here.rooms % STOP == 0) {
            woke = NOBODY;
            stopsShortly();
        } else {
            rests();
        }
    }

    private void rests() {
        woke = NOBODY;
        Thread.yield();
    }

    @Override
    boolean lingers(Cell<?> cell) {
        var here = place;
        if (here == null || woke != NOBODY || here.size() > 0) {
            return false;
        }
        var found = places.lookout.search(here, cell);
        here.searched = found == null;
        if (found != null && found != cell) {
            places.ready(found, here);
        }
        return found == cell;
    }

    /// Looks out for more, unless several wait for the carrier. One from outside goes first: it is the one who makes work.
    private @Nullable Cell<?> search(Place here) {
        boolean done = here.searched;
        here.searched = false;
        if (done || woke == MANY) {
            return null;
        }
        if (woke == ONE_OUTSIDE) {
            rests();
        }
        return places.lookout.search(here, null);
    }
}
