package dev.coppice.kernel.internal;

import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.Pending;
import dev.coppice.kernel.spi.Interception;
import dev.coppice.kernel.spi.Scheduler;
import dev.coppice.kernel.spi.Waiting;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The one-shot cell on which everything waits: calls, asks, starts, exits, room in a mailbox.
///
/// It is written once, by CAS: by an answer, a failure, the deadline, an exit of the waiter, or an interrupt. The first wins, the others
/// learn that they lost, so that a reply that just made it beats the time-out, and a late one is known to be late.
///
/// ```
///   open ----> Outcome      answered or failed; for other waits any value
///   open ----> TIMED_OUT    by the scheduler, at the deadline
///   open ----> ABORTED      the waiting actor has been told to exit; or abandoned
///   open ----> INTERRUPTED  the waiting thread is no actor and was interrupted
///   TIMED_OUT ----> Outcome (with the report, made by whoever looks first)
/// ```
///
/// For the cycle check it also says who waits ([#owner]) and who would have to move ([#holder]).
public final class WaitCell<R> extends Waiting implements Pending<R> {
    private static final Object TIMED_OUT = new Object();
    private static final Object ABORTED = new Object();
    private static final Object INTERRUPTED = new Object();
    private static final VarHandle STATE;
    private static final VarHandle WATCHERS;
    private static final VarHandle HOLDER;

