package dev.coppice.kernel.internal;

import static java.util.Objects.requireNonNull;

import dev.coppice.kernel.Actor;
import dev.coppice.kernel.Call;
import dev.coppice.kernel.Caller;
import dev.coppice.kernel.Cancellable;
import dev.coppice.kernel.Carrier;
import dev.coppice.kernel.Down;
import dev.coppice.kernel.Exit;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.Pattern;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The kernel's [Self]: checks that it is used by its own actor and that the actor may go on, and delegates.
///
/// It also has what the thread that runs the actor owns and touches for each message, away from the mailbox's word, whose cache line
/// belongs to the senders.
sealed class ActorSelf<M> extends Holding<M> implements Self<M> permits OrderedSelf {
    @Nullable OpenRequests open;

    /// How many messages it has received, and how often that went around is in [Rare]; read racily by reports.
    int turns;

    /// How many of them were requests; as `turns`.
    int requests;

    /// What travels with messages in this node; null when nothing does.
    final @Nullable Carrying carrying;

    @Nullable Rare rare;

    ActorSelf(Cell<M> cell) {
        super(cell);
        this.carrying = cell.node.carrying;
    }

    static <M> ActorSelf<M> of(Cell<M> cell) {
        var backlog = cell.settings.mailbox().backlog();
        return backlog.isEmpty() ? new ActorSelf<>(cell) : new OrderedSelf<>(cell, backlog.get());
    }

    /// A user message is received.
    void received(Mail mail, Runner runner) {
        if (++turns == 0) {
            rare().turnsWentAround();
        }
        if (rare != null) {
            touch(rare.idleTimer);
        }
        if (runner.delivery() != null || mail instanceof Request<?>) {
            OpenRequests.receive(cell, this, mail);
        }
        runner.delivery(mail);
        if (Taps.on) {
            Taps.begins(cell, mail);
        }
    }

    /// A message that is received is a request.
    void requested() {
        if (++requests == 0) {
            rare().requestsWentAround();
        }
    }

    private static void touch(@Nullable IdleTimer timer) {
        if (timer != null) {
            timer.touch();
        }
    }

    /// The start of every operation.
    private void enter() {
        confined();
        cell.checkpoint();
    }

    private void confined() {
        if (Runner.actor() != cell) {
            throw new IllegalStateException(
                    "this Self belongs to "
                            + cell
                            + " and was used on another thread or in another actor; send that actor a message instead");
        }
    }

    private Rare rare() {
        var made = rare;
        if (made == null) {
            rare = made = new Rare();
        }
        return made;
    }

    Resting resting() {
        var owned = rare();
        var made = owned.resting;
        if (made == null) {
            owned.resting = made = new Resting();
        }
        return made;
    }

    @Nullable IdleTimer idleTimer() {
        var owned = rare;
        return owned == null ? null : owned.idleTimer;
    }

    void dropIdleTimer() {
        var timer = idleTimer();
        if (timer != null) {
            timer.cancel();
            timer.forget();
            rare().idleTimer = null;
        }
    }

    boolean suspended() {
        var owned = rare;
        return owned != null && owned.suspended;
    }

    void suspended(boolean now) {
        rare().suspended = now;
    }

    void failedOn(Mail mail) {
        rare().failedOn = mail;
    }

    /// The mail on which a pattern or a wrap has thrown last.
    @Nullable Mail poison() {
        var owned = rare;
        return owned == null ? null : owned.failedOn;
    }

    void starting(Starting<?> starting) {
        if (starting.acknowledged() != null) {
            rare().starting = starting;
        }
    }

    @Nullable Starting<?> unacknowledged() {
        var owned = rare;
        return owned == null ? null : owned.starting;
    }

    // ---- who

    @Override
    public Pid<M> pid() {
        return cell;
    }

    @Override
    public Node node() {
        return cell.node;
    }

    @Override
    public <N> Ref<N> ref(Name<N> name) {
        return cell.node.ref(name);
    }

