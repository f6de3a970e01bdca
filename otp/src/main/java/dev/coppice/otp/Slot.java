package dev.coppice.otp;

import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Self.Gap;
import java.util.Optional;

/// One child in a [Tree]: what it is and where it stands.
///
/// ```
/// Pending -> Running                     started
/// Pending -> Waiting | Gone              a start failed during a restart | ended in order by its init
/// Running -> Waiting | Pending           failed, tried later | stopped with or started at once after a sibling
/// Running -> Gone                        ended for good, terminated, given up
/// Waiting -> Pending | Gone              its time has come | terminated, given up
/// Gone    -> Pending                     started by hand, or with all its siblings
/// ```
///
/// @param failures how often it failed since it last ran long enough; for the back-off
/// @param since when its last incarnation started
record Slot(Child child, Phase phase, int failures, long since) {

    sealed interface Phase {}

    record Running(long pid) implements Phase {}

    /// To be tried again when `ticket` comes.
    ///
    /// @param counted whether the try has been counted already
    /// @param delayed whether a back-off runs, during which callers do not wait
    record Waiting(long ticket, boolean counted, boolean delayed, ExitReason why) implements Phase {}

    /// To be started by a sweep that is under way, or that a waiting sibling will bring.
    record Pending(boolean delayed) implements Phase {}

    record Gone() implements Phase {}

    static Slot pending(Child child) {
        return new Slot(child, new Pending(false), 0, 0);
    }

    Slot to(Phase phase) {
        return new Slot(child, phase, failures, since);
    }

    Slot started(long pid, long now) {
        return new Slot(child, new Running(pid), failures, now);
    }

    Slot failures(int failures) {
        return new Slot(child, phase, failures, since);
    }

    String id() {
        return child.id();
    }

    boolean is(Class<? extends Phase> kind) {
        return kind.isInstance(phase);
    }

    /// What callers of its name do meanwhile; empty when the name is not kept for it.
    Optional<Gap> gap() {
        return switch (phase) {
            case Running _ -> Optional.of(Gap.WAIT);
            case Waiting waiting -> Optional.of(waiting.delayed ? Gap.FAIL : Gap.WAIT);
            case Pending pending -> Optional.of(pending.delayed ? Gap.FAIL : Gap.WAIT);
            case Gone _ -> Optional.empty();
        };
    }
}
