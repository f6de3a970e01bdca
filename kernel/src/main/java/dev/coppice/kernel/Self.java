package dev.coppice.kernel;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/// What an actor can do, given to its body. Confined to that actor: elsewhere every operation throws `IllegalStateException`. Only `pid`,
/// `node`, `ref`, `nanoTime` and `random` are free, since they concern nobody's state.
///
/// Exits are sticky: once the actor has been told to exit, each operation ends it (with an `Error` that passes `catch (Exception)`),
/// except in `terminate`.
///
/// Every function into `M` runs in this actor, when it receives the notice.
public interface Self<M> {

    // ---- who

    /// This incarnation.
    Pid<M> pid();

    Node node();

    /// A ref by name, in this node.
    <N> Ref<N> ref(Name<N> name);

    // ---- receive

    /// Waits for the next message.
    M receive();

    /// Waits for the next message, at most this long. With `Duration.ZERO`: looks.
    Optional<M> receive(Duration patience);

    /// Waits for the first message of this type and leaves the others where they are.
    default <T extends M> T receive(Class<T> type) {
        return receive(Self.<M, T>ofType(type));
    }

    default <T extends M> Optional<T> receive(Class<T> type, Duration patience) {
        return receive(Self.<M, T>ofType(type), patience);
    }

    private static <M, T extends M> Pattern<M, T> ofType(Class<T> type) {
        requireNonNull(type, "type");
        return message -> type.isInstance(message) ? type.cast(message) : null;
    }

    /// Waits for the first message that matches and leaves the others where they are. Messages looked at once are not looked at again
    /// by the same receive.
    <T> T receive(Pattern<M, T> pattern);

    /// The patience covers the waiting only, never the pattern or what comes after.
    <T> Optional<T> receive(Pattern<M, T> pattern, Duration patience);

    /// Waits for the next message and takes what else is there, at most `atMost` in all: large batches under load, single messages
    /// without.
    default List<M> receiveBatch(int atMost) {
        Limits.positive("atMost", atMost);
        var batch = new ArrayList<M>();
        batch.add(receive());
        batch.addAll(receiveBatch(atMost, Duration.ZERO, 1));
        return List.copyOf(batch);
    }

    /// Collects messages until there are `atMost` of them or the patience is over; with `Duration.ZERO` what is there, which is how a
    /// server's handler takes the rest of a batch. Empty when nothing came.
    ///
    /// Requests among them stay open, each to be answered before the handler returns, deferred or forwarded.
    default List<M> receiveBatch(int atMost, Duration patience) {
        return receiveBatch(atMost, patience, 0);
    }

    private List<M> receiveBatch(int atMost, Duration patience, int already) {
        Limits.positive("atMost", atMost);
        var limit = patience.compareTo(Limits.FOREVER) > 0 ? Limits.FOREVER : patience;
        long deadline = nanoTime() + limit.toNanos();
        var batch = new ArrayList<M>();
        for (var next = limit; batch.size() + already < atMost; next = left(deadline)) {
            var message = receive(next);
            if (message.isEmpty()) {
                break;
            }
            batch.add(message.get());
        }
        return List.copyOf(batch);
    }

    private Duration left(long deadline) {
        return Duration.ofNanos(Math.max(0, deadline - nanoTime()));
    }

    /// Puts a message aside, with whoever waits for its answer, until [#unstash]: the one being handled, or another that this actor got.
    /// It then counts as not received. At most [Mailbox#stash] of them, 1,000 by default.
    ///
    /// Dies with the actor as what waits in its mailbox does.
    ///
    /// @throws IllegalStateException when there are too many
    void stash(M message);

    /// What was put aside is received next, before all that waits, in its old order; how many they are.
    int unstash();

    // ---- answer

    /// Answers a request that this actor holds: the one being handled, else the oldest still open whose request is this very object.
    /// For one that came by `send` it does nothing, nor for one that was made here, by a wrap or as a timer's or a notice's message.
    ///
    /// @throws IllegalStateException when it was answered already or is unknown here
    <R> void reply(Call<?, R> request, R value);

    /// Answers a request whose answer has no content.
    default void done(Call<?, Done> request) {
        reply(request, Done.DONE);
    }

    /// Fails a request that this actor holds with [ExitReason.Crashed], and goes on. As [#reply] otherwise.
    void fail(Call<?, ?> request, Throwable cause);

    /// Fails the request that is being handled, whatever wraps it went through; for a message that came by `send` it does nothing.
    void failCurrent(Throwable cause);

    /// Keeps a request open beyond the handler, to be answered later, from anywhere.
    <R> Caller<R> defer(Call<?, R> request);

    /// Keeps the request that is being handled open, whatever wraps it went through; empty for a message that came by `send`, and when
    /// it has been answered. For behaviours that put a message off.
    Optional<Caller<?>> deferCurrent();

    /// Takes a deferred request up again, as if it were received now: it is the one that is being handled, and must be answered, deferred
    /// or forwarded before the handler returns. Harmless when it is settled already.
    ///
    /// @throws IllegalStateException when this actor does not hold it
    void resume(Caller<?> deferred);

