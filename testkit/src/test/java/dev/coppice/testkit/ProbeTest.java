package dev.coppice.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Config;
import dev.coppice.kernel.Down;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Server;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("#133")
class ProbeTest {
    private final Seeded seeded = Seeded.of(7);
    private final Node node = Node.start(Config.defaults().scheduler(() -> seeded));
    private final Probe<Msg> probe = Probe.in(node);

    sealed interface Msg {}

    record Said(String text) implements Msg {}

    record Count(int n) implements Msg {}

    record Ask(String text) implements Msg, Call<Ask, String> {}

    record Gone(Down down) implements Msg {}

    @AfterEach
    void close() {
        node.close();
        Leaks.assertNone(node, seeded);
    }

    @Nested
    class Expectations {
        @Test
        void take_messages_in_order_by_any_by_type_by_pattern_and_by_value() {
            probe.send(new Said("any"));
            probe.send(new Count(1));
            probe.send(new Said("x:pattern"));
            probe.send(new Count(2));
            assertThat(probe.expect()).isEqualTo(new Said("any"));
            assertThat(probe.expect(Count.class).n()).isEqualTo(1);
            assertThat(probe.<String>expect(m -> m instanceof Said(var text) ? text.substring(2) : null))
                    .isEqualTo("pattern");
            probe.expectEqual(new Count(2));
            probe.expectNothing(Duration.ofSeconds(1));
        }

        @Test
        void name_what_came_instead_and_what_came_before() {
            probe.send(new Count(1));
            probe.expect(Count.class);
            probe.send(new Said("surprise"));
            assertThatThrownBy(() -> probe.expect(Count.class))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("expected Count")
                    .hasMessageContaining("Said[text=surprise]")
                    .hasMessageContaining("Count[n=1]");
        }

        @Test
        void wait_for_five_seconds_or_as_they_are_told() {
            var before = seeded.elapsed();
            assertThatThrownBy(probe::expect).isInstanceOf(AssertionError.class).hasMessageContaining("PT5S");
            assertThat(seeded.elapsed().minus(before)).isEqualTo(Duration.ofSeconds(5));
            probe.patience(Duration.ofSeconds(2));
            assertThatThrownBy(probe::expect).isInstanceOf(AssertionError.class).hasMessageContaining("PT2S");
            assertThat(seeded.elapsed().minus(before)).isEqualTo(Duration.ofSeconds(7));
        }

        @Test
        void of_nothing_fail_with_what_came() {
            probe.send(new Count(3));
            assertThatThrownBy(() -> probe.expectNothing(Duration.ofSeconds(1)))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("Count[n=3]");
        }

        @Test
        void fish_skips_what_does_not_fit() {
            probe.send(new Count(1));
            probe.send(new Said("bait"));
            probe.send(new Count(2));
            assertThat(probe.fish(Said.class).text()).isEqualTo("bait");
            assertThat(probe.drain()).containsExactly(new Count(2));
        }

        @Test
        void within_share_one_limit() {
            var before = seeded.elapsed();
            probe.run(self -> self.sendEvery(Duration.ofSeconds(1), new Count(1)));
            assertThatThrownBy(() ->
                            probe.within(
                                    Duration.ofMillis(2_500),
                                    () -> {
                                        for (int i = 0; i < 5; i++) {
                                            probe.expect();
                                        }
                                        return "too good";
                                    }))
                    .isInstanceOf(AssertionError.class);
            assertThat(seeded.elapsed().minus(before)).isEqualTo(Duration.ofMillis(2_500));
        }
    }

    @Nested
    class Requests {
        @Test
        void stay_open_until_the_test_answers() {
            var one = probe.ask(new Ask("1"));
            var two = probe.ask(new Ask("2"));
            var first = probe.expect(Ask.class);
            var second = probe.expect(Ask.class);
            probe.reply(second, "b");
            assertThat(two.get()).isEqualTo("b");
            assertThat(one.poll()).isEmpty();
            probe.reply(first, "a");
            assertThat(one.get()).isEqualTo("a");
        }

        @Test
        void without_an_answer_time_out() {
            assertThatThrownBy(() -> probe.call(new Ask("?"))).isInstanceOf(CallFailed.class);
            probe.expect(Ask.class);
        }
    }

    @Nested
    class Deeds {
        @Test
        void are_those_of_an_actor() {
            var pid = node.spawn(Server.<Msg>of(() -> (_, _) -> {}));
            probe.run(self -> self.monitor(pid, Gone::new));
            pid.kill();
            assertThat(probe.expect(Gone.class).down().who()).isEqualTo(pid);
        }

        @Test
        void may_assert_and_the_probe_lives_on_when_they_fail() {
            var failure = new AssertionError("expected 2, was 1");
            assertThatThrownBy(() ->
                            probe.run(_ -> {
                                throw failure;
                            }))
                    .isSameAs(failure);
            probe.send(new Count(1));
            probe.expectEqual(new Count(1));
        }

        @Test
        void throw_in_the_test_what_they_throw() {
            assertThatThrownBy(() ->
                            probe.run(_ -> {
                                throw new IllegalArgumentException("mine");
                            }))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("mine");
            assertThat(probe.<Integer>get(_ -> 42)).isEqualTo(42);
        }
    }

    @Nested
    class LeftBehind {
        @Test
        @Tag("#106")
        void actors_names_timers_and_messages_are_named() {
            Name<Msg> name = Name.of("forgotten");
            var pid =
                    node.spawn(
                            Server.<Msg>of(() -> (_, self) -> self.sendAfter(Duration.ofDays(1), new Count(1)))
                                    .named(name));
            pid.send(new Said("x"));
            seeded.settle();
            assertThatThrownBy(() -> Leaks.assertNone(node, seeded))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("Seeded.of(7)")
                    .hasMessageContaining("actor /forgotten")
                    .hasMessageContaining("the name forgotten")
                    .hasMessageContaining("1 timers")
                    .hasMessageContaining("probe");
        }
    }

    @Test
    void works_on_the_production_scheduler_too() {
        try (var real = Node.start()) {
            var other = Probe.<Msg>in(real);
            other.send(new Count(1));
            other.expectEqual(new Count(1));
            other.expectNothing(Duration.ofMillis(20));
            var pending = other.ask(new Ask("?"));
            other.reply(other.expect(Ask.class), "real");
            assertThat(pending.get()).isEqualTo("real");
        }
    }
}
