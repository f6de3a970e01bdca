package dev.coppice.benchmarks;

/// A child that crashes whenever it is told to, under a supervisor that starts it again. An operation is a crash until the next
/// incarnation has been initialised; its latency is the inverse.
final class Restarts {
    private static final Object GO = "go";
    private static final Object CRASH = "crash";

    private Restarts() {}

    /// @param address of the new incarnation
    private record Born(Object address) {}

    /// Each batch has a supervisor of its own, so that no system's memory of earlier restarts grows.
    static <A, S> Batch one(Actors<A, S> actors, Meter meter) {
        int crashes = meter.size(200);
        var signal = new Signal();
        var observer = new Observer<>(actors, signal);
        A address = actors.spawn(observer);
        return () -> {
            signal.expect(1);
            observer.left = 1;
            actors.supervised(() -> new Child<>(actors, address));
            signal.await();
            signal.expect(1);
            observer.left = crashes;
            meter.begin();
            actors.send(address, GO);
            signal.await();
            meter.end(crashes);
        };
    }

    private static final class Crash extends RuntimeException {
        private static final long serialVersionUID = 1;

        Crash() {
            super("as told");
        }
    }

    private record Child<A, S>(Actors<A, S> actors, A observer) implements Body<A, S> {
        @Override
        public void init(S self) {
            actors.send(observer, new Born(actors.self(self)));
        }

        @Override
        public boolean handle(Object message, S self) {
            throw new Crash();
        }
    }

    private static final class Observer<A, S> implements Body<A, S> {
        private final Actors<A, S> actors;
        private final Signal signal;
        private int left;
        private A child;

        @SuppressWarnings("NullAway") // it is born before it is told to crash
        Observer(Actors<A, S> actors, Signal signal) {
            this.actors = actors;
            this.signal = signal;
        }

        @Override
        @SuppressWarnings("unchecked") // the child's own address
        public boolean handle(Object message, S self) {
            if (message instanceof Born(Object address)) {
                child = (A) address;
                left--;
            }
            if (left > 0) {
                actors.send(child, CRASH);
            } else {
                signal.done();
            }
            return false;
        }
    }
}
