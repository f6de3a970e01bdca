package dev.coppice.observe;

import dev.coppice.kernel.Cancellable;
import dev.coppice.kernel.DeadLetter;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.spi.Tap;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A session that follows messages through the node: some that it picks, and everything that their handlers send, and so on. It ends as a
/// unit, after a time, after so many legs, or when told to, and leaves nothing behind in the node; its legs stay readable.
final class Tracing implements Tap<Tracing.Ride>, AutoCloseable {
    /// What is followed.
    ///
    /// @param name a part of the sender's or the receiver's path or name; any when empty
    /// @param type a part of the message's class name; any when empty
    /// @param every one of so many that fit
    /// @param legs after so many the session ends
    record Wish(String name, String type, int every, int legs, Duration longest) {}

    /// One message on its way, as text.
    ///
    /// @param trace the number of the first leg
    /// @param parent the leg in whose handler it was sent; zero for a first one
    /// @param at where the receiver is in the tree; empty when nobody has received it
    /// @param queued seconds before its receiver turned to it; negative while it waits
    /// @param took seconds in the handler; negative while that runs
    /// @param outcome what the handler has thrown, or why it became a dead letter; empty when all is well
    record Leg(
            long number,
            long trace,
            long parent,
            Instant when,
            String from,
            String to,
            String at,
            String type,
            String message,
            boolean request,
            double queued,
            double took,
            String outcome) {}

    /// What rides. Written by whichever thread has the message; read racily, so each field is written once.
    final class Ride {
        final long number = numbers.incrementAndGet();
        final long trace;
        final long parent;
        final Instant when = Instant.now();
        final long sent = System.nanoTime();
        final String from;
        final String type;
        final boolean request;
        volatile String to;
        volatile String at = "";
        volatile String text = "";
        volatile long begun;
        volatile long ended;
        volatile String outcome = "";

        /// Until somebody receives it, it is lost, or the session is over: a session that is shown keeps no message alive.
        private volatile @Nullable Object message;

        Ride(Optional<Ride> above, String from, String to, Object message, boolean request) {
            this.trace = above.map(ride -> ride.trace).orElse(number);
            this.parent = above.map(ride -> ride.number).orElse(0L);
            this.from = from;
            this.to = to;
            this.type = message.getClass().getSimpleName();
            this.message = message;
            this.request = request;
        }

        void begins(Pid<?> by) {
            var seen = message;
            to = by.path();
            at = Spots.at(by);
            if (seen != null) { // else it was forwarded, or stashed: who received it first has written it
                text = Tap.rendered(by, seen, redaction);
                message = null;
            }
            begun = System.nanoTime();
        }

        Leg leg() {
            return new Leg(
                    number,
                    trace,
                    parent,
                    when,
                    from,
                    to,
                    at,
                    type,
                    text,
                    request,
                    begun == 0 ? -1 : (begun - sent) / 1e9,
                    ended == 0 ? -1 : (ended - begun) / 1e9,
                    outcome);
        }
    }

    private final Wish wish;
    private final UnaryOperator<String> redaction;
    private final long until;
    private final AtomicLong numbers = new AtomicLong();
    private final AtomicLong fitting = new AtomicLong();
    private final List<Ride> rides = new ArrayList<>();
    private volatile Cancellable tap = () -> false;
    private volatile boolean over;

    private Tracing(Wish wish, UnaryOperator<String> redaction) {
        this.wish = wish;
        this.redaction = redaction;
        this.until = System.nanoTime() + wish.longest.toNanos();
    }

    static Tracing begin(Node node, Wish wish, UnaryOperator<String> redaction) {
        var session = new Tracing(wish, redaction);
        session.tap = Tap.into(node, session);
        if (session.over) {
            session.close(); // it was full before we knew how to end it
        }
        return session;
    }

    Wish wish() {
        return wish;
    }

    boolean isOver() {
        return over;
    }

    /// Ends it when its time is over, or when it is full.
    void look() {
        if (over || System.nanoTime() - until >= 0) {
            close();
        }
    }

    synchronized List<Leg> legs() {
        return rides.stream().map(Ride::leg).toList();
    }

    // ---- the stations

    @Override
    public Optional<Ride> leaves(
            Optional<Ride> parent, Optional<Pid<?>> from, Ref<?> to, Object message, boolean request) {
        if (over) {
            return Optional.empty();
        }
        var sender = from.map(Pid::path).orElse("outside");
        var receiver = to instanceof Pid<?> pid ? pid.path() : to.toString();
        if (parent.isEmpty() && !(fits(sender, receiver, message) && fitting.getAndIncrement() % wish.every == 0)) {
            return Optional.empty();
        }
        return add(new Ride(parent, sender, receiver, message, request));
    }

    private boolean fits(String sender, String receiver, Object message) {
        return (sender.contains(wish.name) || receiver.contains(wish.name))
                && message.getClass().getName().contains(wish.type);
    }

    private synchronized Optional<Ride> add(Ride ride) {
        if (over) {
            return Optional.empty();
        }
        if (rides.size() >= wish.legs) {
            over = true; // the last legs may still end; the next look takes the tap away
            return Optional.empty();
        }
        rides.add(ride);
        return Optional.of(ride);
    }

    @Override
    public void begins(Ride ride, Pid<?> by) {
        ride.begins(by);
    }

    @Override
    public void ends(Ride ride, Pid<?> by, Optional<Throwable> thrown) {
        ride.outcome =
                thrown.map(why -> redaction.apply(new dev.coppice.kernel.ExitReason.Crashed(why).toString()))
                        .orElse("");
        ride.ended = System.nanoTime();
    }

    @Override
    public void lost(Ride ride, Ref<?> to, DeadLetter.Reason reason) {
        ride.outcome = redaction.apply("dead letter: " + reason);
        ride.message = null;
    }

    @Override
    public void close() {
        over = true;
        tap.cancel();
        letGo();
    }

    private synchronized void letGo() {
        rides.forEach(ride -> ride.message = null);
    }
}
