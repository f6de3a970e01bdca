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

    /// Somebody made an actor ready; `by` is null when that was no actor.
    default void wakes(@Nullable Activation by, Activation actor) {}

    /// Somebody ended the wait of a thread; `actor` is whose thread it is, null for the test's and for jobs.
    default void answers(@Nullable Activation by, @Nullable Activation actor) {}

    default void rings(Alarm alarm) {}
}
