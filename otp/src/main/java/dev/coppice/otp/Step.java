package dev.coppice.otp;

import static java.util.Objects.requireNonNull;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.Done;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Ref;
import java.util.List;

/// What a [Pure] server makes of one message: the next state, and what is to be done once it is known. A value, so that a server can be
/// tested without an actor.
///
/// ```java
/// static Step<Account> step(Account now, Msg msg) {
///   return switch (msg) {
///     case Deposit d -> Step.to(now.plus(d.cents()), Step.reply(d, now.balance() + d.cents()));
///     case Balance b -> Step.to(now, Step.reply(b, now.balance()));
///   };
/// }
/// ```
///
/// @param effects in order
public record Step<S>(S next, List<Effect> effects) {

    public Step {
        requireNonNull(next, "next");
        effects = List.copyOf(effects);
    }

    public static <S> Step<S> to(S next, Effect... effects) {
        return new Step<>(next, List.of(effects));
    }

    /// Something to be done after the step.
    public sealed interface Effect {}

    public record Reply<R>(Call<?, R> request, R value) implements Effect {}

    public record Send<N>(Ref<N> to, N message) implements Effect {}

    public record Stop(ExitReason reason) implements Effect {}

    /// Answers a request.
    public static <R> Effect reply(Call<?, R> request, R value) {
        return new Reply<>(request, value);
    }

    /// Answers a request whose answer has no content.
    public static Effect done(Call<?, Done> request) {
        return new Reply<>(request, Done.DONE);
    }

    public static <N> Effect send(Ref<N> to, N message) {
        return new Send<>(to, message);
    }

    /// Ends the server, after the effects before it; those after it are not done.
    public static Effect stop(ExitReason reason) {
        return new Stop(reason);
    }
}
