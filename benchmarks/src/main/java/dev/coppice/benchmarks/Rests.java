package dev.coppice.benchmarks;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/// Actors that have each handled one message and wait for the next.
final class Rests {
    private static final Object TOUCH = "touch";

    private static final Object END = "end";

    /// How many live before, and end, so often.
    private static final int WARM_UP = 50_000;

    private static final int WARM_UPS = 20;

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
        warmUp(actors, Math.min(each, WARM_UP));
        return () -> {
            long before = heap();
            meter.keep(new Maker<>(actors, each).run());
            meter.value((double) (heap() - before) / each);
        };
    }

    /// What is made once is not theirs, nor are the frames of an interpreter, or of code that is not yet compiled well.
    private static <A, S> void warmUp(Actors<A, S> actors, int each) throws InterruptedException {
        for (int i = 0; i < WARM_UPS; i++) {
            var filled = new Maker<>(actors, each);
            filled.run();
            filled.end();
        }
    }

    /// Percent of a core that a million use. The round is long, since a process's clock may tick in 10 ms: one tick is 0.1 %.
    static <A, S> Batch cpu(Actors<A, S> actors, Meter meter) throws Exception {
        meter.keep(new Maker<>(actors, meter.size(1_000_000)).run());
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

    /// Starts the others, a thousand a message.
    private static final class Maker<A, S> implements Body<A, S> {
        private final Actors<A, S> actors;
        private final List<A> made;
        private final int count;
        private final CountDownLatch touched;
        private final CountDownLatch ended;
        private final Function<S, A> nursery;

        Maker(Actors<A, S> actors, int count) {
            this.actors = actors;
            this.count = count;
            this.made = new ArrayList<>(count);
            this.touched = new CountDownLatch(count);
            this.ended = new CountDownLatch(count);
            this.nursery =
                    actors.nursery((message, _) -> {
                        boolean ends = message == END;
                        (ends ? ended : touched).countDown();
                        return ends;
                    });
        }

        /// The addresses of the actors, which have handled their message.
        Object run() throws InterruptedException {
            actors.send(actors.spawn(this), TOUCH);
            await(touched, "handled their message");
            return made;
        }

        void end() throws InterruptedException {
            made.forEach(actor -> actors.send(actor, END));
            await(ended, "ended");
        }

        private void await(CountDownLatch latch, String what) throws InterruptedException {
            if (!latch.await(5, TimeUnit.MINUTES)) {
                throw new IllegalStateException(latch.getCount() + " of " + count + " actors have not " + what);
            }
        }

        @Override
        public boolean handle(Object message, S self) {
            for (int end = Math.min(count, made.size() + 1_000); made.size() < end; ) {
                A address = nursery.apply(self);
                made.add(address); // before it can tell anybody
                actors.send(address, message);
            }
            if (made.size() < count) {
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
