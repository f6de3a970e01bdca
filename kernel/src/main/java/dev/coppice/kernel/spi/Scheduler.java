package dev.coppice.kernel.spi;

import dev.coppice.kernel.Node;
import dev.coppice.kernel.internal.Doors;
import java.time.Instant;

/// The seam between the kernel and the machine: who runs when, what time it is, what is random. A node has one.
///
/// The production scheduler runs ready actors on places (one per core) with workers on virtual threads. A test's scheduler picks by a
/// seed and moves a virtual clock; nothing else in the kernel differs.
public interface Scheduler extends AutoCloseable {

    /// That of a node: clock, alarms and chance for the doors around its actors.
    static Scheduler of(Node node) {
        return Doors.scheduler(node);
    }

    /// An actor became ready: run it once, soon, on a thread that may wait.
    void ready(Activation activation);

    /// Runs work of the kernel on a thread that may wait.
    void execute(Runnable job);

    /// Makes the current thread wait until `waiting` is over; hands its place on meanwhile. Interrupts do not end it.
    void suspend(Waiting waiting);

    /// Called once after `waiting` is over, by whoever made it so.
    void resume(Waiting waiting);

    /// Rings the alarm at or soon after a time of [#nanoTime]. An alarm is in at most one schedule.
    void schedule(Alarm alarm, long atNanos);

    /// Takes an alarm back; it may be ringing at this very moment. True when it had been scheduled and will not ring.
    boolean cancel(Alarm alarm);

    /// Monotonic.
    long nanoTime();

    /// For display only.
    Instant wallTime();

    /// The next number of this node's stream: random in production, seeded in tests.
    long random();

    /// Whether a fault is to be injected at this point; never in production.
    default boolean fault(String point) {
        return false;
    }

    /// A point at which another thread might run in between. Does nothing in production.
    default void pause(String point) {}

    /// A mail was put into this actor's mailbox, by the current thread: the user's message, or for a notice of the kernel its kind as a
    /// string. Does nothing in production.
    default void sent(Activation to, Object message) {}

    /// This actor received a user's message. Does nothing in production.
    default void received(Activation by, Object message) {}

    /// Ends its threads. Called once, when nothing of the node is left to run.
    @Override
    void close();
}
