package dev.coppice.benchmarks;

/// Fork and join: the Fibonacci tree, an actor a node. An operation is an actor's life.
final class Trees {
    private static final Object GO = "go";
    private static final int FULL = 23;

    private Trees() {}

    private record Work(int n) {}

    private record Sum(long value) {}

    static <A, S> Batch fib(Actors<A, S> actors, Meter meter) {
        int n = meter.size(100) < 100 ? 10 : FULL;
        var signal = new Signal();
        var root = new Root<>(actors, signal, n);
        A address = actors.spawn(root);
        return () -> {
            signal.expect(1);
            meter.begin();
            actors.send(address, GO);
            signal.await();
            meter.end(actorsOf(n));
            if (root.result != fib(n)) {
                throw new IllegalStateException("fib(" + n + ") is " + fib(n) + ", not " + root.result);
            }
        };
    }

    private static long fib(int n) {
        return n <= 2 ? 1 : fib(n - 1) + fib(n - 2);
    }

    private static long actorsOf(int n) {
        return n <= 2 ? 1 : 1 + actorsOf(n - 1) + actorsOf(n - 2);
    }

    private static final class Root<A, S> implements Body<A, S> {
        private final Actors<A, S> actors;
        private final Signal signal;
        private final int n;
        private volatile long result;

        Root(Actors<A, S> actors, Signal signal, int n) {
            this.actors = actors;
            this.signal = signal;
            this.n = n;
        }

        @Override
        public boolean handle(Object message, S self) {
            if (message instanceof Sum(long value)) {
                result = value;
                signal.done();
            } else {
                actors.send(actors.spawn(self, new Knot<>(actors, actors.self(self))), new Work(n));
            }
            return false;
        }
    }

    private static final class Knot<A, S> implements Body<A, S> {
        private final Actors<A, S> actors;
        private final A parent;
        private long sum;
        private int got;

        Knot(Actors<A, S> actors, A parent) {
            this.actors = actors;
            this.parent = parent;
        }

        @Override
        public boolean handle(Object message, S self) {
            return message instanceof Sum(long value) ? join(value) : fork(((Work) message).n(), self);
        }

        private boolean fork(int n, S self) {
            if (n <= 2) {
                actors.send(parent, new Sum(1));
                return true;
            }
            for (int below = n - 1; below >= n - 2; below--) {
                actors.send(actors.spawn(self, new Knot<>(actors, actors.self(self))), new Work(below));
            }
            return false;
        }

        private boolean join(long value) {
            sum += value;
            if (++got < 2) {
                return false;
            }
            actors.send(parent, new Sum(sum));
            return true;
        }
    }
}
