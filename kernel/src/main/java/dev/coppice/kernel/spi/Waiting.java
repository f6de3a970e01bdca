package dev.coppice.kernel.spi;

import org.jspecify.annotations.Nullable;

/// A thread's wait for one event. The scheduler suspends the thread until [#over] and is told by [Scheduler#resume] when that is so.
public abstract class Waiting extends Alarm {

    /// The thread that waits. Written by it before it looks at [#over] a last time, read by whoever resumes it.
    public volatile @Nullable Thread thread;

    /// Whether the event has happened. Stays true until the same thread waits again.
    public abstract boolean over();

    /// Called by the scheduler, once in a wait, on the waiting thread, when the event has not happened at once and the thread is going to
    /// stop for it: the time to schedule a deadline, which most waits do not live to need.
    public void stops() {}

    /// Called by the scheduler, on the waiting thread, when that was interrupted while it waited. The flag has been cleared and is set
    /// again after the wait.
    public void interrupted() {}
}
