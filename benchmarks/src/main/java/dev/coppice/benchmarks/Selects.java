package dev.coppice.benchmarks;

/// An actor whose mailbox is full of messages that it does not want now.
final class Selects {
    private static final Object GO = "go";
    private static final Object JUNK = "junk";

    private Selects() {}

    private record Wanted(int number) {}

    /// Receives one message past ten thousand others. An operation is such a receive, with the send to itself.
    static <A, S> Batch pastTenThousand(Actors<A, S> actors, Meter meter) {
        return select(actors, meter, meter.size(10_000), meter.size(1_000));
    }

    static <A, S> Batch pastHundredThousand(Actors<A, S> actors, Meter meter) {
        return select(actors, meter, meter.size(100_000), meter.size(200));
    }

    private static <A, S> Batch select(Actors<A, S> actors, Meter meter, int junk, int times) {
        return crowded(
                actors,
                meter,
                junk,
                times,
                self -> {
                    for (int i = 0; i < times; i++) {
                        var wanted = new Wanted(i);
                        actors.send(actors.self(self), wanted);
                        actors.receive(self, wanted);
                    }
                });
    }

    /// Calls another while a hundred thousand messages wait. An operation is a call.
    static <A, S> Batch callPastHundredThousand(Actors<A, S> actors, Meter meter) {
        int times = meter.size(20_000);
        A callee = actors.spawn(Calls.callee(actors));
        return crowded(
                actors,
                meter,
                meter.size(100_000),
                times,
                self -> {
                    for (int i = 0; i < times; i++) {
                        Actors.check(actors.call(self, callee));
                    }
                });
    }

    private interface Work<S> {
        void with(S self) throws Exception;
    }

    /// What was not wanted is handled, and forgotten, between the batches.
    private static <A, S> Batch crowded(Actors<A, S> actors, Meter meter, int junk, int times, Work<S> work) {
        var signal = new Signal();
        A address =
                actors.spawn((message, self) -> {
                    if (message == GO) {
                        for (int i = 0; i < junk; i++) {
                            actors.send(actors.self(self), JUNK);
                        }
                        meter.begin();
                        work.with(self);
                        meter.end(times);
                        signal.done();
                    }
                    return false;
                });
        return () -> {
            signal.expect(1);
            actors.send(address, GO);
            signal.await();
        };
    }
}
