package dev.coppice.observe;

import dev.coppice.kernel.DeadLetter;
import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Offer;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.spi.Door;
import dev.coppice.kernel.spi.Envelope;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Hears a node's events where they happen: a door, not an actor, so that none waits in a mailbox and none is lost. It only counts; it
/// runs on threads of the kernel, and nothing that it throws may reach them.
final class Ear implements Door<NodeEvent> {
    private static final Logger LOG = LoggerFactory.getLogger(Ear.class);
    private static final Offer ACCEPTED = new Offer.Accepted();

    private final Ledger ledger;
    private final Letters letters;
    private final Losses losses;
    private final Consumer<String> restarted;

    /// The first failure is told; a second of the same kind would only be noise.
    private final AtomicBoolean failed = new AtomicBoolean();

    /// @param restarted is told the path of whoever was started again
    Ear(Ledger ledger, Letters letters, Losses losses, Consumer<String> restarted) {
        this.ledger = ledger;
        this.letters = letters;
        this.losses = losses;
        this.restarted = restarted;
    }

    @Override
    public Offer deliver(Envelope<NodeEvent> envelope) {
        try {
            hear(envelope.message());
        } catch (RuntimeException broken) {
            if (failed.compareAndSet(false, true)) {
                LOG.error("the observer could not count an event; further failures are not logged", broken);
            }
        }
        envelope.received();
        return ACCEPTED;
    }

    private void hear(NodeEvent event) {
        FlightEvents.record(event);
        switch (event) {
            case NodeEvent.Spawned(var pid, var path) -> ledger.line(Kind.of(pid.info(), path)).spawned.increment();
            case NodeEvent.Exited exited -> exited(exited);
            case NodeEvent.Restarted(_, _, var pid, _) -> {
                line(pid).restarts.increment();
                restarted.accept(pid.path());
            }
            case NodeEvent.TimedOut(var callee, _) -> callee.ifPresent(pid -> line(pid).timeOuts.increment());
            case NodeEvent.HighWater(var pid, _) -> line(pid).highWaters.increment();
            case NodeEvent.Undelivered(var letter) -> undelivered(letter);
            default -> {}
        }
    }

    private void exited(NodeEvent.Exited event) {
        var info = event.pid().info();
        var line = ledger.line(Kind.of(info, event.path()));
        line.received.add(info.received());
        line.requests.add(info.requests());
        Ledger.Line.count(line.exits, event.reason());
    }

    private void undelivered(DeadLetter letter) {
        letters.add(letter);
        if (letter.to() instanceof Pid<?> pid && pid.alive()) {
            Ledger.Line.count(line(pid).letters, letter.reason());
            losses.add(pid, letter.reason());
        }
    }

    private Ledger.Line line(Pid<?> pid) {
        var info = pid.info();
        return ledger.line(Kind.of(info, info.path()));
    }
}
