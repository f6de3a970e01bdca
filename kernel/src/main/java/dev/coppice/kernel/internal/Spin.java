package dev.coppice.kernel.internal;

import java.lang.invoke.VarHandle;

/// The kernel's short locks: an int that is 0 or 1, held for a few instructions, never while user code runs or while waiting.
final class Spin {
    private static final int TRIES = 64;
    private static final int PAUSES = 64;

    private Spin() {}

    static void lock(VarHandle word, Object owner, LockOrder.Rank rank) {
        assert LockOrder.taken(owner, rank);
        for (int tries = 0; !word.compareAndSet(owner, 0, 1); tries++) {
            if (tries < TRIES && rank == LockOrder.Rank.GATE) {
                backOff(tries + 1);
            } else if (tries < TRIES) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
    }

    /// Leaves a word, for which many fight and which each of them wants again at once, to whoever has just won it: he does several steps
    /// in the time in which its cache line would travel once.
    static void backOff(int tries) {
        for (int i = PAUSES * Math.min(tries, 4); i > 0; i--) {
            Thread.onSpinWait();
        }
    }

    static void unlock(VarHandle word, Object owner) {
        assert LockOrder.released(owner);
        word.setRelease(owner, 0);
    }
}
