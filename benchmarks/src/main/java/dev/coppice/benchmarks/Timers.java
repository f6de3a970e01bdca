package dev.coppice.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// A million timers: a thousand actors arm a thousand each, due within the same second, and receive them all. The result is processor
/// time a timer, in nanoseconds; wall time would measure the delay.
final class Timers {
    private static final Object GO = "go";
    private static final Object TICK = "tick";
    private static final int ACTORS = 1_000;

    private Timers() {}

    static <A, S> Batch million(Actors<A, S> actors, Meter meter) {
        int each = meter.size(1_000);
        var signal = new Signal();
        List<A> addresses = new ArrayList<>();
        for (int i = 0; i < ACTORS; i++) {
            addresses.add(actors.spawn(new Sleeper<>(actors, signal, each)));
        }
        return () -> {
            signal.expect(ACTORS);
            meter.begin();
            for (A address : addresses) {
                actors.send(address, GO);
            }
            signal.await();
            meter.end((long) ACTORS * each);
            meter.value(meter.cpuPerOperation());
        };
    }

    private static final class Sleeper<A, S> implements Body<A, S> {
        private final Actors<A, S> actors;
        private final Signal signal;
        private final int each;
        private int left;

        Sleeper(Actors<A, S> actors, Signal signal, int each) {
            this.actors = actors;
            this.signal = signal;
            this.each = each;
        }

        @Override
        public boolean handle(Object message, S self) {
            if (message == GO) {
                left = each;
                for (int i = 0; i < each; i++) {
                    actors.sendAfter(self, Duration.ofMillis(500 + i % 500), TICK);
                }
            } else if (--left == 0) {
                signal.done();
            }
            return false;
        }
    }
}
