package dev.coppice.kernel.internal;

import org.jspecify.annotations.Nullable;

/// What an actor has taken from its mailbox and not done with. Owned by the thread that runs it, read racily by reports.
abstract sealed class Holding<M> permits ActorSelf {
    final Cell<M> cell;

    /// Null while nothing is taken that waits.
    private @Nullable Hand hand;

    Holding(Cell<M> cell) {
        this.cell = cell;
    }

    /// The reference that changes with each message of a batch.
    ///
    /// A reference that is stored into an old object costs the default collector a fence, one into a young object next to nothing. So this
    /// is made anew with each take of more than one.
    private static final class Hand {
        @Nullable Mail first;

        Hand(Mail first) {
            this.first = first;
        }
    }

    /// The oldest mail; null when there is none.
    @Nullable Mail next() {
        var held = hand;
        var mail = held == null ? null : held.first;
        if (held != null && mail != null) {
            held.first = mail.next;
        } else {
            mail = takeAnew();
        }
        if (mail != null) {
            mail.next = null;
        }
        return mail;
    }

    private @Nullable Mail takeAnew() {
        if (hand != null) {
            hand = null;
        }
        var mail = cell.take();
        var more = mail == null ? null : mail.next;
        if (more != null) {
            hand = new Hand(more);
        }
        return mail;
    }

    /// The oldest mail that is taken and not yet received.
    final @Nullable Mail first() {
        var held = hand;
        return held == null ? null : held.first;
    }

    /// What arrivals() gave becomes what is taken; nothing that was taken before is left.
    final void takes(Mail oldest) {
        hand = new Hand(oldest);
    }

    final void first(@Nullable Mail mail) {
        var held = hand;
        if (mail == null) {
            hand = null;
        } else if (held == null) {
            hand = new Hand(mail);
        } else {
            held.first = mail;
        }
    }

    /// Takes arrivals from the mailbox, behind what was taken before; null when there are none.
    @Nullable Mail arrivals() {
        return cell.take();
    }

    /// Before it looks at what it has taken: brings that into order, where there is one but that of arrival.
    void arrange() {}

    /// Whether something is taken and not yet received.
    boolean holdsMail() {
        return first() != null;
    }

    /// How much of what is taken stands not in [#first]; read racily by reports.
    int kept() {
        return 0;
    }

    /// The user's messages among them; exact when the node is quiet.
    int keptMessages() {
        return 0;
    }

    /// Gives up what was taken, oldest first: the actor dies.
    @Nullable Mail release() {
        var left = first();
        first(null);
        return left;
    }

    /// Undoes [#next].
    void putBack(@Nullable Mail mail) {
        if (mail != null) {
            mail.next = first();
            first(mail);
        }
    }
}
