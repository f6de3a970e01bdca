package dev.coppice.testkit;

import static java.util.Objects.requireNonNull;

import dev.coppice.kernel.Call;
import dev.coppice.otp.Pure;
import dev.coppice.otp.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// A test of a pure server without an actor: given a state, when these messages come, then these are its next state and its effects.
///
/// ```java
/// Given.state(new Account(100), Account::step)
///     .when(new Withdraw(30))
///     .thenReplies(new Paid(70))
///     .thenState(new Account(70));
/// ```
///
/// The effects are those of all messages since the state was given, in order. Each `then` throws an `AssertionError` that shows the state,
/// the messages and what came of them.
public final class Given<S, M> {
    private final Pure.Stepper<S, M> stepper;
    private final S given;
    private final List<M> messages = new ArrayList<>();
    private final List<Step.Effect> effects = new ArrayList<>();
    private S state;

    private Given(S given, Pure.Stepper<S, M> stepper) {
        this.given = requireNonNull(given, "state");
        this.state = given;
        this.stepper = requireNonNull(stepper, "stepper");
    }

    public static <S, M> Given<S, M> state(S state, Pure.Stepper<S, M> stepper) {
        return new Given<>(state, stepper);
    }

    /// What it makes of one more message. What the function throws is thrown here as the cause of an `AssertionError`.
    public Given<S, M> when(M message) {
        messages.add(message);
        try {
            var step = stepper.step(state, message);
            state = step.next();
            effects.addAll(step.effects());
        } catch (Exception thrown) {
            throw new AssertionError(this + " throws " + thrown, thrown);
        }
        return this;
    }

    public Given<S, M> thenState(S expected) {
        return require(Objects.equals(state, expected), "the state " + expected, "the state " + state);
    }

    /// Its effects are these and no others.
    public Given<S, M> thenEffects(Step.Effect... expected) {
        return require(effects.equals(List.of(expected)), "the effects " + List.of(expected), "the effects " + effects);
    }

    public Given<S, M> thenNothing() {
        return thenEffects();
    }

    /// Its only effect is this answer to the last message.
    public <R> Given<S, M> thenReplies(R expected) {
        boolean right =
                effects.size() == 1
                        && effects.getFirst() instanceof Step.Reply<?>(Call<?, ?> request, var value)
                        && request == messages.getLast()
                        && Objects.equals(value, expected);
        return require(right, "the answer " + expected, "the effects " + effects);
    }

    /// One more message throws this.
    public <T extends Exception> T thenThrows(Class<T> type, M message) {
        try {
            var step = stepper.step(state, message);
            throw new AssertionError(
                    this + ", then " + message + ": expected " + type.getSimpleName() + ", got " + step);
        } catch (Exception thrown) {
            if (type.isInstance(thrown)) {
                return type.cast(thrown);
            }
            throw new AssertionError(
                    this + ", then " + message + ": expected " + type.getSimpleName() + ", got " + thrown, thrown);
        }
    }

    private Given<S, M> require(boolean right, String expected, String got) {
        if (!right) {
            throw new AssertionError(this + ": expected " + expected + ", got " + got);
        }
        return this;
    }

    @Override
    public String toString() {
        return "given " + given + ", when " + messages;
    }
}
