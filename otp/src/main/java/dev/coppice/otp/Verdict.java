package dev.coppice.otp;

import dev.coppice.kernel.ExitReason;

/// What becomes of a child that has ended by itself: restart type × kind of exit.
enum Verdict {
    RESTART,
    /// Its specification stays, without an actor.
    KEEP,
    FORGET,
    /// No restart can cure it: the supervisor exits with the same reason.
    ESCALATE;

    static Verdict of(Child.Restart restart, ExitReason reason) {
        if (reason.escalates()) {
            return ESCALATE;
        }
        return switch (restart) {
            case PERMANENT -> RESTART;
            case TRANSIENT -> reason.clean() ? KEEP : RESTART;
            case TEMPORARY -> FORGET;
        };
    }
}
