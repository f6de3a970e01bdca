package dev.coppice.otp;

import dev.coppice.kernel.Actor;
import dev.coppice.kernel.Call;
import dev.coppice.kernel.Done;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// A value that actors share: one owner, read and changed by functions, one at a time.
///
/// The functions run in the agent and hold up everybody else: keep them short. One that throws fails its caller with its cause and
/// leaves the value as it was.
///
/// ```java
/// var counter = node.spawn(Agent.of(0));
/// counter.call(new Agent.Update<>(n -> n + 1));
/// int n = counter.call(new Agent.Get<>(n -> n));
/// ```
public final class Agent {
    private Agent() {}

    /// Its protocol.
    public sealed interface Msg<S> {}

    /// Looks at the value.
    public record Get<S, R>(Function<? super S, ? extends R> of) implements Msg<S>, Call<Get<S, R>, R> {}

    /// Changes the value; answered when it is done. By `send` it is a change that nobody waits for.
    public record Update<S>(UnaryOperator<S> by) implements Msg<S>, Call<Update<S>, Done> {}

    /// Changes the value and gives the one before.
    public record GetAndUpdate<S>(UnaryOperator<S> by) implements Msg<S>, Call<GetAndUpdate<S>, S> {}

    public static <S> Actor<Msg<S>> of(S initial) {
        return Pure.<S, Msg<S>>of(initial, Agent::step).resuming();
    }

    private static <S> Step<S> step(S value, Msg<S> message) {
        return switch (message) {
            case Get<S, ?> get -> Step.to(value, answer(get, value));
            case Update<S> update -> Step.to(update.by().apply(value), Step.done(update));
            case GetAndUpdate<S> update -> Step.to(update.by().apply(value), Step.reply(update, value));
        };
    }

    private static <S, R> Step.Effect answer(Get<S, R> get, S value) {
        return Step.reply(get, get.of().apply(value));
    }
}
