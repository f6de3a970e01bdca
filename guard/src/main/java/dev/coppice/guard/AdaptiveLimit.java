package dev.coppice.guard;

import dev.coppice.kernel.Ref;
import java.util.function.Consumer;

/// A [Bulkhead] that finds its size: how many requests may be under way follows from how long they take, and from time-outs and
/// refusals. The algorithms are those of Netflix's concurrency-limits.
///
/// - [#aimd]: grows by one while it is used, shrinks by a tenth at each time-out or refusal.
/// - [#vegas]: estimates the queue at the callee from how much longer a request takes than one alone, and keeps that queue short.
/// - [#gradient]: follows the ratio of the long-term and the present time of a request.
///
/// **Bounded.** Vegas and Gradient compare with the time that a request takes *alone*. An estimate that only forgets would take a queue that
/// never drains for normal and grow without end under modest overload. So now and then the limit goes down to `min` for a few requests,
/// and that time is measured anew; a long-term time is never believed to be more than twice as long.
///
/// Crashes, cycles and callers that left give their permit back and say nothing about the limit.
///
/// Limits: from 20, between 1 and 200, by default.
public final class AdaptiveLimit implements Guard<AdaptiveLimit.Status> {

    /// @param inUse how many requests are under way
    public record Status(int limit, int inUse) {}

    private final Load.Rule rule;
    private int initial = 20;
    private int min = 1;
    private int max = 200;
    private String name = "";

    private AdaptiveLimit(Load.Rule rule) {
        this.rule = rule;
    }

    public static AdaptiveLimit aimd() {
        return new AdaptiveLimit(new Load.Aimd());
    }

    public static AdaptiveLimit vegas() {
        return new AdaptiveLimit(new Load.Vegas());
    }

    public static AdaptiveLimit gradient() {
        return new AdaptiveLimit(new Load.Gradient());
    }

    private AdaptiveLimit with(Consumer<AdaptiveLimit> change) {
        var copy = new AdaptiveLimit(rule);
        copy.initial = initial;
        copy.min = min;
        copy.max = max;
        copy.name = name;
        change.accept(copy);
        return copy;
    }

    /// The limit to begin with, and its bounds.
    public AdaptiveLimit limits(int initial, int min, int max) {
        Limits.positive("min", min);
        Limits.between("initial", min, initial, Integer.MAX_VALUE);
        Limits.between("max", initial, max, Integer.MAX_VALUE);
        return with(copy -> {
            copy.initial = initial;
            copy.min = min;
            copy.max = max;
        });
    }

    /// What it is called in messages and events; by default after the ref that it guards.
    public AdaptiveLimit named(String name) {
        var checked = Names.checked(name);
        return with(copy -> copy.name = checked);
    }

    @Override
    public <M> Guarded<M, Status> around(Ref<M> ref) {
        var name = Names.of("adaptive limit", this.name, ref);
        var policy = new Adaptive(name, rule, initial, min, max);
        return new Guarded<>(new Gate<>(name, policy, Judge.PLAIN, ref), ref);
    }

    /// The state: permits in use, and what is known of the callee.
    record State(int inUse, Load load) {}

    record Adaptive(String name, Load.Rule rule, int initial, int min, int max) implements Policy<State, Status> {

        @Override
        public State initial(long now) {
            return new State(0, Load.initial(initial));
        }

        @Override
        public Turn<State> admit(State state, boolean request, long now) {
            int limit = state.load().permits(min);
            return state.inUse() >= limit
                    ? Turn.refused(state, "is full: " + limit + " requests are under way")
                    : Turn.to(request ? new State(state.inUse() + 1, state.load()) : state);
        }

        @Override
        public Turn<State> ended(State state, Ticket ticket, Result result, long now) {
            var sample = new Load.Sample(Math.max(1, now - ticket.at()), state.inUse(), result);
            var load = state.load().next(rule, sample, min, max);
            var turn = Turn.to(new State(state.inUse() - 1, load));
            int before = (int) state.load().limit();
            int after = (int) load.limit();
            return before == after ? turn : turn.telling(new GuardEvent.LimitChanged(name, before, after));
        }

        @Override
        public Status status(State state, long now) {
            return new Status(state.load().permits(min), state.inUse());
        }
    }
}
