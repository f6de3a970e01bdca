package dev.coppice.kernel.internal;

import org.jspecify.annotations.Nullable;

/// The messages that a body has put aside, with their callers, oldest first. Confined to the actor; when it dies they stand before
/// everything else that it has not received.
///
/// In the ledger they wait again: what is put aside counts as not received.
final class Stash {
    private @Nullable Mail oldest;
    private @Nullable Mail newest;
    private int count;

    static void put(Cell<?> cell, ActorSelf<?> self, Object message) {
        var open = OpenRequests.of(self);
        var stash = open.stash;
        if (stash == null) {
            open.stash = stash = new Stash();
        }
        int capacity = cell.settings.mailbox().stash();
        if (stash.count >= capacity) {
            throw new IllegalStateException(
                    "the stash of "
                            + cell.path()
                            + " is full, with "
                            + capacity
                            + " messages: unstash, answer them otherwise, or say Mailbox.stash(more)");
        }
        stash.add(delivery(cell, self, message));
    }

    /// The mail to put aside: the delivery of this message, with whoever waits for its answer, else a new one.
    private static Mail delivery(Cell<?> cell, ActorSelf<?> self, Object message) {
        var current = cell.delivery();
        if (current != null && !isSettled(current) && current.message() == message) {
            Runner.delivery(cell, null);
            return notReceived(cell, current);
        }
        var open = OpenRequests.of(self);
        var held = open.find(message);
        if (held != null && held.hold == Request.Hold.HELD && held.cell != null) {
            open.remove(held);
            return notReceived(cell, held);
        }
        cell.node.countAccepted(Runner.current());
        return new Mail(message);
    }

    private static boolean isSettled(Mail mail) {
        return mail instanceof Request<?> request && request.hold != Request.Hold.HELD;
    }

    private static Mail notReceived(Cell<?> cell, Mail mail) {
        cell.node.countNotReceived();
        if (mail instanceof Request<?> request && request.cell != null) {
            request.cell.holder = null;
        }
        return mail;
    }

    private void add(Mail mail) {
        mail.next = null;
        if (newest == null) {
            oldest = mail;
        } else {
            newest.next = mail;
        }
        newest = mail;
        count++;
    }

    /// Puts everything back, before all that waits; how many they were.
    static int release(Cell<?> cell, ActorSelf<?> self) {
        var open = self.open;
        var stash = open == null ? null : open.stash;
        if (open == null || stash == null || stash.newest == null) {
            return 0;
        }
        for (var mail = stash.oldest; mail != null; mail = mail.next) {
            if (mail instanceof Request<?> request && request.cell != null) {
                request.cell.holder = cell;
            }
            cell.readmitted();
        }
        stash.newest.next = self.first();
        self.first(stash.oldest);
        int released = stash.count;
        open.stash = null;
        return released;
    }

    /// How many an actor has put aside; racy, unless the caller runs it.
    static int of(@Nullable ActorSelf<?> self) {
        var open = self == null ? null : self.open;
        var stash = open == null ? null : open.stash;
        return stash == null ? 0 : stash.count;
    }

    /// The oldest that an actor has put aside; racy, unless the caller runs it.
    static @Nullable Mail oldest(ActorSelf<?> self) {
        var open = self.open;
        var stash = open == null ? null : open.stash;
        return stash == null ? null : stash.oldest;
    }
}
