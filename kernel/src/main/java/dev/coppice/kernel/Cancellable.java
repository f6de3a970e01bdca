package dev.coppice.kernel;

/// A timer, monitor or subscription that can be taken back.
@FunctionalInterface
public interface Cancellable {

    /// Takes it back, and withdraws its notice when that is already queued: after this returns to the actor that owns it, the actor
    /// will not receive it. True when it had not been received yet. Harmless when repeated.
    boolean cancel();
}
