package dev.coppice.kernel.internal;

import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicInteger;
import jdk.management.VirtualThreadSchedulerMXBean;
import org.jspecify.annotations.Nullable;

/// Help against CPU hogs: virtual threads are not time-sliced, so as many hogs as carriers stop every other one.
///
/// **Idea.** A canary, a virtual thread that does nothing, is started now and then while work waits. When it does not get to run for
/// some milliseconds and hardly a message is received meanwhile, the carriers are hogged. (The canary alone says too little: it comes from
/// outside, and busy carriers look at their own queues first.) Then the JDK scheduler's parallelism is raised, JVM-wide, doubling what was added before, and a few
/// virtual threads are started from fresh platform threads, which makes the pool notice. The operating system slices the carriers. When
/// canaries have been quick for a while the parallelism goes down again, by halves, to what it was.
final class Relief {
    private static final int MOST_EXTRA = 192;
    private static final int KICKS = 4;
    private static final AtomicInteger EXTRA = new AtomicInteger();

    private Relief() {}

    static boolean active() {
        return EXTRA.get() > 0;
    }

    /// By how much it was raised.
    private static int raise(int step) {
        int extra = EXTRA.get();
        int more = Math.min(step, MOST_EXTRA - extra);
        if (more <= 0 || !EXTRA.compareAndSet(extra, extra + more)) {
            return 0;
        }
        change(more);
        for (int i = 0; i < KICKS; i++) {
            Thread.ofPlatform().daemon().name("coppice-kick").start(() -> Thread.startVirtualThread(() -> {}));
        }
        return more;
    }

    private static void lower(int step) {
        int extra = EXTRA.get();
        int less = Math.min(extra, step);
        if (less > 0 && EXTRA.compareAndSet(extra, extra - less)) {
            change(-less);
        }
    }

    private static void change(int by) {
        var bean = Bean.FOUND;
        if (bean != null) {
            bean.setParallelism(Math.max(1, bean.getParallelism() + by));
        }
    }

    /// Looked up when first needed: it costs tens of milliseconds.
    private static final class Bean {
        static final @Nullable VirtualThreadSchedulerMXBean FOUND = find();

        private static @Nullable VirtualThreadSchedulerMXBean find() {
            try {
                return ManagementFactory.getPlatformMXBean(VirtualThreadSchedulerMXBean.class);
            } catch (LinkageError | IllegalArgumentException e) {
                new Log("dev.coppice")
                        .line(
                                org.slf4j.event.Level.WARN,
                                "no relief against CPU hogs: add the module jdk.management to the run-time image",
                                java.util.Map.of(),
                                e);
                return null;
            }
        }
    }

    /// One watchdog's canary. Used by that watchdog's thread only.
    static final class Canary {
        private static final long EVERY = 10_000_000;
        private static final long LATE = 8_000_000;

        /// Messages that each core receives in that time when it is busy, not hogged: a tenth of a millisecond each.
        private static final long BUSY = 80;

        private static final long CALM = 1_000_000_000L;

        private final int cores = Math.max(1, Runtime.getRuntime().availableProcessors());
        private volatile boolean sings = true;
        private long sentAt;
        private long lastLate;
        private boolean late;
        private int raised;
        private long receivedBefore;

        boolean late() {
            return late;
        }

        /// @param hogged whether a place stands still
        /// @param received how many messages have been received so far
        void look(long now, boolean hogged, long received) {
            if (!sings) {
                if (now - sentAt > LATE) {
                    if (received - receivedBefore < BUSY * cores) {
                        late = true;
                        lastLate = now;
                        raised += raise(Math.max(cores, raised));
                    } else {
                        late = false;
                        lowerHalf(now);
                    }
                    sentAt = now;
                    receivedBefore = received;
                }
                return;
            }
            late = false;
            if (raised > 0 && now - lastLate > CALM && !hogged) {
                lowerHalf(now);
            }
            if (now - sentAt > EVERY) {
                sings = false;
                sentAt = now;
                receivedBefore = received;
                Thread.startVirtualThread(() -> sings = true);
            }
        }

        private void lowerHalf(long now) {
            int less = Math.min(raised, Math.max(cores, raised / 2));
            lower(less);
            raised -= less;
            lastLate = now;
        }

        void stop() {
            lower(raised);
            raised = 0;
        }
    }
}
