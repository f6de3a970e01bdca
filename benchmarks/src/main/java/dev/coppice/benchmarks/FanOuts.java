package dev.coppice.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// One actor that publishes to a topic with many subscribers. An operation is a message that one subscriber got.
final class FanOuts {
    private static final Object GO = "go";
    private static final int SUBSCRIBERS = 10_000;
    private static final int MESSAGES = 100;

    private FanOuts() {}

    static <A, S> Batch tenThousand(Actors<A, S> actors, Meter meter) {
        int size = meter.size(SUBSCRIBERS, 100);
        int messages = meter.size(MESSAGES, 10);
        var signal = new Signal();
        List<Subscriber<A, S>> bodies = new ArrayList<>();
        List<A> addresses = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            var body = new Subscriber<A, S>(signal);
            bodies.add(body);
            addresses.add(actors.spawn(body));
        }
        A publisher = actors.spawn(new Publisher<A, S>(actors.topic(addresses), messages));
        return () -> {
            signal.expect(size);
            bodies.forEach(body -> body.left = messages);
            meter.begin();
            actors.send(publisher, GO);
            signal.await();
            meter.end((long) size * messages);
        };
    }

    private static final class Subscriber<A, S> implements Body<A, S> {
        private final Signal signal;
        private int left;

        Subscriber(Signal signal) {
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

    private record Publisher<A, S>(Consumer<Object> topic, int messages) implements Body<A, S> {
        @Override
        public boolean handle(Object message, S self) {
            for (int i = 0; i < messages; i++) {
                topic.accept(message);
            }
            return false;
        }
    }
}
