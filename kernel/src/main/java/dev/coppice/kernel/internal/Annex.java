package dev.coppice.kernel.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// Where a crowded mailbox goes on: a stack of its own, which stands in the mailbox's word on top of what was there before.
///
/// Senders fight for its cache line then, not for the actor's. And it is young, so that a collector which must notice every reference that
/// is stored into an old object has nothing to notice: senders store into the actor once in each take, not once in each send.
///
/// ```
///   mails ----> mails       pushed, newest first
///   mails ----> SHUT        the actor has taken the word and now takes these: an exchange, so that none can be lost
/// ```
///
/// A sender that finds it shut looks at the word again; the word has changed by then.
final class Annex extends Mail {
    private static final Mail SHUT = new Mail("shut");
    private static final VarHandle NEWEST;

    static {
        try {
            NEWEST = MethodHandles.lookup().findVarHandle(Annex.class, "newest", Mail.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile Mail newest;

    /// How many wait, here and below: counted without a fence; a race may lose one.
    private int standing;

    /// Before it is shared.
    Annex(Mail below, Mail first, int standing) {
        super("annex");
        this.next = below;
        this.newest = first;
        this.standing = standing;
        first.next = null;
    }

    /// False when it is shut.
    boolean push(Mail mail) {
        for (int tries = 1; ; tries++) {
            var top = newest;
            if (top == SHUT) {
                return false;
            }
            mail.next = top;
            if (NEWEST.compareAndSet(this, top, mail)) {
                standing++;
                return true;
            }
            Spin.backOff(tries);
        }
    }

    /// What stands in it, newest first; nothing comes in any more.
    Mail shut() {
        return (Mail) NEWEST.getAndSet(this, SHUT);
    }

    /// The same, racy; null when it is shut.
    @Nullable Mail newest() {
        var seen = newest;
        return seen == SHUT ? null : seen;
    }

    int standing() {
        return standing;
    }

    /// Counted anew.
    void standing(int counted) {
        standing = counted;
    }
}
