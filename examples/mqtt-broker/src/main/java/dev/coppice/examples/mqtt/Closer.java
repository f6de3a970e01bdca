package dev.coppice.examples.mqtt;

import dev.coppice.kernel.Actor;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;

/// Closes what its parent holds, however the parent ends. `terminate` does not run for an actor that is killed; but an actor's children
/// are stopped, in order, before it is gone. So whoever restarts the parent finds the port free.
record Closer(AutoCloseable resource) implements Server<Closer.Nothing> {

    /// It is never told anything.
    enum Nothing {}

    static Actor<Nothing> of(AutoCloseable resource) {
        return Server.<Nothing>of(() -> new Closer(resource)).labelled("closer");
    }

    @Override
    public void handle(Nothing message, Self<Nothing> self) {}

    @Override
    public void terminate(ExitReason reason, Self<Nothing> self) throws Exception {
        resource.close();
    }
}
