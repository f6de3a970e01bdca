package dev.coppice.kernel.internal;

import static java.util.Objects.requireNonNull;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Offer;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.Pending;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.spi.Door;
import dev.coppice.kernel.spi.Envelope;
import org.jspecify.annotations.Nullable;

/// What every kind of ref does, written once: `send`, `offer`, `call` and `ask` end in [#deliver].
final class Refs {
    private Refs() {}

    static void send(Ref<?> to, Object message) {
        var mail = Taps.mail(to, requireNonNull(message, "message"));
        fence(to, mail);
        deliver(to, mail, true);
    }

    static Offer offer(Ref<?> to, Object message) {
        var mail = Taps.mail(to, requireNonNull(message, "message"));
        fence(to, mail);
        return deliver(to, mail, false);
    }

    /// Ends a sender that has been told to exit; what a killed one tried to send is a dead letter.
    private static void fence(Ref<?> to, Mail mail) {
        var sender = Runner.actor();
        if (sender != null) {
            sender.fence(to, mail);
        }
    }

    static <R> R call(Ref<?> to, Call<?, R> request) {
        requireNonNull(request, "request");
        Runner.checkpoint();
        var caller = Runner.actor();
        var cell = new WaitCell<R>(caller, nodeOf(to), patience(to, caller));
        if (Taps.on) {
            Taps.request(to, request, cell);
        }
        cell.publish();
        try {
            deliver(to, new Request<>(request, cell), true);
            cell.suspend();
        } finally {
            cell.retract();
        }
        return switch (cell.outcome()) {
            case Outcome.Replied<R>(R value) -> value;
            case Outcome.Failed<R>(var why) ->
                    throw new CallFailed(request.getClass().getSimpleName() + " to " + described(to), why);
        };
    }

    static <R> Pending<R> ask(Ref<?> to, Call<?, R> request) {
        requireNonNull(request, "request");
        Runner.checkpoint();
        var caller = Runner.actor();
        var cell = new WaitCell<R>(caller, nodeOf(to), patience(to, caller));
        return ask(to, request, cell);
    }

    static <R> WaitCell<R> ask(Ref<?> to, Call<?, R> request, WaitCell<R> cell) {
        if (Taps.on) {
            Taps.request(to, request, cell);
        }
        cell.arm();
        try {
            deliver(to, new Request<>(request, cell), false);
        } catch (Throwable thrown) {
            cell.unsent();
            throw thrown;
        }
        return cell;
    }

    /// Gives a mail to whoever `to` stands for. `patient` says whether the sender may be made to wait for room.
    static Offer deliver(Ref<?> to, Mail mail, boolean patient) {
        return deliver(to, mail, patient, Long.MAX_VALUE);
    }

    /// @param patience for how many nanoseconds at most, as a ref around this one says; `Long.MAX_VALUE` when none does
    static Offer deliver(Ref<?> to, Mail mail, boolean patient, long patience) {
        return switch (to) {
            case Cell<?> cell -> cell.accept(mail, patient, patience);
            case Named<?> named -> named.deliver(mail, patient, patience);
            case Via<?> via -> via.deliver(mail, patient, patience);
            case Door<?> door -> throughDoor(door, mail);
        };
    }

    @SuppressWarnings("unchecked")
    private static Offer throughDoor(Door<?> door, Mail mail) {
        return ((Door<Object>) door).deliver((Envelope<Object>) mail);
    }

    /// The time-out that the ref asks for, else the caller's own, else the node's.
    static long patience(Ref<?> to, @Nullable Cell<?> caller) {
        for (Ref<?> ref = to; ref instanceof Via<?> via; ref = via.target()) {
            if (via.patience() > 0) {
                return via.patience();
            }
        }
        if (caller != null) {
            return caller.patience();
        }
        return nodeOf(to).patienceNanos();
    }

    /// Whether somebody may yet come who gets what is sent there: not behind the pid of a dead actor.
    static boolean mayLive(Ref<?> ref) {
        return switch (ref) {
            case Cell<?> cell -> !cell.isClosed();
            case Named<?> _ -> true;
            case Via<?> via -> mayLive(via.target());
            case Door<?> door -> door.behind().or(door::actor).map(Refs::mayLive).orElse(true);
        };
    }

    /// For people: the path of an actor, a name, or of what class a door is that has neither behind it.
    private static String described(Ref<?> ref) {
        return switch (ref) {
            case Cell<?> cell -> cell.path();
            case Named<?> named -> named.toString();
            case Via<?> via -> described(via.target());
            case Door<?> door ->
                    door.behind().or(door::actor).map(Refs::described).orElseGet(() -> door.getClass().getName());
        };
    }

    /// The node that `to` belongs to; for a door without an actor the caller's, else any that runs.
    static LocalNode nodeOf(Ref<?> to) {
        return switch (to) {
            case Cell<?> cell -> cell.node;
            case Named<?> named -> named.node();
            case Via<?> via -> nodeOf(via.target());
            case Door<?> door -> nodeOfDoor(door);
        };
    }

    private static LocalNode nodeOfDoor(Door<?> door) {
        var behind = door.behind();
        if (behind.isPresent()) {
            return nodeOf(behind.get());
        }
        var one = door.actor();
        if (one.isPresent() && one.get() instanceof Cell<?> cell) {
            return cell.node;
        }
        var actor = Runner.actor();
        return actor != null ? actor.node : LocalNode.anyRunning();
    }
}
