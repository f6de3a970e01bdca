package dev.coppice.otp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Done;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Node;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class PureTest {
    sealed interface Msg {}

    record Add(int n) implements Msg, Call<Add, Integer> {}

    record Total() implements Msg, Call<Total, Integer> {}

    record Twice(int n) implements Msg, Call<Twice, Done> {}

    record Leave(int n) implements Msg {}

    record Wrapped(Add add) implements Msg {}

    /// Fails after it has worked out the next state, as real bugs do.
    static Step<Integer> step(Integer total, Msg msg) {
        return switch (msg) {
            case Add(int n) when n < 0 -> throw new IllegalArgumentException("negative: " + n);
            case Add a -> Step.to(total + a.n(), Step.reply(a, total + a.n()));
            case Total t -> Step.to(total, Step.reply(t, total));
            case Twice t -> Step.to(total + t.n(), Step.done(t), Step.done(t)); // the second answer is a bug
            case Leave(int n) -> Step.to(n, Step.stop(new ExitReason.Normal()));
            case Wrapped(Add a) -> step(total, a);
        };
    }

    private final Node node = Node.start();

    @AfterEach
    void close() {
        node.close();
    }

    @Nested
    @Tag("#6")
    class A_step {

        @Test
        void is_a_value_that_can_be_tested_without_an_actor() {
            var add = new Add(2);
            assertThat(step(1, add)).isEqualTo(Step.to(3, Step.reply(add, 3)));
        }

        @Test
        void exchanges_the_state_and_answers() {
            var sum = node.spawn(Pure.of(0, PureTest::step));
            assertThat(sum.call(new Add(2))).isEqualTo(2);
            assertThat(sum.call(new Add(3))).isEqualTo(5);
            assertThat(sum.call(new Total())).isEqualTo(5);
        }

        @Test
        void may_end_the_server() {
            var sum = node.spawn(Pure.of(0, PureTest::step));
            sum.send(new Leave(1));
            assertThat(sum.await()).isEqualTo(new ExitReason.Normal());
        }
    }

    @Nested
    @Tag("#75")
    class Recovery_by {

        @Test
        void crash_is_the_default() {
            var sum = node.spawn(Pure.of(0, PureTest::step));
            assertThatThrownBy(() -> sum.call(new Add(-1))).hasRootCauseMessage("negative: -1");
            assertThat(sum.await()).isInstanceOf(ExitReason.Crashed.class);
        }

        /// Seen elsewhere: an error still exchanges the state.
        @Test
        @Tag("#6")
        void resume_fails_the_request_with_its_cause_and_keeps_the_state() {
            var sum = node.spawn(Pure.of(0, PureTest::step).resuming());
            sum.call(new Add(7));
            assertThatThrownBy(() -> sum.call(new Add(-1)))
                    .isInstanceOf(CallFailed.class)
                    .hasRootCauseMessage("negative: -1");
            sum.send(new Add(-2));

            assertThat(sum.call(new Total())).isEqualTo(7);
            assertThat(sum.alive()).isTrue();
        }

        @Test
        void resume_fails_a_wrapped_request_too() {
            var door = node.spawn(Pure.of(0, PureTest::step).resuming()).via((Add add) -> new Wrapped(add));
            assertThatThrownBy(() -> door.call(new Add(-1))).hasRootCauseMessage("negative: -1");
            assertThat(door.call(new Add(1))).isEqualTo(1);
        }

        @Test
        @Tag("#6")
        void resume_keeps_the_state_when_an_effect_fails() {
            var sum = node.spawn(Pure.of(0, PureTest::step).resuming());
            assertThat(sum.call(new Twice(5))).isEqualTo(Done.DONE);
            assertThat(sum.call(new Total())).isZero();
        }

        @Test
        void stop_ends_in_order_and_escalate_says_that_no_restart_helps() {
            var stopped = node.spawn(Pure.of(0, PureTest::step).recovery(_ -> Recovery.STOP));
            stopped.send(new Add(-1));
            assertThat(stopped.await()).isInstanceOf(ExitReason.Shutdown.class);

            var escalated = node.spawn(Pure.of(0, PureTest::step).recovery(_ -> Recovery.ESCALATE));
            escalated.send(new Add(-1));
            assertThat(escalated.await().escalates()).isTrue();
        }

        @Test
        void nothing_catches_an_error() {
            var server =
                    node.spawn(
                            Pure.<Integer, Msg>of(
                                            0,
                                            (_, _) -> {
                                                throw new AssertionError("broken");
                                            })
                                    .resuming());
            server.send(new Total());
            assertThat(server.await()).isInstanceOf(ExitReason.Crashed.class);
        }
    }

    @Nested
    @Tag("#58")
    class An_agent {

        @Test
        void holds_a_value_for_all() {
            var agent = node.spawn(Agent.of(1));
            agent.call(new Agent.Update<>(n -> n + 1));
            agent.send(new Agent.Update<>(n -> n * 10));
            int n = agent.call(new Agent.Get<>(value -> value));
            assertThat(n).isEqualTo(20);
            assertThat(agent.call(new Agent.GetAndUpdate<>(_ -> 0))).isEqualTo(20);
            assertThat(agent.<Integer>call(new Agent.Get<>(value -> value))).isZero();
        }

        @Test
        void keeps_its_value_when_a_function_throws() {
            var agent = node.spawn(Agent.of("safe"));
            var seen = new AtomicReference<String>();
            assertThatThrownBy(() ->
                            agent.call(
                                    new Agent.Update<>(value -> {
                                        seen.set(value);
                                        throw new IllegalStateException("no");
                                    })))
                    .hasRootCauseMessage("no");
            assertThatThrownBy(() -> agent.call(new Agent.Update<>(_ -> null))).hasRootCauseMessage("next");
            String value = agent.call(new Agent.Get<>(v -> v));
            assertThat(value).isEqualTo("safe").isEqualTo(seen.get());
        }
    }
}
