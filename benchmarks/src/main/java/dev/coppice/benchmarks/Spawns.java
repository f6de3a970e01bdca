package dev.coppice.benchmarks;

/// A parent that starts children, a thousand at a time; each handles one message and ends. An operation is a child's life.
final class Spawns {
    private static final Object GO = "go";
    private static final Object WORK = "work";
    private static final Object DONE = "done";
    private static final int CHILDREN = 100_000;
    private static final int AT_ONCE = 1_000;

    private Spawns() {}

    /// The child says when it has done its work.
    static <A, S> Batch plain(Actors<A, S> actors, Meter meter) {
        return lives(actors, meter, (parent, self) -> actors.spawn(self, telling(actors, parent)));
    }

    /// The parent is told of the child's exit by the system.
    static <A, S> Batch supervised(Actors<A, S> actors, Meter meter) {
        return lives(actors, meter, (_, self) -> actors.spawnWatched(self, (_, _) -> true));
    }

    /// The child initialises itself, and the parent knows when it has before it goes on with that child.
    static <A, S> Batch started(Actors<A, S> actors, Meter meter) {
        return lives(actors, meter, (parent, self) -> actors.spawnStarted(self, telling(actors, parent)));
    }

    private interface Birth<A, S> {
        A give(A parent, S self);
    }

    private static <A, S> Body<A, S> telling(Actors<A, S> actors, A parent) {
        return (_, _) -> {
            actors.send(parent, DONE);
            return true;
        };
    }

    private static <A, S> Batch lives(Actors<A, S> actors, Meter meter, Birth<A, S> birth) {
        int children = meter.size(CHILDREN);
        var signal = new Signal();
        var parent = new Parent<>(actors, birth, signal);
        A address = actors.spawn(parent);
        return () -> {
            signal.expect(1);
            parent.unborn = children;
            meter.begin();
            actors.send(address, GO);
            signal.await();
            meter.end(children);
        };
    }

    private static final class Parent<A, S> implements Body<A, S> {
        private final Actors<A, S> actors;
        private final Birth<A, S> birth;
        private final Signal signal;
        private int unborn;
        private int alive;

        Parent(Actors<A, S> actors, Birth<A, S> birth, Signal signal) {
            this.actors = actors;
            this.birth = birth;
            this.signal = signal;
        }

        @Override
        public boolean handle(Object message, S self) {
            if (message == GO) {
                begin(self);
            } else if (message != Actors.STARTED && --alive == 0) {
                if (unborn > 0) {
                    begin(self);
                } else {
                    signal.done();
                }
            }
            return false;
        }

        private void begin(S self) {
            int now = Math.min(AT_ONCE, unborn);
            unborn -= now;
            alive = now;
            for (int i = 0; i < now; i++) {
                actors.send(birth.give(actors.self(self), self), WORK);
            }
        }
    }
}
