package dev.coppice.examples.mqtt;

import dev.coppice.kernel.Node;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Server;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Twice as many endless loops as there are cores: within two seconds the others must have a quarter of their throughput again.
///
/// @param before messages a second
/// @param beside the same with the hogs, from two seconds after they began
record Hogs(int hogs, double before, double beside) {
    private static final double SHARE = 0.25;

    /// @param seconds over which either throughput is taken
    static Hogs check(Node node, Bystanders bystanders, int seconds) {
        int number = 2 * Runtime.getRuntime().availableProcessors();
        double before = rate(bystanders, seconds);
        var loops = new Loops();
        var hogs =
                Stream.generate(() -> node.spawn(Server.<String>of(() -> (_, _) -> loops.spin())))
                        .limit(number)
                        .toList();
        hogs.forEach(hog -> hog.send("begin"));
        pause(2);
        double beside = rate(bystanders, seconds);
        loops.over = true;
        hogs.forEach(Pid::stop);
        hogs.forEach(Pid::await);
        return new Hogs(number, before, beside);
    }

    private static final class Loops {
        volatile boolean over;

        void spin() {
            while (!over) {
                Thread.onSpinWait();
            }
        }
    }

    private static double rate(Bystanders bystanders, int seconds) {
        long begin = System.nanoTime();
        long before = bystanders.received();
        pause(seconds);
        return (bystanders.received() - before) / ((System.nanoTime() - begin) / 1e9);
    }

    private static void pause(int seconds) {
        try {
            boolean _ = new CountDownLatch(1).await(seconds, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    double share() {
        return beside / before;
    }

    List<String> violations() {
        return share() >= SHARE ? List.of() : List.of("beside hogs the others starve: " + this);
    }

    @Override
    public String toString() {
        return "%d hogs: %,.0f messages/s before, %,.0f beside them: %.0f %%"
                .formatted(hogs, before, beside, 100 * share());
    }
}
