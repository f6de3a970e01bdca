package dev.coppice.kernel;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/// Why a request has no answer. A sealed set: a `switch` over it is complete.
public sealed interface Failure {

    /// The actor that held the request exited, or was dead already (`NoProcess`).
    record Exited(ExitReason reason) implements Failure {}

    /// Nobody answered in time. The request may still be executed when its holder has received it; one that has not will not be.
    record TimedOut(Report report) implements Failure {}

    /// The handler returned without reply, defer or forward.
    record Unanswered() implements Failure {}

    /// A policy turned the request away; it was never handled.
    record Refused(String policy) implements Failure {}

    /// The callee waits, directly or through others, for the caller: nobody could ever answer. First the caller, last the one that
    /// waits for it.
    record Cycle(List<Pid<?>> path) implements Failure {
        public Cycle {
            path = List.copyOf(path);
        }
    }

    /// The waiting thread, which is no actor, was interrupted; its interrupt flag is set.
    record Interrupted() implements Failure {}

    /// What could be seen of a late callee when the time-out struck.
    ///
    /// @param callee the actor that holds the request, as a path, or the name that nobody holds
    /// @param queued how many messages wait there
    /// @param doing what it was doing and since when, or where the request was last seen
    record Report(String callee, Duration patience, int queued, String doing) {
        @Override
        public String toString() {
            return "no answer from " + callee + " within " + patience + "; " + queued + " queued; " + doing;
        }
    }

    /// One sentence for people.
    default String message() {
        return switch (this) {
            case Exited(ExitReason reason) -> "the callee exited: " + reason;
            case TimedOut(Report report) -> report.toString();
            case Unanswered() -> "the handler returned without reply, defer or forward";
            case Refused(String policy) -> "refused: " + policy;
            case Cycle(var path) ->
                    "call cycle: "
                            + path.stream().map(Pid::path).collect(Collectors.joining(" -> "))
                            + " -> back to the caller; answer from a deferred request or a message instead";
            case Interrupted() -> "the waiting thread was interrupted";
        };
    }
}
