package dev.coppice.observe;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import jdk.management.VirtualThreadSchedulerMXBean;

/// What the JVM says of the machine and of itself.
final class Machine {
    private Machine() {}

    /// The heap after its last collection: what lives, not what lies about.
    record Heap(long used, long max) {
        static Heap now() {
            long used = 0;
            for (var pool : ManagementFactory.getMemoryPoolMXBeans()) {
                used += Optional.ofNullable(pool.getCollectionUsage()).map(usage -> usage.getUsed()).orElse(0L);
            }
            return new Heap(used, heapMax());
        }

        double share() {
            return max <= 0 ? 0 : (double) used / max;
        }

        @Override
        public String toString() {
            return (used >> 20) + " of " + (max >> 20) + " MiB are in use";
        }
    }

    /// The JDK's scheduler of virtual threads, on which the node's workers run.
    ///
    /// @param parallelism how many may run at once
    /// @param queued threads that wait for their turn
    record Carriers(int parallelism, int threads, int mounted, long queued) {
        static Carriers now() {
            var bean = ManagementFactory.getPlatformMXBean(VirtualThreadSchedulerMXBean.class);
            return new Carriers(
                    bean.getParallelism(),
                    bean.getPoolSize(),
                    bean.getMountedVirtualThreadCount(),
                    bean.getQueuedVirtualThreadCount());
        }
    }

    static long heapUsed() {
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    static long heapMax() {
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getMax();
    }

    static int platformThreads() {
        return ManagementFactory.getThreadMXBean().getThreadCount();
    }

    /// The processor time of this JVM so far, in nanoseconds; negative where nobody knows.
    static long cpuTime() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }
}
