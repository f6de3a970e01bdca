package dev.coppice.otp;

import static java.util.Objects.requireNonNull;

/// Which time-out of a [StateMachine]: it has at most one of each at a time, and starting it again replaces it.
public sealed interface Timeout {

    /// Any event ends it: it is for silence.
    Timeout EVENT = new Silence();

    /// The end of the state ends it; a new value of the same state does not.
    Timeout STATE = new Stay();

    /// Only itself ends it; there may be any number, one of each name.
    static Timeout named(String name) {
        return new Named(name);
    }

    /// See [#EVENT].
    record Silence() implements Timeout {}

    /// See [#STATE].
    record Stay() implements Timeout {}

    /// See [#named].
    record Named(String name) implements Timeout {
        public Named {
            requireNonNull(name, "name");
        }
    }
}
