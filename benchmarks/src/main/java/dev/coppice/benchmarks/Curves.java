package dev.coppice.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/// Cost against size, `./coppice bench --curves`: actors that a message passes, producers at one mailbox, messages that stand in it.
final class Curves {
    private static final Set<String> SYSTEMS = new LinkedHashSet<>(List.of("coppice", "pekko"));
    private static final Object GO = "go";
    private static final int MESSAGES = 1_000_000;

    static final List<Workload> LIST = all();

    private Curves() {}

    private static List<Workload> all() {
        List<Workload> all = new ArrayList<>();
        IntStream.of(10, 100, 1_000, 10_000, 100_000).mapToObj(n -> point("actors", n, new Ring(n))).forEach(all::add);
        IntStream.of(1, 2, 4, 16, 64, 256).mapToObj(n -> point("producers", n, new Producers(n))).forEach(all::add);
        IntStream.of(1, 10, 100, 1_000, 10_000, 100_000)
                .mapToObj(n -> point("queue", n, new Queue(n)))
                .forEach(all::add);
        return List.copyOf(all);
    }

    private static Workload point(String curve, int size, Batch.On batch) {
        var name = curve + "/" + size;
        return new Workload(name, name, Workload.Kind.RATE, "op/s", true, SYSTEMS, List.of(), batch);
    }

    private record Ring(int actors) implements Batch.On {
        @Override
        public <A, S> Batch of(Actors<A, S> system, Meter meter) {
            return Rings.ring(system, meter, actors);
        }
    }

    private record Producers(int count) implements Batch.On {
        @Override
        public <A, S> Batch of(Actors<A, S> system, Meter meter) {
            return Tells.to(system, meter, count, MESSAGES, 0);
        }
    }

    /// One producer that sends so many, then waits until they have been received.
    private record Queue(int length) implements Batch.On {
        @Override
        public <A, S> Batch of(Actors<A, S> system, Meter meter) {
            int windows = Math.max(1, meter.size(MESSAGES) / length);
            var signal = new Signal();
            var producer = new Producer<>(system, length, signal);
            A sender = system.spawn(producer);
            producer.consumer = system.spawn(new Consumer<>(system, sender, length));
            return () -> {
                signal.expect(1);
                producer.windows = windows;
                meter.begin();
                system.send(sender, GO);
                signal.await();
                meter.end((long) windows * length);
            };
        }
    }

    private static final class Producer<A, S> implements Body<A, S> {
        private final Actors<A, S> actors;
        private final int length;
        private final Signal signal;
        private A consumer;
        private int windows;

        @SuppressWarnings("NullAway") // the consumer is set before the first message
        Producer(Actors<A, S> actors, int length, Signal signal) {
            this.actors = actors;
            this.length = length;
            this.signal = signal;
        }

        @Override
        public boolean handle(Object message, S self) {
            if (windows-- == 0) {
                signal.done();
                return false;
            }
            for (int i = 0; i < length; i++) {
                actors.send(consumer, message);
            }
            return false;
        }
    }

    private static final class Consumer<A, S> implements Body<A, S> {
        private final Actors<A, S> actors;
        private final A producer;
        private final int length;
        private int received;

        Consumer(Actors<A, S> actors, A producer, int length) {
            this.actors = actors;
            this.producer = producer;
            this.length = length;
        }

        @Override
        public boolean handle(Object message, S self) {
            if (++received == length) {
                received = 0;
                actors.send(producer, message);
            }
            return false;
        }
    }
}
