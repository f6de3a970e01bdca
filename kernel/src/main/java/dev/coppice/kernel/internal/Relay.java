package dev.coppice.kernel.internal;

import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.spi.Interception;
import dev.coppice.kernel.spi.Interception.End;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/// A door's place between a request's holder and its caller: see `Envelope.intercept`.
///
/// Relays of one request form a tree whose root is the caller's cell: each door adds one below that of the door before it. A relay ends
/// once, by CAS: by its holder, or because what is above it has ended. It ends those below it first, so that a door which is told of
/// the end finds that the doors behind it know.
final class Relay {
    private final Interception told;
    private final LocalNode node;

    /// How it ended. Written once, by CAS.
    private final AtomicReference<@Nullable End> end = new AtomicReference<>();

    /// Those below: a stack, newest first.
    private final AtomicReference<@Nullable Relay> below = new AtomicReference<>();

    /// The next of the stack. Written before this one is pushed.
    private @Nullable Relay older;

    private Relay(Interception told, LocalNode node) {
        this.told = told;
        this.node = node;
    }

    static Relay begin(WaitCell<?> cell, @Nullable Relay above, Interception told) {
        var relay = new Relay(told, cell.node());
        if (above == null) {
            cell.whenOver(() -> relay.end(cell.end()));
        } else {
            above.add(relay);
        }
        return relay;
    }

    private void add(Relay relay) {
        Relay top;
        do {
            top = below.get();
            relay.older = top;
        } while (!below.compareAndSet(top, relay));
        var ended = end.get();
        if (ended != null) {
            relay.end(seenFromBelow(ended));
        }
    }

    boolean over() {
        return end.get() != null;
    }

    boolean expired() {
        return end.get() instanceof End.TimedOut;
    }

    /// False when it has ended before.
    boolean end(End how) {
        if (!end.compareAndSet(null, how)) {
            return false;
        }
        var fromBelow = seenFromBelow(how);
        for (var relay = below.get(); relay != null; relay = relay.older) {
            relay.end(fromBelow);
        }
        tell(how);
        return true;
    }

    /// What the door throws is logged and goes no further: this may be anybody's thread.
    private void tell(End how) {
        try {
            told.over(how);
        } catch (Exception | LinkageError | StackOverflowError | AssertionError | ExitSignal broken) {
            node.observers.line(Level.ERROR, "a door failed", Map.of("end", how, "why", broken));
        }
    }

    private static End seenFromBelow(End end) {
        return end instanceof End.Settled(var outcome) ? of(outcome) : end;
    }

    /// How a request has ended for those below, when it got this outcome without them.
    static End of(Object outcome) {
        return outcome instanceof Outcome.Failed<?>(Failure.TimedOut _) ? new End.TimedOut() : new End.Abandoned();
    }
}
