package dev.coppice.kernel;

import dev.coppice.kernel.internal.Request;
import java.util.concurrent.Callable;

/// The right to answer one deferred request, from any thread, once. Made by [Self#defer].
///
/// While it is open its actor holds the request: when that actor exits, the caller fails with its reason.
public sealed interface Caller<R> permits Request {

    /// Answers. A second answer, or one that comes too late, vanishes and is counted.
    void reply(R value);

    /// Fails the request with [ExitReason.Crashed].
    void fail(Throwable cause);

    /// Whether somebody still waits: false once it is answered, failed, timed out or abandoned.
    boolean waiting();

    /// Answers with what the work returns, or fails with what it throws. The work runs on its own, as a child of the actor that
    /// deferred the request; when that has exited, it does not run.
    void handTo(Callable<? extends R> work);
}
