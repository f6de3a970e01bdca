package dev.coppice.kernel.internal;

/// Whether it pays to spin: after each spin in vain the next chances are let pass, about twice as many as the time before; each that paid
/// makes up for one in vain. Racy where several threads share one: then it only adapts less well, since whatever a race leaves, each number
/// finds back to its range.
final class Luck {
    private static final int MOST = 10;

    private int losses;
    private int passes;

    boolean tries() {
        int left = passes;
        if (left <= 0) {
            return true;
        }
        passes = left - 1;
        return false;
    }

    void won() {
        losses = Math.max(0, losses - 1);
    }

    void lost() {
        int now = Math.min(MOST, losses + 1);
        losses = now;
        passes = (1 << now) - 1;
    }
}
