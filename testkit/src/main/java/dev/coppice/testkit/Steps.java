package dev.coppice.testkit;

import dev.coppice.kernel.spi.Activation;
import dev.coppice.kernel.spi.Alarm;
import org.jspecify.annotations.Nullable;

/// Hears of each step of a [Seeded] scheduler; on the thread that has the baton, so it needs no lock and must not wait.
interface Steps {

    /// An actor begins to run.
    default void begins(Activation actor) {}

    /// It has come to the end of what it had to do; false for one whose code ended with an error of the kernel.
    default void ends(Activation actor) {}

    /// A mail was put into an actor's mailbox; `by` is null when that was no actor.
    default void sent(@Nullable Activation by, Activation to, Object message) {}

    /// An actor received a user's message.
    default void received(Activation by, Object message) {}

    /// Somebody ended a call, or another wait that is not for a message; `actor` is whose thread it is, null for the test's and for jobs.
    default void answers(@Nullable Activation by, @Nullable Activation actor) {}

    default void rings(Alarm alarm) {}
}
