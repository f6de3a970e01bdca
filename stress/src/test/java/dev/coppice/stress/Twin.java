package dev.coppice.stress;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// A twin of the kernel's mailbox: the same one-word protocol, small enough to plant a bug in it. If the tools of this room do not find
/// what is planted here, their silence about the kernel proves nothing.
///
/// The machine form makes it testable by jcstress and Lincheck alike: nothing waits, [#push] says whether the sender must wake the actor.
sealed class Twin {
    private static final Link IDLE = new Link(0);
    private static final VarHandle WORD;

    static {
        try {
            WORD = MethodHandles.lookup().findVarHandle(Twin.class, "word", Link.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /// A mail.
    static final class Link {
        final int number;
        @Nullable Link next;

        Link(int number) {
            this.number = number;
        }
    }

    /// The word, as in the kernel's mailbox: null while the actor runs and all is taken.
    volatile @Nullable Link word;

    /// Puts a mail in; true when the sender must wake the actor.
    boolean push(int number) {
        var mail = new Link(number);
        while (true) {
            var top = word;
            mail.next = top == IDLE ? null : top;
            if (WORD.compareAndSet(this, top, mail)) {
                return top == IDLE;
            }
        }
    }

    /// How many mails there were; takes them.
    int take() {
        int taken = 0;
        for (var mail = (Link) WORD.getAndSet(this, null); mail != null; mail = mail.next) {
            taken += mail == IDLE ? 0 : 1;
        }
        return taken;
    }

    /// Whether the actor may rest now.
    boolean rest() {
        return WORD.compareAndSet(this, null, IDLE);
    }

    /// As the kernel does it.
    static final class Sound extends Twin {}

    /// Looks whether a mail is there, and then rests: a mail that arrives in between wakes nobody.
    static final class LostWakeUp extends Twin {
        private volatile boolean idle;

        @Override
        boolean push(int number) {
            super.push(number);
            boolean wakes = idle;
            idle = false;
            return wakes;
        }

        @Override
        boolean rest() {
            if (word != null) {
                return false;
            }
            idle = true;
            return true;
        }
    }

    /// Rests first and looks again, which is right, with a release store and an acquire load, which is not: nothing keeps the look behind
    /// the store. Only a machine that reorders them shows it.
    static final class MissingFence extends Twin {
        private static final VarHandle RESTS;

        static {
            try {
                RESTS = MethodHandles.lookup().findVarHandle(MissingFence.class, "rests", int.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        @SuppressWarnings("unused") // through RESTS
        private int rests;

        @Override
        boolean push(int number) {
            super.push(number);
            return (int) RESTS.getAcquire(this) == 1 && RESTS.compareAndSet(this, 1, 0);
        }

        @Override
        boolean rest() {
            RESTS.setRelease(this, 1);
            boolean mail = WORD.getAcquire(this) != null;
            // When a sender has taken the flag back, it wakes the actor: that is resting, too.
            return !mail || !RESTS.compareAndSet(this, 1, 0);
        }
    }
}
