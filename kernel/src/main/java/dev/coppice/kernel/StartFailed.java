package dev.coppice.kernel;

/// Thrown when an actor could not be started. It is gone, and its name free, unless the cause says [Unkillable].
public final class StartFailed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient ExitReason reason;

    public StartFailed(String what, ExitReason reason) {
        super(what + " did not start: " + reason, reason instanceof ExitReason.Crashed(Throwable cause) ? cause : null);
        this.reason = reason;
    }

    public ExitReason reason() {
        return reason;
    }

    /// The name is held or reserved by another.
    public static final class NameTaken extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public NameTaken(String name, String by) {
            super("the name \"" + name + "\" is taken by " + by + "; stop it first or choose another name");
        }
    }

    /// `init` did not return in time.
    public static final class InitTimedOut extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public InitTimedOut(String what, java.time.Duration limit) {
            super("init of " + what + " took longer than " + limit + "; see Recipe.initWithin");
        }
    }

    /// It was killed and its code does not leave; it keeps its name.
    public static final class Unkillable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public Unkillable(String what, java.time.Duration waited) {
            super(
                    what
                            + " was killed "
                            + waited
                            + " ago and its code has not returned; its name stays taken until it does");
        }
    }
}
