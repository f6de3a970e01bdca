package dev.coppice.kernel.internal;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// What the current thread is doing for the kernel: which actor it runs. One per thread that runs actors; a worker is one.
///
/// The thread-local holds nothing of the user's: it is how a send finds out who sends, without a parameter in every signature.
class Runner {
    private static final ThreadLocal<Runner> CURRENT = new ThreadLocal<>();
    private static final VarHandle CELL;

    static {
        try {
            CELL = MethodHandles.lookup().findVarHandle(Runner.class, "cell", Cell.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /// The actor whose code runs on this thread. Written by this thread, in release mode; read by it plainly, by the watchdog in
    /// acquire mode.
    @Nullable Cell<?> cell;

    final void runs(@Nullable Cell<?> actor) {
        CELL.setRelease(this, actor);
    }

    final @Nullable Cell<?> runningNow() {
        return (Cell<?>) CELL.getAcquire(this);
    }

    static @Nullable Runner current() {
        return CURRENT.get();
    }

    static Runner enter() {
        var runner = CURRENT.get();
        if (runner == null) {
            runner = new Runner();
            CURRENT.set(runner);
        }
        return runner;
    }

    final void bind() {
        CURRENT.set(this);
    }

    /// The actor that runs on this thread, if one does.
    static @Nullable Cell<?> actor() {
        var runner = CURRENT.get();
        return runner == null ? null : runner.cell;
    }

    /// Ends the current actor when it has been told to exit; elsewhere does nothing.
    static void checkpoint() {
        var cell = actor();
        if (cell != null) {
            cell.checkpoint();
        }
    }

    /// Whether the batch should end: somebody else needs the thread.
    boolean preempted() {
        return false;
    }

    /// Where this thread counts messages of `node` without contention, when it may.
    @Nullable Tally tally(LocalNode node) {
        return null;
    }
}
