package dev.coppice.kernel.internal;

/// Whether it pays to spin: after each spin in vain the next chances are let pass, about twice as many as the time before; each that paid
/// makes up for one in vain. Racy where several threads share one: then it only adapts less well.
final class Luck {
    private static final int MOST = 10;

    private int losses;
    private int passes;

    boolean tries() {
        if (passes == 0) {
            return true;
        }
        passes--;
        return false;
    }

    void won() {
        if (losses > 0) {
            losses--;
        }
    }

    void lost() {
        losses = Math.min(MOST, losses + 1);
        passes = (1 << losses) - 1;
    }
}
