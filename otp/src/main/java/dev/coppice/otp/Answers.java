package dev.coppice.otp;

import dev.coppice.kernel.Pid;
import dev.coppice.otp.Action.Result;
import java.util.function.LongFunction;

/// The results of decisions in the words of [Control]. A result that a request cannot have is a bug of [Decisions].
final class Answers {
    private Answers() {}

    static Control.StartResult start(Result result, LongFunction<Pid<?>> pids) {
        return switch (result) {
            case Result.Started(var pid) -> new Control.Started(pids.apply(pid));
            case Result.Ignored() -> new Control.Ignored();
            case Result.NotStarted(var reason) -> new Control.NotStarted(reason);
            case Result.Running(var pid) -> new Control.AlreadyStarted(pids.apply(pid));
            case Result.Present() -> new Control.AlreadyPresent();
            case Result.Invalid(var why) -> new Control.Invalid(why);
            case Result.Restarting(), Result.NotFound(), Result.Done() -> throw impossible(result);
        };
    }

    static Control.RestartResult restart(Result result, LongFunction<Pid<?>> pids) {
        return switch (result) {
            case Result.Started(var pid) -> new Control.Started(pids.apply(pid));
            case Result.Ignored() -> new Control.Ignored();
            case Result.NotStarted(var reason) -> new Control.NotStarted(reason);
            case Result.Running(var pid) -> new Control.Running(pids.apply(pid));
            case Result.Restarting() -> new Control.Restarting();
            case Result.NotFound() -> new Control.NotFound();
            case Result.Present(), Result.Invalid _, Result.Done() -> throw impossible(result);
        };
    }

    static Control.TerminateResult terminate(Result result) {
        return switch (result) {
            case Result.Done() -> new Control.Terminated();
            case Result.NotFound() -> new Control.NotFound();
            default -> throw impossible(result);
        };
    }

    static Control.DeleteResult delete(Result result, LongFunction<Pid<?>> pids) {
        return switch (result) {
            case Result.Done() -> new Control.Deleted();
            case Result.Running(var pid) -> new Control.Running(pids.apply(pid));
            case Result.Restarting() -> new Control.Restarting();
            case Result.NotFound() -> new Control.NotFound();
            default -> throw impossible(result);
        };
    }

    private static IllegalStateException impossible(Result result) {
        return new IllegalStateException("not an answer to this request: " + result);
    }
}
