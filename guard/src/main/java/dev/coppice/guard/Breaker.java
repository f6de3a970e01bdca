package dev.coppice.guard;

import dev.coppice.guard.CircuitBreaker.State;
import dev.coppice.guard.CircuitBreaker.Status;
import dev.coppice.guard.Window.Sum;

/// The decisions of a [CircuitBreaker].
///
/// Every change of state begins a new phase with a number of its own; a call carries the number of the phase in which it began, and its
/// result counts in that phase only. So a probe is counted where it was permitted, once, and what began before the breaker opened
/// neither closes nor opens it later.
final class Breaker implements Policy<Breaker.Phase, Status> {
    private final String name;
    private final CircuitBreaker settings;

    Breaker(String name, CircuitBreaker settings) {
        this.name = name;
        this.settings = settings;
    }

    sealed interface Phase {
        long number();

        record Closed(long number, Window window) implements Phase {}

        /// @param until when it may be probed
        record Open(long number, long until, Sum seen) implements Phase {}

        /// @param probing how many probes are under way
        record HalfOpen(long number, int probing, Sum seen) implements Phase {}
    }

    @Override
    public Phase initial(long now) {
        return new Phase.Closed(0, settings.window(now));
    }

    @Override
    public Turn<Phase> admit(Phase phase, boolean request, long now) {
        return switch (phase) {
            case Phase.Closed closed -> Turn.admitted(closed, closed.number());
            case Phase.Open open when open.until() - now > 0 ->
                    Turn.refused(open, "is open for another " + Limits.seconds(open.until() - now));
            case Phase.Open open when request -> {
                var next = new Phase.HalfOpen(open.number() + 1, 1, Sum.NONE);
                yield Turn.<Phase>admitted(next, next.number())
                        .telling(changed(State.OPEN, State.HALF_OPEN, open.seen()));
            }
            case Phase.Open open -> Turn.refused(open, "is open until a request probes it");
            case Phase.HalfOpen half when request && half.probing() + half.seen().calls() < settings.probes() ->
                    Turn.admitted(new Phase.HalfOpen(half.number(), half.probing() + 1, half.seen()), half.number());
            case Phase.HalfOpen half -> Turn.refused(half, "is half-open and lets nothing pass but its probes");
        };
    }

    @Override
    public Turn<Phase> ended(Phase phase, Ticket ticket, Result result, long now) {
        if (ticket.number() != phase.number()) {
            return Turn.to(phase);
        }
        boolean counts = result != Result.NONE && result != Result.REFUSED;
        boolean failed = result == Result.FAILED || result == Result.LATE;
        boolean slow = now - ticket.at() > settings.slowNanos();
        return switch (phase) {
            case Phase.Closed closed when counts -> judged(closed, closed.window().add(failed, slow, now), now);
            case Phase.HalfOpen half when counts -> probed(half, half.seen().plus(Sum.of(failed, slow)), now);
            case Phase.HalfOpen half -> Turn.to(new Phase.HalfOpen(half.number(), half.probing() - 1, half.seen()));
            case Phase.Closed _, Phase.Open _ -> Turn.to(phase);
        };
    }

    private Turn<Phase> judged(Phase.Closed closed, Window window, long now) {
        var seen = window.sum(now);
        return seen.calls() >= settings.enough() && tooBad(seen)
                ? opened(closed, seen, now)
                : Turn.to(new Phase.Closed(closed.number(), window));
    }

    private Turn<Phase> probed(Phase.HalfOpen half, Sum seen, long now) {
        if (seen.calls() < settings.enough(settings.probes())) {
            return Turn.to(new Phase.HalfOpen(half.number(), half.probing() - 1, seen));
        }
        if (tooBad(seen)) {
            return opened(half, seen, now);
        }
        return Turn.<Phase>to(new Phase.Closed(half.number() + 1, settings.window(now)))
                .telling(changed(State.HALF_OPEN, State.CLOSED, seen));
    }

    private Turn<Phase> opened(Phase from, Sum seen, long now) {
        return Turn.<Phase>to(new Phase.Open(from.number() + 1, now + settings.openNanos(), seen))
                .telling(changed(from instanceof Phase.Closed ? State.CLOSED : State.HALF_OPEN, State.OPEN, seen));
    }

    private boolean tooBad(Sum seen) {
        return seen.failureRate() >= settings.failureRate() || seen.slowRate() >= settings.slowRate();
    }

    private GuardEvent changed(State from, State to, Sum seen) {
        return new GuardEvent.StateChanged(name, from, to, seen.failureRate(), seen.slowRate());
    }

    @Override
    public Status status(Phase phase, long now) {
        return switch (phase) {
            case Phase.Closed closed -> status(State.CLOSED, closed.window().sum(now), 0);
            case Phase.Open open -> status(State.OPEN, open.seen(), 0);
            case Phase.HalfOpen half -> status(State.HALF_OPEN, half.seen(), half.probing());
        };
    }

    private static Status status(State state, Sum seen, int probing) {
        return new Status(state, seen.calls(), seen.failureRate(), seen.slowRate(), probing);
    }
}