    // ---- receive

    @Override
    public M receive() {
        enter();
        return Receiving.receive(cell, message -> message);
    }

    @Override
    public Optional<M> receive(Duration patience) {
        return Optional.ofNullable(receive(message -> message, Clocks.nanos(patience)));
    }

    @Override
    public <T> T receive(Pattern<M, T> pattern) {
        requireNonNull(pattern, "pattern");
        enter();
        return Receiving.receive(cell, pattern);
    }

    @Override
    public <T> Optional<T> receive(Pattern<M, T> pattern, Duration patience) {
        return Optional.ofNullable(receive(pattern, Clocks.nanos(patience)));
    }

    private <T> @Nullable T receive(Pattern<M, T> pattern, long patience) {
        requireNonNull(pattern, "pattern");
        enter();
        return patience == Long.MAX_VALUE
                ? Receiving.receive(cell, pattern)
                : Receiving.receive(cell, pattern, patience);
    }

    // ---- answer

    @Override
    public <R> void reply(Call<?, R> request, R value) {
        requireNonNull(value, "a reply must not be null; use Optional, or self.done for no content");
        enter();
        var held = held(request);
        if (held != null) {
            held.reply(value);
            OpenRequests.settled(this, held);
        }
    }

    @Override
    public void fail(Call<?, ?> request, Throwable cause) {
        enter();
        var held = held(request);
        if (held != null) {
            held.fail(cause);
            OpenRequests.settled(this, held);
        }
    }

    @Override
    public void failCurrent(Throwable cause) {
        requireNonNull(cause, "cause");
        enter();
        if (cell.delivery() instanceof Request<?> request && request.hold == Request.Hold.HELD) {
            request.fail(cause);
        }
    }

    @Override
    public <R> Caller<R> defer(Call<?, R> request) {
        enter();
        Request<R> held = held(request);
        if (held == null) {
            var unasked = new Request<R>(request, null);
            unasked.holder(cell);
            return unasked;
        }
        OpenRequests.keepOpen(this, held);
        return held;
    }

    @Override
    public Optional<Caller<?>> deferCurrent() {
        enter();
        if (!(cell.delivery() instanceof Request<?> request) || request.hold == Request.Hold.SETTLED) {
            return Optional.empty();
        }
        OpenRequests.keepOpen(this, request);
        return Optional.of(request);
    }

    @Override
    public void resume(Caller<?> deferred) {
        enter();
        OpenRequests.takeUp(cell, this, (Request<?>) deferred);
    }

    @Override
    public <N, R> void forward(Call<? extends N, R> request, Ref<N> to) {
        enter();
        OpenRequests.pass(this, request, request, to);
    }

    @Override
    public <N, R> void forward(Call<?, R> request, Call<? extends N, R> as, Ref<N> to) {
        enter();
        OpenRequests.pass(this, request, requireNonNull(as, "as"), to);
    }

    private <R> @Nullable Request<R> held(Call<?, R> request) {
        return OpenRequests.held(this, requireNonNull(request, "request"));
    }

    @Override
    public Optional<Duration> remaining() {
        enter();
        return cell.delivery() instanceof Request<?> request && request.cell != null
                ? request.cell.remaining()
                : Optional.empty();
    }

    @Override
    public void inContext(Carrier.Body body) throws Exception {
        requireNonNull(body, "body");
        enter();
        if (carrying == null) {
            body.run();
        } else {
            var delivery = cell.delivery();
            carrying.around(delivery == null ? null : delivery.carried(), body);
        }
    }

    @Override
    public void stash(M message) {
        requireNonNull(message, "message");
        enter();
        Stash.put(cell, this, message);
    }

    @Override
    public int unstash() {
        enter();
        return Stash.release(cell, this);
    }

