package dev.coppice.kernel.internal;

import dev.coppice.kernel.DeadLetter;
import dev.coppice.kernel.Mailbox;
import dev.coppice.kernel.Offer;
import dev.coppice.kernel.Recipe;
import org.jspecify.annotations.Nullable;

/// An actor whose mailbox is bounded and drops nothing that has come in: the mailbox of [Inbox] behind a door that counts, [Room].
///
/// A message first gets its seat and then comes in. So the mailbox never holds more than its capacity; and between the two steps it may
/// be closed, which the second one finds.
final class CountedCell<M> extends BoundedCell<M> {
    private final Room room;
    private final boolean drops;

    CountedCell(
            LocalNode node,
            Cell<?> parent,
            Recipe.Settings settings,
            @Nullable Object body,
            Habit habit,
            long id,
            boolean atRest) {
        super(node, parent, settings, body, habit, id, atRest);
        this.room = new Room(mailbox.capacity());
        this.drops = mailbox.policy() == Mailbox.Policy.DROP_NEWEST;
    }

    // ---- arrival

    @Override
    Offer put(Mail mail, boolean patient, long patience, @Nullable Runner runner) {
        boolean droppable = drops && mayDrop(mail);
        boolean waits = patient && mailbox.policy() == Mailbox.Policy.BLOCK;
        var entry = waits ? room.enterSoon() : room.enter();
        if (entry == Room.Entry.SEATED) {
            return super.put(mail, patient, patience, runner);
        }
        if (isClosed()) {
            return bury(mail);
        }
        if (waits) {
            return awaitRoom(mail, patience, runner == null ? null : runner.cell);
        }
        if (entry == Room.Entry.QUEUE && room.enterAfterAll()) {
            return super.put(mail, patient, patience, runner);
        }
        return refuse(mail, droppable);
    }

    /// The sender waits for room; an exit ends the wait, and the message is a dead letter then.
    private Offer awaitRoom(Mail mail, long patience, @Nullable Cell<?> sender) {
        var request = mail instanceof Request<?> asked ? asked : null;
        long limit = Math.min(patience, Clocks.nanos(mailbox.patience()));
        long since = node.scheduler.nanoTime();
        var turn = new WaitCell<Object>(sender, node, request == null ? limit : Math.min(limit, request.left()));
        turn.holder = this;
        if (!room.queue(turn)) {
            return bury(mail);
        }
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
        if (request != null) {
            request.waitedSince(since, sender);
        }
        return end;
    }

    /// What becomes of a message whose sender has waited: the seat that it was given is used even if the sender exits.
    private Offer settle(Mail mail, WaitCell<Object> turn, boolean cycle) {
        if (!Boolean.TRUE.equals(turn.value())) {
            room.letIn();
        }
        if (cycle) {
            return refuse(mail, new DeadLetter.Reason.Cycle());
        }
        if (turn.value() == null) {
            return refuse(mail, false);
        }
        if (!Boolean.TRUE.equals(turn.value())) {
            return bury(mail);
        }
        // While the sender waited for room, or slept with the seat in its hand, this actor may have come to wait for
        // the sender: then it saw no cycle, since the wait for room was over, and it is here that the cycle closes.
        if (mail instanceof Request<?> request && Cycles.closes(request, this)) {
            room.giveBack();
            return refuse(mail, new DeadLetter.Reason.Cycle());
        }
        return push(mail) ? Offers.ACCEPTED : bury(mail);
    }

    // ---- departure

    @Override
    void received() {
        room.leave();
    }

    @Override
    void readmitted() {
        room.returns();
    }

    @Override
    @Nullable Mail close() {
        var left = super.close();
        room.close();
        return left;
    }

    @Override
    long waitingMessages() {
        return super.waitingMessages() + room.waiting();
    }
}
