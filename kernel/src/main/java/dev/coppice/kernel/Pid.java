package dev.coppice.kernel;

import dev.coppice.kernel.internal.Cell;
import java.time.Duration;
import java.util.Optional;

/// One incarnation of an actor: its identity and its address. A restarted actor has another pid; a [Name] follows restarts.
/// Two pids are equal when they are the same incarnation. A pid that outlives its actor keeps nothing else alive.
public sealed interface Pid<M> extends Ref<M> permits Cell {

    /// The number of this incarnation, unique in its node and never used again.
    long id();

    /// The place in the tree, for people: names or labels from the root, such as `/bank/alice`. Of a dead actor only the last part is
    /// known: a kept pid keeps nothing else.
    String path();

    /// Whether it has not yet exited. False from the moment when its exit can be observed by others.
    boolean alive();

    /// Sends an exit signal. [ExitReason.Normal] is ignored by an actor that does not trap exits; any other reason ends it at its next
    /// wait, kernel operation or return. One that traps exits receives it as a message, unless its parent sent it.
    void exit(ExitReason reason);

    /// Ends it without its consent and without `terminate`. A handler that runs is interrupted and fenced.
    void kill();

    /// Asks it to stop after everything that is queued now: a drain. Returns at once; any number of times.
    default void stop() {
        stop(new ExitReason.Normal());
    }

    /// As [#stop()], with the reason to exit with.
    void stop(ExitReason reason);

    /// Waits until it has exited and everything that it owned is gone. Any number of waiters, any number of times.
    /// Not an edge of a call cycle.
    ///
    /// @throws CallFailed with [Failure.Interrupted] when this thread, which is no actor, is interrupted
    ExitReason await();

    /// As [#await()], for at most this long.
    Optional<ExitReason> await(Duration patience);

    /// What it looks like now.
    ActorInfo info();
}
