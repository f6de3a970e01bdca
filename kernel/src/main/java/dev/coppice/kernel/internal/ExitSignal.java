package dev.coppice.kernel.internal;

import dev.coppice.kernel.ExitReason;

/// Unwinds the body of an actor that exits. An `Error`, so that `catch (Exception e)` does not eat it; without a stack, since it is no
/// fault of anybody.
final class ExitSignal extends Error {
    private static final long serialVersionUID = 1L;

    /// The commonest, made once.
    private static final ExitSignal NORMAL = new ExitSignal(new ExitReason.Normal());

    private final transient ExitReason reason;

    static ExitSignal of(ExitReason reason) {
        return reason instanceof ExitReason.Normal ? NORMAL : new ExitSignal(reason);
    }

    private ExitSignal(ExitReason reason) {
        super(null, null, false, false);
        this.reason = reason;
    }

    /// Made when somebody looks: nearly nobody does.
    @Override
    public String getMessage() {
        return "the actor exits: " + reason;
    }

    ExitReason reason() {
        return reason;
    }
}
