package dev.coppice.benchmarks;

import java.util.ArrayList;
import java.util.List;

/// Five thousand handlers that each block for 50 ms in code that knows nothing of the system. The result is how long all of them take
/// together, in milliseconds. There is no warm-up: a system may learn, and the worst round shows what it cost.
final class Blocks {
    private static final Object GO = "go";
    private static final int BLOCKED = 5_000;

    private Blocks() {}

    static <A, S> Batch foreign(Actors<A, S> actors, Meter meter) {
        int count = meter.size(BLOCKED);
        var signal = new Signal();
        Body<A, S> body =
                (_, _) -> {
                    Thread.sleep(50);
                    signal.done();
                    return false;
                };
        List<A> addresses = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            addresses.add(actors.spawnBlocking(body));
        }
        return () -> {
            signal.expect(count);
            meter.begin();
            for (A address : addresses) {
                actors.send(address, GO);
            }
            signal.await();
            meter.end(count);
            meter.value(meter.elapsed() / 1e6);
        };
    }
}
