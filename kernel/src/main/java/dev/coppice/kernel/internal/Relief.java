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
/// the JDK scheduler's parallelism is raised, JVM-wide, each time by twice what was added before, and a few virtual threads are started from
/// fresh platform threads, which makes the pool notice. The operating system slices the carriers; places are opened for them
/// ([Places#open]). When canaries have been quick for a while the parallelism goes down again, by halves, to what it was. Carriers beyond
/// it go when they find nothing to do, so a false alarm is dear.
final class Relief {
    private static final int MOST_EXTRA = 192;
    private static final int KICKS = 4;
    private static final AtomicInteger EXTRA = new AtomicInteger();

    private Relief() {}

    /// By how much it was raised.
    private static int raise(int step) {
        int extra = EXTRA.get();
        int more = Math.min(step, MOST_EXTRA - extra);
        if (more <= 0 || !EXTRA.compareAndSet(extra, extra + more)) {
            return 0;
        }
        change(more);
        kick(KICKS);
        return more;
    }

    /// Makes the pool start carriers, or wake them. A virtual thread that comes from outside starts one if the queue that it comes to seems
    /// empty, and a fresh platform thread has a queue of its own. They are few, since the start of a platform thread waits until the
    /// operating system has let it run: among hogs some milliseconds. The carriers that they bring start others.
    private static void kick(int times) {
        for (int i = 0; i < times; i++) {
            Thread.ofPlatform().daemon().name("coppice-kick").start(() -> Thread.startVirtualThread(() -> {}));
        }
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

        /// How many carriers do not run that may.
        static int missing() {
            return FOUND == null ? 0 : FOUND.getParallelism() - FOUND.getMountedVirtualThreadCount();
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

        /// For how long after it was late another is sent at once.
        private static final long SOON = 100_000_000;

        /// The time slice of the operating system, about: each carrier more for a core may take one before the canary has its turn.
        private static final long TURN = 4_000_000;

        /// Carriers to add first, for each core.
        private static final int FIRST = 3;

        private static final long UNKNOWN = -1;

        private final int cores = Math.max(1, Runtime.getRuntime().availableProcessors());
        private volatile boolean sings = true;
        private long sentAt;
        private long lookedAt;
        private long lastLate;
        private boolean late;
        private int raised;

        /// Whether one was ever late. From then on a canary is sent with what is compared later; before that, it is not worth its price.
        private boolean weighed;

        // When it was sent, or last weighed: the CPU time, and the messages received.
        private long cpuBefore = UNKNOWN;
        private long receivedBefore;

        boolean late() {
            return late;
        }

        /// How many carriers more there are than without it.
        int raised() {
            return raised;
        }

        /// @param hogged whether a place stands still
        /// @param received how many messages have been received so far
        void look(long now, boolean hogged, long received) {
            boolean stopped = now - lookedAt > LATE;
            lookedAt = now;
            if (sings) {
                sings(now, hogged, received);
            } else if (stopped) {
                // This thread was late itself: the whole JVM stood still, as for a collection, and nobody is to blame.
                sentAt = now;
                note(Bean.cpu(), received);
            } else if (cpuBefore == UNKNOWN) {
                if (now - sentAt > LATE / 2) {
                    weighed = true;
                    note(Bean.cpu(), received);
                }
            } else if (now - sentAt > LATE + raised / cores * TURN) {
                weigh(now, received);
            }
        }

        private void sings(long now, boolean hogged, long received) {
            late = false;
            cpuBefore = UNKNOWN;
            if (raised > 0 && now - lastLate > CALM && !hogged) {
                lowerHalf(now);
            }
            if (now - sentAt > EVERY || raised > 0 && now - lastLate < SOON) {
                sings = false;
                sentAt = now;
                if (weighed) {
                    note(Bean.cpu(), received);
                }
                Thread.startVirtualThread(() -> sings = true);
            }
        }

        private void note(long cpu, long received) {
            cpuBefore = cpu;
            receivedBefore = received;
        }

        /// It is late: are hogs to blame?
        private void weigh(long now, long received) {
            long cpu = Bean.cpu();
            long used = cpu - cpuBefore;
            if (used < LATE) {
                return; // too little to judge by: others have the cores
            }
            late = received - receivedBefore < used / LONG;
            if (late) {
                lastLate = now;
                relieve();
            } else {
                lowerHalf(now);
            }
            sentAt = now;
            note(cpu, received);
        }

        /// More carriers, unless some of those that may run do not yet.
        private void relieve() {
            if (Bean.missing() > 0) {
                kick(1);
            } else {
                raised += raise(Math.max(FIRST * cores, 2 * raised));
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
