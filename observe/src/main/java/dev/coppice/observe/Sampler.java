package dev.coppice.observe;

import dev.coppice.kernel.Node;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.spi.Running;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Who uses the processors: a sampling profiler of actors. About twenty times a second, at random moments so that it does not fall into step
/// with a timer, it looks who is inside its code and whether the thread wants a processor or waits for something foreign. Messages pay
/// nothing for it. Over the last minute, so of some 1,200 looks: a share of a tenth is right to a hundredth.
///
/// On a platform thread of its own: it must not wait for the places that it looks at.
final class Sampler implements Runnable, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Sampler.class);
    private static final int LEAST_MILLIS = 25;
    private static final int MOST_MILLIS = 75;
    private static final int SLICES = 12;
    private static final int LOOKS = 100;

    /// An actor that comes after so many in a slice is left out of it.
    private static final int ACTORS = 5_000;

    private final Node node;
    private final CountDownLatch ended = new CountDownLatch(1);

    /// Newest last. Guarded by this object.
    private final ArrayDeque<Slice> slices = new ArrayDeque<>();

    /// How often somebody was seen.
    private static final class Hits {
        int running;
        int blocked;
    }

    /// A hundred looks.
    private static final class Slice {
        final Map<Pid<?>, Hits> hits = new HashMap<>();
        int looks;
    }

    /// What one actor had of the time: of one processor, and inside its code but waiting for something that is not the kernel's.
    record Share(Pid<?> pid, double processor, double blocked) {}

    Sampler(Node node) {
        this.node = node;
    }

    static Sampler of(Node node) {
        var sampler = new Sampler(node);
        Thread.ofPlatform().daemon().name(node.config().name() + "-observer-sampler").start(sampler);
        return sampler;
    }

    @Override
    public void run() {
        try {
            while (!ended.await(
                    ThreadLocalRandom.current().nextInt(LEAST_MILLIS, MOST_MILLIS), TimeUnit.MILLISECONDS)) {
                look();
            }
        } catch (InterruptedException told) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException broken) {
            LOG.error("the observer does not look any more who uses the processors", broken);
        }
    }

    void look() {
        note(Running.in(node));
    }

    private synchronized void note(List<Running> running) {
        if (slices.isEmpty() || slices.getLast().looks == LOOKS) {
            slices.addLast(new Slice());
            if (slices.size() > SLICES) {
                slices.removeFirst();
            }
        }
        var slice = slices.getLast();
        slice.looks++;
        for (var one : running) {
            if (slice.hits.size() < ACTORS || slice.hits.containsKey(one.pid())) {
                var hits = slice.hits.computeIfAbsent(one.pid(), _ -> new Hits());
                hits.running += one.wantsProcessor() ? 1 : 0;
                hits.blocked += one.wantsProcessor() ? 0 : 1;
            }
        }
    }

    /// Its share of a processor; zero for who was never seen.
    synchronized double processor(Pid<?> pid) {
        int seen = 0;
        for (var slice : slices) {
            var hits = slice.hits.get(pid);
            seen += hits == null ? 0 : hits.running;
        }
        return seen == 0 ? 0 : seen / (double) looks();
    }

    /// Those that were seen running, most first; then those that were seen blocked.
    synchronized List<Share> shares() {
        var sums = new HashMap<Pid<?>, Hits>();
        for (var slice : slices) {
            slice.hits.forEach((pid, hits) -> {
                var sum = sums.computeIfAbsent(pid, _ -> new Hits());
                sum.running += hits.running;
                sum.blocked += hits.blocked;
            });
        }
        double looks = looks();
        return sums.entrySet().stream()
                .map(one -> new Share(one.getKey(), one.getValue().running / looks, one.getValue().blocked / looks))
                .sorted(Comparator.comparingDouble(Share::processor).thenComparingDouble(Share::blocked).reversed())
                .toList();
    }

    private int looks() {
        return slices.stream().mapToInt(slice -> slice.looks).sum();
    }

    @Override
    public void close() {
        ended.countDown();
    }
}
