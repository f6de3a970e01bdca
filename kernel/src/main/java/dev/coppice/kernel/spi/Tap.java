package dev.coppice.kernel.spi;

import dev.coppice.kernel.Cancellable;
import dev.coppice.kernel.DeadLetter;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.internal.Doors;
import dev.coppice.kernel.internal.Taps;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// Follows messages through a node, for tracers and stop-watches. While no node has a tap, it costs a message one branch at each of its
/// three stations.
///
/// What [#leaves] returns rides in the message's envelope, through `via`, names, doors and forwards, and comes back at the other stations;
/// so a tap keeps no table. A forwarded request keeps the ride of the call.
///
/// **Threads.** Called on whatever thread sends or receives: it must be quick, must not wait and must not use actors. What it throws is
/// logged and goes no further. **Order.** For each ride `begins` before `ends`, each once for each actor that receives the message (a
/// forward and a stash make it be received again); a message that is lost has `lost`, once, and may have had `begins` and `ends`
/// before. **Cancelled.** When `cancel` has returned, no station is told any more, whatever still rides: a message that has begun
/// does not end for this tap. Only what another thread was telling at that moment may still be on its way.
///
/// @param <R> what rides
public interface Tap<R> {

    /// A user message is being sent.
    ///
    /// @param parent the ride of the message that the sender is handling, when it has one of this tap
    /// @param from the actor that sends, when one does
    /// @param request whether the sender asks for an answer
    /// @return what is to ride with it; empty when this message is not followed
    Optional<R> leaves(Optional<R> parent, Optional<Pid<?>> from, Ref<?> to, Object message, boolean request);

    /// An actor has received it, and handles it from now on.
    void begins(R ride, Pid<?> by);

    /// It has been handled: the handler has returned or thrown, or the loop receives the next.
    void ends(R ride, Pid<?> by, Optional<Throwable> thrown);

    /// It became a dead letter.
    default void lost(R ride, Ref<?> to, DeadLetter.Reason reason) {}

    /// An actor that waited in the kernel (for an answer, a message, room, a start) goes on. While it waited, its place ran others.
    ///
    /// @param by on whose thread this is called
    /// @param nanos from its stop to now: what it waited for, and its own turn
    /// @param placed whether it found a place again at once; without one it runs beside them until its handler returns
    default void waited(Pid<?> by, long nanos, boolean placed) {}

    /// A message as its receiver's recipe writes it, at most 500 characters. Runs user code.
    static String rendered(Pid<?> receiver, Object message) {
        return Doors.rendered(receiver, message);
    }

    /// The same after a redaction, which sees the whole text before it is cut.
    static String rendered(Pid<?> receiver, Object message, UnaryOperator<String> redaction) {
        return Doors.rendered(receiver, message, redaction);
    }

    /// From now on, until cancelled. Messages that are under way already are not followed.
    static Cancellable into(Node node, Tap<?> tap) {
        return Taps.add(node, tap);
    }
}
