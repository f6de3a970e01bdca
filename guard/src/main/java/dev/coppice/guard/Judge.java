package dev.coppice.guard;

import dev.coppice.kernel.ExitReason.Crashed;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.spi.Interception.End;
import java.util.List;
import java.util.stream.Stream;

/// What counts as a failure. By classes and not by predicates, since it is asked on threads where no user code may run.
///
/// @param ignored causes of crashes that say nothing about the callee
/// @param failing types of answers that are failures
record Judge(List<Class<? extends Throwable>> ignored, List<Class<?>> failing) {
    static final Judge PLAIN = new Judge(List.of(), List.of());

    Judge {
        ignored = List.copyOf(ignored);
        failing = List.copyOf(failing);
    }

    Judge ignoring(Class<? extends Throwable> cause) {
        return new Judge(
                Stream.concat(ignored.stream(), Stream.<Class<? extends Throwable>>of(cause)).toList(), failing);
    }

    Judge failing(Class<?> answer) {
        return new Judge(ignored, Stream.concat(failing.stream(), Stream.<Class<?>>of(answer)).toList());
    }

    Result of(End end) {
        return switch (end) {
            case End.Settled(var outcome) -> of(outcome);
            case End.TimedOut() -> Result.LATE;
            case End.Abandoned() -> Result.NONE;
        };
    }

    private Result of(Outcome<?> outcome) {
        return switch (outcome) {
            case Outcome.Replied<?>(var value) ->
                    failing.stream().anyMatch(type -> type.isInstance(value)) ? Result.FAILED : Result.ANSWERED;
            case Outcome.Failed<?>(Failure why) -> of(why);
        };
    }

    private Result of(Failure why) {
        return switch (why) {
            case Failure.Exited(Crashed(var cause)) when ignored.stream().anyMatch(type -> type.isInstance(cause)) ->
                    Result.NONE;
            case Failure.Exited _, Failure.Unanswered _ -> Result.FAILED;
            case Failure.TimedOut _ -> Result.LATE;
            case Failure.Refused _ -> Result.REFUSED;
            case Failure.Cycle _, Failure.Interrupted _ -> Result.NONE;
        };
    }
}
