package dev.coppice.otp;

import static java.util.Objects.requireNonNull;

import dev.coppice.kernel.Actor;
import dev.coppice.kernel.Call;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Recipe;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The recipe of a queue of jobs from which free workers take: a pool where the work waits, not the workers' mailboxes. Immutable; the
/// withers return a changed copy.
///
/// ```java
/// Name<WorkQueue.Msg<Mail>> OUTBOX = Name.of("outbox");
/// Child.of(WorkQueue.<Mail>of(4, mail -> smtp.send(mail)).attempts(3).named(OUTBOX))
/// node.ref(OUTBOX).call(new WorkQueue.Submit<>(mail));
/// ```
///
/// **A job is done at least once, or given up in public.** It is leased to one worker, which acknowledges or fails it. When it fails,
/// when its worker ends, or when the lease (30 minutes) is over, it is tried again after a back-off (100 ms to 30 s), at the end of
/// the queue; after 5 attempts it is *dead*: kept (the last 100), counted, and sent to whom [#deadTo] names. What a worker says about a
/// lease that it has no more is ignored. Jobs live in this actor: they end with it.
///
/// **Workers** are its own, started and replaced by it as those of a [Pool], or others that [#take] for themselves, or both.
///
/// **Bounds.** At most 10,000 jobs that are not done; more are answered [Submitted.Full].
///
/// @param <J> the jobs; immutable, since they may be done more than once
public final class WorkQueue<J> implements Actor<WorkQueue.Msg<J>> {

    /// What it can be asked.
    public sealed interface Msg<J> {}

    /// Answered when the job is in the queue or refused, not when it is done. A job submitted by `send` to a full queue is dead at once.
    public record Submit<J>(J job) implements Msg<J>, Call<Submit<J>, Submitted> {
        public Submit {
            requireNonNull(job, "job");
        }
    }

    public sealed interface Submitted {
        record Queued(long id) implements Submitted {}

        record Full(int capacity) implements Submitted {}
    }

    /// A worker is free for one job; see [#take].
    public record Take<J>(Pid<?> worker, Ref<? super Job<J>> to) implements Msg<J> {}

    /// A worker has done its job.
    public record Acknowledge<J>(Job<J> job) implements Msg<J> {}

    /// A worker could not do it.
    public record Fail<J>(Job<J> job, Throwable why) implements Msg<J> {}

    public record Statistics<J>() implements Msg<J>, Call<Statistics<J>, Counts> {}

    public record DeadJobs<J>() implements Msg<J>, Call<DeadJobs<J>, List<Dead<J>>> {}

    /// A job as a worker gets it.
    ///
    /// @param attempt the first is 1
    public record Job<J>(long id, int attempt, J work) {}

    /// A job that is given up.
    public record Dead<J>(long id, int attempts, J work, ExitReason why) {}

    /// @param waiting for a worker
    /// @param running leased to a worker
    /// @param delayed for their next attempt
    /// @param retried attempts after the first
    public record Counts(int waiting, int running, int delayed, long done, long retried, long dead) {}

    /// What is done with a job. It may block; an exception fails the job, not the worker.
    @FunctionalInterface
    public interface Work<J> {
        void perform(J job) throws Exception;
    }

    private int workers;
    private @Nullable Work<? super J> work;
    private int capacity = 10_000;
    private int attempts = 5;
    private Backoff backoff = Backoff.between(Duration.ofMillis(100), Duration.ofSeconds(30));
    private Duration lease = Duration.ofMinutes(30);
    private Intensity intensity = Intensity.of(3, Duration.ofSeconds(5));
    private @Nullable Ref<? super Dead<J>> deadTo;

    private WorkQueue() {}

    /// With so many workers of its own.
    public static <J> WorkQueue<J> of(int workers, Work<? super J> work) {
        var queue = new WorkQueue<J>();
        queue.workers = Limits.positive("workers", workers);
        queue.work = requireNonNull(work, "work");
        return queue;
    }

    /// Without workers of its own.
    public static <J> WorkQueue<J> of() {
        return new WorkQueue<>();
    }

    private WorkQueue<J> with(Consumer<WorkQueue<J>> change) {
        var copy = new WorkQueue<J>();
        copy.workers = workers;
        copy.work = work;
        copy.capacity = capacity;
        copy.attempts = attempts;
        copy.backoff = backoff;
        copy.lease = lease;
        copy.intensity = intensity;
        copy.deadTo = deadTo;
        change.accept(copy);
        return copy;
    }

    /// How many jobs there may be that are neither done nor dead; 10,000.
    public WorkQueue<J> capacity(int jobs) {
        Limits.positive("capacity", jobs);
        return with(copy -> copy.capacity = jobs);
    }

    /// How often a job is tried before it is dead; 5.
    public WorkQueue<J> attempts(int attempts) {
        Limits.positive("attempts", attempts);
        return with(copy -> copy.attempts = attempts);
    }

    /// How long a failed job waits for its next attempt; 100 ms, doubling up to 30 s. Its `resetAfter` is ignored.
    public WorkQueue<J> backoff(Backoff backoff) {
        requireNonNull(backoff, "backoff");
        return with(copy -> copy.backoff = backoff);
    }

    /// How long a worker may keep a job before somebody else gets it; 30 minutes.
    public WorkQueue<J> lease(Duration lease) {
        var checked = Limits.positive("lease", lease);
        return with(copy -> copy.lease = checked);
    }

    /// How many replacements of its own workers within how long; one more ends the queue. 3 in 5 s.
    public WorkQueue<J> intensity(int replacements, Duration period) {
        var checked = Intensity.of(replacements, period);
        return with(copy -> copy.intensity = checked);
    }

    /// Who is told of dead jobs.
    public WorkQueue<J> deadTo(Ref<? super Dead<J>> to) {
        requireNonNull(to, "to");
        return with(copy -> copy.deadTo = to);
    }

    /// Says that this actor is free for one job, which arrives as a message; it answers with [Acknowledge] or [Fail], and takes again.
    public static <J, M> void take(Self<M> self, Ref<Msg<J>> queue, Function<? super Job<J>, ? extends M> as) {
        Ref<Job<J>> to = self.pid().via(as);
        queue.send(new Take<>(self.pid(), to));
    }

    int capacity() {
        return capacity;
    }

    int attempts() {
        return attempts;
    }

    Backoff backoff() {
        return backoff;
    }

    Duration lease() {
        return lease;
    }

    Intensity intensity() {
        return intensity;
    }

    int workers() {
        return workers;
    }

    @Nullable Work<? super J> work() {
        return work;
    }

    @Nullable Ref<? super Dead<J>> deadTo() {
        return deadTo;
    }

    /// Has no time limit of its own for its stop: its workers have.
    @Override
    @SuppressWarnings("unchecked") // it takes anything, so it takes every Msg
    public Recipe<Msg<J>> recipe() {
        var server = (Recipe<Msg<J>>) (Recipe<?>) Server.<Object>of(() -> new QueueServer<>(this));
        return server.labelled("work-queue").stopWithin(Limits.FOREVER);
    }

    @Override
    public String toString() {
        return "WorkQueue[" + workers + " workers, " + attempts + " attempts, at most " + capacity + " jobs]";
    }
}
