package dev.coppice.kernel.spi;

import dev.coppice.kernel.internal.Mail;
import java.util.Optional;

/// The order in which an actor receives: where everything stands that it has taken from its mailbox and not yet received. Plugged in
/// with [dev.coppice.kernel.Mailbox#backlog]; each incarnation has its own, confined to it.
///
/// **Contract.** It gives back each item that it was given, once, and never nothing while it has one. What a selective receive has
/// declined is given to it again, the newest first, with its old number: one that keeps each lane in the order of [Item#arrival] is
/// right.
///
/// **Order.** Notices (exits, downs, timers, ordered stops) are items, too: one that overtakes messages makes the actor hear of a death
/// before the last words. Let them stand with the ordinary messages.
///
/// **Failure.** What it throws ends the actor; what it held is dead-lettered.
public interface Backlog {

    /// One more waits.
    void add(Item item);

    /// Takes out the next to be received; empty when there is none.
    Optional<Item> poll();

    /// A message, or a notice of the kernel.
    sealed interface Item permits Mail {

        /// The message as its sender passed it, before any `via`; of a notice nothing that says anything.
        Object sent();

        /// Whether it is a notice of the kernel.
        boolean isNotice();

        /// Its number in the order of arrival. Compare two by the sign of their difference: it wraps around.
        int arrival();
    }
}
