package dev.coppice.kernel.internal;

import dev.coppice.kernel.ActorInfo;
import dev.coppice.kernel.Call;
import dev.coppice.kernel.DeadLetter;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Offer;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.Pending;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Recipe;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.spi.Activation;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One incarnation of an actor: its pid, its mailbox ([Inbox]) and its state, in one object.
///
/// At most one thread runs an actor: the one that took it from rest, or that it was handed to by the scheduler. What that thread owns,
/// nobody else touches (see the fields). The exit word is [Fate]. Threads that run it leave their [Runner] in [#lastRunner], so that a kill
/// can interrupt exactly the code of this actor.
public sealed class Cell<M> extends Inbox<M> implements Pid<M>, Activation permits BoundedCell {
    private static final VarHandle FATE;
    private static final VarHandle LOCK;
    private static final VarHandle PARENT;
    private static final VarHandle LEFT;
    private static final VarHandle WAITING;

    static {
        try {
            var lookup = MethodHandles.lookup();
            FATE = lookup.findVarHandle(Cell.class, "fate", Fate.class);
            LOCK = lookup.findVarHandle(Cell.class, "lock", int.class);
            PARENT = lookup.findVarHandle(Cell.class, "parent", Cell.class);
            LEFT = lookup.findVarHandle(Cell.class, "left", boolean.class);
            WAITING = lookup.findVarHandle(Cell.class, "waiting", WaitCell.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    // The order of the fields is their order in memory: what the running actor looks at for each message comes last, a
    // cache line away from the mailbox's word, for which the senders fight.

    final Habit habit;
    private final long id;

    /// The cell on which this actor is about to wait or waits. Written by this actor; read by cycle checks and exit signals.
    volatile @Nullable WaitCell<?> waiting;

    // ---- guarded by the short lock; siblings by the family's
    @SuppressWarnings("unused") // through LOCK
    private volatile int lock;

    @Nullable Tie ties;
    @Nullable Family family;
    @Nullable Cell<?> olderSibling;
    @Nullable Cell<?> youngerSibling;

    /// Who started it. Written before the cell is shared and dropped at the end, both without a fence; null for the node's own cell.
    volatile @Nullable Cell<?> parent;

    /// The name's slot that it holds. Written by the starter before the cell is shared, dropped at the end.
    @Nullable Slot slot;

    // ---- owned by the thread that runs it
    @Nullable Possessions possessions;

    // ---- the running thread, the exit word: shared
    /// Who ran it last; it runs it now when it says so itself. Written by whoever runs it, and only when that is another than before: a
    /// write for each run would cost a fence.
    volatile @Nullable Runner lastRunner;

    private volatile @Nullable Fate fate;

    // ---- owned by the thread that runs it
    @Nullable ActorSelf<M> self;

    /// A [Starting], then the server or the loop; null for a dead one.
    @Nullable Object body;

    /// Whether it has left its code for good. Written by the thread that ran it, read by those who wait for that.
    volatile boolean left;

    Cell(
            LocalNode node,
            @Nullable Cell<?> parent,
            Recipe.Settings settings,
            @Nullable Object body,
            Habit habit,
            long id,
            boolean atRest) {
        super(node, settings, atRest);
        PARENT.set(this, parent);
        this.body = body;
        this.habit = habit;
        this.id = id;
    }

    // ================================================================ mailbox

    /// Takes a user message from outside: counts it, and puts it in.
    ///
    /// @param patient whether the sender may be made to wait for room, for at most `patience` nanoseconds
    final Offer accept(Mail mail, boolean patient, long patience) {
        if (mail instanceof Request<?> request && Cycles.closes(request, this)) {
            return new Offer.Dead(new DeadLetter.Reason.Cycle());
        }
        var runner = Runner.current();
        node.countAccepted(runner);
        return put(mail, patient, patience, runner);
    }

    /// As [#accept], for a message that has been counted.
    Offer put(Mail mail, boolean patient, long patience, @Nullable Runner runner) {
        return push(mail, runner) ? Offers.ACCEPTED : bury(mail);
    }

    final Offer bury(Mail mail) {
        var reason = deathForLetters();
        node.deadLetter(mail, this, reason);
        return new Offer.Dead(reason);
    }

    private DeadLetter.Reason deathForLetters() {
        var seen = fate;
        if (node.closed()) {
            return new DeadLetter.Reason.NodeClosed();
        }
        return seen == null || seen instanceof Fate.Gone
                ? new DeadLetter.Reason.NoProcess()
                : new DeadLetter.Reason.Died(seen.reason());
    }

    /// Whether its body waits for a mail: racy, for reports.
    final boolean resting() {
        return rests() || waiting != null;
    }

    /// A wait is over. No fence: it may look open a moment longer.
    final void waitsNoMore() {
        WAITING.setRelease(this, null);
    }

    // ================================================================ activation

    @Override
    public final void run() {
        var runner = Runner.enter();
        if (Activity.beginsLoop(this)) {
            Activity.live(this, runner);
        } else {
            Activity.run(this, runner);
        }
    }

    /// Interrupts the thread that runs its code, if one does.
    final void interrupt() {
        var runner = lastRunner;
        if (runner != null) {
            runner.interrupt(this);
        }
    }

    /// The thread that runs it, if one does.
    final @Nullable Thread runningThread() {
        var runner = lastRunner;
        return runner != null && runner.runningNow() == this ? runner.thread : null;
    }

    /// What it is handling. Another thread may see what was handled before or after, but never the request of another actor.
    final @Nullable Mail delivery() {
        var runner = lastRunner;
        var mail = runner != null && runner.runningNow() == this ? runner.deliveryNow() : null;
        return mail instanceof Request<?> request && request.holder != this ? null : mail;
    }

    final boolean occupied() {
        return runningThread() != null;
    }

    @Override
    public final Recipe.Threading threading() {
        var asked = settings.threading();
        return asked == Recipe.Threading.SHARED && habit.blocks() ? Recipe.Threading.BLOCKING : asked;
    }

    /// Whether it runs on a place.
    final boolean shares() {
        return threading() == Recipe.Threading.SHARED;
    }

    @Override
    public final boolean ended() {
        return left || isGone();
    }

    // ================================================================ exits

    /// The `Self` of this actor; made with the first message.
    final ActorSelf<M> selfRef() {
        var made = self;
        if (made == null) {
            self = made = ActorSelf.of(this);
        }
        return made;
    }

    final @Nullable Fate fate() {
        return fate;
    }

    final boolean casFate(@Nullable Fate from, Fate to) {
        return FATE.compareAndSet(this, from, to);
    }

    final boolean leaving() {
        var seen = fate;
        return seen != null && seen.leaves();
    }

    final boolean isGone() {
        return fate instanceof Fate.Gone;
    }

    /// Ends this actor, on its own thread, when it has been told to exit.
    final void checkpoint() {
        var seen = fate;
        if (seen != null && seen.leaves()) {
            throw ExitSignal.of(seen.reason());
        }
    }

    /// As [#checkpoint], for a sender: what a killed one sends is a dead letter.
    final void fence(Ref<?> to, Mail mail) {
        var seen = fate;
        if (seen != null && seen.leaves()) {
            if (!(seen instanceof Fate.Told)) {
                Refs.nodeOf(to).refuse(mail, to, new DeadLetter.Reason.Fenced());
            }
            throw ExitSignal.of(seen.reason());
        }
    }

    /// An exit signal, of a link or explicit: the receipt table of otp-semantics 1.3.
    final void exitSignal(Cell<?> from, ExitReason reason) {
        exitSignal(from, reason, from == parent);
    }

    private void exitSignal(Cell<?> from, ExitReason reason, boolean ofParent) {
        while (true) {
            var seen = fate;
            boolean trapping = seen instanceof Fate.Trapping;
            if (seen != null && !trapping) {
                return;
            }
            if (trapping && !ofParent) {
                push(new Signal.Exited(from, reason));
                return;
            }
            if (reason instanceof ExitReason.Normal) {
                return;
            }
            if (casFate(seen, Fate.told(reason))) {
                push(new Signal.Nudge());
                var wait = waiting;
                if (wait != null) {
                    wait.abortUnlessEnding();
                }
                if (occupied()) {
                    node.overdue.begin(this);
                }
                return;
            }
        }
    }

    /// Tells it, from its own mailbox, to stop now.
    final void tell(ExitReason reason) {
        var seen = fate;
        if ((seen == null || seen instanceof Fate.Trapping) && !casFate(seen, Fate.told(reason))) {
            tell(reason);
        }
    }

    @Override
    public final void kill() {
        Runner.checkpoint();
        killFirmly();
    }

    final void killFirmly() {
        while (true) {
            var seen = fate;
            if (seen instanceof Fate.Gone || seen instanceof Fate.Killed) {
                return;
            }
            if (casFate(seen, new Fate.Killed())) {
                break;
            }
        }
        push(new Signal.Nudge());
        var wait = waiting;
        if (wait != null) {
            wait.abort();
        }
        interrupt();
        if (occupied() && !left) {
            node.killed.begin(this);
            Dying.fence(this);
        }
    }

    @Override
    public final void exit(ExitReason reason) {
        Objects.requireNonNull(reason, "reason");
        Runner.checkpoint();
        var sender = Runner.actor();
        exitSignal(sender == null ? node.guardian() : sender, reason, sender != null && sender == parent);
    }

    @Override
    public final void stop(ExitReason reason) {
        Objects.requireNonNull(reason, "reason");
        Runner.checkpoint();
        push(new Signal.Stop(reason));
    }

    @Override
    public final boolean alive() {
        return !isGone();
    }

    @Override
    public final ExitReason await() {
        return awaitExit(Long.MAX_VALUE).orElseThrow(() -> new IllegalStateException("woken without an exit"));
    }

    @Override
    public final Optional<ExitReason> await(Duration patience) {
        return awaitExit(Clocks.nanos(patience));
    }

    private Optional<ExitReason> awaitExit(long patience) {
        Runner.checkpoint();
        var actor = Runner.actor();
        if (actor == this) {
            throw new IllegalStateException(path() + " would wait for its own exit; use stop");
        }
        var wait = new WaitCell<Object>(actor, node, patience);
        var tie = Tie.waiter(this, wait);
        if (!Ties.add(tie, this)) {
            return Optional.of(goneReason());
        }
        wait.publish();
        try {
            wait.suspend();
        } finally {
            wait.retract();
            Ties.remove(tie);
        }
        wait.orInterrupted();
        return Optional.ofNullable(wait.<ExitReason>value());
    }

    final ExitReason goneReason() {
        return fate instanceof Fate.Gone(ExitReason reason) ? reason : new ExitReason.NoProcess();
    }

    /// Waits for its exit on behalf of the kernel; an exit of the waiter does not end the wait. False when the time was not enough.
    final boolean awaitFirmly(@Nullable Cell<?> waiter, long patience) {
        var wait = new WaitCell<Object>(waiter, node, patience);
        var tie = Tie.waiter(this, wait);
        if (!Ties.add(tie, this)) {
            return true;
        }
        wait.suspendFirmly();
        Ties.remove(tie);
        return isGone();
    }

    // ================================================================ the short lock

    final void lock() {
        Spin.lock(LOCK, this, LockOrder.Rank.CELL);
    }

    final void unlock() {
        Spin.unlock(LOCK, this);
    }

    /// For who has just said, by a CAS or an exchange, what everybody looks at who holds the short lock: from now on each of them has seen
    /// it, or has done what he did. Cheaper than to say it under the lock.
    final void awaitUnlocked() {
        if ((int) LOCK.getVolatile(this) != 0) {
            lock();
            unlock();
        }
    }

    /// It has left its code for good. The next exchange or CAS of this thread is the fence.
    final void leavesCode() {
        LEFT.setRelease(this, true);
    }

    /// As [#leavesCode]; false when another thread has said so before.
    final boolean leavesCodeFirst() {
        return LEFT.compareAndSet(this, false, true);
    }

    final void leavesParent() {
        PARENT.setRelease(this, null);
    }

    /// The order in which two short locks are taken: nodes by their number, then actors by theirs.
    final boolean before(Cell<?> other) {
        return node == other.node ? id < other.id : node.number < other.node.number;
    }

    // ================================================================ pid

    final long patience() {
        var own = settings.patience();
        return own.isPresent() ? Clocks.nanos(own.get()) : node.patienceNanos();
    }

    @Override
    public final long id() {
        return id;
    }

    /// What it is: its recipe's label, else the class of its body.
    final String kind() {
        return settings.label().orElse(habit.label);
    }

    /// Who it is, for people: its name, else its label, else its kind and number.
    final String label() {
        return settings.name().map(name -> name.value()).or(settings::label).orElseGet(() -> habit.label + "-" + id);
    }

    @Override
    public final String path() {
        var above = parent;
        return above == null ? "/" + label() : above.parent == null ? "/" + label() : above.path() + "/" + label();
    }

    @Override
    public final ActorInfo info() {
        return Reports.info(this);
    }

    @Override
    public final void send(M message) {
        var mail = Taps.on ? Taps.tapped(this, message) : node.mail(Objects.requireNonNull(message, "message"));
        var runner = Runner.current();
        if (runner != null && runner.cell != null) {
            runner.cell.fence(this, mail);
        }
        node.countAccepted(runner);
        put(mail, true, Long.MAX_VALUE, runner);
    }

    @Override
    public final Offer offer(M message) {
        return Refs.offer(this, message);
    }

    @Override
    public final <R> R call(Call<? extends M, R> request) {
        return Refs.call(this, request);
    }

    @Override
    public final <R> Pending<R> ask(Call<? extends M, R> request) {
        return Refs.ask(this, request);
    }

    /// The outcome of a request whose holder dies for this reason.
    static <R> Outcome<R> exited(ExitReason reason) {
        return new Outcome.Failed<>(new dev.coppice.kernel.Failure.Exited(reason));
    }

    @Override
    public final String toString() {
        return "<" + node.number + "." + id + " " + label() + ">";
    }
}