    static {
        try {
            var lookup = MethodHandles.lookup();
            STATE = lookup.findVarHandle(WaitCell.class, "state", Object.class);
            WATCHERS = lookup.findVarHandle(WaitCell.class, "watchers", WaitCell.class);
            HOLDER = lookup.findVarHandle(WaitCell.class, "holder", Cell.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /// Null while open. Written by CAS only.
    private volatile @Nullable Object state;

    /// The actor that waits; null for any other thread.
    final @Nullable Cell<?> owner;

    /// Who must act for this wait to end: the edge of the wait-for graph. Null where there is no edge (a deferred request, an ordered
    /// stop). Written by whoever passes the baton, read by cycle checks.
    volatile @Nullable Cell<?> holder;

    /// The name in whose gap the request waits, for reports. Written by whoever parks it, under the slot's lock.
    volatile @Nullable String parkedAt;

    /// Whether nothing ends the wait but what is waited for, and the deadline. Written by who waits, before it stops.
    private boolean firm;

    /// Whether the owner waits in its `terminate`, where only a kill may end a wait. Written before the cell is published.
    private boolean whileEnding;

    /// Whether its deadline has been set. Written by who waits, or by who asks before the request is sent.
    private boolean armed;

    /// Whether it is the start of an actor that is waited for. Written before the cell is published.
    boolean start;

    /// Who asked for it, for messages: the ref of the callee.
    private final LocalNode node;

    private final Scheduler scheduler;
    private final long patience;

    /// What rides with the request, for taps. Written before the request is sent.
    Taps.@Nullable Riding riding;

    /// The request that is waited for, for reports. Written before the request is sent.
    private @Nullable Request<?> request;

    /// What travels with the request. Written before it is sent.
    @Nullable Object carried;

    /// Run by whoever completes the cell, in place of a waiting thread. Set before the cell is shared.
    private @Nullable Consumer<Object> listener;

    /// Cells of those who await this one as a [Pending]: a stack, taken whole by the completer.
    private volatile @Nullable WaitCell<?> watchers;

    private @Nullable WaitCell<?> nextWatcher;

    WaitCell(@Nullable Cell<?> owner, LocalNode node, long patience) {
        this.owner = owner;
        this.node = owner == null ? node : owner.node;
        this.scheduler = this.node.scheduler;
        this.patience = patience;
    }

    WaitCell<R> onComplete(Consumer<Object> listener) {
        this.listener = listener;
        return this;
    }

    @Nullable Request<?> request() {
        return request;
    }

    /// Takes what is to travel with the request from this thread.
    void carry() {
        if (node.carrying != null) {
            carried = node.carrying.capture();
        }
    }

    void waitsFor(Request<?> sent) {
        request = sent;
    }

    // ---- completion, from anywhere

    boolean complete(Object value) {
        if (!STATE.compareAndSet(this, null, value)) {
            return false;
        }
        if (index >= 0) {
            scheduler.cancel(this);
        }
        completed(value);
        return true;
    }

    private void completed(Object value) {
        var told = listener;
        if (told != null) {
            told.accept(value);
        }
        if (watchers != null) {
            tellWatchers();
        }
        scheduler.resume(this);
    }

    @Override
    public void ring() {
        if (STATE.compareAndSet(this, null, TIMED_OUT)) {
            completed(TIMED_OUT);
        }
    }

    /// As [#abort], for an exit that was told: one that comes late, when the actor is in `terminate` already, ends no wait there.
    void abortUnlessEnding() {
        if (!whileEnding) {
            abort();
        }
    }

    /// Ends the wait of an actor that has been told to exit.
    void abort() {
        complete(ABORTED);
    }

    @Override
    public void interrupted() {
        if (owner == null && !firm) {
            complete(INTERRUPTED);
        }
    }

    @Override
    public boolean over() {
        return state != null;
    }

    boolean timedOut() {
        return state == TIMED_OUT;
    }

    /// The request did not go out, and its sender knows: nobody else is told.
    void unsent() {
        listener = null;
        abandon();
    }

    LocalNode node() {
        return node;
    }

    /// Whether the time was over before an answer came.
    boolean expired() {
        var seen = state;
        return seen != null && (seen == TIMED_OUT || seen instanceof Outcome.Failed<?>(Failure.TimedOut _));
    }

    /// How long is left; empty when nobody waits, or without a limit.
    Optional<Duration> remaining() {
        if (state != null || patience == Long.MAX_VALUE) {
            return Optional.empty();
        }
        // Until its caller stops for it, which is soon, the deadline has not been reckoned.
        long left = index < 0 ? patience : at - scheduler.nanoTime();
        return Optional.of(Duration.ofNanos(Math.max(0, left)));
    }

    /// How long its thread has stopped for it, when that has a limit; racy, for reports.
    Optional<Duration> waited() {
        return state != null || index < 0
                ? Optional.empty()
                : Optional.of(Duration.ofNanos(Math.max(0, scheduler.nanoTime() - (at - patience))));
    }

    /// An answer came after the cell was closed.
    void late() {
        node.lateReply();
    }

    // ---- waiting

    /// Whether others stand before it, so that it will last; racy.
    boolean standsInLine() {
        var callee = holder;
        return callee != null && callee.crowded();
    }

    /// Says to cycle checks and to exit signals that this cell's owner is about to wait on it.
    void publish() {
        if (owner != null) {
            whileEnding = owner.fate() instanceof Fate.Ending;
            owner.waiting = this;
        }
    }

    void retract() {
        if (owner != null) {
            owner.waitsNoMore();
        }
    }

    /// Who must act now: for one that awaits another's request, whoever holds that.
    @Nullable Cell<?> holderNow() {
        var asked = request;
        return asked == null || asked.cell == null ? holder : asked.cell.holder;
    }

    /// Whether it waits for the answer that this cell is for: it is that cell, or one of those that await it.
    boolean awaits(WaitCell<?> asked) {
        return this == asked || request != null && request.cell == asked;
    }

    /// This actor has the request no more; who has it may be known already.
    void letGo(Cell<?> callee) {
        HOLDER.compareAndSet(this, callee, null);
    }

    /// As a write of [#holder], for the wait of a thread that no cycle check asks: it needs no fence.
    void heldBy(Cell<?> callee) {
        HOLDER.setRelease(this, callee);
    }

    @Override
    public void stops() {
        if (!armed) {
            arm();
        }
    }

    void arm() {
        arm(scheduler.nanoTime());
    }

    /// As [#arm], for a wait that has begun already: with a wait for room in the callee's mailbox. By the thread that waits.
    void armSince(long since) {
        if (!armed && state == null) {
            arm(since);
        }
    }

    private void arm(long since) {
        armed = true;
        if (patience < Long.MAX_VALUE) {
            scheduler.schedule(this, since + patience);
            // Whoever completes the cell writes the state and then looks for an alarm; here it is the other way round.
            // One of the two must see the other, or the alarm of a finished wait stays until its deadline.
            VarHandle.fullFence();
        }
        if (state != null) {
            scheduler.cancel(this);
        }
    }

    /// Waits until the cell is complete; an actor that is told to exit meanwhile is ended.
    void suspend() {
        if (owner != null && owner.leaving()) {
            abort();
        }
        if (state == null) {
            assert LockOrder.none("a thread waits");
            scheduler.suspend(this);
        }
        if (owner != null) {
            owner.checkpoint();
        }
    }

    /// As [#suspend], for the kernel's own waits, which neither an exit nor an interrupt ends; the thread has its flag again after it.
    void suspendFirmly() {
        firm = true;
        if (state == null) {
            scheduler.suspend(this);
        }
    }

    /// The value, whatever it is; null when timed out, aborted or interrupted.
    @SuppressWarnings("unchecked")
    <T> @Nullable T value() {
        var seen = state;
        return seen == null || seen == TIMED_OUT || seen == ABORTED || seen == INTERRUPTED ? null : (T) seen;
    }

    @SuppressWarnings("unchecked")
    Outcome<R> outcome() {
        var seen = state;
        if (seen instanceof Outcome<?> outcome) {
            return (Outcome<R>) outcome;
        }
        if (seen == TIMED_OUT) {
            var callee = holder;
            var report = Reports.timeOut(this, callee, Duration.ofNanos(patience));
            if (STATE.compareAndSet(this, TIMED_OUT, new Outcome.Failed<R>(new Failure.TimedOut(report)))) {
                node.observers.timedOut(callee, report);
            }
            return outcome();
        }
        if (seen == null) {
            throw new IllegalStateException("the request is still open");
        }
        return new Outcome.Failed<>(
                seen == INTERRUPTED ? new Failure.Interrupted() : new Failure.Refused("abandoned by its caller"));
    }

    /// For cells with many waiters: waits for the value on a cell of its own.
    <T> Optional<T> valueFor(long limit) {
        Runner.checkpoint();
        if (state == null) {
            awaitAs(Runner.actor(), limit);
        }
        return Optional.ofNullable(this.<T>value());
    }

    /// For cells with many waiters: waits until it is over, however long that takes; only an actor leaves when it is told to exit.
    void awaitFirmly() {
        if (Runner.actor() != null) {
            valueFor(Long.MAX_VALUE);
            return;
        }
        var mine = new WaitCell<Object>(null, node, Long.MAX_VALUE);
        watch(mine);
        mine.suspendFirmly();
    }

    boolean wasInterrupted() {
        return state == INTERRUPTED;
    }

    /// As an exception, for waits that are no calls.
    void orInterrupted() {
        if (wasInterrupted()) {
            throw new CallFailed(new Failure.Interrupted());
        }
    }

    // ---- Pending

    @Override
    public Outcome<R> await() {
        Runner.checkpoint();
        var actor = Runner.actor();
        if (state == null) {
            // Whoever awaits need not be who asked: each waits on a cell of its own, the asked one tells them all.
            awaitAs(actor, Long.MAX_VALUE);
        }
        return outcome();
    }

    @Override
    public Optional<Outcome<R>> await(Duration patience) {
        Runner.checkpoint();
        if (state == null) {
            awaitAs(Runner.actor(), Clocks.nanos(patience));
        }
        return poll();
    }

    private void awaitAs(@Nullable Cell<?> actor, long limit) {
        var mine = new WaitCell<Object>(actor, node, limit);
        mine.request = request; // and so the same holder, whoever that will be
        mine.publish();
        try {
            if (actor != null && Cycles.closedBy(actor, mine) instanceof Failure.Cycle cycle) {
                complete(new Outcome.Failed<R>(cycle));
                return;
            }
            watch(mine);
            mine.suspend();
        } finally {
            mine.abort();
            mine.retract();
        }
        mine.orInterrupted();
    }

    private void watch(WaitCell<?> watcher) {
        WaitCell<?> seen;
        do {
            seen = watchers;
            var open = seen;
            while (open != null && open.over()) {
                open = open.nextWatcher;
            }
            watcher.nextWatcher = open;
        } while (!WATCHERS.compareAndSet(this, seen, watcher));
        if (state != null) {
            tellWatchers();
        }
    }

    /// Runs this once when the cell is over, on the thread that completes it; at once when it is over already.
    void whenOver(Runnable deed) {
        watch(new WaitCell<>(null, node, Long.MAX_VALUE).onComplete(_ -> deed.run()));
    }

    /// How it ended for those between the caller and the holder.
    Interception.End end() {
        var seen = state;
        return seen == TIMED_OUT ? new Interception.End.TimedOut() : Relay.of(Objects.requireNonNull(seen, "open"));
    }

    private void tellWatchers() {
        for (var watcher = (WaitCell<?>) WATCHERS.getAndSet(this, null);
                watcher != null;
                watcher = watcher.nextWatcher) {
            watcher.complete(Boolean.TRUE);
        }
    }

    @Override
    public Optional<Outcome<R>> poll() {
        return state == null ? Optional.empty() : Optional.of(outcome());
    }

    @Override
    public CompletableFuture<R> future() {
        var future = new CompletableFuture<R>();
        if (state != null) {
            settle(future);
        } else {
            whenOver(() -> scheduler.execute(() -> settle(future)));
            future.whenComplete((_, _) -> abandon());
        }
        return future;
    }

    private void settle(CompletableFuture<R> future) {
        switch (outcome()) {
            case Outcome.Replied<R>(R value) -> future.complete(value);
            case Outcome.Failed<R>(var why) -> future.completeExceptionally(new CallFailed(why));
        }
    }

    @Override
    public boolean abandon() {
        return complete(ABORTED);
    }

    /// What is waited for, and who would have to move.
    @Override
    public String toString() {
        var sent = request;
        var callee = sent != null && sent.holder != null ? sent.holder : holder;
        var what =
                sent != null ? "the request " + sent.message.getClass().getSimpleName() : start ? "a start" : "a wait";
        var parked = parkedAt;
        return callee != null ? what + " to " + callee.path() : parked != null ? what + " to " + parked : what;
    }
}
