package dev.coppice.kernel.spi;

import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Server;
import dev.coppice.kernel.internal.Inspecting;
import java.time.Duration;
import java.util.function.Function;

/// Something that is done to an actor from outside, on the actor's own thread, between two of its messages: for tools that look into
/// actors, suspend them and upgrade them. It costs an actor nothing that is not inspected.
///
/// **Order.** It stands in the mailbox behind what was sent before, as a signal: it is no message, counts against no bound, and is
/// not in the ledger. A server is inspected when no handler runs; a loop when it receives.
///
/// **Failure.** What it throws goes to who asked; the actor goes on.
@FunctionalInterface
public interface Inspection<R> {

    /// Runs in the actor. It must not wait and must not keep `insides`.
    R inspect(Insides insides) throws Exception;

    /// Inspects an actor and gives the answer.
    ///
    /// @throws dev.coppice.kernel.CallFailed when the actor exits first, when it is not there within this time, or when the inspection
    ///     throws
    static <R> R of(Pid<?> pid, Duration patience, Inspection<R> inspection) {
        return Inspecting.run(pid, patience, inspection);
    }

    /// An actor, from inside.
    interface Insides {

        /// Whether it is a server, whose body can be seen and replaced; else it is a loop, whose state is its stack.
        boolean isServer();

        /// @throws UnsupportedOperationException when it is a loop
        Server<?> server();

        /// Puts another server in its place: same pid, same mailbox, from the next message on. Its `init` is not called.
        ///
        /// @throws UnsupportedOperationException when it is a loop
        void replace(Server<?> server);

        /// Writes a value as the recipe says that messages are written, at most 500 characters. May be kept.
        Function<Object, String> rendering();

        /// The node's clock.
        long nanoTime();

        /// How many messages it has received; of more than 2^31 - 1, that many.
        int received();

        boolean suspended();

        /// From the end of this inspection on it receives nothing but inspections and exits, until it is resumed; messages wait. Harmless
        /// when repeated. While suspended it keeps a virtual thread.
        void suspend();

        void resume();
    }
}
