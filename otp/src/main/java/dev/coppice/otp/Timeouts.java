package dev.coppice.otp;

import static java.util.Objects.requireNonNull;

import dev.coppice.kernel.Cancellable;
import dev.coppice.kernel.Self;
import dev.coppice.otp.Transition.Effect;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The time-outs of one state machine: those that run, and those of zero, which are due in the order of their start.
final class Timeouts<M> {

    /// A time-out's notice in the mailbox.
    record Expired(Timeout which) {}

    private record Running<M>(M event, Cancellable timer) {}

    private final Self<Object> self;
    private final Map<Timeout, Running<M>> running = new HashMap<>();
    private final LinkedHashMap<Timeout, M> due = new LinkedHashMap<>();

    Timeouts(Self<Object> self) {
        this.self = self;
    }

    /// Of each time-out the last effect counts.
    void apply(List<Effect<M>> effects) {
        var last = new LinkedHashMap<Timeout, Effect<M>>();
        for (var effect : effects) {
            last.remove(of(effect));
            last.put(of(effect), effect);
        }
        last.values().forEach(this::apply);
    }

    private void apply(Effect<M> effect) {
        switch (effect) {
            case Transition.Start<M>(var which, var after, var event) -> {
                cancel(which);
                if (after.isZero()) {
                    due.put(which, event);
                } else {
                    running.put(which, new Running<>(event, self.sendAfter(after, new Expired(which))));
                }
            }
            case Transition.Update<M>(var which, var event) -> {
                if (running.computeIfPresent(which, (_, it) -> new Running<>(event, it.timer())) == null) {
                    due.put(which, event);
                }
            }
            case Transition.Cancel<M>(var which) -> cancel(which);
            default -> throw new IllegalStateException("not about a time-out: " + effect);
        }
    }

    private static Timeout of(Effect<?> effect) {
        return switch (effect) {
            case Transition.Start<?> start -> start.which();
            case Transition.Update<?> update -> update.which();
            case Transition.Cancel<?> cancel -> cancel.which();
            default -> throw new IllegalStateException("not about a time-out: " + effect);
        };
    }

    /// Withdraws its notice too, so that what arrives is always current.
    void cancel(Timeout which) {
        due.remove(which);
        var stopped = running.remove(which);
        if (stopped != null) {
            stopped.timer().cancel();
        }
    }

    boolean due() {
        return !due.isEmpty();
    }

    M next() {
        return requireNonNull(due.pollFirstEntry(), "no time-out is due").getValue();
    }

    M expired(Timeout which) {
        return requireNonNull(running.remove(which), "it does not run").event();
    }
}
