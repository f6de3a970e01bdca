package dev.coppice.benchmarks;

import java.util.ArrayList;
import java.util.List;

/// Actors in a ring that hand one message round. An operation is a hop.
final class Rings {
    private static final int HOPS = 600_000;

    private Rings() {}

    static <A, S> Batch hundred(Actors<A, S> actors, Meter meter) {
        return ring(actors, meter, 100);
    }

    static <A, S> Batch tenThousand(Actors<A, S> actors, Meter meter) {
        return ring(actors, meter, 10_000);
    }

    static <A, S> Batch ring(Actors<A, S> actors, Meter meter, int size) {
        int hops = meter.size(HOPS);
        var signal = new Signal();
        List<Member<A, S>> members = new ArrayList<>();
        List<A> addresses = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            members.add(new Member<>(actors, signal));
            addresses.add(actors.spawn(members.get(i)));
        }
        for (int i = 0; i < size; i++) {
            members.get(i).next = addresses.get((i + 1) % size);
        }
        return () -> {
            signal.expect(1);
            meter.begin();
            actors.send(addresses.getFirst(), new Token(hops));
            signal.await();
            meter.end(hops);
        };
    }

    private static final class Token {
        private int left;

        Token(int left) {
            this.left = left;
        }
    }

    private static final class Member<A, S> implements Body<A, S> {
        private final Actors<A, S> actors;
        private final Signal signal;
        private A next;

        @SuppressWarnings("NullAway") // the next one is set before the first message
        Member(Actors<A, S> actors, Signal signal) {
            this.actors = actors;
            this.signal = signal;
        }

        @Override
        public boolean handle(Object message, S self) {
            if (--((Token) message).left > 0) {
                actors.send(next, message);
            } else {
                signal.done();
            }
            return false;
        }
    }
}
