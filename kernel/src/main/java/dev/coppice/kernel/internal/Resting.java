package dev.coppice.kernel.internal;

import dev.coppice.kernel.spi.Waiting;

/// The wait of a body inside `receive` as a test's scheduler sees it: over as soon as a mail arrives. One per body, used again and again.
/// In production there is none: see [Rest].
final class Resting extends Waiting {
    /// Set by the sender that woke the actor; cleared by the actor before it waits again.
    volatile boolean over;

    @Override
    public boolean over() {
        return over;
    }

    @Override
    public void ring() {
        throw new IllegalStateException("a receive has its own alarm");
    }

    @Override
    public String toString() {
        return "a receive";
    }
}
