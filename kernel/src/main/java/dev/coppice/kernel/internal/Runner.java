package dev.coppice.kernel.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// What the current thread is doing for the kernel: which actor it runs. One per thread that runs actors; a worker is one.
///
/// It is how a send finds out who sends, without a parameter in every signature. On the kernel's virtual threads it is the handler of
/// uncaught exceptions, a field that each thread has anyway: a thread-local's map would cost each waiting loop 136 bytes. A body may set
/// a handler of its own; then the runner is found in a table ([Runners]). A thread that only happens to run actors, a platform thread,
/// has it in a thread-local.
class Runner implements Thread.UncaughtExceptionHandler {
    private static final int STRIPES = 64;
    private static final ThreadLocal<Runner> CURRENT = new ThreadLocal<>();
    private static final Runners BOUND = new Runners(STRIPES);

    /// For so long a loop may go on before it gives its carrier back: 8 milliseconds, as a power of two of nanoseconds.
    private static final int SLICE = 23;

    private static final VarHandle CELL;
    private static final VarHandle DELIVERY;
    private static final VarHandle INTERRUPTING;

    static {
        try {
            CELL = MethodHandles.lookup().findVarHandle(Runner.class, "cell", Cell.class);
            DELIVERY = MethodHandles.lookup().findVarHandle(Runner.class, "delivery", Mail.class);
            INTERRUPTING = MethodHandles.lookup().findVarHandle(Runner.class, "interrupting", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /// The actor whose code runs on this thread. Written by this thread, in release mode; read by it plainly, by the watchdog in
    /// acquire mode.
    @Nullable Cell<?> cell;

    /// What that actor has received and is handling. Here and not in the actor, since most runners are young: a reference that is stored into
    /// an old object costs the default collector a fence. Written and read as `cell`.
    private @Nullable Mail delivery;

    /// What rides with the message that is being handled here, for taps. Confined to this thread.
    Taps.@Nullable Riding riding;

    /// The thread; null before it starts and after it has ended.
    volatile @Nullable Thread thread;

    /// The number of the slice in which it looked last whether it should give its carrier back. Confined to this thread.
    private byte slice;

    /// Whether a killer is about to interrupt the thread. Taken and given back by killers.
    @SuppressWarnings("unused") // through INTERRUPTING
    private volatile boolean interrupting;

    /// The actor that it runs from now on; null for none. On this runner's thread.
    final void runs(@Nullable Cell<?> actor) {
        CELL.setRelease(this, actor);
    }

    /// Waits a moment for the next mail of an actor that has handled all, instead of letting it rest at once; true when one has come.
    boolean lingers(Cell<?> actor) {
        return false;
    }

    /// As [#runs], before an actor's turn: the actor, too, knows then who runs it.
    final void begins(Cell<?> actor) {
        runs(actor);
        if (actor.lastRunner != this) {
            actor.lastRunner = this;
        }
    }

    /// After the turn of an actor, or its end: no delivery is left, and no interrupt that was meant for it.
    final void ended(Cell<?> actor) {
        delivery(null);
        if (actor.leaving()) {
            leaves();
        } else {
            runs(null);
        }
        clearStrayInterrupt(Thread.currentThread());
    }

    /// For other threads. One with which it is going to begin does not run yet.
    final @Nullable Cell<?> runningNow() {
        var actor = (Cell<?>) CELL.getAcquire(this);
        return actor != null && actor.lastRunner == this ? actor : null;
    }

    final @Nullable Mail delivery() {
        return delivery;
    }

    final void delivery(@Nullable Mail mail) {
        DELIVERY.setRelease(this, mail);
    }

    /// Changes what the actor handles; does nothing on another thread than that which runs it.
    static void delivery(Cell<?> actor, @Nullable Mail mail) {
        var runner = current();
        if (runner != null && runner.cell == actor) {
            runner.delivery(mail);
        }
    }

    /// For other threads: the runner may have gone on meanwhile, to another message or another actor.
    final @Nullable Mail deliveryNow() {
        return (Mail) DELIVERY.getAcquire(this);
    }

    /// The end of a run of an actor that leaves by its own decision: after this no interrupt that was meant for it arrives, and none is
    /// left.
    ///
    /// One that goes to rest need not ask for this. A killer writes the exit word, then sends a mail, then comes to interrupt: so either
    /// the mail keeps the actor from resting, or the killer finds that nobody runs it.
    final void leaves() {
        runs(null);
        VarHandle.fullFence();
        while (interrupting) {
            Thread.onSpinWait();
        }
    }

    /// The loop that it runs has had a batch and goes on, since it has mail: virtual threads are not time-sliced, so now and then it lets
    /// others have the carrier.
    void givesWay() {
        if (sliceEnds()) {
            stopsShortly();
        }
    }

    /// Whether a slice has ended since it was asked last.
    final boolean sliceEnds() {
        byte now = (byte) (System.nanoTime() >>> SLICE);
        boolean ends = now != slice;
        slice = now;
        return ends;
    }

    /// Gives its carrier back. A yield would not: a carrier whose own queue is empty puts who yields where it looks first, and takes it from
    /// there again, so that what others have put elsewhere waits for ever.
    static void stopsShortly() {
        LockSupport.parkNanos(1);
    }

    /// The thread, to which it was bound, ends.
    final void ends(Thread current) {
        BOUND.leave(this, current);
        thread = null;
    }

    /// Interrupts the thread while it runs this actor; otherwise does nothing.
    final void interrupt(Cell<?> actor) {
        while (!INTERRUPTING.compareAndSet(this, false, true)) {
            Thread.onSpinWait();
        }
        var running = thread;
        if (running != null && runningNow() == actor) {
            running.interrupt();
        }
        interrupting = false;
    }

    static void clearStrayInterrupt(Thread thread) {
        if (thread.isInterrupted()) {
            Thread.interrupted();
        }
    }

    /// That of the current thread; null when it runs no actors.
    static @Nullable Runner current() {
        var current = Thread.currentThread();
        return current.isVirtual()
                        && current.getUncaughtExceptionHandler() instanceof Runner runner
                        && runner.thread == current
                ? runner
                : lookUp(current);
    }

    private static @Nullable Runner lookUp(Thread current) {
        var bound = current.isVirtual() ? BOUND.of(current) : null;
        return bound == null ? CURRENT.get() : bound;
    }

    /// What happens without a handler.
    @Override
    public final void uncaughtException(Thread failed, Throwable thrown) {
        var group = failed.getThreadGroup();
        if (group != null) {
            group.uncaughtException(failed, thrown);
        }
    }

    static Runner enter() {
        var runner = current();
        if (runner == null) {
            runner = new Runner();
            runner.bindHere();
        }
        return runner;
    }

    /// Becomes the runner of the current thread, a platform thread, for good.
    final void bindHere() {
        thread = Thread.currentThread();
        CURRENT.set(this);
    }

    /// Becomes the runner of a virtual thread until it [#ends]. Called by that thread, or before it starts: so nothing of this stands on
    /// its stack.
    final void bind(Thread of) {
        thread = of;
        BOUND.enter(this, of);
        of.setUncaughtExceptionHandler(this);
    }

    /// The actor that runs on this thread, if one does.
    static @Nullable Cell<?> actor() {
        var runner = current();
        return runner == null ? null : runner.cell;
    }

    /// Ends the current actor when it has been told to exit; elsewhere does nothing.
    static void checkpoint() {
        var cell = actor();
        if (cell != null) {
            cell.checkpoint();
        }
    }

    /// Whether the actor may handle another batch before others get their turn.
    ///
    /// @param first whether it has had one only
    boolean prolongs(boolean first) {
        return false;
    }

    /// Whether the batch should end: somebody else needs the thread. Asked once after each mail.
    boolean preempted() {
        return false;
    }

    /// The actor that it runs has received a user's message.
    void received(Cell<?> cell, Mail mail) {
        cell.node.countReceived();
        cell.node.scheduler.received(cell, mail.message);
    }

    /// Where this thread counts messages of `node` without contention, when it may.
    @Nullable Tally tally(LocalNode node) {
        return null;
    }
}
