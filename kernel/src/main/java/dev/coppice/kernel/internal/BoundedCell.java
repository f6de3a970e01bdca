package dev.coppice.kernel.internal;

import dev.coppice.kernel.DeadLetter;
import dev.coppice.kernel.Mailbox;
import dev.coppice.kernel.Offer;
import dev.coppice.kernel.Recipe;
import org.jspecify.annotations.Nullable;

/// An actor whose mailbox is bounded. Only user messages count, from their arrival until they are received (also while a selective receive
/// has put them aside).
abstract sealed class BoundedCell<M> extends Cell<M> permits CountedCell, ReplacingCell {
    final Mailbox mailbox;

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
    }

    static <M> BoundedCell<M> of(
            LocalNode node,
            Cell<?> parent,
            Recipe.Settings settings,
            @Nullable Object body,
            Habit habit,
            long id,
            boolean atRest) {
        return settings.mailbox().policy() == Mailbox.Policy.DROP_OLDEST
                ? new ReplacingCell<>(node, parent, settings, body, habit, id, atRest)
                : new CountedCell<>(node, parent, settings, body, habit, id, atRest);
    }

    /// Runs the user's predicate on the sender. One that throws ends the send there, and the message, which has been counted, is a dead
    /// letter.
    final boolean mayDrop(Mail mail) {
        try {
            return mailbox.droppable().test(mail.message);
        } catch (Throwable thrown) {
            node.deadLetter(mail, this, new DeadLetter.Reason.Refused(mailbox + ": its predicate threw " + thrown));
            throw thrown;
        }
    }

    /// There is no room for it.
    final Offer refuse(Mail mail, boolean dropped) {
        return refuse(
                mail,
                dropped
                        ? new DeadLetter.Reason.Dropped(mailbox.toString())
                        : new DeadLetter.Reason.Refused(mailbox.toString()));
    }

    final Offer refuse(Mail mail, DeadLetter.Reason reason) {
        node.deadLetter(mail, this, reason);
        return Offers.FULL;
    }

    @Override
    abstract void received();

    @Override
    abstract void readmitted();

    @Override
    void inherit(Mail mail, @Nullable Mail last) {
        super.inherit(mail, last);
        if (!(mail instanceof Signal)) {
            readmitted();
        }
    }
}
