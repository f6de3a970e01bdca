package dev.coppice.otp;

import dev.coppice.kernel.Cancellable;
import dev.coppice.kernel.Down;
import dev.coppice.kernel.Exit;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Offer;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Recipe;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.otp.WorkQueue.Job;
import dev.coppice.otp.WorkQueue.Submitted;
import dev.coppice.otp.WorkQueue.Take;
import dev.coppice.otp.WorkQueue.Work;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/// The interpreter of [Jobs]: who is free, who has what, timers, and the queue's own workers.
final class QueueServer<J> implements Server<Object> {
    private record Left(Exit exit) {}

    private record Gone(long worker, ExitReason why) {}

    private record Due(Job<?> job) {}

    private record Overdue(Job<?> job) {}

    /// When a worker whose mailbox was full is tried again: it still waits for the job that it has asked for.
    private static final Duration FULL = Duration.ofMillis(100);

    /// A worker that has taken: it is monitored from its first job on, for good.
    private final Map<Long, Cancellable> known = new HashMap<>();

    private final Map<Long, Cancellable> leases = new HashMap<>();
    private final ArrayDeque<Take<J>> free = new ArrayDeque<>();
    private final WorkQueue<J> rules;
    private Self<Object> self;
    private Jobs<J> jobs;
    private Lines lines;
    private Crew<Job<J>> crew;

    @SuppressWarnings("NullAway.Init") // the rest is set by init, before anything else
    QueueServer(WorkQueue<J> rules) {
        this.rules = rules;
    }

    @Override
    public void init(Self<Object> self) {
        this.self = self;
        self.trapExits(Left::new);
        jobs = new Jobs<>(rules, () -> (self.random() >>> 11) * 0x1.0p-53);
        lines = new Lines(WorkQueue.class, self.pid().path(), self.node()::config);
        var work = rules.work();
        Recipe<Job<J>> worker = Server.of(() -> new Worker<>(self.pid(), work == null ? _ -> {} : work));
        crew = new Crew<>(self, worker.labelled("worker"), rules.intensity(), lines);
        crew.resize(rules.workers());
    }

    @Override
    @SuppressWarnings("unchecked") // its own messages are about its own jobs
    public void handle(Object message, Self<Object> self) {
        switch (message) {
            case WorkQueue.Msg<?> request -> serve((WorkQueue.Msg<J>) request);
            case Left(Exit(var from, var why)) -> crew.left(from, why);
            case Gone(var worker, var why) -> gone(worker, why);
            case Due(var job) -> jobs.due((Job<J>) job);
            case Overdue(var job) -> failed((Job<J>) job, new ExitReason.Shutdown("its lease was over"));
            default -> lines.unknown(self.nanoTime(), message);
        }
        handOut();
    }

    private void serve(WorkQueue.Msg<J> request) {
        switch (request) {
            case WorkQueue.Submit<J> submit -> submit(submit);
            case Take<J> take -> {
                know(take.worker());
                free.add(take);
            }
            case WorkQueue.Acknowledge<J>(var job) -> {
                if (jobs.acknowledge(job)) {
                    endLease(job);
                }
            }
            case WorkQueue.Fail<J>(var job, var why) -> failed(job, new ExitReason.Crashed(why));
            case WorkQueue.Statistics<J> ask -> self.reply(ask, jobs.counts());
            case WorkQueue.DeadJobs<J> ask -> self.reply(ask, jobs.dead());
        }
    }

    private void submit(WorkQueue.Submit<J> submit) {
        var id = jobs.submit(submit.job());
        var caller = self.defer(submit);
        if (id.isPresent()) {
            caller.reply(new Submitted.Queued(id.getAsLong()));
        } else if (caller.waiting()) {
            caller.reply(new Submitted.Full(rules.capacity()));
        } else {
            tell(jobs.refused(submit.job()));
        }
    }

    private void know(Pid<?> worker) {
        known.computeIfAbsent(worker.id(), id -> self.monitor(worker, (Down down) -> new Gone(id, down.reason())));
    }

    private void gone(long worker, ExitReason why) {
        known.remove(worker);
        free.removeIf(take -> take.worker().id() == worker);
        jobs.of(worker).forEach(job -> failed(job, why));
    }

    // ---- jobs

    private void handOut() {
        while (jobs.hasWaiting() && !free.isEmpty()) {
            var take = free.remove();
            var job = jobs.lease(take.worker().id());
            switch (take.to().offer(job)) {
                case Offer.Accepted() -> leases.put(job.id(), self.sendAfter(rules.lease(), new Overdue(job)));
                case Offer.Full() -> {
                    jobs.takeBack(job);
                    self.sendAfter(FULL, take);
                }
                case Offer.Dead _ -> jobs.takeBack(job);
            }
        }
    }

    private void failed(Job<J> job, ExitReason why) {
        switch (jobs.fail(job, why)) {
            case Jobs.Failed.Retry<J>(var next, var delay) -> {
                endLease(job);
                self.sendAfter(delay, new Due(next));
            }
            case Jobs.Failed.GivenUp<J>(var dead) -> {
                endLease(job);
                tell(dead);
            }
            case Jobs.Failed.Stale<J> _ -> {}
        }
    }

    private void endLease(Job<J> job) {
        var lease = leases.remove(job.id());
        if (lease != null) {
            lease.cancel();
        }
    }

    private void tell(WorkQueue.Dead<J> dead) {
        lines.deadJob(self.nanoTime(), dead);
        Ref<? super WorkQueue.Dead<J>> to = rules.deadTo();
        if (to != null) {
            to.offer(dead);
        }
    }

    @Override
    public void terminate(ExitReason reason, Self<Object> self) {
        if (lines != null) {
            lines.summary();
        }
    }

    /// One of the queue's own.
    private record Worker<J>(Ref<Object> queue, Work<? super J> work) implements Server<Job<J>> {
        @Override
        public void init(Self<Job<J>> self) {
            take(self);
        }

        @Override
        public void handle(Job<J> job, Self<Job<J>> self) {
            try {
                work.perform(job.work());
                queue.send(new WorkQueue.Acknowledge<>(job));
            } catch (Exception failed) {
                queue.send(new WorkQueue.Fail<>(job, failed));
            }
            take(self);
        }

        private void take(Self<Job<J>> self) {
            queue.send(new Take<>(self.pid(), self.pid()));
        }
    }
}