    @Override
    public <N, R> void ask(Ref<N> to, Call<? extends N, R> request, Function<? super Outcome<R>, ? extends M> as) {
        requireNonNull(request, "request");
        requireNonNull(as, "as");
        enter();
        var wait = new WaitCell<R>(cell, cell.node, Refs.patience(to, cell));
        Refs.ask(
                to,
                request,
                wait.onComplete(_ -> cell.push(new Signal.Answer<>(wait.outcome(), as, null, wait.carried))));
    }

    @Override
    public <R> Cancellable task(Callable<? extends R> work, Function<? super Outcome<R>, ? extends M> as) {
        requireNonNull(work, "work");
        requireNonNull(as, "as");
        enter();
        return Tasks.task(cell, work, as);
    }

    @Override
    public <R> Cancellable pipe(CompletionStage<? extends R> stage, Function<? super Outcome<R>, ? extends M> as) {
        requireNonNull(stage, "stage");
        requireNonNull(as, "as");
        enter();
        return Tasks.pipe(cell, stage, as);
    }

    // ---- start others

    @Override
    public <N> Pid<N> spawn(Actor<N> actor) {
        enter();
        return Starter.start(cell, actor, false);
    }

    @Override
    public <N> Pid<N> spawnLinked(Actor<N> actor) {
        enter();
        return Starter.start(cell, actor, true);
    }

    @Override
    public <N> Pid<N> spawnDetached(Actor<N> actor) {
        enter();
        return Starter.start(cell.node.guardian(), actor, false);
    }

    @Override
    public void ready() {
        enter();
        var starting = unacknowledged();
        if (starting != null) {
            Activity.acknowledge(starting);
            rare().starting = null;
        }
    }

    // ---- failure

    @Override
    public void link(Pid<?> peer) {
        enter();
        Ties.link(cell, (Cell<?>) peer);
        cell.checkpoint();
    }

    @Override
    public void unlink(Pid<?> peer) {
        enter();
        Ties.unlink(cell, (Cell<?>) peer);
    }

    @Override
    public Cancellable monitor(Ref<?> peer, Function<? super Down, ? extends M> as) {
        requireNonNull(as, "as");
        enter();
        return Monitors.monitor(cell, peer, as);
    }

    @Override
    public void trapExits(Function<? super Exit, ? extends M> as) {
        requireNonNull(as, "as");
        enter();
        Fate.trap(cell, as);
    }

    @Override
    public void stop(ExitReason reason) {
        requireNonNull(reason, "reason");
        enter();
        cell.tell(reason);
        throw ExitSignal.of(reason);
    }

    // ---- time

    @Override
    public Cancellable sendAfter(Duration delay, M message) {
        requireNonNull(message, "message");
        enter();
        var timer = new ActorTimer(cell, message, 0);
        timer.start(Clocks.nanos(delay));
        return timer;
    }

    @Override
    public Cancellable sendEvery(Duration period, M message) {
        requireNonNull(message, "message");
        enter();
        var timer = new ActorTimer(cell, message, Clocks.positive("period", period));
        timer.start(Clocks.nanos(period));
        return timer;
    }

    @Override
    public Cancellable sendWhenIdle(Duration quiet, M message) {
        requireNonNull(message, "message");
        enter();
        var timer = new IdleTimer(cell, message, Clocks.positive("quiet", quiet));
        dropIdleTimer();
        rare().idleTimer = timer;
        timer.begin();
        return timer;
    }

    @Override
    public long random() {
        return cell.node.scheduler.random();
    }

    @Override
    public Cancellable own(AutoCloseable resource) {
        requireNonNull(resource, "resource");
        enter();
        return Possessions.of(cell).add(resource);
    }

    @Override
    public long nanoTime() {
        return cell.node.scheduler.nanoTime();
    }

    // ---- for supervisors

    @Override
    public void reserve(Name<?> name, Gap gap) {
        enter();
        cell.node.names.reserve(name, cell, gap);
    }

    @Override
    public void release(Name<?> name) {
        confined();
        cell.node.names.release(name, cell);
    }

    @Override
    public String toString() {
        return "Self[" + cell + "]";
    }
}
