package dev.coppice.otp;

import static java.util.Objects.requireNonNull;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.Caller;
import dev.coppice.kernel.Escalation;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.otp.Transition.Effect;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The one interpreter of [Transition]s; the order is that of [StateMachine].
///
/// All code of the user runs first, on a [Turn]; only when it has succeeded are the queues and the time-outs changed, so that a failure
/// leaves them as they were.
final class Machine<S, M> implements Server<Object>, Stateful<S> {

    /// The start has inserted events.
    private record Begin() {}

    /// An event on its way. The request in it is open as a [Caller] once it has been postponed; `delivered` is the mail that the actor
    /// handles now.
    private static final class Item<M> {
        final M event;
        boolean delivered;
        @Nullable Caller<?> caller;

        Item(M event, boolean delivered) {
            this.event = event;
            this.delivered = delivered;
        }
    }

    /// What one event has come to so far.
    private final class Turn {
        final @Nullable Item<M> item;
        S state;
        boolean repeats;
        boolean postpones;
        boolean entering;
        final List<M> inserted = new ArrayList<>();
        final List<Effect<M>> timeouts = new ArrayList<>();

        /// Of the event's own request: it fails with the turn. One that was deferred before does not.
        final List<Caller<?>> deferred = new ArrayList<>();

        Turn(@Nullable Item<M> item, S state) {
            this.item = item;
            this.state = state;
        }

        void take(Transition<S, M> transition) throws Exception {
            repeats = transition instanceof Transition.Repeat<S, M>;
            S next =
                    switch (transition) {
                        case Transition.To<S, M>(var to, _) -> to;
                        case Transition.Repeat<S, M>(var same, _) -> same;
                        case Transition.Keep<S, M> _ -> state;
                    };
            if ((entering || repeats) && changes(state, next)) {
                throw new IllegalStateException(
                        (entering ? "the enter call of " : "a repeat in ")
                                + state
                                + " went to another state, "
                                + next
                                + "; return it from the event instead, with Transition.to");
            }
            for (var effect : transition.effects()) {
                perform(effect, next);
            }
            state = next;
        }

        private void perform(Effect<M> effect, S next) throws Exception {
            switch (effect) {
                case Transition.Reply<M, ?> reply -> reply(reply, item);
                case Transition.Defer<M>(var request) -> defer(request);
                case Transition.Send<M, ?> send -> send(send);
                case Transition.Act<M>(var deed) -> deed.run(typed(self));
                case Transition.Stop<M>(var reason) -> {
                    Machine.this.state = next;
                    self.stop(reason);
                }
                case Transition.Postpone<M> _ -> postpones = received("postpone");
                case Transition.Insert<M>(var event) -> {
                    notEntering("insert");
                    inserted.add(event);
                }
                case Transition.Start<M> start -> timeouts.add(start);
                case Transition.Update<M> update -> timeouts.add(update);
                case Transition.Cancel<M> cancel -> timeouts.add(cancel);
            }
        }

        private void defer(Call<?, ?> request) {
            if (nobodyAsked(request, item)) {
                deferredSends.add(request);
                return;
            }
            var handled = self.deferCurrent();
            handled.ifPresent(deferred::add);
            Caller<?> caller = self.defer(request);
            if (handled.isPresent() && handled.get() != caller) { // it was deferred before, and this event has its own
                self.resume(handled.get());
                caller = self.defer(request);
            }
            if (!caller.waiting()) {
                deferredSends.add(request);
            }
        }

        private boolean received(String what) {
            notEntering(what);
            if (item == null) {
                throw new IllegalStateException("there is no event at the start to " + what);
            }
            return true;
        }

        private void notEntering(String what) {
            if (entering) {
                throw new IllegalStateException("the enter call of " + state + " must not " + what);
            }
        }
    }

    private final StateMachine<S, M> rules;
    private final ArrayDeque<Item<M>> queue;
    private final ArrayList<Item<M>> postponed;
    private final Set<Object> deferredSends;
    private S state;
    private Self<Object> self;
    private Timeouts<M> timeouts;
    private @Nullable Lines lines;

    /// While what the start has inserted is handled before a message, whose request has nothing to do with it.
    private boolean ahead;

    @SuppressWarnings("NullAway.Init") // the rest is set by init, before anything else
    Machine(StateMachine<S, M> rules) {
        this.rules = rules;
        this.state = rules.initial;
        this.queue = new ArrayDeque<>();
        this.postponed = new ArrayList<>();
        this.deferredSends = Collections.newSetFromMap(new IdentityHashMap<>());
    }

    /// Goes on where another has been, by other rules: its queues and time-outs stay.
    Machine(StateMachine<S, M> rules, Machine<?, M> old, S state) {
        this.rules = rules;
        this.state = requireNonNull(state, "state");
        this.queue = old.queue;
        this.postponed = old.postponed;
        this.deferredSends = old.deferredSends;
        this.self = old.self;
        this.timeouts = old.timeouts;
    }

    @Override
    public S state() {
        return state;
    }

    /// No transition: nothing is entered, retried or ended by it.
    @Override
    public void state(S next) {
        state = next;
    }

    // ---- the actor

