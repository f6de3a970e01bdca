package dev.coppice.kernel;

import org.jspecify.annotations.Nullable;

/// Thrown by [Ref#call] when there is no answer; its message names the request's class and where it was sent. Its cause is the callee's own,
/// when it crashed.
///
/// An actor that lets it pass exits with [ExitReason.Crashed], except that a clean exit of the callee stays clean.
public final class CallFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Failure failure;

    public CallFailed(Failure failure) {
        super(failure.message(), causeOf(failure));
        this.failure = failure;
    }

    /// @param what which call has failed: its message begins with that
    public CallFailed(String what, Failure failure) {
        super(what + ": " + failure.message(), causeOf(failure));
        this.failure = failure;
    }

    public Failure failure() {
        return failure;
    }

    private static @Nullable Throwable causeOf(Failure failure) {
        return failure instanceof Failure.Exited(ExitReason.Crashed(Throwable cause)) ? cause : null;
    }
}