    /// Hands a request on; its caller now waits for `to`.
    <N, R> void forward(Call<? extends N, R> request, Ref<N> to);

    /// Hands a request on in another form.
    <N, R> void forward(Call<?, R> request, Call<? extends N, R> as, Ref<N> to);

    /// Sends a request and goes on; its outcome arrives as a message.
    <N, R> void ask(Ref<N> to, Call<? extends N, R> request, Function<? super Outcome<R>, ? extends M> as);

    /// The outcome of a stage arrives as a message: for code that lives with futures. A [CallFailed] keeps its failure, anything else is
    /// [ExitReason.Crashed]. Cancelling withdraws the message; the stage goes on.
    <R> Cancellable pipe(CompletionStage<? extends R> stage, Function<? super Outcome<R>, ? extends M> as);

    /// How long whoever waits for the request that is being handled will wait on; empty when nobody does. To hand the limit on:
    /// `other.within(left).call(…)`. A request whose time is over before it is received is not handled at all, but dead-lettered
    /// [DeadLetter.Reason.Expired].
    Optional<Duration> remaining();

    /// Runs this with what has travelled with the message that is being handled: for loops, since a server's handler runs in it anyway.
    void inContext(Carrier.Body body) throws Exception;

    /// Runs work on its own, as a linked-to-nobody child that ends with this actor; its outcome arrives as a message. Cancelling ends
    /// the work and withdraws the message.
    <R> Cancellable task(Callable<? extends R> work, Function<? super Outcome<R>, ? extends M> as);

    // ---- start others

    /// Starts an actor that belongs to this one: it is stopped before this one is gone. Its failure does not touch this one.
    ///
    /// @throws StartFailed when it could not be started; it is gone then, and its name free
    <N> Pid<N> spawn(Actor<N> actor);

    default <N> Pid<N> spawn(Loop<N> loop) {
        return spawn(loop.recipe());
    }

    /// As [#spawn(Actor)], linked from the first moment.
    <N> Pid<N> spawnLinked(Actor<N> actor);

    default <N> Pid<N> spawnLinked(Loop<N> loop) {
        return spawnLinked(loop.recipe());
    }

    /// Starts an actor that belongs to the node and outlives this one.
    <N> Pid<N> spawnDetached(Actor<N> actor);

    default <N> Pid<N> spawnDetached(Loop<N> loop) {
        return spawnDetached(loop.recipe());
    }

    /// Tells the starter of a loop that it is ready: a start of this loop is waited for when its recipe says
    /// [Recipe#acknowledged()]. Otherwise it does nothing.
    void ready();

    // ---- failure

    /// Links both ways: when one exits, the other is told; one link per pair. Linking with the dead gives an exit `NoProcess`.
    void link(Pid<?> peer);

    /// Unlinks. After it returns, the link has no further effect here; an exit already received as a message stays.
    void unlink(Pid<?> peer);

    /// Receives one [Down] when `peer` exits, at once when it is dead. Each monitor gives exactly one.
    Cancellable monitor(Ref<?> peer, Function<? super Down, ? extends M> as);

    /// From now on exit signals arrive as messages, except those of the parent and kills.
    void trapExits(Function<? super Exit, ? extends M> as);

    /// Ends this actor; does not return. In a handler the current request counts as unanswered unless it was answered before.
    void stop(ExitReason reason);

    /// Ends this actor with [ExitReason.Normal]; does not return.
    default void stop() {
        stop(new ExitReason.Normal());
    }

    // ---- time

    /// Sends a message to this actor later. Dies with it; never counts against a bound.
    Cancellable sendAfter(Duration delay, M message);

    /// Sends a message to this actor again and again; at most one of them waits in the mailbox.
    Cancellable sendEvery(Duration period, M message);

    /// Sends a message to this actor each time that it has received nothing for this long.
    Cancellable sendWhenIdle(Duration quiet, M message);

    /// The node's monotonic clock, in nanoseconds; virtual in tests.
    long nanoTime();

    /// The next number of the node's stream of chance; seeded in tests.
    long random();

    // ---- resources

    /// Ties a resource to this actor: it is closed when the actor has left its code, on every exit, a kill too, before anybody is told
    /// of the exit. The youngest is closed first; closing that throws is logged. Cancelling gives it up without closing it.
    Cancellable own(AutoCloseable resource);

    // ---- for supervisors

    /// Reserves a name for the children of this actor: nobody else can take it, and while no child holds it, callers wait for the next
    /// one (or fail at once, as `gap` says) and messages are dead-lettered `Restarting`. Repeating it changes the gap.
    ///
    /// @throws IllegalStateException when another actor holds or reserves it
    void reserve(Name<?> name, Gap gap);

    /// Ends the reservation; whoever waits fails with `NoProcess`.
    void release(Name<?> name);

    /// What happens to a call while a reserved name has no holder.
    enum Gap {
        /// It waits for the next holder within its own time-out.
        WAIT,
        /// It fails at once.
        FAIL
    }
}
