package dev.coppice.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Failure;
import dev.coppice.testkit.Chaos.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("#134")
class ExploringTest {

    /// Wrong whenever an account is killed between two looks at it: its balance is not kept.
    private static void keepsMoney(World world) {
        world.start(Bank.TREE);
        world.ref(Bank.ALICE).send(new Bank.Put(11));
        world.unleash(
                Chaos.of(Fault.KILL, Fault.SLOW, Fault.PAUSE).strikes(12).victims(path -> path.endsWith("alice")));
        world.advance(Duration.ofSeconds(1));
        world.heal();
        world.mustSettle(Duration.ofSeconds(10));
        assertThat(world.ref(Bank.ALICE).call(new Bank.Balance())).isEqualTo(111);
    }

    private static void keepsMoneyThatWasInDanger(World world) {
        keepsMoney(world);
        assertThat(world.struck()).as("else it shows nothing").isNotEmpty();
    }

    private static String failure() {
        return catchThrowable(() -> World.explore(50, ExploringTest::keepsMoney)).getMessage();
    }

    @Nested
    class AFailure {
        @Test
        void names_the_seed_and_the_command_that_replays_it() {
            assertThat(failure())
                    .containsPattern("^seed \\d+ fails: .*")
                    .containsPattern("-Dtest=ExploringTest#failure -Dcoppice.seed=\\d+");
        }

        @Test
        void is_shrunk_to_the_one_fault_that_it_needs() {
            assertThat(failure())
                    .containsPattern("1 of 12 faults are needed:\n  #\\d+ KILL after")
                    .doesNotContain("SLOW after");
        }

        @Test
        void is_not_shrunk_to_another_one() {
            assertThatThrownBy(() -> World.explore(50, ExploringTest::keepsMoneyThatWasInDanger))
                    .hasMessageContaining("1 of 12 faults are needed:\n  #")
                    .hasMessageContaining("but was: 100L")
                    .hasMessageNotContaining("shows nothing");
        }

        @Test
        void shows_what_happened_as_text_and_as_a_diagram() {
            assertThat(failure())
                    .contains("*** kill /supervisor/alice")
                    .contains("the test -> /supervisor/alice: Put[cents=11]")
                    .contains("sequenceDiagram");
        }

        @Test
        void is_told_even_when_a_message_in_it_cannot_say_what_it_is() {
            record Unprintable() {
                @Override
                public String toString() {
                    throw new IllegalStateException("no text");
                }
            }
            assertThatThrownBy(() ->
                            World.explore(
                                    1,
                                    world -> {
                                        world.<Object>probe().send(new Unprintable());
                                        world.settle();
                                        throw new IllegalStateException("the true cause");
                                    }))
                    .hasMessageContaining("seed 0 fails: java.lang.IllegalStateException: the true cause")
                    .hasMessageContaining("Unprintable (its toString failed: java.lang.IllegalStateException)");
        }

        @Test
        void is_the_same_when_its_seed_is_run_alone() {
            var first = failure();
            var seed = Pattern.compile("^seed (\\d+)").matcher(first);
            assertThat(seed.find()).isTrue();
            var again =
                    catchThrowable(() -> World.explore(Long.parseLong(seed.group(1)), 1, ExploringTest::keepsMoney));
            assertThat(withoutCommand(again.getMessage())).isEqualTo(withoutCommand(first));
        }
    }

    @Nested
    class TheSeeds {
        @Test
        void are_one_at_least_since_none_would_prove_nothing() {
            assertThatThrownBy(() -> World.explore(0, _ -> {}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("was 0");
        }

        @Test
        void run_over_the_greatest_number() {
            assertThat(Exploring.seeds(Long.MAX_VALUE, 2)).containsExactly(Long.MAX_VALUE, Long.MIN_VALUE);
        }

        @Test
        void are_one_alone_when_the_property_says_so() {
            assertThat(with("7")).containsExactly(7L);
            assertThatThrownBy(() -> with("seven"))
                    .hasMessage("-Dcoppice.seed takes a whole number, as a failing test tells it; was seven");
        }

        private static long[] with(String seed) {
            var before = System.getProperty("coppice.seed");
            System.setProperty("coppice.seed", seed);
            try {
                return Exploring.seeds(0, 3).toArray();
            } finally {
                if (before == null) {
                    System.clearProperty("coppice.seed");
                } else {
                    System.setProperty("coppice.seed", before);
                }
            }
        }
    }

    private static String withoutCommand(String failure) {
        return failure.replaceAll("-Dtest=\\S+", "").replaceAll("<\\d+\\.", "<");
    }

    @Test
    void stops_at_the_first_seed_that_fails() {
        var runs = new ArrayList<Long>();
        assertThatThrownBy(() ->
                        World.explore(
                                10,
                                world -> {
                                    runs.add(world.seed());
                                    assertThat(world.seed()).isLessThan(3);
                                }))
                .hasMessageStartingWith("seed 3 fails");
        assertThat(runs).startsWith(0L, 1L, 2L, 3L).doesNotContain(4L);
    }

    @Nested
    class Shrink {
        @Test
        void finds_the_smallest_of_independent_needs() {
            assertThat(Shrinking.shrink(40, strikes -> strikes.containsAll(List.of(3, 17, 38))))
                    .containsExactly(3, 17, 38);
        }

        @Test
        void knows_a_failure_that_has_a_cause_by_where_that_was_thrown() {
            var disk = new IllegalStateException("disk full");
            var call = new CallFailed(new Failure.Exited(new ExitReason.Crashed(disk)));
            var other =
                    new CallFailed(new Failure.Exited(new ExitReason.Crashed(new IllegalStateException("disk full"))));
            assertThat(call).hasRootCause(disk);
            assertThat(Shrinking.same(call, new CallFailed(call.failure()))).isTrue();
            assertThat(Shrinking.same(call, other)).isFalse();
            assertThat(Shrinking.same(call, disk)).isFalse();
            assertThat(Shrinking.same(call, null)).isFalse();
        }

        @Test
        void ends_with_nothing_when_nothing_is_needed() {
            assertThat(Shrinking.shrink(40, _ -> true)).isEmpty();
        }
    }

    @Nested
    class Seeded {
        @Seeds(20)
        void tests_get_a_world_of_their_seed(World world) {
            world.start(Bank.TREE);
            world.unleash(Chaos.all().victims(path -> path.startsWith("/supervisor/")));
            world.advance(Duration.ofSeconds(2));
            world.heal();
            world.until("everybody is back", Duration.ofMinutes(1), () -> world.living().size() >= 4);
        }
    }
}
