package dev.coppice.kernel.internal;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Ref;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The requests that an actor holds besides the current delivery: deferred ones, a loop's earlier ones, the outer ones of a nested
/// receive. Oldest first; confined to the actor, except that a [dev.coppice.kernel.Caller] may settle one from anywhere, which leaves
/// it here until the next look.
final class OpenRequests {
    /// A loop that is *sent* requests and never answers them must not keep them all.
    private static final int SENT_KEPT = 100;

    private @Nullable Request<?> oldest;
    private @Nullable Request<?> newest;
    private int sent;
    private int listed;

    /// With so many it is time to look for those that are settled.
    private int sweepAt = SENT_KEPT;

    /// Whether one may be listed that is not deferred: of an outer delivery.
    private boolean holdsOuter;

    /// Those taken out of the list since nobody waits for them any more: a reply to one is late, but no mistake. Weak, since whoever is
    /// going to reply has the request.
    private final List<WeakReference<Object>> givenUp = new ArrayList<>(0);

    /// What was put aside; null until something is.
    @Nullable Stash stash;

    /// A mail becomes the current delivery; the one before stays open when its request still waits for this actor.
    static void receive(Cell<?> cell, ActorSelf<?> self, Mail mail) {
        var before = self.cell.delivery();
        if (before != null) {
            keep(self, before);
        }
        if (mail instanceof Request<?> request) {
            request.holder(cell);
            request.receivedAt = cell.node.scheduler.nanoTime();
            request.receivedTurn = self.turns;
            self.requested();
        }
    }

    /// A deferred request becomes the current delivery again; one that is settled stays so.
    static void takeUp(Cell<?> cell, ActorSelf<?> self, Request<?> request) {
        if (request.holder != cell) {
            throw new IllegalStateException(
                    "the request "
                            + request.message
                            + " was not deferred by "
                            + cell
                            + " and cannot be taken up by it");
        }
        if (request.hold == Request.Hold.DEFERRED) {
            of(self).remove(request);
            request.hold(Request.Hold.HELD);
            if (request.cell != null) {
                request.cell.holder = cell;
            }
            receive(cell, self, request);
            Runner.delivery(cell, request);
        }
    }

    /// Whether the actor may still `reply` to it: a request that is not settled, or one that was sent, to which a reply is dropped.
    static boolean maybeOpen(Mail delivery) {
        return delivery instanceof Request<?> request
                ? request.hold != Request.Hold.SETTLED
                : delivery.message instanceof Call<?, ?> || made(delivery) != null;
    }

    /// A notice, a tick or an outcome was received, in this form. When it is a request, nobody waits for the answer: it is as one that was
    /// sent.
    static void noticed(ActorSelf<?> self, @Nullable Object made) {
        if (made instanceof Call<?, ?>) {
            of(self).addSent(new Request<>(made, null));
        }
    }

    /// The request that a wrap has made of this mail, if it has: whoever sent the mail knows nothing of it and does not wait for its answer.
    private static @Nullable Object made(Mail delivery) {
        if (delivery.getClass() == Mail.class) {
            return null;
        }
        var made = delivery.seen();
        return made != delivery.message && made instanceof Call<?, ?> ? made : null;
    }

    private static void keep(ActorSelf<?> self, Mail before) {
        if (before instanceof Request<?> request) {
            if (request.hold == Request.Hold.HELD) {
                of(self).addOuter(request);
            }
        } else if (before.message instanceof Call<?, ?>) {
            of(self).addSent(new Request<>(before.message, null));
        }
        noticed(self, made(before));
    }

    /// The held request that this object is; null when it came by `send`, or when its caller has given up.
    @SuppressWarnings("unchecked")
    static <R> @Nullable Request<R> held(ActorSelf<?> self, Call<?, R> request) {
        var current = self.cell.delivery();
        if (current != null && current.message == request) {
            if (!(current instanceof Request<?> delivery)) {
                return null;
            }
            if (delivery.hold != Request.Hold.SETTLED) {
                return (Request<R>) delivery;
            }
        }
        if (current != null && made(current) == request) {
            return null;
        }
        var found = self.open == null ? null : self.open.find(request);
        if (found == null && self.open != null && self.open.forgets(request)) {
            self.cell.node.lateReply();
            return null;
        }
        if (found == null) {
            throw new IllegalStateException(
                    "there is no open request "
                            + request
                            + ": it was answered, deferred to a Caller and answered, or forwarded already,"
                            + " or it is not the object that was received");
        }
        return found.cell == null ? null : (Request<R>) found;
    }

    /// The request is no more the current delivery's to answer.
    static void keepOpen(ActorSelf<?> self, Request<?> held) {
        held.hold(Request.Hold.DEFERRED);
        if (held.cell != null) {
            held.cell.holder = null;
        }
        if (held == self.cell.delivery()) {
            Runner.delivery(self.cell, null);
            of(self).add(held);
            noticed(self, made(held));
        }
    }

    /// Hands a request on, in this form; one whose caller has given up is nobody's any more.
    static <R> void pass(ActorSelf<?> self, Call<?, R> request, Object as, Ref<?> to) {
        if (isForgotten(self, Objects.requireNonNull(request, "request"))) {
            return;
        }
        Request<R> held = held(self, request);
        if (held == null) {
            Refs.send(to, as);
            return;
        }
        var before = held.hold;
        held.hold(Request.Hold.SETTLED);
        settled(self, held);
        if (held.cell != null) {
            held.cell.holder = null; // until somebody has it: a door may keep it
        }
        try {
            Refs.deliver(to, held.as(as), true);
        } catch (Throwable thrown) {
            if (!arrived(held)) {
                takeBack(self, held, before);
            }
            throw thrown;
        }
    }

