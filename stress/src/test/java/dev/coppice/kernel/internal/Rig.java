package dev.coppice.kernel.internal;

import dev.coppice.kernel.Config;
import dev.coppice.kernel.Loop;
import dev.coppice.kernel.Mailbox;
import dev.coppice.kernel.Recipe;
import dev.coppice.kernel.spi.Activation;
import dev.coppice.kernel.spi.Alarm;
import dev.coppice.kernel.spi.Scheduler;
import dev.coppice.kernel.spi.Waiting;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// What the tests of this package share: a node that runs nothing by itself. Its cells are made ready into their body, a [Wakes], so that
/// a test counts wake-ups, or runs the actor on the thread that woke it.
final class Rig {
    static final LocalNode NODE = (LocalNode) LocalNode.start(Config.defaults().quiet().scheduler(Still::new));
    private static final Recipe<Object> RECIPE = ((Loop<Object>) _ -> {}).recipe();
    private static final Habit HABIT = Habit.of((Loop<Object>) _ -> {});
    private static final AtomicLong IDS = new AtomicLong(1_000);

    private Rig() {}

    static Cell<Object> running(Wakes wakes) {
        return new Cell<>(NODE, NODE.guardian(), RECIPE.settings(), wakes, HABIT, IDS.incrementAndGet(), false);
    }

    /// In a node with the kernel's own scheduler; its body is never run.
    static Cell<Object> runningIn(LocalNode node) {
        return new Cell<>(node, node.guardian(), RECIPE.settings(), new Counted(), HABIT, IDS.incrementAndGet(), false);
    }

    static Cell<Object> resting(Wakes wakes) {
        return new Cell<>(NODE, NODE.guardian(), RECIPE.settings(), wakes, HABIT, IDS.incrementAndGet(), true);
    }

    /// Running, with this number for its id.
    static Cell<Object> numbered(long id, Object body) {
        return new Cell<>(NODE, NODE.guardian(), RECIPE.settings(), body, HABIT, id, false);
    }

    static Cell<Object> childOf(Cell<?> parent) {
        return new Cell<>(NODE, parent, RECIPE.settings(), new Counted(), HABIT, IDS.incrementAndGet(), false);
    }

    static BoundedCell<Object> bounded(Mailbox mailbox, Wakes wakes, boolean atRest) {
        return BoundedCell.of(
                NODE, NODE.guardian(), RECIPE.mailbox(mailbox).settings(), wakes, HABIT, IDS.incrementAndGet(), atRest);
    }

    static int length(@Nullable Mail list) {
        int length = 0;
        for (var mail = list; mail != null; mail = mail.next) {
            length++;
        }
        return length;
    }

    /// What is told when a cell becomes ready: who did it runs it.
    interface Wakes {
        void ready(Cell<?> cell);
    }

    /// Only counts.
    static final class Counted implements Wakes {
        private final AtomicInteger count = new AtomicInteger();

        @Override
        public void ready(Cell<?> cell) {
            count.incrementAndGet();
        }

        int count() {
            return count.get();
        }
    }

    /// The machine of [#NODE]: alarms are kept and never ring, waits park.
    private static final class Still implements Scheduler {
        private final AlarmHeap alarms = new AlarmHeap(0);

        @Override
        public void ready(Activation activation) {
            var cell = (Cell<?>) activation;
            if (cell.body instanceof Wakes wakes) {
                wakes.ready(cell);
            }
        }

        @Override
        public void execute(Runnable job) {
            throw new UnsupportedOperationException("nothing runs here by itself");
        }

        @Override
        public void suspend(Waiting waiting) {
            waiting.thread = Thread.currentThread();
            while (!waiting.over()) {
                LockSupport.park(waiting);
            }
            waiting.thread = null;
        }

        @Override
        public void resume(Waiting waiting) {
            var thread = waiting.thread;
            if (thread != null) {
                LockSupport.unpark(thread);
            }
        }

        @Override
        public void schedule(Alarm alarm, long at) {
            alarms.add(alarm, at);
        }

        @Override
        public boolean cancel(Alarm alarm) {
            return alarm.index >= 0 && alarms.remove(alarm);
        }

        @Override
        public long nanoTime() {
            return 0;
        }

        @Override
        public Instant wallTime() {
            return Instant.EPOCH;
        }

        @Override
        public long random() {
            return 0;
        }

        @Override
        public void close() {}
    }
}
