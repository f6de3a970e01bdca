package dev.coppice.otp;

import static java.util.Objects.requireNonNull;

import dev.coppice.kernel.Actor;
import dev.coppice.kernel.Call;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.Pending;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Stream;

/// Work that runs as an actor of its own while its starter goes on, and what comes of it.
///
/// ```java
/// var task = Task.async(self, () -> fetch(url));
/// …
/// Page page = task.get();
/// ```
///
/// Any thread may await it, any number of times, and gets the same outcome. When the work throws, or its actor is ended, the outcome is
/// [Outcome.Failed] with that reason. A task belongs to the actor that started it and ends with it.
///
/// Limits: it is waited for at most an hour ([#LIMIT]); after that the outcome is a time-out, and the work goes on until it is cancelled.
public final class Task<R> {
    /// How long the outcome of a task is waited for.
    public static final Duration LIMIT = Duration.ofHours(1);

    private static final ExitReason CANCELLED = new ExitReason.Shutdown("cancelled");

    private final Pending<R> pending;
    private final Runnable cancel;

    Task(Pending<R> pending, Runnable cancel) {
        this.pending = pending;
        this.cancel = cancel;
    }

    /// Starts work that is linked to the caller: when it fails, so does the caller, unless it traps exits. To cancel it touches nobody.
    public static <R> Task<R> async(Self<?> self, Callable<? extends R> work) {
        return on(self.spawnLinked(Worker.<R>recipe()), work);
    }

    /// Starts work whose failure does not touch the caller; it shows only in the outcome.
    public static <R> Task<R> asyncNoLink(Self<?> self, Callable<? extends R> work) {
        return on(self.spawn(Worker.<R>recipe()), work);
    }

    /// Starts work that belongs to the node.
    public static <R> Task<R> async(Node node, Callable<? extends R> work) {
        return on(node.spawn(Worker.<R>recipe()), work);
    }

    /// Starts work under a [TaskSupervisor]: it outlives the caller, and its failure does not touch it. Does not wait for the start; a
    /// supervisor that is full, or gone, shows in the outcome.
    public static <R> Task<R> async(Ref<TaskSupervisor.Msg> supervisor, Callable<? extends R> work) {
        var run = new TaskSupervisor.Run<R>(new TaskSupervisor.Ticket(), work);
        var pending = supervisor.within(LIMIT).ask(run);
        return new Task<>(pending, () -> supervisor.send(new TaskSupervisor.Cancel(run.ticket())));
    }

    private static <R> Task<R> on(Pid<Work<R>> worker, Callable<? extends R> work) {
        var pending = worker.within(LIMIT).ask(new Work<>(work));
        return new Task<>(pending, () -> worker.exit(CANCELLED));
    }

    /// Maps each item with work of its own, at most `concurrency` at once, and gives the outcomes in the order of the items.
    ///
    /// The stream is lazy and pushes back: no more than `concurrency` items are ever taken and not yet given out. It must be used by one
    /// thread, and closed when it is not read to its end. Its work ends with `self`; a failure of one item is that item's outcome.
    public static <T, R> Stream<Outcome<R>> stream(
            Self<?> self, int concurrency, Iterable<? extends T> items, Mapping<? super T, ? extends R> work) {
        return Flow.stream(self::spawnLinked, concurrency, true, items, work);
    }

    /// As [#stream], giving each outcome as soon as it is there.
    public static <T, R> Stream<Outcome<R>> unorderedStream(
            Self<?> self, int concurrency, Iterable<? extends T> items, Mapping<? super T, ? extends R> work) {
        return Flow.stream(self::spawnLinked, concurrency, false, items, work);
    }

    /// As [#stream], from outside of actors; the work belongs to the node.
    public static <T, R> Stream<Outcome<R>> stream(
            Node node, int concurrency, Iterable<? extends T> items, Mapping<? super T, ? extends R> work) {
        return Flow.stream(node::spawn, concurrency, true, items, work);
    }

    /// As [#unorderedStream], from outside of actors; the work belongs to the node.
    public static <T, R> Stream<Outcome<R>> unorderedStream(
            Node node, int concurrency, Iterable<? extends T> items, Mapping<? super T, ? extends R> work) {
        return Flow.stream(node::spawn, concurrency, false, items, work);
    }

    /// What is done with each item of a stream.
    @FunctionalInterface
    public interface Mapping<T, R> {
        R apply(T item) throws Exception;
    }

    /// Waits for the outcome.
    public Outcome<R> await() {
        return pending.await();
    }

    /// Waits at most this long; empty when it still runs, and then it goes on. Also known as yield.
    public Optional<Outcome<R>> await(Duration patience) {
        return pending.await(patience);
    }

    /// The outcome, when it is there.
    public Optional<Outcome<R>> poll() {
        return pending.poll();
    }

    /// Waits for the result, or throws [dev.coppice.kernel.CallFailed].
    public R get() {
        return pending.get();
    }

    /// Ends it if it still runs, and returns at once: at its next kernel operation, or by an interrupt when it has ignored that for the
    /// 5 s of its stop limit. Its outcome is then a failure with [ExitReason.Shutdown].
    public void cancel() {
        cancel.run();
    }

    /// The one message of a worker.
    record Work<R>(Callable<? extends R> work) implements Call<Work<R>, R> {
        Work {
            requireNonNull(work, "work");
        }
    }

    /// Does one piece of work and ends. What the work throws is the reason of its exit, and so reaches who waits.
    static final class Worker<R> implements Server<Work<R>> {
        static <R> Actor<Work<R>> recipe() {
            return Server.<Work<R>>of(Worker::new).labelled("task");
        }

        @Override
        public void handle(Work<R> message, Self<Work<R>> self) throws Exception {
            self.reply(message, message.work().call());
            self.stop();
        }

        @Override
        public void terminate(ExitReason reason, Self<Work<R>> self) {
            if (reason.equals(CANCELLED)) {
                leave(self);
            }
        }
    }

    /// Ends without a word to the starter, who has called it off: an exit that it has asked for must not end it.
    static void leave(Self<?> self) {
        self.pid().info().parent().ifPresent(self::unlink);
    }

    /// How a stream starts its actor.
    @FunctionalInterface
    interface Spawner {
        <M> Pid<M> spawn(Actor<M> actor);
    }

    static <T, R> Function<T, Callable<R>> bound(Mapping<? super T, ? extends R> work) {
        return item -> () -> work.apply(item);
    }
}
