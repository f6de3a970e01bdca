package dev.coppice.kernel.internal;

import dev.coppice.kernel.DeadLetter;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Offer;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.StartFailed;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One name: who holds it, which supervisor reserves it, and what waits for the next holder.
///
/// A reserved name without a holder is *in its gap*: requests wait here, each within its own time-out, and are given to the next holder
/// in their order before anything else can reach it by name; messages are dead letters `Restarting`. A slot that is neither held nor
/// reserved is retired: it is taken out of the table and never used again.
final class Slot {
    private static final VarHandle LOCK;

    static {
        try {
            LOCK = MethodHandles.lookup().findVarHandle(Slot.class, "lock", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final LocalNode node;
    private final Name<?> name;

    @SuppressWarnings("unused") // through LOCK
    private volatile int lock;

    // Written under the lock, read by anybody.
    private volatile @Nullable Cell<?> holder;
    private volatile boolean retired;

    // Guarded by the lock.
    private @Nullable Cell<?> owner;
    private Self.Gap gap = Self.Gap.WAIT;

    /// A kept mailbox, oldest first: before all that comes while there is no holder, also what comes before all is kept.
    private final ArrayDeque<Mail> kept = new ArrayDeque<>(0);

    /// The requests of the gap, oldest first.
    private final ArrayDeque<Mail> waiting = new ArrayDeque<>(0);

    Slot(LocalNode node, Name<?> name) {
        this.node = node;
        this.name = name;
    }

    String name() {
        return name.value();
    }

    boolean retired() {
        return retired;
    }

    void checkProtocol(Name<?> asked) {
        if (asked.protocol() != name.protocol() && !retired) {
            throw new IllegalArgumentException(
                    "the name \""
                            + name
                            + "\" belongs to the protocol "
                            + name.protocol().getName()
                            + ", not to "
                            + asked.protocol().getName()
                            + "; share one Name constant");
        }
    }

    /// Who holds the name and is open for messages; null in a gap.
    @Nullable Cell<?> openHolder() {
        var cell = holder;
        return cell == null || cell.isClosed() ? null : cell;
    }

    /// False when the slot has been retired: look it up again.
    boolean claim(Cell<?> cell) {
        var expired = new ArrayList<Mail>(0);
        Spin.lock(LOCK, this, LockOrder.Rank.SLOT);
        try {
            if (retired) {
                return false;
            }
            if (holder != null) {
                throw new StartFailed.NameTaken(name.value(), holder.toString());
            }
            if (owner != null && owner != cell.parent) {
                throw new StartFailed.NameTaken(name.value(), owner + ", which reserves it for its children");
            }
            cell.slot = this;
            Mail last = null;
            for (var mail = poll(); mail != null; mail = poll()) {
                if (mail instanceof Request<?> request && request.cell != null && request.cell.over()) {
                    expired.add(mail);
                } else {
                    last = inherit(cell, mail, last);
                }
            }
            holder = cell;
        } finally {
            Spin.unlock(LOCK, this);
        }
        refuse(expired, new DeadLetter.Reason.NoProcess());
        return true;
    }

    private @Nullable Mail poll() {
        var mail = kept.poll();
        return mail == null ? waiting.poll() : mail;
    }

    /// Puts what waited in front of everything that the new holder will receive. It is not running yet: its list is still ours.
    private static Mail inherit(Cell<?> cell, Mail mail, @Nullable Mail last) {
        if (mail instanceof Request<?> request && request.cell != null) {
            request.cell.holder = cell;
        }
        cell.inherit(mail, last);
        return mail;
    }

    /// False when the slot has been retired.
    boolean reserve(Cell<?> by, Self.Gap gap) {
        List<Mail> refused = List.of();
        Spin.lock(LOCK, this, LockOrder.Rank.SLOT);
        try {
            if (retired) {
                return false;
            }
            if (owner != by && (owner != null || (holder != null && holder.parent != by))) {
                throw new IllegalStateException(
                        "the name \""
                                + name
                                + "\" is taken by "
                                + (owner != null ? owner : holder)
                                + "; choose another name for the child");
            }
            owner = by;
            this.gap = gap;
            if (gap == Self.Gap.FAIL && holder == null) {
                refused = drainRequests();
            }
        } finally {
            Spin.unlock(LOCK, this);
        }
        refuse(refused, new DeadLetter.Reason.Restarting());
        return true;
    }

    private List<Mail> drainRequests() {
        var requests = new ArrayList<Mail>();
        kept.removeIf(mail -> mail instanceof Request<?> && requests.add(mail));
        waiting.removeIf(mail -> mail instanceof Request<?> && requests.add(mail));
        return requests;
    }

    /// Ends the reservation; false when it was not this one's.
    boolean unreserve(Cell<?> by, DeadLetter.Reason reason) {
        List<Mail> left;
        Spin.lock(LOCK, this, LockOrder.Rank.SLOT);
        try {
            if (owner != by) {
                return false;
            }
            owner = null;
            left = retireWhenFree();
        } finally {
            Spin.unlock(LOCK, this);
        }
        refuse(left, reason);
        return true;
    }

    /// The holder dies.
    void vacate(Cell<?> cell) {
        List<Mail> left = List.of();
        Spin.lock(LOCK, this, LockOrder.Rank.SLOT);
        try {
            if (holder == cell) {
                holder = null;
                left = retireWhenFree();
            }
        } finally {
            Spin.unlock(LOCK, this);
        }
        refuse(left, new DeadLetter.Reason.NoProcess());
    }

    private List<Mail> retireWhenFree() {
        if (holder != null || owner != null) {
            return List.of();
        }
        retired = true;
        node.names.retire(this);
        var left = new ArrayList<>(kept);
        left.addAll(waiting);
        kept.clear();
        waiting.clear();
        return left;
    }

    private void refuse(List<Mail> mails, DeadLetter.Reason reason) {
        for (var mail : mails) {
            node.deadLetter(mail, new Named<>(node, name), reason);
        }
    }

    /// A message for a name whose holder is gone or going: waits for the next holder, or is refused.
    Offer gap(Mail mail, Named<?> ref, boolean patient, long patience) {
        Cell<?> open;
        DeadLetter.Reason reason = null;
        Spin.lock(LOCK, this, LockOrder.Rank.SLOT);
        try {
            open = openHolder();
            if (open == null) {
                reason = park(mail);
            }
        } finally {
            Spin.unlock(LOCK, this);
        }
        if (open != null) {
            return open.accept(mail, patient, patience);
        }
        node.countAccepted(Runner.current());
        if (reason == null) {
            return Offers.ACCEPTED;
        }
        node.deadLetter(mail, ref, reason);
        return new Offer.Dead(reason);
    }

    /// Null when it waits now.
    private DeadLetter.@Nullable Reason park(Mail mail) {
        if (owner == null) {
            return new DeadLetter.Reason.NoProcess();
        }
        if (!(mail instanceof Request<?> request) || request.cell == null || gap == Self.Gap.FAIL) {
            return new DeadLetter.Reason.Restarting();
        }
        request.cell.holder = null;
        request.cell.parkedAt = name.value();
        waiting.add(mail);
        return null;
    }

    /// Whether a dying holder's mailbox may be kept for the next.
    boolean keeps() {
        Spin.lock(LOCK, this, LockOrder.Rank.SLOT);
        try {
            return owner != null;
        } finally {
            Spin.unlock(LOCK, this);
        }
    }

    void keep(Mail mail) {
        Spin.lock(LOCK, this, LockOrder.Rank.SLOT);
        try {
            if (owner != null) {
                if (mail instanceof Request<?> request && request.cell != null) {
                    request.cell.holder = null;
                }
                kept.add(mail);
                return;
            }
        } finally {
            Spin.unlock(LOCK, this);
        }
        node.deadLetter(mail, new Named<>(node, name), new DeadLetter.Reason.NoProcess());
    }

    long waitingMessages() {
        Spin.lock(LOCK, this, LockOrder.Rank.SLOT);
        try {
            return kept.size() + waiting.size();
        } finally {
            Spin.unlock(LOCK, this);
        }
    }
}
