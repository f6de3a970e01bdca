package dev.coppice.examples.mqtt;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Ref;
import java.util.function.Supplier;

/// Calls that survive the callee: for requests that may be executed twice.
final class Again {
    private static final int ATTEMPTS = 5;

    private Again() {}

    /// Calls, and calls the next incarnation when this one dies over it. A name waits through a restart by itself.
    static <M, R> R call(Supplier<Ref<M>> callee, Call<? extends M, R> request) {
        for (int attempt = 1; ; attempt++) {
            try {
                return callee.get().call(request);
            } catch (CallFailed e) {
                if (attempt == ATTEMPTS || !(e.failure() instanceof Failure.Exited)) {
                    throw e;
                }
            }
        }
    }
}
