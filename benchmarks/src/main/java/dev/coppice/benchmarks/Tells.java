package dev.coppice.benchmarks;

import java.util.ArrayList;
import java.util.List;

/// Producers that send to one consumer as fast as they can. An operation is a message.
final class Tells {
    private static final Object GO = "go";
    private static final int MESSAGES = 2_000_000;

    private Tells() {}

    static <A, S> Batch one(Actors<A, S> actors, Meter meter) {
        return to(actors, meter, 1, MESSAGES, 0);
    }

    static <A, S> Batch four(Actors<A, S> actors, Meter meter) {
        return to(actors, meter, 4, MESSAGES, 0);
    }

    static <A, S> Batch hundred(Actors<A, S> actors, Meter meter) {
        return to(actors, meter, 100, MESSAGES, 0);
    }

    /// Through a mailbox of a thousand, where the producer waits for room.
    static <A, S> Batch bounded(Actors<A, S> actors, Meter meter) {
        return to(actors, meter, 1, MESSAGES / 2, 1_000);
    }

    /// @param capacity of the mailbox; 0 for an unbounded one
    static <A, S> Batch to(Actors<A, S> actors, Meter meter, int producers, int messages, int capacity) {
        int each = meter.size(messages, 100 * producers) / producers;
        var signal = new Signal();
        var consumer = new Consumer<A, S>(signal);
        A address = capacity == 0 ? actors.spawn(consumer) : actors.spawnBounded(consumer, capacity);
        List<A> all = new ArrayList<>();
        for (int i = 0; i < producers; i++) {
            all.add(actors.spawn(new Producer<>(actors, address, each)));
        }
        return () -> {
            signal.expect(1);
            consumer.left = (long) each * producers;
            meter.begin();
            for (A producer : all) {
                actors.send(producer, GO);
            }
            signal.await();
            meter.end((long) each * producers);
        };
    }

    private static final class Consumer<A, S> implements Body<A, S> {
        private final Signal signal;
        private long left;

        Consumer(Signal signal) {
            this.signal = signal;
        }

        @Override
        public boolean handle(Object message, S self) {
            if (--left == 0) {
                signal.done();
            }
            return false;
        }
    }

    private record Producer<A, S>(Actors<A, S> actors, A consumer, int each) implements Body<A, S> {
        @Override
        public boolean handle(Object message, S self) {
            for (int i = 0; i < each; i++) {
                actors.send(consumer, message);
            }
            return false;
        }
    }
}
