package dev.coppice.kernel.internal;

import dev.coppice.kernel.DeadLetter;
import dev.coppice.kernel.Mailbox;
import dev.coppice.kernel.Offer;
import dev.coppice.kernel.Recipe;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// An actor whose mailbox is bounded.
///
/// **Idea.** One list in the order of arrival, messages and signals alike, under a short lock, and the actor takes one mail at a time, so
/// that everything not yet received can still be dropped and memory stays within the bound while the actor is stuck. Only user messages
/// count, from their arrival until they are received (also while a selective receive has put them aside). The schedule state of [Cell]'s
/// word is here a flag beside the list.
///
/// Senders that wait for room stand in a queue of cells; whoever receives a message gives the room to the first that still waits, before
/// any newcomer can take it.
final class BoundedCell<M> extends Cell<M> {
    private static final VarHandle GATE;

    static {
        try {
            GATE = MethodHandles.lookup().findVarHandle(BoundedCell.class, "gate", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Mailbox mailbox;

    @SuppressWarnings("unused") // through GATE
    private volatile int gate;

    // Guarded by the gate.
    private @Nullable Mail oldest;
    private @Nullable Mail newest;
    private int listed;
    private int counted;
    private boolean idle;
    private boolean shut;
    private final ArrayDeque<WaitCell<Object>> waiters = new ArrayDeque<>(0);

    BoundedCell(
            LocalNode node,
            Cell<?> parent,
            Recipe.Settings settings,
            @Nullable Object body,
            Habit habit,
            long id,
            boolean atRest) {
        super(node, parent, settings, body, habit, id, atRest);
        this.mailbox = settings.mailbox();
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

    /// What the gate decided about a user message.
    private sealed interface Verdict {
        Verdict REFUSED = new Refused();
        Verdict WOKEN = new Taken(true, null);
        Verdict QUEUED = new Taken(false, null);

        record Taken(boolean wake, @Nullable Mail victim) implements Verdict {}

        record Refused() implements Verdict {}

        record Dropped() implements Verdict {}

        record Closed() implements Verdict {}

        record Wait(WaitCell<Object> cell) implements Verdict {}
    }

    @Override
    Offer put(Mail mail, boolean patient, long patience, @Nullable Runner runner) {
        boolean droppable = mayDrop(mail);
        mail.mark = droppable ? 1 : 0;
        var sender = runner == null ? null : runner.cell;
        boolean blocks = patient && mailbox.policy() == Mailbox.Policy.BLOCK;
        var verdict = decided(mail, droppable, null);
        if (blocks && verdict == Verdict.REFUSED) {
            var turn = new WaitCell<Object>(sender, node, Math.min(patience, Clocks.nanos(mailbox.patience())));
            verdict = decided(mail, droppable, turn);
        }
        return switch (verdict) {
            case Verdict.Taken(boolean wake, Mail victim) -> {
                if (victim != null) {
                    node.deadLetter(victim, this, new DeadLetter.Reason.Dropped(mailbox.toString()));
                }
                if (node.simulated) {
                    node.scheduler.sent(this, mail.told());
                }
                if (wake) {
                    wake(runner);
                }
                yield Offers.ACCEPTED;
            }
            case Verdict.Refused() -> refuse(mail, new DeadLetter.Reason.Refused(mailbox.toString()));
            case Verdict.Dropped() -> refuse(mail, new DeadLetter.Reason.Dropped(mailbox.toString()));
            case Verdict.Closed() -> bury(mail);
            case Verdict.Wait(var cell) -> awaitRoom(mail, cell, sender);
        };
    }

    /// Runs the user's predicate on the sender. One that throws ends the send there, and the message, which has been counted, is a dead
    /// letter.
    private boolean mayDrop(Mail mail) {
        try {
            return switch (mailbox.policy()) {
                case DROP_OLDEST, DROP_NEWEST -> mailbox.droppable().test(mail.message);
                default -> false;
            };
        } catch (Throwable thrown) {
            node.deadLetter(mail, this, new DeadLetter.Reason.Refused(mailbox + ": its predicate threw " + thrown));
            throw thrown;
        }
    }

    private Offer refuse(Mail mail, DeadLetter.Reason reason) {
        node.deadLetter(mail, this, reason);
        return Offers.FULL;
    }

    private Verdict decided(Mail mail, boolean droppable, @Nullable WaitCell<Object> turn) {
        Spin.lock(GATE, this, LockOrder.Rank.GATE);
        var verdict = decide(mail, droppable, turn);
        Spin.unlock(GATE, this);
        return verdict;
    }

    /// Under the gate.
    private Verdict decide(Mail mail, boolean droppable, @Nullable WaitCell<Object> turn) {
        if (shut) {
            return new Verdict.Closed();
        }
        if (counted < mailbox.capacity() && waiters.isEmpty()) {
            counted++;
            return append(mail) ? Verdict.WOKEN : Verdict.QUEUED;
        }
        return switch (mailbox.policy()) {
            case DROP_NEWEST -> droppable ? new Verdict.Dropped() : Verdict.REFUSED;
            case DROP_OLDEST -> replaceOldest(mail, droppable);
            case BLOCK -> turn == null ? Verdict.REFUSED : queue(turn);
            case REJECT, UNBOUNDED -> Verdict.REFUSED;
        };
    }

    private Verdict queue(WaitCell<Object> turn) {
        turn.holder = this;
        waiters.add(turn);
        return new Verdict.Wait(turn);
    }

    private Verdict replaceOldest(Mail mail, boolean droppable) {
        var victim = removeOldestDroppable();
        if (victim == null) {
            return droppable ? new Verdict.Dropped() : Verdict.REFUSED;
        }
        return new Verdict.Taken(append(mail), victim);
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

    /// The sender waits for room; an exit ends the wait, and the message is a dead letter then.
    private Offer awaitRoom(Mail mail, WaitCell<Object> turn, @Nullable Cell<?> sender) {
        var outer = sender == null ? null : sender.waiting;
        Offer end;
        boolean cycle = false;
        try {
            turn.publish();
            cycle = sender != null && Cycles.closedBy(sender, turn) != null && turn.complete(Boolean.FALSE);
            turn.suspend();
        } finally {
            if (sender != null) {
                sender.waiting = outer;
            }
            end = settle(mail, turn, cycle);
        }
        return end;
    }

    /// What becomes of a message whose sender has waited: the room that it was given is used even if the sender exits.
    private Offer settle(Mail mail, WaitCell<Object> turn, boolean cycle) {
        if (cycle) {
            return refuse(mail, new DeadLetter.Reason.Cycle());
        }
        if (turn.value() == null) {
            return refuse(mail, new DeadLetter.Reason.Refused(mailbox.toString()));
        }
        if (!Boolean.TRUE.equals(turn.value())) {
            return bury(mail);
        }
        // While the sender waited for room, or slept with the room in its hand, this actor may have come to wait for
        // the sender: then it
        // saw no cycle, since the wait for room was over, and it is here that the cycle closes.
        if (mail instanceof Request<?> request && closesCycle(request)) {
            received();
            return refuse(mail, new DeadLetter.Reason.Cycle());
        }
        return push(mail) ? Offers.ACCEPTED : bury(mail);
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

    /// A user message has been received: its room goes to the sender that waits longest.
    @Override
    void received() {
        Spin.lock(GATE, this, LockOrder.Rank.GATE);
        WaitCell<Object> next;
        do {
            next = waiters.poll();
        } while (next != null && next.over());
        if (next == null) {
            counted--;
        }
        Spin.unlock(GATE, this);
        if (next != null && !next.complete(Boolean.TRUE)) {
            received();
        }
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
        var released = new ArrayDeque<>(waiters);
        waiters.clear();
        Spin.unlock(GATE, this);
        released.forEach(waiter -> waiter.complete(Boolean.FALSE));
        super.close();
        return left;
    }

    @Override
    void inherit(Mail mail, @Nullable Mail last) {
        super.inherit(mail, last);
        if (!(mail instanceof Signal)) {
            readmitted();
        }
    }

    @Override
    boolean isClosed() {
        return shut;
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
            return userMails(taken())
                    + heldElsewhere()
                    + userMails(oldest)
                    + waiters.stream().filter(waiter -> !waiter.over()).count();
        } finally {
            Spin.unlock(GATE, this);
        }
    }
}
