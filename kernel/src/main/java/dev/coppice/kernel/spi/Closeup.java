package dev.coppice.kernel.spi;

import dev.coppice.kernel.Pid;
import dev.coppice.kernel.internal.Laggards;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// What can be told of one actor beside its [dev.coppice.kernel.ActorInfo], for somebody who looks at just that one. Racy; it is not asked,
/// so it can also be told of one that is stuck. Each list has at most 100 entries.
///
/// @param monitors whom it monitors
/// @param monitoredBy who monitors it
/// @param message what it handles now, as its recipe writes it; runs user code
/// @param since for how long it has been inside its code, at least; empty when nobody has noticed yet
/// @param stack of the thread that runs it, innermost first; empty when none does
public record Closeup(
        List<Pid<?>> monitors,
        List<Pid<?>> monitoredBy,
        List<Timer> timers,
        Optional<String> message,
        Optional<Duration> since,
        List<StackTraceElement> stack) {

    /// A timer that is set.
    ///
    /// @param message the class of what it will send
    /// @param due from now; negative when its message waits in the mailbox
    /// @param period of one that comes again and again
    public record Timer(String message, Duration due, Optional<Duration> period) {}

    public static Closeup of(Pid<?> pid) {
        return of(pid, text -> text);
    }

    /// With a redaction of the message, which sees the whole text before it is cut.
    public static Closeup of(Pid<?> pid, UnaryOperator<String> redaction) {
        return Laggards.closeup(pid, redaction);
    }

    /// The class of the server or the loop that it was started with: the simple name in its info may be that of many.
    public static Class<?> type(Pid<?> pid) {
        return Laggards.type(pid);
    }
}
