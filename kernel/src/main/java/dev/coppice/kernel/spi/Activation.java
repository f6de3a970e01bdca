package dev.coppice.kernel.spi;

import dev.coppice.kernel.Recipe;

/// An actor with something to do: run it once, on a thread that may wait. It is handed to the scheduler again when there is more.
public interface Activation {

    /// Runs a bounded batch; may wait in [Scheduler#suspend] for as long as it likes. Never throws, except for an error of the kernel.
    void run();

    /// Where it asks to run.
    Recipe.Threading threading();

    /// Whether it will never be ready again.
    boolean ended();

    /// Who it is, for traces.
    long id();
}
