package dev.coppice.kernel.internal;

import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.DeadLetter;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Loop;
import dev.coppice.kernel.Server;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// What happens when an actor runs: the start of its body, a batch of messages, the end of its body.
final class Activity {
    /// Messages handled before others get their turn, unless these took hardly any time; see [Place#prolongs].
    private static final int BATCH = 64;

    private Activity() {}

    /// Begins, or handles a batch of messages.
    static void run(Cell<?> cell, Runner runner) {
        runner.begins(cell);
        try {
            serve(cell, runner);
        } catch (Throwable fatal) {
            cell.node.fatal(cell, fatal);
        } finally {
            runner.ended(cell);
        }
    }

    private static <M> void serve(Cell<M> cell, Runner runner) {
        if (cell.body instanceof Starting<?> starting && !begin(cell, starting)) {
            return;
        }
        if (cell.body != null) {
            drain(cell, runner);
        }
    }

    // ---- start

    /// Runs `init`; false when the actor is gone.
    private static <M> boolean begin(Cell<M> cell, Starting<?> starting) {
        VarHandle.fullFence(); // see drain
        if (starting.body() instanceof Server<?> server) {
            try {
                cell.checkpoint();
                Activity.<M>server(server).init(cell.selfRef());
                cell.checkpoint();
            } catch (Throwable thrown) {
                Dying.failedStart(cell, reasonOfStart(thrown), starting);
                return false;
            }
            endDelivery(cell, Runner.enter());
        }
        cell.body = starting.body();
        if (starting.body() instanceof Server<?>) {
            acknowledge(starting);
        } else {
            cell.selfRef().starting(starting);
        }
        return true;
    }

    static void acknowledge(Starting<?> starting) {
        if (starting.acknowledged() != null) {
            starting.acknowledged().complete(Boolean.TRUE);
        }
    }

    // ---- servers

    private static <M> void drain(Cell<M> cell, Runner runner) {
        var self = cell.selfRef();
        var server = Activity.<M>server(cell.body);
        boolean bounded = cell instanceof BoundedCell<?>;
        if (self.first() != null) {
            VarHandle.fullFence(); // as a take is: a killer sees who runs, or the exit is seen here
        }
        boolean first = true;
        for (int left = BATCH; ; ) {
            var mail = self.next();
            if (cell.leaving()) {
                self.putBack(mail);
                Dying.leave(cell, cell.fate(), null);
                return;
            }
            if (mail == null) {
                // A mail that has just arrived, or a kill that has closed the mailbox, keeps it from resting.
                runner.runs(null);
                if (!runner.lingers(cell) && cell.rest()) {
                    return;
                }
                runner.runs(cell);
            } else if (!turn(cell, server, self, mail, runner, bounded)) {
                return;
            } else if (mail instanceof Signal && cell.body != server) {
                server = Activity.<M>server(cell.body); // a tool has replaced it
            } else if ((--left <= 0 || runner.preempted()) && !cell.leaving()) {
                // One that its last mail told to stop leaves now: there may be no mail left that would wake it for
                // that.
                if (!self.holdsMail() || !runner.prolongs(first)) {
                    yieldPlace(cell, runner);
                    return;
                }
                first = false;
                left = BATCH;
            }
        }
    }

    private static void yieldPlace(Cell<?> cell, Runner runner) {
        runner.leaves();
        if (cell.selfRef().holdsMail() || !cell.rest()) {
            cell.node.scheduler.ready(cell);
        }
    }

    /// Handles one mail; false when that was the end of the actor.
    private static <M> boolean turn(
            Cell<M> cell, Server<M> server, ActorSelf<M> self, Mail mail, Runner runner, boolean bounded) {
        assert LockOrder.none("user code runs");
        try {
            var message = open(cell, self, mail, runner, bounded);
            if (message != null) {
                var carrying = self.carrying;
                if (carrying == null) {
                    server.handle(Activity.<M>typed(message), self);
                } else {
                    handleInContext(server, self, carrying, mail, Activity.<M>typed(message));
                }
            }
        } catch (Throwable thrown) {
            Dying.leave(cell, thrown, mail);
            return false;
        }
        endDelivery(cell, runner);
        Runner.clearStrayInterrupt(Thread.currentThread());
        return true;
    }

    /// Apart from [#turn], which is to stay small enough to be inlined.
    private static <M> void handleInContext(
            Server<M> server, ActorSelf<M> self, Carrying carrying, Mail mail, M message) throws Exception {
        carrying.around(mail.carried(), () -> server.handle(message, self));
    }

