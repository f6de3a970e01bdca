package dev.coppice.otp;

import static java.util.Objects.requireNonNull;

import dev.coppice.kernel.Actor;
import dev.coppice.kernel.Call;
import dev.coppice.kernel.DeadLetter;
import dev.coppice.kernel.Down;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Offer;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Recipe;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.kernel.spi.Door;
import dev.coppice.kernel.spi.Envelope;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;

/// The recipe of the owner of tasks that are to outlive whoever asked for them: see [Task#async(dev.coppice.kernel.Ref, Callable)].
/// Immutable; the withers return a changed copy.
///
/// Tasks are temporary: none is tried again, and the failure of one touches nobody but those who wait for it. When the supervisor ends
/// they end with it.
///
/// Limits: 10,000 tasks at once by default; what is too much is refused.
public final class TaskSupervisor implements Actor<TaskSupervisor.Msg> {

    /// What it can be asked.
    public sealed interface Msg {}

    /// Tells one task from all others.
    public static final class Ticket {}

    /// Runs work; the answer is what it returns.
    public record Run<R>(Ticket ticket, Callable<? extends R> work) implements Msg, Call<Run<R>, R> {
        public Run {
            requireNonNull(ticket, "ticket");
            requireNonNull(work, "work");
        }
    }

    /// Ends the task of this ticket, if it runs.
    public record Cancel(Ticket ticket) implements Msg {}

    /// How many tasks run.
    public record CountTasks() implements Msg, Call<CountTasks, Integer> {}

    /// A task has ended.
    record Ended(Ticket ticket, Down down) implements Msg {}

    private final int max;

    private TaskSupervisor(int max) {
        this.max = max;
    }

    public static TaskSupervisor of() {
        return new TaskSupervisor(10_000);
    }

    /// How many tasks may run at once.
    public TaskSupervisor maxTasks(int tasks) {
        return new TaskSupervisor(Limits.positive("maxTasks", tasks));
    }

    @Override
    public Recipe<Msg> recipe() {
        return Server.of(new Incarnations(max)).labelled("tasks").stopWithin(Limits.FOREVER);
    }

    private record Incarnations(int max) implements Server.Factory<Owner>, Supervising {
        @Override
        public Owner make() {
            return new Owner(max);
        }
    }

    private static final class Owner implements Server<Msg> {
        private final int max;
        private final Map<Ticket, Pid<?>> running = new HashMap<>();

        Owner(int max) {
            this.max = max;
        }

        @Override
        public void handle(Msg message, Self<Msg> self) {
            switch (message) {
                case Run<?> run -> run(run, self);
                case Cancel(var ticket) -> cancel(ticket);
                case CountTasks count -> self.reply(count, running.size());
                case Ended(var ticket, _) -> running.remove(ticket);
            }
        }

        /// The request goes on to the task itself: when that ends without an answer, who waits is told at once.
        private <R> void run(Run<R> run, Self<Msg> self) {
            if (running.size() >= max) {
                self.forward(
                        run, new Task.Work<R>(run.work()), new Refusing<Task.Work<R>>("more than " + max + " tasks"));
                return;
            }
            var worker = self.spawn(Task.Worker.<R>recipe());
            running.put(run.ticket(), worker);
            self.monitor(worker, down -> new Ended(run.ticket(), down));
            self.forward(run, new Task.Work<R>(run.work()), worker);
        }

        private void cancel(Ticket ticket) {
            var worker = running.get(ticket);
            if (worker != null) {
                worker.exit(new ExitReason.Shutdown("cancelled"));
            }
        }

        /// Turns everything away.
        private record Refusing<M>(String why) implements Door<M> {
            @Override
            public Offer deliver(Envelope<M> envelope) {
                envelope.drop(this, new DeadLetter.Reason.Refused(why));
                return new Offer.Full();
            }
        }
    }
}
