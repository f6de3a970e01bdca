package dev.coppice.kernel.internal;

import dev.coppice.kernel.Exit;
import dev.coppice.kernel.ExitReason;
import java.util.function.Function;

/// The exit word of an actor: one CAS cell that says whether and how it is leaving. `null` stands for open.
///
/// ```
///   open ----> Trapping(into)            trapExits, by the actor itself
///   open, Trapping ----> Told(reason)    an exit that counts; sticky: each kernel operation of the actor ends it
///   open, Trapping, Told ----> Ending    its body has been left; `terminate` and the clean-up may use the kernel
///   any but Gone ----> Killed            kill overrides all
///   Ending, Killed ----> Gone(reason)    nothing of it is left; exits and downs follow
/// ```
sealed interface Fate {

    record Trapping(Function<? super Exit, ?> into) implements Fate {}

    record Told(ExitReason reason) implements Fate {}

    record Ending(ExitReason reason) implements Fate {}

    record Killed() implements Fate {}

    record Gone(ExitReason reason) implements Fate {}

    /// The commonest end, made once.
    Told TOLD_NORMAL = new Told(new ExitReason.Normal());

    Ending ENDING_NORMAL = new Ending(new ExitReason.Normal());

    Gone GONE_NORMAL = new Gone(new ExitReason.Normal());

    static Fate told(ExitReason reason) {
        return reason instanceof ExitReason.Normal ? TOLD_NORMAL : new Told(reason);
    }

    static Fate ending(ExitReason reason) {
        return reason instanceof ExitReason.Normal ? ENDING_NORMAL : new Ending(reason);
    }

    static Fate gone(ExitReason reason) {
        return reason instanceof ExitReason.Normal ? GONE_NORMAL : new Gone(reason);
    }

    /// From now on exits arrive as messages; nothing changes for an actor that is ending.
    static void trap(Cell<?> cell, Function<? super Exit, ?> into) {
        while (true) {
            var seen = cell.fate();
            if (seen != null && seen.leaves()) {
                throw ExitSignal.of(seen.reason());
            }
            if (seen instanceof Ending || cell.casFate(seen, new Trapping(into))) {
                return;
            }
        }
    }

    /// Whether the actor's kernel operations must end it.
    default boolean leaves() {
        return this instanceof Told || this instanceof Killed || this instanceof Gone;
    }

    /// The reason to leave with.
    default ExitReason reason() {
        return switch (this) {
            case Trapping _ -> new ExitReason.Normal();
            case Told(var reason) -> reason;
            case Ending(var reason) -> reason;
            case Killed() -> new ExitReason.Killed();
            case Gone(var reason) -> reason;
        };
    }
}
