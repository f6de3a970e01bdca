package dev.coppice.kernel;

/// Why an actor exited. Every actor exits exactly once, with one reason.
public sealed interface ExitReason {

    /// It came to its end.
    record Normal() implements ExitReason {}

    /// It was told to stop, in order.
    record Shutdown(String note) implements ExitReason {
        public Shutdown() {
            this("");
        }
    }

    /// It was killed.
    record Killed() implements ExitReason {}

    /// There was nobody.
    record NoProcess() implements ExitReason {}

    /// The connection to its machine was lost.
    record NoConnection() implements ExitReason {}

    /// Its code threw. Every `Throwable` counts, errors too.
    record Crashed(Throwable cause) implements ExitReason {
        @Override
        public String toString() {
            return "Crashed[" + say(cause) + "]";
        }
    }

    /// A throwable is user code: its own words may fail.
    private static String say(Throwable cause) {
        try {
            return cause.toString();
        } catch (Throwable unprintable) {
            return cause.getClass().getName() + " (its toString failed: " + unprintable.getClass().getName() + ")";
        }
    }

    /// Whether this is an expected end: `Normal` or `Shutdown`. A clean exit is not logged, restarts no transient child.
    default boolean clean() {
        return this instanceof Normal || this instanceof Shutdown;
    }

    /// Whether no restart may cure it: the supervisor exits with it. See [Escalation].
    default boolean escalates() {
        return this instanceof Crashed(Throwable cause) && cause instanceof Escalation;
    }
}
