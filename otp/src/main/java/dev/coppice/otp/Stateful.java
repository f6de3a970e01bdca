package dev.coppice.otp;

/// A server that lets tools see its state, and replace it: see [Sys]. State machines, pure servers, event managers and supervisors are.
///
/// Both methods run in the actor, between two messages.
public interface Stateful<S> {

    S state();

    /// Goes on with this state.
    ///
    /// @throws UnsupportedOperationException when it cannot be replaced: the default
    default void state(S next) {
        throw new UnsupportedOperationException(
                "the state of a " + getClass().getSimpleName() + " cannot be replaced from outside");
    }
}
