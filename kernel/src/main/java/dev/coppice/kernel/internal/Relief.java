package dev.coppice.kernel.internal;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.PlatformManagedObject;
import java.util.concurrent.atomic.AtomicInteger;
import jdk.management.VirtualThreadSchedulerMXBean;
import org.jspecify.annotations.Nullable;

/// Help against CPU hogs: virtual threads are not time-sliced, so as many hogs as carriers stop every other one.
///
/// **Idea.** A canary, a virtual thread that does nothing, is started now and then while work waits. When it does not get to run for
/// some milliseconds, and this JVM uses much CPU meanwhile for hardly a message, the carriers are hogged. (The canary alone says too little: it
/// comes from outside, and busy carriers look at their own queues first. Nor do few messages alone: the cores may be somebody else's.) Then
/// the JDK scheduler's parallelism is raised, JVM-wide, doubling what was added before, and a few virtual threads are started from fresh
/// platform threads, which makes the pool notice. The operating system slices the carriers. When canaries have been quick for a while the
/// parallelism goes down again, by halves, to what it was. Carriers beyond it go when they find nothing to do, so a false alarm is dear.
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
        static final @Nullable VirtualThreadSchedulerMXBean FOUND = find(VirtualThreadSchedulerMXBean.class);
        private static final @Nullable OperatingSystemMXBean SYSTEM =
                FOUND == null ? null : find(OperatingSystemMXBean.class);

        /// The CPU time of this JVM in nanoseconds; negative when it cannot be had.
        static long cpu() {
            return SYSTEM == null ? -1 : SYSTEM.getProcessCpuTime();
        }

        private static <T extends PlatformManagedObject> @Nullable T find(Class<T> type) {
            try {
                return ManagementFactory.getPlatformMXBean(type);
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

        /// CPU time that a message takes at most where it is not a hog that takes it.
        private static final long LONG = 100_000;

        private static final long CALM = 1_000_000_000L;
        private static final long UNKNOWN = -1;

        private final int cores = Math.max(1, Runtime.getRuntime().availableProcessors());
        private volatile boolean sings = true;
        private long sentAt;
        private long lastLate;
        private boolean late;
        private int raised;

        // While it is late: the CPU time and the messages received when this was last weighed.
        private long cpuBefore = UNKNOWN;
        private long receivedBefore;

        boolean late() {
            return late;
        }

        /// @param hogged whether a place stands still
        /// @param received how many messages have been received so far
        void look(long now, boolean hogged, long received) {
            if (sings) {
                sings(now, hogged);
            } else if (now - sentAt > LATE) {
                weigh(now, received);
            }
        }

        private void sings(long now, boolean hogged) {
            late = false;
            cpuBefore = UNKNOWN;
            if (raised > 0 && now - lastLate > CALM && !hogged) {
                lowerHalf(now);
            }
            if (now - sentAt > EVERY) {
                sings = false;
                sentAt = now;
                Thread.startVirtualThread(() -> sings = true);
            }
        }

        /// It is late: are hogs to blame? The first time there is nothing to compare with.
        private void weigh(long now, long received) {
            long cpu = Bean.cpu();
            long used = cpu - cpuBefore;
            boolean known = cpuBefore != UNKNOWN;
            if (known && used < LATE) {
                return; // too little to judge by: others have the cores
            }
            late = known && received - receivedBefore < used / LONG;
            if (late) {
                lastLate = now;
                raised += raise(Math.max(cores, raised));
            } else if (known) {
                lowerHalf(now);
            }
            sentAt = now;
            cpuBefore = cpu;
            receivedBefore = received;
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
