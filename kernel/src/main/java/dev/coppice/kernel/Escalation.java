package dev.coppice.kernel;

/// Thrown by an actor that knows that restarting it is no cure: no restart type restarts it, and its supervisor exits with the same
/// reason, and so on to the root.
public final class Escalation extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public Escalation(String why) {
        super(why);
    }

    public Escalation(String why, Throwable cause) {
        super(why, cause);
    }
}
