package dev.coppice.benchmarks;

import java.util.ArrayList;
import java.util.List;

/// Actors that burn a processor for 50 ms a message, without end, beside one pair that works. The result is the pair's worst wait in
/// milliseconds; when it makes no progress, the length of the round.
final class Hogs {
    private static final Object GO = "go";
    private static final int CORES = Runtime.getRuntime().availableProcessors();
    private static final long BURN = 50_000_000;

    @SuppressWarnings("unused") // written, so that the burning is not optimised away
    private static volatile long sink;

    private Hogs() {}

    /// As many as cores, beside two actors that send.
    static <A, S> Batch asCores(Actors<A, S> actors, Meter meter) {
        return beside(actors, meter, CORES, false);
    }

    /// Eight times as many.
    static <A, S> Batch eightfold(Actors<A, S> actors, Meter meter) {
        return beside(actors, meter, 8 * CORES, false);
    }

    /// As many as cores, beside an actor that calls another in its handler.
    static <A, S> Batch besideCalls(Actors<A, S> actors, Meter meter) {
        return beside(actors, meter, CORES, true);
    }

    static <A, S> Batch eightfoldBesideCalls(Actors<A, S> actors, Meter meter) {
        return beside(actors, meter, 8 * CORES, true);
    }

    private static <A, S> Batch beside(Actors<A, S> actors, Meter meter, int hogs, boolean calls) {
        var worker = new Worker<>(actors, calls);
        A address = actors.spawn(worker);
        worker.peer =
                actors.spawn(
                        calls
                                ? Calls.callee(actors)
                                : (message, _) -> {
                                    actors.send(address, message);
                                    return false;
                                });
        int millis = meter.size(2_000);
        window(actors, address, worker, millis); // compiled before the hogs come
        List<A> all = new ArrayList<>(); // spawned before any of them burns, so that none starves the one that spawns
        for (int i = 0; i < hogs; i++) {
            all.add(actors.spawn(hog(actors)));
        }
        all.forEach(each -> actors.send(each, GO));
        return () -> meter.value(window(actors, address, worker, millis) / 1e6);
    }

    /// Lets the pair work for a while; its worst wait in nanoseconds.
    private static <A, S> long window(Actors<A, S> actors, A address, Worker<A, S> worker, int millis) {
        worker.begin();
        actors.send(address, GO);
        pause(millis);
        return worker.end();
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    private static <A, S> Body<A, S> hog(Actors<A, S> actors) {
        return (message, self) -> {
            long until = System.nanoTime() + BURN;
            long count = 0;
            while (System.nanoTime() < until) {
                count++;
            }
            sink = count;
            actors.send(actors.self(self), message);
            return false;
        };
    }

    private static final class Worker<A, S> implements Body<A, S> {
        private final Actors<A, S> actors;
        private final boolean calls;
        private A peer;
        private volatile boolean runs;
        private volatile long last;
        private volatile long worst;

        @SuppressWarnings("NullAway") // the peer is set before the first message
        Worker(Actors<A, S> actors, boolean calls) {
            this.actors = actors;
            this.calls = calls;
        }

        void begin() {
            worst = 0;
            last = System.nanoTime();
            runs = true;
        }

        long end() {
            runs = false;
            return Math.max(worst, System.nanoTime() - last);
        }

        @Override
        public boolean handle(Object message, S self) throws Exception {
            if (!runs) {
                return false;
            }
            note();
            if (!calls) {
                actors.send(peer, message);
            } else if (actors.handlersWait()) {
                Actors.check(actors.call(self, peer));
                actors.send(actors.self(self), message);
            } else {
                actors.ask(self, peer);
            }
            return false;
        }

        private void note() {
            long now = System.nanoTime();
            worst = Math.max(worst, now - last);
            last = now;
        }
    }
}
