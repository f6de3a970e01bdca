package dev.coppice.observe;

import dev.coppice.kernel.Cancellable;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.spi.Tap;
import java.util.Optional;
import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;
import jdk.jfr.Recording;

/// Follows calls and waits for the flight recorder. It taps the node only while a recording wants one of the two, so that without one no
/// message pays: the JDK says when a recording starts and ends, and the observer's tick looks again.
final class FlightTap implements Tap<FlightTap.Ride>, FlightRecorderListener, AutoCloseable {
    private final Node node;

    /// Guarded by this object.
    private Optional<Cancellable> tap = Optional.empty();

    private boolean closed;

    private FlightTap(Node node) {
        this.node = node;
    }

    static FlightTap of(Node node) {
        var made = new FlightTap(node);
        FlightRecorder.addListener(made);
        made.look();
        return made;
    }

    /// A request on its way, and who sent it.
    static final class Ride {
        private final FlightEvents.Called event = new FlightEvents.Called();
        private final Optional<Pid<?>> from;
        private final long sent = System.nanoTime();

        /// Written by the actor that receives it.
        private long begun;

        Ride(Optional<Pid<?>> from) {
            this.from = from;
            event.begin();
        }
    }

    @Override
    public void recordingStateChanged(Recording recording) {
        look();
    }

    /// Whether some recording wants it.
    synchronized void look() {
        boolean wanted = !closed && FlightEvents.followsMessages();
        if (wanted && tap.isEmpty()) {
            tap = Optional.of(Tap.into(node, this));
        } else if (!wanted) {
            tap.ifPresent(Cancellable::cancel);
            tap = Optional.empty();
        }
    }

    synchronized boolean taps() {
        return tap.isPresent();
    }

    @Override
    public Optional<Ride> leaves(
            Optional<Ride> parent, Optional<Pid<?>> from, Ref<?> to, Object message, boolean request) {
        if (!request) {
            return Optional.empty();
        }
        var ride = new Ride(from);
        ride.event.type = message.getClass().getName();
        return ride.event.isEnabled() ? Optional.of(ride) : Optional.empty();
    }

    @Override
    public void begins(Ride ride, Pid<?> by) {
        ride.begun = System.nanoTime();
    }

    @Override
    public void ends(Ride ride, Pid<?> by, Optional<Throwable> thrown) {
        var event = ride.event;
        event.end();
        if (event.shouldCommit()) {
            event.queued = ride.begun - ride.sent;
            event.caller = ride.from.map(Pid::path).orElse("outside");
            event.thrown = thrown.map(why -> why.getClass().getName()).orElse("");
            event.commit(by, by.path());
        }
    }

    @Override
    public void waited(Pid<?> by, long nanos, boolean placed) {
        FlightEvents.handedOn(by, nanos, placed);
    }

    @Override
    public void close() {
        FlightRecorder.removeListener(this);
        synchronized (this) {
            closed = true;
        }
        look();
    }
}
