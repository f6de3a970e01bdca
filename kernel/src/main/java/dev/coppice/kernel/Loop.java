package dev.coppice.kernel;

/// An actor as straight-line code: `run` receives until it returns. Its stack is its state; while it waits it keeps a virtual thread
/// and nothing else. Returning is a normal exit, throwing a crash.
///
/// ```java
/// void counter(Self<Counter> self) {
///   for (long total = 0;;) switch (self.receive()) {
///     case Add(var n) -> total += n;
///     case Total t    -> self.reply(t, total);
///   }
/// }
/// ```
///
/// A loop is its own recipe: `node.spawn(this::counter)`.
@FunctionalInterface
public interface Loop<M> extends Actor<M> {

    void run(Self<M> self) throws Exception;

    @Override
    default Recipe<M> recipe() {
        return Recipe.loop(this);
    }
}
