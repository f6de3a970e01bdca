package dev.coppice.kernel.internal;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.PlatformManagedObject;
import java.util.concurrent.locks.ReentrantLock;
import jdk.management.VirtualThreadSchedulerMXBean;
import org.jspecify.annotations.Nullable;

/// The JDK's scheduler of virtual threads, one for the whole JVM, as a [Canary] sees and changes it.
final class Relief implements Canary.Carriers {
    private static final int MOST_EXTRA = 192;
    private static final int KICKS = 4;

    private static final ReentrantLock CHANGES = new ReentrantLock();

    /// Carriers that all nodes of this JVM have added together; guarded by the lock.
    private static int extra;

    private Relief() {}

    static Canary canary(long now) {
        return new Canary(new Relief(), Runtime.getRuntime().availableProcessors(), now);
    }

    @Override
    public void send(Runnable canary) {
        Thread.startVirtualThread(canary);
    }

    @Override
    public long cpu() {
        return Bean.SYSTEM == null ? -1 : Bean.SYSTEM.getProcessCpuTime();
    }

    @Override
    public int missing() {
        return Bean.FOUND == null ? 0 : Bean.FOUND.getParallelism() - Bean.FOUND.getMountedVirtualThreadCount();
    }

    @Override
    public int raise(int step) {
        int more = change(step);
        if (more > 0) {
            kick(KICKS);
        }
        return more;
    }

    @Override
    public void lower(int step) {
        change(-step);
    }

    @Override
    public void kick() {
        kick(1);
    }

    /// A virtual thread that comes from outside starts a carrier if the queue that it comes to seems empty, and a fresh platform thread has a
    /// queue of its own. They are few, since the start of a platform thread waits until the operating system has let it run: among hogs some
    /// milliseconds. The carriers that they bring start others.
    private static void kick(int times) {
        for (int i = 0; i < times; i++) {
            Thread.ofPlatform().daemon().name("coppice-kick").start(() -> Thread.startVirtualThread(() -> {}));
        }
    }

    /// By how much it was changed. Under a lock, since the JDK's number is read and then written: two nodes at once would lose one's change.
    static int change(int by) {
        CHANGES.lock();
        try {
            int changed = Math.clamp(extra + by, 0, MOST_EXTRA) - extra;
            var bean = Bean.FOUND;
            if (bean != null && changed != 0) {
                bean.setParallelism(Math.max(1, bean.getParallelism() + changed));
            }
            extra += changed;
            return changed;
        } finally {
            CHANGES.unlock();
        }
    }

    /// Looked up when first needed: it costs tens of milliseconds.
    private static final class Bean {
        static final @Nullable VirtualThreadSchedulerMXBean FOUND = find(VirtualThreadSchedulerMXBean.class);
        static final @Nullable OperatingSystemMXBean SYSTEM = FOUND == null ? null : find(OperatingSystemMXBean.class);

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
}
