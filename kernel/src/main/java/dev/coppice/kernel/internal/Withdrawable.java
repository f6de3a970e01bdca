package dev.coppice.kernel.internal;

import java.util.concurrent.atomic.AtomicInteger;

/// Whether a notice has been received or taken back: whoever comes first decides.
final class Withdrawable {
    private static final int OPEN = 0;
    private static final int RECEIVED = 1;
    private static final int WITHDRAWN = 2;

    private final AtomicInteger state = new AtomicInteger(OPEN);

    boolean claim() {
        return state.compareAndSet(OPEN, RECEIVED);
    }

    boolean withdraw() {
        return state.compareAndSet(OPEN, WITHDRAWN);
    }

    boolean withdrawn() {
        return state.get() == WITHDRAWN;
    }
}
