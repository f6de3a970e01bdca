package dev.coppice.examples.mqtt;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import java.time.Duration;
import java.util.function.Supplier;

/// Calls that survive the callee: for requests that may be executed twice.
final class Again {
    private static final int ATTEMPTS = 6;
    private static final Duration PAUSE = Duration.ofMillis(5);

    private Again() {}

    /// Calls, and calls the next incarnation when this one dies over it.
    ///
    /// A name waits through a restart by itself; the pauses (5, 10, 20, 40, 80 ms) are for when its supervisor has died too.
    static <M, R> R call(Self<?> self, Supplier<Ref<M>> callee, Call<? extends M, R> request) {
        for (int attempt = 1; ; attempt++) {
            try {
                return callee.get().call(request);
            } catch (CallFailed e) {
                if (attempt == ATTEMPTS || !(e.failure() instanceof Failure.Exited)) {
                    throw e;
                }
                pause(self, PAUSE.multipliedBy(1L << (attempt - 1)));
            }
        }
    }

    /// On the node's clock: waits for a message that nobody sends.
    private static <M> void pause(Self<M> self, Duration time) {
        self.receive(_ -> null, time);
    }
}