    @Override
    public void init(Self<Object> self) throws Exception {
        this.self = self;
        this.timeouts = new Timeouts<>(self);
        var turn = new Turn(null, state);
        turn.take(new Transition.Keep<>(rules.starting));
        enter(turn, state);
        commit(turn);
        if (somethingToDo()) {
            self.pid().send(new Begin());
        }
    }

    @Override
    public void handle(Object message, Self<Object> self) throws Exception {
        ahead = true;
        drain();
        ahead = false;
        switch (message) {
            case Begin _ -> {}
            case Timeouts.Expired(var which) -> process(new Item<>(timeouts.expired(which), false));
            default -> process(new Item<>(Machine.<M>event(message), true));
        }
        drain();
    }

    @Override
    public void terminate(ExitReason reason, Self<Object> self) throws Exception {
        if (lines != null) {
            lines.summary();
        }
        if (rules.end != null) {
            rules.end.end(state, reason);
        }
    }

    private boolean somethingToDo() {
        return !queue.isEmpty() || timeouts.due();
    }

    private void drain() throws Exception {
        while (somethingToDo()) {
            // Ends the actor when it has been told to exit: a chain of events must not outlive that.
            self.ready();
            process(queue.isEmpty() ? new Item<>(timeouts.next(), false) : queue.poll());
        }
    }

    // ---- one event

    private void process(Item<M> item) throws Exception {
        if (item.caller != null) {
            if (!item.caller.waiting()) {
                return;
            }
            self.resume(item.caller);
        }
        var turn = new Turn(item, state);
        try {
            turn.take(rules.handler.on(state, item.event));
            if (turn.postpones && isFull()) {
                throw new IllegalStateException(
                        rules.postponable
                                + " events are postponed in "
                                + state
                                + " already: nothing changes it, or postponing(…) must be higher");
            }
            if (turn.repeats || changes(state, turn.state)) {
                enter(turn, state);
            }
            commit(turn);
        } catch (Exception thrown) {
            recover(thrown, turn);
        }
    }

    private void enter(Turn turn, S before) throws Exception {
        if (rules.enter != null) {
            turn.entering = true;
            do {
                self.ready();
                turn.take(rules.enter.enter(turn.state, before));
            } while (turn.repeats);
        }
    }

    private void commit(Turn turn) {
        if (turn.item != null && turn.postpones) {
            postpone(turn.item);
        }
        if (changes(state, turn.state)) {
            for (var item : postponed.reversed()) {
                queue.addFirst(item);
            }
            postponed.clear();
            timeouts.cancel(Timeout.STATE);
        }
        timeouts.cancel(Timeout.EVENT);
        timeouts.apply(turn.timeouts);
        for (var event : turn.inserted.reversed()) {
            queue.addFirst(turn.item != null && turn.item.event == event ? turn.item : new Item<>(event, false));
        }
        state = turn.state;
    }

    /// Those whose callers have given up make room: they are not retried.
    private boolean isFull() {
        if (postponed.size() >= rules.postponable) {
            postponed.removeIf(item -> item.caller != null && !item.caller.waiting());
        }
        return postponed.size() >= rules.postponable;
    }

    private void postpone(Item<M> item) {
        if (item.delivered || item.caller != null) {
            item.caller = self.deferCurrent().orElse(null);
            item.delivered = false;
        }
        postponed.add(item);
    }

    private boolean changes(S from, S to) {
        return !rules.kind.apply(from).equals(rules.kind.apply(to));
    }

    // ---- effects

    private <R> void reply(Transition.Reply<M, R> reply, @Nullable Item<M> item) {
        if (!nobodyAsked(reply.request(), item) && !deferredSends.remove(reply.request())) {
            self.reply(reply.request(), reply.value());
        }
    }

    /// Whether it is an event of the machine's own, or a postponed one that came by `send`.
    private boolean nobodyAsked(Call<?, ?> request, @Nullable Item<M> item) {
        return item != null && item.event == request && item.caller == null && !item.delivered;
    }

    private static <N> void send(Transition.Send<?, N> send) {
        send.to().send(send.message());
    }

    private void recover(Exception thrown, Turn turn) throws Exception {
        switch (rules.recovery.apply(thrown)) {
            case RESUME -> {
                lines().resumed(self.nanoTime(), thrown);
                if (!ahead) {
                    self.failCurrent(thrown);
                }
                turn.deferred.stream().filter(Caller::waiting).forEach(caller -> caller.fail(thrown));
            }
            case CRASH -> throw thrown;
            case STOP -> self.stop(new ExitReason.Shutdown("stopped after " + thrown));
            case ESCALATE -> throw new Escalation("escalated by " + self.pid().path(), thrown);
        }
    }

    private Lines lines() {
        if (lines == null) {
            lines = new Lines(StateMachine.class, self.pid().path(), self.node()::config);
        }
        return requireNonNull(lines);
    }

    // ---- the casts that the recipe's type justifies

    @SuppressWarnings("unchecked")
    private static <M> M event(Object message) {
        return (M) message;
    }

    @SuppressWarnings("unchecked")
    private static <M> Self<M> typed(Self<Object> self) {
        return (Self<M>) (Self<?>) self;
    }
}
