package dev.coppice.benchmarks;

/// Stops a tree of a hundred thousand: a hundred parents with a thousand children each. An operation is an actor stopped.
final class Shutdowns {
    private static final Object GO = "go";
    private static final int PARENTS = 100;

    private Shutdowns() {}

    static <A, S> Batch tree(Actors<A, S> actors, Meter meter) {
        int children = meter.size(1_000);
        return () -> {
            var signal = new Signal();
            signal.expect(PARENTS * children);
            A top =
                    actors.spawn(
                            parent(
                                    actors,
                                    PARENTS,
                                    parent(
                                            actors,
                                            children,
                                            (_, _) -> {
                                                signal.done();
                                                return false;
                                            })));
            actors.send(top, GO);
            signal.await();
            meter.begin();
            actors.stopTree(top);
            meter.end((long) PARENTS * children);
        };
    }

    /// Starts its children at the first message, which it hands down.
    private static <A, S> Body<A, S> parent(Actors<A, S> actors, int children, Body<A, S> child) {
        return (message, self) -> {
            for (int i = 0; i < children; i++) {
                actors.send(actors.spawn(self, child), message);
            }
            return false;
        };
    }
}
