package dev.coppice.otp;

import static java.util.Objects.requireNonNull;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.Done;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import java.time.Duration;
import java.util.List;

/// What a [StateMachine] makes of one event: where it goes, and what is to be done. A value, so that a machine can be tested without an
/// actor.
///
/// ```java
/// case On(Locked _, Unlock unlock) -> to(new Open(), done(unlock), timeout(STATE, ofSeconds(10), new TimeUp()));
/// case On(Open _, Unlock _)        -> keep(postpone());
/// ```
///
/// Replies, sends and acts are performed at once, in order; see [StateMachine] for the rest.
public sealed interface Transition<S, M> {

    /// In order.
    List<Effect<M>> effects();

    /// To this state. With one of the same kind (see [StateMachine#kind]) it stays where it is, with a new value.
    record To<S, M>(S next, List<Effect<M>> effects) implements Transition<S, M> {
        public To {
            requireNonNull(next, "next");
            effects = List.copyOf(effects);
        }
    }

    /// As it was.
    record Keep<S, M>(List<Effect<M>> effects) implements Transition<S, M> {
        public Keep {
            effects = List.copyOf(effects);
        }
    }

    /// The same kind of state, entered anew.
    record Repeat<S, M>(S next, List<Effect<M>> effects) implements Transition<S, M> {
        public Repeat {
            requireNonNull(next, "next");
            effects = List.copyOf(effects);
        }
    }

    @SafeVarargs
    @SuppressWarnings("varargs") // only read
    static <S, M> Transition<S, M> to(S next, Effect<M>... effects) {
        return new To<>(next, List.of(effects));
    }

    @SafeVarargs
    @SuppressWarnings("varargs") // only read
    static <S, M> Transition<S, M> keep(Effect<M>... effects) {
        return new Keep<>(List.of(effects));
    }

    /// Stays and makes the enter call again. Postponed events stay postponed, the state's time-out goes on.
    @SafeVarargs
    @SuppressWarnings("varargs") // only read
    static <S, M> Transition<S, M> repeat(S next, Effect<M>... effects) {
        return new Repeat<>(next, List.of(effects));
    }

    /// Something to be done.
    sealed interface Effect<M> {}

    record Reply<M, R>(Call<?, R> request, R value) implements Effect<M> {}

    record Defer<M>(Call<?, ?> request) implements Effect<M> {}

    record Send<M, N>(Ref<N> to, N message) implements Effect<M> {}

    record Act<M>(Deed<M> deed) implements Effect<M> {}

    record Stop<M>(ExitReason reason) implements Effect<M> {}

    record Postpone<M>() implements Effect<M> {}

    record Insert<M>(M event) implements Effect<M> {}

    record Start<M>(Timeout which, Duration after, M event) implements Effect<M> {
        public Start {
            if (after.isNegative()) {
                throw new IllegalArgumentException(which + " must not start in the past, was to start after " + after);
            }
        }
    }

    record Update<M>(Timeout which, M event) implements Effect<M> {}

    record Cancel<M>(Timeout which) implements Effect<M> {}

    /// Answers a request that the machine holds: this event, or one that was deferred or postponed.
    static <M, R> Effect<M> reply(Call<?, R> request, R value) {
        return new Reply<>(request, value);
    }

    /// Answers a request whose answer has no content.
    static <M> Effect<M> done(Call<?, Done> request) {
        return new Reply<>(request, Done.DONE);
    }

    /// Keeps a request open: keep it in the state, and answer it in a later transition.
    static <M> Effect<M> defer(Call<?, ?> request) {
        return new Defer<>(request);
    }

    static <M, N> Effect<M> send(Ref<N> to, N message) {
        return new Send<>(to, message);
    }

    /// Does something with the actor itself: monitors, asks, starts a task, forwards. It must not receive.
    static <M> Effect<M> act(Deed<M> deed) {
        return new Act<>(deed);
    }

    /// Ends the machine, in the new state, without an enter call; effects after it are not done.
    static <M> Effect<M> stop(ExitReason reason) {
        return new Stop<>(reason);
    }

    /// Puts this event off until the state changes.
    static <M> Effect<M> postpone() {
        return new Postpone<>();
    }

    /// An event of the machine's own, handled before any other. Nobody waits for the answer of an inserted request.
    static <M> Effect<M> insert(M event) {
        return new Insert<>(event);
    }

    /// Starts a time-out, in place of the one that runs. Zero means: after the inserted and retried events, before any message that waits.
    static <M> Effect<M> timeout(Timeout which, Duration after, M event) {
        return new Start<>(which, after, event);
    }

    /// Gives the time-out that runs another event; when none does, that event comes as after a time-out of zero.
    static <M> Effect<M> update(Timeout which, M event) {
        return new Update<>(which, event);
    }

    /// Takes a time-out back, when it runs.
    static <M> Effect<M> cancel(Timeout which) {
        return new Cancel<>(which);
    }

    /// See [#act].
    @FunctionalInterface
    interface Deed<M> {
        void run(Self<M> self) throws Exception;
    }
}
