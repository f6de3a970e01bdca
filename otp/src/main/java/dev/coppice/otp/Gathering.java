package dev.coppice.otp;

import dev.coppice.kernel.Caller;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// One question for readiness on its way through the child supervisors; answers when the last of them has. Confined to the supervisor.
final class Gathering {
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /// What one of them said.
    record Heard(Gathering gathering, String id, Outcome<Control.Readiness> outcome) {}

    private final Caller<Control.Readiness> caller;
    private final List<String> notReady;
    private int open;

    Gathering(Caller<Control.Readiness> caller, List<String> notReady) {
        this.caller = caller;
        this.notReady = new ArrayList<>(notReady);
    }

    void ask(Self<Object> self, String id, Pid<?> pid) {
        @SuppressWarnings("unchecked") // asked only of children that are supervisors
        var supervisor = (Ref<Control>) pid;
        open++;
        self.ask(supervisor.within(PATIENCE), new Control.Ready(), outcome -> new Heard(this, id, outcome));
    }

    void heard(Heard heard) {
        switch (heard.outcome) {
            case Outcome.Replied<Control.Readiness>(var said) ->
                    said.notReady().forEach(child -> notReady.add(heard.id + "/" + child));
            case Outcome.Failed<Control.Readiness> _ -> notReady.add(heard.id);
        }
        if (--open == 0) {
            caller.reply(new Control.Readiness(notReady.isEmpty(), notReady));
        }
    }
}
