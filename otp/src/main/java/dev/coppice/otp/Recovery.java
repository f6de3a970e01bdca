package dev.coppice.otp;

/// What a server whose last good state is known does about an exception.
public enum Recovery {
    /// The request fails with the exception as its cause, the state stays, the server goes on.
    RESUME,
    /// The server crashes; its supervisor decides. The default.
    CRASH,
    /// The server ends in order, so that only a permanent child is restarted.
    STOP,
    /// The server crashes and no restart is tried: its supervisor exits with it. See [dev.coppice.kernel.Escalation].
    ESCALATE
}
