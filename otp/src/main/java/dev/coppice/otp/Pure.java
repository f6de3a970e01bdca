package dev.coppice.otp;

import static java.util.Objects.requireNonNull;

import dev.coppice.kernel.Actor;
import dev.coppice.kernel.Escalation;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Recipe;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The recipe of a server that is a function: `(state, message) -> Step`. Immutable.
///
/// The state is exchanged only when the step and its effects have succeeded, so the last good one is always known: an exception may be
/// recovered from ([#recovery]). By default it crashes the server, as every server. `Error`s always do.
///
/// Each incarnation starts with the initial state, which must not be changed in place.
///
/// ```java
/// node.spawn(Pure.of(Account.EMPTY, Account::step).resuming())
/// ```
public final class Pure<S, M> implements Actor<M> {

    /// The function.
    @FunctionalInterface
    public interface Stepper<S, M> {
        Step<S> step(S state, M message) throws Exception;
    }

    private final S initial;
    private final Stepper<S, M> stepper;
    private final Function<? super Exception, Recovery> recovery;

    private Pure(S initial, Stepper<S, M> stepper, Function<? super Exception, Recovery> recovery) {
        this.initial = initial;
        this.stepper = stepper;
        this.recovery = recovery;
    }

    public static <S, M> Pure<S, M> of(S initial, Stepper<S, M> stepper) {
        requireNonNull(initial, "initial");
        requireNonNull(stepper, "stepper");
        return new Pure<>(initial, stepper, _ -> Recovery.CRASH);
    }

    /// Decides by the exception.
    public Pure<S, M> recovery(Function<? super Exception, Recovery> recovery) {
        return new Pure<>(initial, stepper, requireNonNull(recovery, "recovery"));
    }

    /// Recovers from every exception with [Recovery#RESUME].
    public Pure<S, M> resuming() {
        return recovery(_ -> Recovery.RESUME);
    }

    /// For [Sys#upgrade]: a running pure server goes on by this function, with the state that is made from its own.
    public <O> Sys.Upgrade<M> from(Class<O> old, Function<? super O, ? extends S> state) {
        requireNonNull(old, "old");
        requireNonNull(state, "state");
        return server -> {
            if (server instanceof Stepping<?, ?> stepping) {
                S next = requireNonNull(state.apply(old.cast(stepping.state())), "state");
                return new Stepping<>(next, stepper, recovery);
            }
            throw new IllegalArgumentException("not a pure server: " + server.getClass().getName());
        };
    }

    @Override
    public Recipe<M> recipe() {
        return Server.of(() -> new Stepping<>(initial, stepper, recovery));
    }

    private static final class Stepping<S, M> implements Server<M>, Stateful<S> {
        private final Stepper<S, M> stepper;
        private final Function<? super Exception, Recovery> recovery;
        private S state;
        private @Nullable Lines lines;

        Stepping(S initial, Stepper<S, M> stepper, Function<? super Exception, Recovery> recovery) {
            this.state = initial;
            this.stepper = stepper;
            this.recovery = recovery;
        }

        @Override
        public void handle(M message, Self<M> self) throws Exception {
            try {
                var step = stepper.step(state, message);
                for (var effect : step.effects()) {
                    perform(effect, self, step.next());
                }
                state = step.next();
            } catch (Exception thrown) {
                recover(thrown, self);
            }
        }

        @Override
        public S state() {
            return state;
        }

        @Override
        public void state(S next) {
            state = next;
        }

        private void perform(Step.Effect effect, Self<M> self, S next) {
            switch (effect) {
                case Step.Reply<?> reply -> reply(reply, self);
                case Step.Send<?> send -> send(send);
                case Step.Stop(var reason) -> {
                    state = next;
                    self.stop(reason);
                }
            }
        }

        private static <R> void reply(Step.Reply<R> reply, Self<?> self) {
            self.reply(reply.request(), reply.value());
        }

        private static <N> void send(Step.Send<N> send) {
            send.to().send(send.message());
        }

        private void recover(Exception thrown, Self<M> self) throws Exception {
            switch (recovery.apply(thrown)) {
                case RESUME -> {
                    lines(self).resumed(self.nanoTime(), thrown);
                    self.failCurrent(thrown);
                }
                case CRASH -> throw thrown;
                case STOP -> self.stop(new ExitReason.Shutdown("stopped after " + thrown));
                case ESCALATE -> throw new Escalation("escalated by " + self.pid().path(), thrown);
            }
        }

        private Lines lines(Self<M> self) {
            if (lines == null) {
                lines = new Lines(Pure.class, self.pid().path(), self.node()::config);
            }
            return lines;
        }

        @Override
        public void terminate(ExitReason reason, Self<M> self) {
            if (lines != null) {
                lines.summary();
            }
        }
    }
}
