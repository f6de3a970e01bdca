package dev.coppice.benchmarks;

import java.util.ArrayList;
import java.util.List;

/// Pairs of actors that return one message to each other. An operation is a hop.
final class Pairs {
    private static final Object PING = "ping";

    private Pairs() {}

    /// One pair: what a hop costs when nothing else runs.
    static <A, S> Batch one(Actors<A, S> actors, Meter meter) {
        return pairs(actors, meter, 1, meter.size(300_000));
    }

    /// A thousand pairs at once: pure scheduling.
    static <A, S> Batch thousand(Actors<A, S> actors, Meter meter) {
        return pairs(actors, meter, 1_000, meter.size(1_000));
    }

    private static <A, S> Batch pairs(Actors<A, S> actors, Meter meter, int pairs, int trips) {
        var signal = new Signal();
        List<Ping<A, S>> pings = new ArrayList<>();
        List<A> addresses = new ArrayList<>();
        for (int i = 0; i < pairs; i++) {
            var ping = new Ping<>(actors, signal);
            A address = actors.spawn(ping);
            ping.peer = actors.spawn(new Pong<>(actors, address));
            pings.add(ping);
            addresses.add(address);
        }
        return () -> {
            signal.expect(pairs);
            pings.forEach(ping -> ping.left = trips + 1);
            meter.begin();
            for (A address : addresses) {
                actors.send(address, PING);
            }
            signal.await();
            meter.end(2L * pairs * trips);
        };
    }

    private static final class Ping<A, S> implements Body<A, S> {
        private final Actors<A, S> actors;
        private final Signal signal;
        private int left;
        private A peer;

        @SuppressWarnings("NullAway") // the peer is set before the first message
        Ping(Actors<A, S> actors, Signal signal) {
            this.actors = actors;
            this.signal = signal;
        }

        @Override
        public boolean handle(Object message, S self) {
            if (--left > 0) {
                actors.send(peer, message);
            } else {
                signal.done();
            }
            return false;
        }
    }

    private record Pong<A, S>(Actors<A, S> actors, A peer) implements Body<A, S> {
        @Override
        public boolean handle(Object message, S self) {
            actors.send(peer, message);
            return false;
        }
    }
}
