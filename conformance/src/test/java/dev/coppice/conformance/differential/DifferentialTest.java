package dev.coppice.conformance.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `./coppice differential` does the same for a hundred thousand scenarios.
@Tag("#137")
class DifferentialTest {

    @Nested
    class The_golden_scenarios {
        @Test
        void happen_on_coppice_as_they_did_on_erlang() throws Exception {
            var shares = new Shares();
            for (var golden : Golden.read()) {
                var scenario = Generator.scenario(golden.seed());
                assertThat(scenario.term())
                        .as(
                                "the generator has changed: write the golden logs again with ./coppice differential --golden")
                        .isEqualTo(golden.term());
                assertThat(Comparison.compare(scenario, golden.erlang(), golden.seed()))
                        .as("seed %d", golden.seed())
                        .isEmpty();
                shares.add(scenario, golden.erlang(), true);
            }
            assertThat(shares.scenarios()).isEqualTo(Golden.SCENARIOS);
            assertThat(shares.percentFailingStarts()).isGreaterThanOrEqualTo(30);
            assertThat(shares.percentNested()).isGreaterThanOrEqualTo(30);
            assertThat(shares.percentTies()).isGreaterThanOrEqualTo(30);
            assertThat(shares.fewest()).as("of each strategy, restart type and reason").isPositive();
        }

        @Test
        void diverge_when_erlang_is_misquoted() throws Exception {
            var golden = Golden.read().getFirst();
            var misquoted =
                    golden.erlang().stream().map(line -> line.replaceFirst("start\\|s0\\|1", "start|s0|2")).toList();
            var divergence = Comparison.compare(Generator.scenario(golden.seed()), misquoted, golden.seed());
            assertThat(divergence.map(Object::toString).orElse("")).contains("! Erlang", "! Coppice", golden.term());
        }

        @Test
        void go_the_same_way_under_every_schedule() throws Exception {
            for (var golden : Golden.read().subList(0, 50)) {
                var scenario = Generator.scenario(golden.seed());
                for (long schedule = 1_000; schedule < 1_005; schedule++) {
                    assertThat(Comparison.compare(scenario, golden.erlang(), schedule))
                            .as("seed %d, schedule %d", golden.seed(), schedule)
                            .isEmpty();
                }
            }
        }
    }

    @Nested
    class New_scenarios {
        @Test
        void happen_on_coppice_as_they_do_on_erlang(@TempDir Path folder) throws Exception {
            assumeTrue(
                    OnErlang.installed(),
                    "erl or erlc is not in PATH: sh tools/install-erlang.sh installs erlang-base");
            OnErlang.compile(folder);
            var seeds = LongStream.range(1_000_000, 1_000_400).boxed().toList();
            var scenarios = seeds.stream().map(Generator::scenario).toList();
            try (var erlang = OnErlang.start(folder)) {
                var logs = erlang.play(scenarios);
                for (int i = 0; i < scenarios.size(); i++) {
                    var seed = seeds.get(i);
                    assertThat(
                                    Comparison.compare(scenarios.get(i), logs.get(i), seed)
                                            .map(found -> Comparison.shrunk(found, seed, erlang)))
                            .as("seed %d", seed)
                            .isEmpty();
                }
            }
        }
    }

    @Nested
    class A_failing_scenario {
        @Test
        void shrinks_to_the_step_that_it_needs_and_to_nothing_else() {
            var scenario = Generator.scenario(3);
            var needed = scenario.steps().getLast();
            var smallest = Shrinker.shrink(scenario, candidate -> candidate.steps().contains(needed));
            assertThat(smallest.steps()).isEqualTo(List.of(needed));
            assertThat(smallest.plans()).isEmpty();
            assertThat(smallest.peers()).isEmpty();
            assertThat(smallest.root().children()).isEmpty();
            assertThat(smallest.root().strategy()).isEqualTo(Scenario.Strategy.ONE_FOR_ONE);
        }

        @Test
        void is_a_hang_or_a_broken_oracle_too() {
            var scenario = Generator.scenario(3);
            assertThat(Comparison.compare(scenario, List.of(), 3)).isNotEqualTo(Optional.empty());
        }
    }
}
