package dev.coppice.kernel;

/// An actor that handles one message at a time and rests between them: at rest it is one small object and holds no thread.
///
/// Its methods run one at a time, each seeing everything that the ones before it wrote; plain fields are its state. They may block:
/// call another actor, receive selectively, read a socket. A method that throws ends the actor with [ExitReason.Crashed].
///
/// @param <M> its protocol; usually a sealed interface
@FunctionalInterface
public interface Server<M> {

    /// Runs first, before any message. The starter waits for it (5 s by default); throwing, or [Self#stop], fails the start.
    default void init(Self<M> self) throws Exception {}

    void handle(M message, Self<M> self) throws Exception;

    /// Runs last, on every exit but a kill, when no handler runs any more; messages that still wait will not be handled.
    /// Throwing here changes the exit reason to that crash.
    default void terminate(ExitReason reason, Self<M> self) throws Exception {}

    /// The recipe of a server: each start makes a new one.
    static <M> Recipe<M> of(Factory<? extends Server<M>> factory) {
        return Recipe.server(factory);
    }

    /// Makes the server for one incarnation. Runs on the starter and must not block.
    @FunctionalInterface
    interface Factory<S> {
        S make() throws Exception;
    }
}
