package dev.coppice.otp;

import static java.util.Objects.requireNonNull;

import dev.coppice.kernel.Actor;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Recipe;
import dev.coppice.kernel.Server;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The recipe of a state machine: a function from a state and an event to a [Transition]. Immutable.
///
/// A state is a value that carries its own data; an event is a message of the machine's protocol, and so are its time-outs. The function
/// may be one switch over both, or a method of each state: `StateMachine.of(start, Door::on)` takes either.
///
/// ```java
/// sealed interface Door {}
/// record Locked(String typed) implements Door {}
/// record Open() implements Door {}
///
/// sealed interface Event {}
/// record Press(char digit) implements Event {}
/// record Push() implements Event, Call<Push, Boolean> {}
/// record TimeUp() implements Event {}
///
/// static Transition<Door, Event> on(Door door, Event event) {
///   return switch (new On<>(door, event)) {
///     case On(Locked(var typed), Press(var digit)) -> {
///       var code = typed + digit;
///       if (code.equals("1234")) {
///         yield to(new Open(), timeout(STATE, ofSeconds(10), new TimeUp()));
///       }
///       yield to(new Locked("1234".startsWith(code) ? code : ""), timeout(EVENT, ofSeconds(5), new TimeUp()));
///     }
///     case On(Locked _, TimeUp _)  -> to(new Locked(""));
///     case On(Locked _, Push push) -> keep(reply(push, false));
///     case On(Open _, Push push)   -> keep(reply(push, true));
///     case On(Open _, TimeUp _)    -> to(new Locked(""));
///     case On(Open _, Press _)     -> keep(postpone());
///   };
/// }
///
/// node.spawn(StateMachine.of(new Locked(""), Lock::on))
/// ```
///
/// **Change.** The state has changed when its [#kind] has: its class, or an enum's constant. `Locked("1")` after `Locked("")` is the same
/// state with a new value.
///
/// **Order.** For each event: the function; its replies, sends and acts, in order; when the state has changed, the enter call; then the
/// event is put among the postponed, when it said so; a change gives the postponed back, in the order of their arrival, and ends the
/// state's time-out; the event time-out ends always; the new time-outs start, of each the last one named; the inserted events go to the
/// front, in their order. What is handled next: inserted events, then retried ones, then time-outs of zero in the order of their start,
/// then the mailbox.
///
/// **Requests.** One that is neither answered, deferred, forwarded nor postponed fails as `Unanswered`. One that is postponed fails its
/// caller at the caller's own time-out, and is then not retried.
///
/// **Failure.** An exception crashes the machine, or is recovered from as [Pure#recovery] says: the state, the queues and the time-outs
/// stay as they were before the event, and its request fails, also when it was deferred by an effect before. At most 10,000 events are
/// postponed.
///
/// Each incarnation begins with the initial state; [#starting] effects run and the first enter call is made before its start returns,
/// what they insert is handled after that and before any message.
public final class StateMachine<S, M> implements Actor<M> {

    /// What to do with an event in a state.
    @FunctionalInterface
    public interface Handler<S, M> {
        Transition<S, M> on(S state, M event) throws Exception;
    }

    /// What to do when a state has been entered from `before`; the first time both are the initial state. It may give the state a new
    /// value of the same kind, or repeat itself; it must not change the state, postpone or insert.
    @FunctionalInterface
    public interface Enter<S, M> {
        Transition<S, M> enter(S state, S before) throws Exception;
    }

    /// What to do at the end; see [Server#terminate].
    @FunctionalInterface
    public interface End<S> {
        void end(S state, ExitReason reason) throws Exception;
    }

    final S initial;
    final Handler<S, M> handler;
    @Nullable Enter<S, M> enter;
    @Nullable End<S> end;
    Function<? super S, ?> kind = StateMachine::kindOf;
    Function<? super Exception, Recovery> recovery = _ -> Recovery.CRASH;
    List<Transition.Effect<M>> starting = List.of();
    int postponable = 10_000;

    private StateMachine(S initial, Handler<S, M> handler) {
        this.initial = initial;
        this.handler = handler;
    }

    public static <S, M> StateMachine<S, M> of(S initial, Handler<S, M> handler) {
        return new StateMachine<>(requireNonNull(initial, "initial"), requireNonNull(handler, "handler"));
    }

    private StateMachine<S, M> with(Consumer<StateMachine<S, M>> change) {
        var copy = new StateMachine<>(initial, handler);
        copy.enter = enter;
        copy.end = end;
        copy.kind = kind;
        copy.recovery = recovery;
        copy.starting = starting;
        copy.postponable = postponable;
        change.accept(copy);
        return copy;
    }

    /// With a call at each entry of a state.
    public StateMachine<S, M> entering(Enter<S, M> enter) {
        requireNonNull(enter, "enter");
        return with(copy -> copy.enter = enter);
    }

    /// With these effects at the start, of the initial state.
    @SafeVarargs
    @SuppressWarnings("varargs") // only read
    public final StateMachine<S, M> starting(Transition.Effect<M>... effects) {
        var all = List.of(effects);
        return with(copy -> copy.starting = all);
    }

    public StateMachine<S, M> ending(End<S> end) {
        requireNonNull(end, "end");
        return with(copy -> copy.end = end);
    }

    /// What makes two values the same state; by default the class, for an enum the constant.
    public StateMachine<S, M> kind(Function<? super S, ?> kind) {
        requireNonNull(kind, "kind");
        return with(copy -> copy.kind = kind);
    }

    /// Decides by the exception.
    public StateMachine<S, M> recovery(Function<? super Exception, Recovery> recovery) {
        requireNonNull(recovery, "recovery");
        return with(copy -> copy.recovery = recovery);
    }

    /// Recovers from every exception with [Recovery#RESUME].
    public StateMachine<S, M> resuming() {
        return recovery(_ -> Recovery.RESUME);
    }

    /// How many events may be postponed; 10,000. One more is an exception.
    public StateMachine<S, M> postponing(int events) {
        var checked = requirePositive(events);
        return with(copy -> copy.postponable = checked);
    }

    private static int requirePositive(int events) {
        if (events < 1) {
            throw new IllegalArgumentException("postponing must be at least 1, was " + events);
        }
        return events;
    }

    /// For [Sys#upgrade]: a running machine goes on by these rules, in the state that is made from its own; what it has postponed and its
    /// time-outs stay. Nothing is entered by it.
    public <O> Sys.Upgrade<M> from(Class<O> old, Function<? super O, ? extends S> state) {
        requireNonNull(old, "old");
        requireNonNull(state, "state");
        return server -> {
            if (server instanceof Machine<?, ?> machine) {
                return new Machine<>(this, StateMachine.<M>typed(machine), state.apply(old.cast(machine.state())));
            }
            throw new IllegalArgumentException("not a state machine: " + server.getClass().getName());
        };
    }

    @SuppressWarnings("unchecked")
    private static <M> Machine<?, M> typed(Machine<?, ?> machine) {
        return (Machine<?, M>) machine;
    }

    private static Object kindOf(Object state) {
        return state instanceof Enum<?> ? state : state.getClass();
    }

    /// Its mailbox takes its own time-outs beside `M`.
    @Override
    @SuppressWarnings("unchecked")
    public Recipe<M> recipe() {
        return (Recipe<M>) (Recipe<?>) Server.of(() -> new Machine<>(this)).labelled("machine");
    }
}
