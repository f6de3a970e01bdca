package dev.coppice.kernel.internal;

import dev.coppice.kernel.Cancellable;
import dev.coppice.kernel.Down;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Ref;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One relation between two actors: a link, a monitor, or somebody who waits for an exit. An entry in both actors' tables.
///
/// **Idea.** A tie is an object in two intrusive lists, one per end; each list is guarded by its end's short lock. A dying actor first
/// closes its table (nobody can add to it), then takes its ties one by one.
///
/// Of a link, both ends' locks are taken, in the order of their ids, to change either list: a link that the dead takes is its own to
/// announce, one that the peer took first is gone. A monitor's two lists have nothing to do with each other, so that a watcher of very many
/// does not fight with each that dies: the subject's decides with it who takes it, the watcher's is left when the notice is received, and
/// the state below says what is valid. So a link or monitor has an effect exactly once, or never after `unlink` or `cancel` returned.
///
/// ```
///   ACTIVE ----> FIRED       the subject died: a notice is queued
///   ACTIVE, FIRED ----> CANCELLED
///   FIRED ----> RECEIVED     the notice was received
/// ```
final class Tie implements Cancellable {
    private static final int ACTIVE = 0;
    private static final int FIRED = 1;
    private static final int RECEIVED = 2;
    private static final int CANCELLED = 3;
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Tie.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /// Whose exit matters; for a link, either end.
    final Cell<?> one;

    /// The other end of a link, the watcher of a monitor; null for a waiter.
    final @Nullable Cell<?> two;

    private final @Nullable Ref<?> subject;
    private final @Nullable Function<? super Down, ?> into;
    private final @Nullable WaitCell<?> waiter;

    // The lists' links; guarded by the lock of the end whose list it is.
    @Nullable Tie oneNext;

    @Nullable Tie onePrevious;

    @Nullable Tie twoNext;

    @Nullable Tie twoPrevious;

    /// Whether it is in the list of this end; guarded by the end's lock.
    boolean inOne;

    boolean inTwo;

    private volatile int state = ACTIVE;

    private Tie(
            Cell<?> one,
            @Nullable Cell<?> two,
            @Nullable Ref<?> subject,
            @Nullable Function<? super Down, ?> into,
            @Nullable WaitCell<?> waiter) {
        this.one = one;
        this.two = two;
        this.subject = subject;
        this.into = into;
        this.waiter = waiter;
    }

    static Tie link(Cell<?> one, Cell<?> two) {
        return new Tie(one, two, null, null, null);
    }

    static Tie monitor(Cell<?> one, Cell<?> watcher, Ref<?> subject, Function<? super Down, ?> into) {
        return new Tie(one, watcher, subject, into, null);
    }

    static Tie waiter(Cell<?> one, WaitCell<?> waiter) {
        return new Tie(one, null, null, null, waiter);
    }

    boolean isLink() {
        return into == null && waiter == null;
    }

    boolean isMonitor() {
        return into != null;
    }

    boolean isWaiter() {
        return waiter != null;
    }

    Ref<?> subject() {
        return subject == null ? one : subject;
    }

    Function<? super Down, ?> into() {
        if (into == null) {
            throw new IllegalStateException("not a monitor");
        }
        return into;
    }

    /// The other end, seen from this one.
    @Nullable Cell<?> peer(Cell<?> end) {
        return end == one ? two : one;
    }

    /// Tells the other side that `dead` has died; the tie has been taken out of both lists.
    void announce(Cell<?> dead, ExitReason reason) {
        if (waiter != null) {
            waiter.complete(reason);
        } else if (into == null) {
            var peer = peer(dead);
            if (peer != null) {
                peer.exitSignal(dead, reason);
            }
        } else if (dead == one && two != null) {
            fire(two, reason);
        } else {
            cancel();
        }
    }

    /// Queues the one notice of this monitor.
    void fire(Cell<?> watcher, ExitReason reason) {
        if (STATE.compareAndSet(this, ACTIVE, FIRED)) {
            watcher.push(new Signal.Gone(this, reason));
        }
    }

    boolean active() {
        return state == ACTIVE;
    }

    boolean fired() {
        return state == FIRED;
    }

    boolean received() {
        boolean valid = STATE.compareAndSet(this, FIRED, RECEIVED);
        if (valid) {
            Ties.forget(this);
        }
        return valid;
    }

    @Override
    public boolean cancel() {
        Ties.remove(this);
        return STATE.compareAndSet(this, ACTIVE, CANCELLED) || STATE.compareAndSet(this, FIRED, CANCELLED);
    }
}
