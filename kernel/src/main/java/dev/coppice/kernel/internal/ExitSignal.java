package dev.coppice.kernel.internal;

import dev.coppice.kernel.ExitReason;

/// Unwinds the body of an actor that exits. An `Error`, so that `catch (Exception e)` does not eat it; without a stack, since it is no
/// fault of anybody.
final class ExitSignal extends Error {
    private static final long serialVersionUID = 1L;

    private final transient ExitReason reason;

    ExitSignal(ExitReason reason) {
        super("the actor exits: " + reason, null, false, false);
        this.reason = reason;
    }

    ExitReason reason() {
        return reason;
    }
}
