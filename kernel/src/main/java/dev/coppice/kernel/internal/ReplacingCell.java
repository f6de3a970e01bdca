package dev.coppice.kernel.internal;

import dev.coppice.kernel.DeadLetter;
import dev.coppice.kernel.Offer;
import dev.coppice.kernel.Recipe;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// An actor whose mailbox is bounded and gives up the oldest message for a new one.
///
/// **Idea.** One list in the order of arrival, messages and signals alike, under a short lock, and the actor takes one mail at a time, so
/// that everything not yet received can still be dropped and memory stays within the bound while the actor is stuck. The schedule state of
/// [Inbox]'s word is here a flag beside the list.
final class ReplacingCell<M> extends BoundedCell<M> {
    private static final VarHandle GATE;

    static {
        try {
            GATE = MethodHandles.lookup().findVarHandle(ReplacingCell.class, "gate", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused") // through GATE
    private volatile int gate;

    // Guarded by the gate.
    private @Nullable Mail oldest;
    private @Nullable Mail newest;
    private int listed;
    private int counted;
    private boolean idle;
    private boolean shut;

    ReplacingCell(
            LocalNode node,
            Cell<?> parent,
            Recipe.Settings settings,
            @Nullable Object body,
            Habit habit,
            long id,
            boolean atRest) {
        super(node, parent, settings, body, habit, id, atRest);
        this.idle = atRest;
    }

    // ---- arrival

    @Override
    boolean push(Mail mail, @Nullable Runner runner) {
        Spin.lock(GATE, this, LockOrder.Rank.GATE);
        boolean open = !shut;
        boolean woken = open && append(mail);
        Spin.unlock(GATE, this);
        if (open && node.simulated) {
            node.scheduler.sent(this, mail.told());
        }
        if (woken) {
            wake(runner);
        }
        return open;
    }

    /// Under the gate: true when the actor was at rest and the caller must wake it.
    private boolean append(Mail mail) {
        mail.next = null;
        if (newest == null) {
            oldest = mail;
        } else {
            newest.next = mail;
        }
        newest = mail;
        listed++;
        boolean woken = idle;
        idle = false;
        return woken;
    }

    @Override
    Offer put(Mail mail, boolean patient, long patience, @Nullable Runner runner) {
        boolean droppable = mayDrop(mail);
        mail.mark = droppable ? 1 : 0;
        Mail victim = null;
        boolean woken = false;
        Spin.lock(GATE, this, LockOrder.Rank.GATE);
        boolean open = !shut;
        boolean room = counted < mailbox.capacity();
        if (open && !room) {
            victim = removeOldestDroppable();
        }
        boolean in = open && (room || victim != null);
        if (in) {
            counted += room ? 1 : 0;
            woken = append(mail);
        }
        Spin.unlock(GATE, this);
        if (!open) {
            return bury(mail);
        }
        if (!in) {
            return refuse(mail, droppable);
        }
        cameIn(mail, victim, woken, runner);
        return Offers.ACCEPTED;
    }

    /// Into the list, where it can be dropped, too.
    @Override
    void inherit(Mail mail, @Nullable Mail last) {
        Spin.lock(GATE, this, LockOrder.Rank.GATE);
        append(mail);
        counted += mail instanceof Signal ? 0 : 1;
        Spin.unlock(GATE, this);
    }

    private void cameIn(Mail mail, @Nullable Mail victim, boolean woken, @Nullable Runner runner) {
        if (victim != null) {
            node.deadLetter(victim, this, new DeadLetter.Reason.Dropped(mailbox.toString()));
        }
        if (node.simulated) {
            node.scheduler.sent(this, mail.told());
        }
        if (woken) {
            wake(runner);
        }
    }

    private @Nullable Mail removeOldestDroppable() {
        Mail before = null;
        for (var mail = oldest; mail != null; before = mail, mail = mail.next) {
            if (!(mail instanceof Signal) && mail.mark == 1) {
                unlink(before, mail);
                return mail;
            }
        }
        return null;
    }

    private void unlink(@Nullable Mail before, Mail mail) {
        if (before == null) {
            oldest = mail.next;
        } else {
            before.next = mail.next;
        }
        if (newest == mail) {
            newest = before;
        }
        mail.next = null;
        listed--;
    }

    // ---- departure

    @Override
    @Nullable Mail take() {
        Spin.lock(GATE, this, LockOrder.Rank.GATE);
        var mail = oldest;
        if (mail != null) {
            unlink(null, mail);
        }
        Spin.unlock(GATE, this);
        return mail;
    }

    @Override
    void received() {
        Spin.lock(GATE, this, LockOrder.Rank.GATE);
        counted--;
        Spin.unlock(GATE, this);
    }

    @Override
    void readmitted() {
        Spin.lock(GATE, this, LockOrder.Rank.GATE);
        counted++;
        Spin.unlock(GATE, this);
    }

    @Override
    boolean rest() {
        Spin.lock(GATE, this, LockOrder.Rank.GATE);
        boolean rests = oldest == null && !shut;
        idle = rests;
        Spin.unlock(GATE, this);
        return rests;
    }

    @Override
    @Nullable Mail close() {
        Spin.lock(GATE, this, LockOrder.Rank.GATE);
        shut = true;
        var left = oldest;
        oldest = null;
        newest = null;
        listed = 0;
        Spin.unlock(GATE, this);
        super.close();
        return left;
    }

    @Override
    boolean isClosed() {
        return shut;
    }

    @Override
    boolean hasMail() {
        return listed > 0;
    }

    @Override
    boolean crowded() {
        return listed > 1;
    }

    @Override
    int queuedInWord() {
        return listed;
    }

    @Override
    long waitingMessages() {
        Spin.lock(GATE, this, LockOrder.Rank.GATE);
        try {
            return userMails(taken()) + heldElsewhere() + userMails(oldest);
        } finally {
            Spin.unlock(GATE, this);
        }
    }
}