    /// What the body is to be told; null when there is nothing. Runs the user's functions into `M`.
    private static @Nullable Object open(Cell<?> cell, ActorSelf<?> self, Mail mail, Runner runner, boolean bounded) {
        if (mail instanceof Signal signal) {
            return opened(cell, self, signal);
        }
        if (mail instanceof Request<?> request && request.expired()) {
            expired(cell, request);
            return null;
        }
        runner.received(cell, mail);
        if (bounded) {
            cell.received();
        }
        self.received(mail, runner);
        return mail.message();
    }

    /// Apart from [#open], as [#handleInContext] is.
    private static @Nullable Object opened(Cell<?> cell, ActorSelf<?> self, Signal signal) {
        var message = signal.open(cell);
        if (message == null || !signal.claim()) {
            return null;
        }
        OpenRequests.noticed(self, message);
        return message;
    }

    /// A request whose caller has waited long enough: not handled, since nobody would hear of it.
    static void expired(Cell<?> cell, Request<?> request) {
        cell.node.deadLetter(request, cell, new DeadLetter.Reason.Expired());
        cell.received();
    }

    /// Counts a user message as received and makes it the current delivery.
    static void received(Cell<?> cell, Mail mail) {
        var runner = Runner.enter();
        runner.received(cell, mail);
        cell.received();
        var self = cell.selfRef();
        self.received(mail, runner);
        if ((self.turns & (BATCH - 1)) == 0) {
            Aside.givesWay(cell);
        }
    }

    /// The handler has returned: what it received and neither answered, deferred nor forwarded is unanswered.
    private static void endDelivery(Cell<?> cell, Runner runner) {
        if (runner.delivery() instanceof Request<?> request && request.hold == Request.Hold.HELD) {
            request.fail(new Failure.Unanswered());
        }
        runner.delivery(null);
        var open = cell.selfRef().open;
        if (open != null) {
            open.endDelivery();
        }
        if (Taps.on) {
            Taps.ends(cell, null);
        }
    }

    // ---- loops

    /// Whether its next run is the whole life of a loop.
    static boolean beginsLoop(Cell<?> cell) {
        return cell.body instanceof Starting<?> starting && starting.body() instanceof Loop<?>;
    }

    /// Runs a loop from its start to its end. It stands on the stack of each loop that waits: so it is one frame that remembers little.
    static <M> void live(Cell<M> cell, Runner runner) {
        runner.begins(cell);
        Throwable thrown = null;
        try {
            if (cell.body instanceof Starting<?> starting) {
                begin(cell, starting);
            }
            cell.checkpoint();
            Activity.<M>loop(cell.body).run(cell.selfRef());
        } catch (Throwable any) {
            thrown = any;
        }
        leave(cell, runner, thrown);
    }

    private static void leave(Cell<?> cell, Runner runner, @Nullable Throwable thrown) {
        try {
            if (thrown == null) {
                var told = cell.fate(); // it may have been told to exit and not have looked since
                Dying.leave(cell, ExitSignal.of(told == null ? new ExitReason.Normal() : told.reason()), null);
            } else {
                Dying.leave(cell, thrown, cell.delivery());
            }
        } catch (Throwable fatal) {
            cell.node.fatal(cell, fatal);
        } finally {
            runner.ended(cell);
        }
    }

    // ---- reasons

    /// The exit reason of a body that threw. A callee's clean exit stays clean.
    static ExitReason reasonOf(Throwable thrown) {
        if (thrown instanceof ExitSignal signal) {
            return signal.reason();
        }
        if (thrown instanceof CallFailed failed
                && failed.failure() instanceof Failure.Exited(ExitReason reason)
                && reason.clean()) {
            return reason;
        }
        return new ExitReason.Crashed(thrown);
    }

    /// As [#reasonOf], but only an actor's own stop is a start that ended in order: a callee's normal end leaves it without what it needs.
    static ExitReason reasonOfStart(Throwable thrown) {
        var reason = reasonOf(thrown);
        boolean anothers = reason instanceof ExitReason.Normal && !(thrown instanceof ExitSignal);
        return anothers ? new ExitReason.Crashed(thrown) : reason;
    }

    // ---- the casts that the recipe's type justifies

    @SuppressWarnings("unchecked")
    private static <M> M typed(Object message) {
        return (M) message;
    }

    @SuppressWarnings("unchecked")
    static <M> Server<M> server(@Nullable Object body) {
        if (body == null) {
            throw new IllegalStateException("the actor is gone");
        }
        return (Server<M>) body;
    }

    @SuppressWarnings("unchecked")
    private static <M> Loop<M> loop(@Nullable Object body) {
        if (body == null) {
            throw new IllegalStateException("the actor is gone");
        }
        return (Loop<M>) body;
    }
}
