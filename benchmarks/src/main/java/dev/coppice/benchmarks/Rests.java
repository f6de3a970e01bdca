package dev.coppice.benchmarks;

import java.lang.management.ManagementFactory;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/// Actors that have each handled one message and wait for the next.
final class Rests {
    private static final Object TOUCH = "touch";

    private static final int WARM_UP = 50_000;

    private Rests() {}

    /// Bytes of heap for each of a million, 200,000 a round. They share one body without state, so what is measured is the system's own;
    /// the address that somebody keeps of each is included.
    static <A, S> Batch memory(Actors<A, S> actors, Meter meter) throws Exception {
        return memory(actors, meter, meter.size(200_000));
    }

    /// The same for ten million.
    static <A, S> Batch memoryOfTenMillion(Actors<A, S> actors, Meter meter) throws Exception {
        return memory(actors, meter, meter.size(2_000_000));
    }

    private static <A, S> Batch memory(Actors<A, S> actors, Meter meter, int each) throws Exception {
        // What is made once is not theirs, nor are an interpreter's frames.
        meter.keep(fill(actors, Math.min(each, WARM_UP)));
        return () -> {
            long before = heap();
            meter.keep(fill(actors, each));
            meter.value((double) (heap() - before) / each);
        };
    }

    /// Percent of a core that a million use. The round is long, since a process's clock may tick in 10 ms: one tick is 0.1 %.
    static <A, S> Batch cpu(Actors<A, S> actors, Meter meter) throws Exception {
        meter.keep(fill(actors, meter.size(1_000_000)));
        return idle(meter);
    }

    /// The same of a JVM that does nothing, with about as much in its heap.
    static Batch bareCpu(Meter meter) throws InterruptedException {
        meter.keep(new byte[meter.size(1_000_000)][144]);
        return idle(meter);
    }

    private static Batch idle(Meter meter) throws InterruptedException {
        heap();
        int millis = meter.size(10_000);
        Thread.sleep(millis / 10);
        return () -> {
            meter.begin();
            Thread.sleep(millis);
            meter.end(0);
            meter.value(100.0 * meter.cpu() / meter.elapsed());
        };
    }

    private static <A, S> Object[] fill(Actors<A, S> actors, int count) throws InterruptedException {
        var touched = new CountDownLatch(count);
        var addresses = new Object[count];
        actors.send(actors.spawn(new Maker<>(actors, addresses, touched)), TOUCH);
        if (!touched.await(5, TimeUnit.MINUTES)) {
            throw new IllegalStateException(
                    touched.getCount() + " of " + count + " actors have not handled their message");
        }
        return addresses;
    }

    /// Starts the others, a thousand a message.
    private static final class Maker<A, S> implements Body<A, S> {
        private final Actors<A, S> actors;
        private final Object[] addresses;
        private final Function<S, A> nursery;
        private int made;

        Maker(Actors<A, S> actors, Object[] addresses, CountDownLatch touched) {
            this.actors = actors;
            this.addresses = addresses;
            this.nursery =
                    actors.nursery((_, _) -> {
                        touched.countDown();
                        return false;
                    });
        }

        @Override
        public boolean handle(Object message, S self) {
            for (int end = Math.min(addresses.length, made + 1_000); made < end; made++) {
                A address = nursery.apply(self);
                actors.send(address, message);
                addresses[made] = address;
            }
            if (made < addresses.length) {
                actors.send(actors.self(self), message);
            }
            return false;
        }
    }

    /// The heap in use after collections that no longer free anything.
    private static long heap() {
        long used = Long.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            System.gc();
            used = Math.min(used, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return used;
    }
}
