package dev.coppice.kernel;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What a node tells its observers; see [Node#subscribe]. Events of one actor arrive in their order.
public sealed interface NodeEvent {

    record Spawned(Pid<?> pid, String path) implements NodeEvent {}

    record Exited(Pid<?> pid, String path, ExitReason reason) implements NodeEvent {}

    /// A supervisor started a child again.
    record Restarted(Pid<?> supervisor, String child, Pid<?> pid, ExitReason why) implements NodeEvent {}

    /// A supervisor restarts so often that it stopped logging each restart.
    record RestartStorm(Pid<?> supervisor, int restarts, Duration within) implements NodeEvent {}

    /// A supervisor had more restarts than its intensity allows and gives up.
    record GaveUp(Pid<?> supervisor, String child, ExitReason why) implements NodeEvent {}

    record Undelivered(DeadLetter letter) implements NodeEvent {}

    /// A call, or an ask, had no answer in time.
    ///
    /// @param callee who held the request, when somebody did
    record TimedOut(Optional<Pid<?>> callee, Failure.Report report) implements NodeEvent {}

    /// A mailbox rose above its high-water mark. What its actor has already taken out to handle stands there no more.
    record HighWater(Pid<?> pid, int queued) implements NodeEvent {}

    /// It fell below half of the mark again.
    record LowWater(Pid<?> pid, int queued) implements NodeEvent {}

    /// One selective receive looked at very many messages.
    record LongScan(Pid<?> pid, int scanned) implements NodeEvent {}

    /// A handler has run for this long.
    record SlowHandler(Pid<?> pid, String doing, Duration since, List<StackTraceElement> stack) implements NodeEvent {}

    /// An actor was killed and its code does not leave.
    ///
    /// @param holdsUp the ancestors that cannot stop before it does, nearest first
    record Unkillable(Pid<?> pid, Duration since, List<StackTraceElement> stack, List<Pid<?>> holdsUp)
            implements NodeEvent {}

    /// An actor exited for a reason that is not clean.
    record Crashed(CrashReport report) implements NodeEvent {}

    /// What a room above the kernel tells, or an application: published with [Node#publish], subscribed to like the rest.
    non-sealed interface Custom extends NodeEvent {}
}