    /// Whether an actor has it, in any form, or had it: what is thrown after that, as an exit that ends a wait for room, takes it from nobody.
    private static boolean arrived(Request<?> request) {
        var cell = request.cell;
        boolean comes = cell != null && cell.holder != null; // first: who defers it says before that he has received it
        var last = cell == null ? null : cell.request();
        return comes || (last != null && last.holder != null);
    }

    /// Whether it was taken out since its caller had given up, and is not being handled in another delivery; asked once for each.
    private static boolean isForgotten(ActorSelf<?> self, Object request) {
        var open = self.open;
        var current = self.cell.delivery();
        return open != null
                && !open.givenUp.isEmpty()
                && (current == null || current.message != request && made(current) != request)
                && open.find(request) == null
                && open.forgets(request);
    }

    /// It could not be handed on: all is as it was before.
    private static void takeBack(ActorSelf<?> self, Request<?> request, Request.Hold before) {
        request.hold(before);
        if (before == Request.Hold.HELD && request.cell != null) {
            request.cell.holder = self.cell;
        }
        if (request != self.cell.delivery()) {
            of(self).addOuter(request);
        }
    }

    static void settled(ActorSelf<?> self, Request<?> request) {
        if (request != self.cell.delivery() && self.open != null) {
            self.open.remove(request);
        }
    }

    static OpenRequests of(ActorSelf<?> self) {
        var open = self.open;
        if (open == null) {
            self.open = open = new OpenRequests();
        }
        return open;
    }

    void add(Request<?> request) {
        while (oldest != null && settled(oldest)) {
            drop(oldest);
        }
        if (listed >= sweepAt) {
            sweep();
        }
        listed++;
        request.older = newest;
        request.newer = null;
        if (newest == null) {
            oldest = request;
        } else {
            newest.newer = request;
        }
        newest = request;
    }

    /// All that are settled, and not only the oldest: one that waits for long would keep those behind it. As often as the list has doubled.
    private void sweep() {
        for (var request = oldest; request != null; ) {
            var newer = request.newer;
            if (settled(request)) {
                drop(request);
            }
            request = newer;
        }
        givenUp.removeIf(gone -> gone.refersTo(null));
        sweepAt = Math.max(SENT_KEPT, 2 * (listed + givenUp.size()));
    }

    private void drop(Request<?> request) {
        remove(request);
        if (request.hold != Request.Hold.SETTLED) {
            givenUp.add(new WeakReference<>(request.message));
        }
    }

    /// Whether it was taken out since its caller had given up; asked once for each.
    private boolean forgets(Object message) {
        return givenUp.removeIf(gone -> gone.refersTo(message));
    }

    private void addOuter(Request<?> request) {
        holdsOuter = true;
        add(request);
    }

    private void addSent(Request<?> request) {
        if (++sent > SENT_KEPT) {
            dropOldestSent();
        }
        addOuter(request);
    }

    private void dropOldestSent() {
        for (var request = oldest; request != null; request = request.newer) {
            if (request.cell == null) {
                remove(request);
                return;
            }
        }
    }

    /// Answered, or nobody waits any more.
    private static boolean settled(Request<?> request) {
        return request.hold == Request.Hold.SETTLED || (request.cell != null && request.cell.over());
    }

    void remove(Request<?> request) {
        if (request != oldest && request.older == null) {
            return; // taken out already
        }
        listed--;
        if (request.cell == null) {
            sent--;
        }
        var older = request.older;
        var newer = request.newer;
        if (older == null) {
            oldest = newer;
        } else {
            older.newer = newer;
        }
        if (newer == null) {
            newest = older;
        } else {
            newer.older = older;
        }
        request.older = null;
        request.newer = null;
    }

    /// The oldest still open whose request is this very object.
    @Nullable Request<?> find(Object message) {
        for (var request = oldest; request != null; request = request.newer) {
            if (request.message == message && request.hold != Request.Hold.SETTLED) {
                return request;
            }
        }
        return null;
    }

    /// Fails what a handler received and left: everything that is not deferred.
    void endDelivery() {
        if (!holdsOuter) {
            return;
        }
        holdsOuter = false;
        for (var request = oldest; request != null; ) {
            var newer = request.newer;
            if (request.hold == Request.Hold.HELD) {
                remove(request);
                request.fail(new dev.coppice.kernel.Failure.Unanswered());
            }
            request = newer;
        }
    }

    /// Fails those who wait, from another thread, and moves nothing: the actor was killed and is stuck. A race with the actor's own changes
    /// may miss one, which fails when the actor leaves its code.
    void failWaiting(ExitReason reason) {
        for (var request = oldest; request != null; request = request.newer) {
            if (request.cell != null && request.hold != Request.Hold.SETTLED) {
                request.complete(Cell.exited(reason));
            }
        }
    }

    /// Fails everything: the actor dies.
    void failAll(ExitReason reason) {
        for (var request = oldest; request != null; request = request.newer) {
            if (request.hold != Request.Hold.SETTLED) {
                request.fail(new dev.coppice.kernel.Failure.Exited(reason));
            }
        }
        oldest = null;
        newest = null;
    }
}
