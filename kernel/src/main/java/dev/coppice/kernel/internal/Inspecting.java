package dev.coppice.kernel.internal;

import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Loop;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Server;
import dev.coppice.kernel.spi.Inspection;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Inspections: asked from anywhere, done by the actor when it meets their signal, or while it is suspended.
public final class Inspecting {
    private Inspecting() {}

    /// Asks, and waits. The wait ends with the actor, too: it is tied to it as one that awaits its exit.
    public static <R> R run(Pid<?> pid, Duration patience, Inspection<R> inspection) {
        Objects.requireNonNull(inspection, "inspection");
        Runner.checkpoint();
        var cell = (Cell<?>) pid;
        var asker = Runner.actor();
        if (asker == cell) {
            throw new IllegalStateException(cell.path() + " would wait for its own inspection");
        }
        var wait = new WaitCell<R>(asker, cell.node, Clocks.nanos(patience));
        var tie = Tie.waiter(cell, wait);
        if (!Ties.add(tie, cell)) {
            throw new CallFailed(new Failure.Exited(new ExitReason.NoProcess()));
        }
        wait.holder = cell;
        wait.publish();
        try {
            var cycle = asker == null ? null : Cycles.closedBy(asker, wait);
            if (cycle != null) {
                throw new CallFailed(cycle);
            }
            cell.push(new Asked<>(inspection, wait));
            wait.suspend();
        } finally {
            wait.abort();
            wait.retract();
            Ties.remove(tie);
        }
        if (wait.value() instanceof ExitReason reason) {
            throw new CallFailed(new Failure.Exited(reason));
        }
        return wait.outcome().get();
    }

    /// Its place in the mailbox.
    static final class Asked<R> extends Signal {
        private final Inspection<R> inspection;
        private final WaitCell<R> wait;
        private boolean done;

        Asked(Inspection<R> inspection, WaitCell<R> wait) {
            this.inspection = inspection;
            this.wait = wait;
        }

        /// A server inside a handler is not between two messages.
        @Override
        boolean putOff(Cell<?> receiver) {
            return !(receiver.body instanceof Loop<?>);
        }

        /// Done once: one that was met while the actor was suspended stays in its list.
        @Override
        @Nullable Object make(Cell<?> receiver) {
            if (!done) {
                done = true;
                var self = receiver.selfRef();
                boolean before = self.suspended();
                answer(receiver);
                if (self.suspended() && !before) {
                    hold(receiver, self);
                }
            }
            return null;
        }

        private void answer(Cell<?> receiver) {
            if (wait.over()) {
                return;
            }
            try {
                wait.complete(new Outcome.Replied<>(inspection.inspect(new Body(receiver))));
            } catch (ExitSignal signal) {
                throw signal;
            } catch (Throwable thrown) {
                wait.complete(new Outcome.Failed<>(new Failure.Exited(new ExitReason.Crashed(thrown))));
            }
        }
    }

    /// Keeps the actor from receiving: looks for inspections and ordered stops among what arrives, and leaves everything where it is. An
    /// exit ends it.
    private static void hold(Cell<?> cell, ActorSelf<?> self) {
        Mail seen = null;
        while (self.suspended()) {
            cell.checkpoint();
            var mail = seen == null ? self.first() : seen.next;
            if (mail == null) {
                var arrived = self.arrivals();
                if (arrived == null) {
                    cell.awaitMail();
                } else if (seen == null) {
                    self.takes(arrived);
                } else {
                    seen.next = arrived;
                }
                continue;
            }
            if (mail instanceof Asked<?> || mail instanceof Signal.Stop) {
                ((Signal) mail).open(cell);
            }
            seen = mail;
        }
    }

    private record Body(Cell<?> cell) implements Inspection.Insides {
        @Override
        public boolean isServer() {
            return cell.body instanceof Server<?>;
        }

        @Override
        public Server<?> server() {
            if (cell.body instanceof Server<?> server) {
                return server;
            }
            throw new UnsupportedOperationException(
                    cell.path() + " is a loop: its state is its stack; send it a message that asks for what you need");
        }

        @Override
        public void replace(Server<?> server) {
            Objects.requireNonNull(server(), "a server is replaced by a server");
            cell.body = Objects.requireNonNull(server, "server");
        }

        @Override
        public Function<Object, String> rendering() {
            var of = cell;
            return value -> Reports.rendered(of, value);
        }

        @Override
        public long nanoTime() {
            return cell.node.scheduler.nanoTime();
        }

        @Override
        public int received() {
            return (int) Math.min(Integer.MAX_VALUE, Rare.turns(cell.selfRef()));
        }

        @Override
        public boolean suspended() {
            return cell.selfRef().suspended();
        }

        @Override
        public void suspend() {
            cell.selfRef().suspended(true);
        }

        @Override
        public void resume() {
            cell.selfRef().suspended(false);
        }
    }
}
