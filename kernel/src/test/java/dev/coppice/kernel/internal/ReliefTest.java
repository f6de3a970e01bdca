package dev.coppice.kernel.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import jdk.management.VirtualThreadSchedulerMXBean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The carriers of this JVM are changed by the watchdogs of all its nodes.
@Tag("#94")
class ReliefTest {
    private static int parallelism() {
        return ManagementFactory.getPlatformMXBean(VirtualThreadSchedulerMXBean.class).getParallelism();
    }

    @Test
    void of_two_nodes_at_once_ends_where_it_began() throws Exception {
        int before = parallelism();
        Callable<Integer> node =
                () -> {
                    int sum = 0;
                    for (int i = 0; i < 10_000; i++) {
                        sum += Relief.change(1) + Relief.change(-1);
                    }
                    return sum;
                };
        try (var threads = Executors.newFixedThreadPool(2)) {
            for (var added : threads.invokeAll(Stream.generate(() -> node).limit(2).toList())) {
                assertThat(added.get()).isZero();
            }
        }
        assertThat(parallelism()).isEqualTo(before);
    }
}
