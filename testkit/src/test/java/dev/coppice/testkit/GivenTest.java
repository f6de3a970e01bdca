package dev.coppice.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.ExitReason;
import dev.coppice.otp.Step;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("#133")
class GivenTest {
    sealed interface Msg {}

    record Add(long n) implements Msg {}

    record Total() implements Msg, Call<Total, Long> {}

    record End() implements Msg {}

    record Sum(long total) {
        static Step<Sum> step(Sum now, Msg msg) {
            return switch (msg) {
                case Add(var n) when n < 0 -> throw new IllegalArgumentException("n must not be negative, was " + n);
                case Add(var n) -> Step.to(new Sum(now.total() + n));
                case Total request -> Step.to(now, Step.reply(request, now.total()));
                case End() -> Step.to(now, Step.stop(new ExitReason.Normal()));
            };
        }
    }

    private static Given<Sum, Msg> given(long total) {
        return Given.state(new Sum(total), Sum::step);
    }

    @Test
    void a_state_and_messages_give_a_state_and_effects() {
        given(1).when(new Add(2)).thenState(new Sum(3)).thenNothing();
        given(1).when(new Total()).thenReplies(1L).thenState(new Sum(1));
        given(1).when(new End()).thenEffects(Step.stop(new ExitReason.Normal()));
    }

    @Test
    void what_the_function_throws_is_expected_or_an_error() {
        assertThat(given(1).thenThrows(IllegalArgumentException.class, new Add(-1))).hasMessageContaining("-1");
        assertThatThrownBy(() -> given(1).when(new Add(-1)))
                .isInstanceOf(AssertionError.class)
                .hasCauseInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> given(1).thenThrows(IllegalArgumentException.class, new Add(1)))
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void a_wrong_expectation_shows_all_of_it() {
        assertThatThrownBy(() -> given(1).when(new Add(2)).thenState(new Sum(4)))
                .isInstanceOf(AssertionError.class)
                .hasMessage(
                        "given Sum[total=1], when [Add[n=2]]: expected the state Sum[total=4], got the state Sum[total=3]");
        assertThatThrownBy(() -> given(1).when(new Total()).thenReplies(2L))
                .hasMessageContaining("expected the answer 2");
        assertThatThrownBy(() -> given(1).when(new Total()).thenNothing())
                .hasMessageContaining("got the effects [Reply");
    }
}
