package dev.coppice.otp;

import dev.coppice.kernel.ExitReason;

/// What can happen to a supervisor. Pids are the numbers of incarnations.
sealed interface Event {
    record Boot() implements Event {}

    /// The outcomes of [Action.Start].
    record Started(String id, long pid) implements Event {}

    record Ignored(String id) implements Event {}

    record NotStarted(String id, ExitReason reason) implements Event {}

    /// An actor that was linked has exited; a stranger or an earlier incarnation, perhaps.
    record Exited(long pid, ExitReason reason) implements Event {}

    /// The time of a retry has come.
    record Again(String id, long ticket) implements Event {}

    record Add(Child child) implements Event {}

    record Terminate(String id) implements Event {}

    record Restart(String id) implements Event {}

    record Delete(String id) implements Event {}

    /// The supervisor ends: all must go.
    record Quit() implements Event {}
}
