package dev.coppice.otp;

import dev.coppice.kernel.ExitReason;
import dev.coppice.otp.WorkQueue.Counts;
import dev.coppice.otp.WorkQueue.Dead;
import dev.coppice.otp.WorkQueue.Job;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.DoubleSupplier;

/// The jobs of a [WorkQueue] and what is decided about them: no clock, no thread, no actor. Changed in place, by its queue alone.
///
/// ```
///   submit ----> WAITING ----> RUNNING ----> done
///                   ^             | fail: attempts left?
///                   +-- DELAYED <-+----> dead
/// ```
final class Jobs<J> {

    /// A job that a worker has.
    ///
    /// @param worker the number of the worker's pid
    record Lease<J>(Job<J> job, long worker) {}

    /// What became of a failed attempt.
    sealed interface Failed<J> {
        record Retry<J>(Job<J> next, Duration delay) implements Failed<J> {}

        record GivenUp<J>(Dead<J> dead) implements Failed<J> {}

        /// It was over already: nothing changes.
        record Stale<J>() implements Failed<J> {}
    }

    private static final int KEPT = 100;

    private final WorkQueue<J> rules;
    private final DoubleSupplier chance;
    private final ArrayDeque<Job<J>> waiting = new ArrayDeque<>();
    private final Map<Long, Lease<J>> running = new LinkedHashMap<>();
    private final Map<Long, Job<J>> delayed = new HashMap<>();
    private final ArrayDeque<Dead<J>> dead = new ArrayDeque<>();
    private long ids;
    private long done;
    private long retried;
    private long deaths;

    /// @param chance in `[0, 1)`
    Jobs(WorkQueue<J> rules, DoubleSupplier chance) {
        this.rules = rules;
        this.chance = chance;
    }

    /// Its id; empty when there are too many.
    OptionalLong submit(J work) {
        if (waiting.size() + running.size() + delayed.size() >= rules.capacity()) {
            return OptionalLong.empty();
        }
        waiting.add(new Job<>(++ids, 1, work));
        return OptionalLong.of(ids);
    }

    /// One that was never in the queue.
    Dead<J> refused(J work) {
        return bury(new Dead<>(++ids, 0, work, new ExitReason.Shutdown("the queue was full")));
    }

    boolean hasWaiting() {
        return !waiting.isEmpty();
    }

    /// The next job is this worker's now.
    Job<J> lease(long worker) {
        var job = waiting.remove();
        running.put(job.id(), new Lease<>(job, worker));
        return job;
    }

    /// The worker could not be given it: nothing was tried.
    void takeBack(Job<J> job) {
        running.remove(job.id());
        waiting.addFirst(job);
    }

    /// False when the lease was over.
    boolean acknowledge(Job<J> job) {
        boolean was = end(job).isPresent();
        if (was) {
            done++;
        }
        return was;
    }

    Failed<J> fail(Job<J> job, ExitReason why) {
        return end(job).map(lease -> failed(lease.job, why)).orElseGet(Failed.Stale::new);
    }

    private Failed<J> failed(Job<J> job, ExitReason why) {
        if (job.attempt() >= rules.attempts()) {
            return new Failed.GivenUp<>(bury(new Dead<>(job.id(), job.attempt(), job.work(), why)));
        }
        retried++;
        var next = new Job<>(job.id(), job.attempt() + 1, job.work());
        delayed.put(next.id(), next);
        return new Failed.Retry<>(next, rules.backoff().delay(job.attempt() - 1, chance.getAsDouble()));
    }

    private Dead<J> bury(Dead<J> one) {
        deaths++;
        if (dead.size() == KEPT) {
            dead.removeFirst();
        }
        dead.add(one);
        return one;
    }

    /// Its delay is over.
    void due(Job<J> job) {
        if (delayed.remove(job.id(), job)) {
            waiting.add(job);
        }
    }

    /// What a worker has, oldest first.
    List<Job<J>> of(long worker) {
        return running.values().stream().filter(lease -> lease.worker == worker).map(Lease::job).toList();
    }

    /// The lease of exactly this attempt.
    private Optional<Lease<J>> end(Job<J> job) {
        var lease = running.get(job.id());
        if (lease == null || lease.job.attempt() != job.attempt()) {
            return Optional.empty();
        }
        running.remove(job.id());
        return Optional.of(lease);
    }

    List<Dead<J>> dead() {
        return List.copyOf(dead);
    }

    Counts counts() {
        return new Counts(waiting.size(), running.size(), delayed.size(), done, retried, deaths);
    }
}
