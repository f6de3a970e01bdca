package dev.coppice.kernel.spi;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Offer;
import dev.coppice.kernel.Pending;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.internal.Doors;
import java.util.Optional;

/// A ref made outside the kernel: a pool, a guard, a remote actor, a probe. It has one thing to say: what happens to an envelope.
///
/// A door holds the request that it was given: it must answer it, fail it, drop it or pass it on.
public non-sealed interface Door<M> extends Ref<M> {

    /// Takes an envelope. Runs on the sender: it must not block and must not run user code.
    Offer deliver(Envelope<M> envelope);

    /// The actor behind this door, for monitors; empty when there is none.
    default Optional<Pid<?>> actor() {
        return Optional.empty();
    }

    /// The ref before which this door stands, when all that it lets pass goes there: its node and its monitors are that one's.
    default Optional<Ref<?>> behind() {
        return Optional.empty();
    }

    /// The node that a ref belongs to. For a door with nobody behind it: the current actor's, else any that runs.
    static Node nodeOf(Ref<?> ref) {
        return Doors.nodeOf(ref);
    }

    @Override
    default void send(M message) {
        Doors.send(this, message);
    }

    @Override
    default Offer offer(M message) {
        return Doors.offer(this, message);
    }

    @Override
    default <R> R call(Call<? extends M, R> request) {
        return Doors.call(this, request);
    }

    @Override
    default <R> Pending<R> ask(Call<? extends M, R> request) {
        return Doors.ask(this, request);
    }
}
