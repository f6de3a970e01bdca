package dev.coppice.kernel;

import dev.coppice.kernel.internal.Doors;
import java.util.Optional;

/// A message that nobody will handle.
///
/// @param to where it was sent
/// @param from the actor that sent it, when one did
public record DeadLetter(Ref<?> to, Object message, Reason reason, Optional<Pid<?>> from) {

    /// The message as its receiver's recipe renders it, at most 500 characters; of one that was sent to a name or a door the class only.
    /// Runs user code.
    public String rendered() {
        return Doors.rendered(to, message);
    }

    /// Why nobody will handle it. `accepted = received + dead-lettered(reason) + waiting`, always.
    public sealed interface Reason {
        /// Nobody has that name, or the pid was dead already.
        record NoProcess() implements Reason {}

        /// The actor died before it received it.
        record Died(ExitReason reason) implements Reason {}

        /// The name is between two incarnations.
        record Restarting() implements Reason {}

        /// The mailbox was full and its policy refuses, or the wait for room was over.
        record Refused(String policy) implements Reason {}

        /// The mailbox was full and its policy drops.
        record Dropped(String policy) implements Reason {}

        /// A request whose caller had waited as long as it would before it was received: nobody would hear of the answer.
        record Expired() implements Reason {}

        /// The sender had been killed already.
        record Fenced() implements Reason {}

        /// The node is closed.
        record NodeClosed() implements Reason {}

        /// The sender would have waited for room in the mailbox of somebody who waits for the sender.
        record Cycle() implements Reason {}
    }
}
