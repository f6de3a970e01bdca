package dev.coppice.testkit;

/// The cause of a crash that chaos made. It has no stack: it was thrown by nobody's mistake.
public final class Injected extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Injected(String what) {
        super(what, null, false, false);
    }

    /// As [Injected], for those who catch `Exception`.
    public static final class AsError extends Error {
        private static final long serialVersionUID = 1L;

        AsError(String what) {
            super(what, null, false, false);
        }
    }
}
