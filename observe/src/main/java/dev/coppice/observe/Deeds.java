package dev.coppice.observe;

import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.spi.Closeup;
import dev.coppice.otp.Control;
import dev.coppice.otp.Sys;
import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// What a person may do to an actor from the page.
final class Deeds {
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /// A child may take its time to stop, and one that supervises has no limit. A restart that was given up in between would be a stop.
    private static final Duration RESTART = Duration.ofDays(1);

    private Deeds() {}

    enum Deed {
        /// In order, behind what is queued; its supervisor decides whether another follows.
        STOP,
        /// Its supervisor stops it in order and starts it again; counts against no intensity.
        RESTART,
        KILL,
        SUSPEND,
        RESUME;

        static Optional<Deed> named(String name) {
            for (var deed : values()) {
                if (deed.name().equalsIgnoreCase(name)) {
                    return Optional.of(deed);
                }
            }
            return Optional.empty();
        }
    }

    /// What became of it.
    record Done(boolean done, String what) {
        /// Why an actor did not answer, or does not start, is what its exception says.
        Done redacted(UnaryOperator<String> redaction) {
            return done ? this : new Done(false, redaction.apply(what));
        }
    }

    static Done act(Deed deed, Pid<?> pid) {
        try {
            return switch (deed) {
                case STOP -> {
                    pid.stop();
                    yield new Done(true, "told to stop after what is queued now");
                }
                case RESTART -> restart(pid);
                case KILL -> {
                    pid.kill();
                    yield new Done(true, "killed");
                }
                case SUSPEND -> {
                    Sys.of(pid).within(PATIENCE).suspend();
                    yield new Done(true, "suspended: messages wait until it is resumed");
                }
                case RESUME -> {
                    Sys.of(pid).within(PATIENCE).resume();
                    yield new Done(true, "resumed");
                }
            };
        } catch (CallFailed failed) {
            return new Done(false, failed.failure().message());
        }
    }

    private static Done restart(Pid<?> pid) {
        var above = pid.info().parent().flatMap(Deeds::supervisor);
        if (above.isEmpty()) {
            return new Done(
                    false,
                    "only a child of a Supervisor can be restarted in order; kill this one, and whoever started it decides");
        }
        var child =
                above.get().within(PATIENCE).call(new Control.WhichChildren()).stream()
                        .filter(info -> info.pid().filter(pid::equals).isPresent())
                        .findFirst();
        if (child.isEmpty()) {
            return new Done(false, "its supervisor does not know it any more");
        }
        return restart(above.get().within(RESTART), child.get().id());
    }

    /// Both at once: whoever waits here may go, the second half must not go with them.
    private static Done restart(Ref<Control> supervisor, String id) {
        supervisor.ask(new Control.TerminateChild(id));
        return supervisor
                .ask(new Control.RestartChild(id))
                .await(PATIENCE)
                .map(Outcome::get)
                .map(result ->
                        result instanceof Control.Started(var now)
                                ? new Done(true, "restarted as " + now)
                                : new Done(false, "stopped, and not started again: " + result))
                .orElseGet(() -> new Done(true, "told to stop, which takes it some time; then another is started"));
    }

    /// It, as a supervisor that can be asked: only the otp's own understands.
    @SuppressWarnings("unchecked")
    static Optional<Ref<Control>> supervisor(Pid<?> pid) {
        return isSupervisor(pid) ? Optional.of((Ref<Control>) pid) : Optional.empty();
    }

    /// By its full name: who calls a class of their own so does not understand what a supervisor is asked.
    private static boolean isSupervisor(Pid<?> pid) {
        return Closeup.type(pid).getName().equals("dev.coppice.otp.SupervisorServer");
    }
}
