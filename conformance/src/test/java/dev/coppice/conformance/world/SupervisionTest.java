package dev.coppice.conformance.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.otp.Backoff;
import dev.coppice.otp.Child;
import dev.coppice.otp.Supervisor;
import dev.coppice.testkit.Oracle;
import dev.coppice.testkit.Seeds;
import dev.coppice.testkit.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/// Supervisors under every schedule that the seeds show.
@Tag("#66")
@Tag("#134")
class SupervisionTest {
    private static final RuntimeException BOOM = new Worker.Bug("boom");
    private static final List<Name<Ask>> NAMES =
            IntStream.range(0, 4).mapToObj(i -> Name.<Ask>of("child-" + i)).toList();

    private record Ask() implements Call<Ask, Boolean> {}

    private static final class Quiet implements Server<Ask> {
        @Override
        public void init(Self<Ask> self) {}

        @Override
        public void handle(Ask ask, Self<Ask> self) {
            self.reply(ask, true);
        }
    }

    private static Child[] children() {
        return NAMES.stream().map(name -> Child.server(name, Quiet::new)).toArray(Child[]::new);
    }

    private static Supervisor of(Supervisor.Strategy strategy) {
        var supervisor =
                switch (strategy) {
                    case ONE_FOR_ONE -> Supervisor.oneForOne(children());
                    case ONE_FOR_ALL -> Supervisor.oneForAll(children());
                    case REST_FOR_ONE -> Supervisor.restForOne(children());
                };
        return supervisor.intensity(1_000, Duration.ofSeconds(1));
    }

    private static List<Long> ids(World world) {
        return NAMES.stream().map(name -> world.pid(name).id()).toList();
    }

    @Nested
    class Restarts {
        @Seeds(150)
        void replace_exactly_those_whom_the_strategy_names_whoever_ends_and_however(World world) {
            var strategy = Supervisor.Strategy.values()[world.chance().nextInt(3)];
            world.start(of(strategy));
            for (int round = 0; round < 6; round++) {
                var before = ids(world);
                int victim = world.chance().nextInt(NAMES.size());
                end(world, NAMES.get(victim));
                world.settle();
                var after = ids(world);
                for (int i = 0; i < NAMES.size(); i++) {
                    var expected =
                            switch (strategy) {
                                case ONE_FOR_ONE -> i == victim;
                                case ONE_FOR_ALL -> true;
                                case REST_FOR_ONE -> i >= victim;
                            };
                    assertThat(after.get(i).equals(before.get(i)))
                            .as("%s %d of %d", strategy, i, victim)
                            .isNotEqualTo(expected);
                }
            }
        }

        private static void end(World world, Name<Ask> victim) {
            switch (world.chance().nextInt(4)) {
                case 0 -> world.kill(victim);
                case 1 -> world.crash(victim, BOOM);
                case 2 -> world.pid(victim).stop();
                default -> world.exit(victim, new ExitReason.Shutdown("told"));
            }
        }

        @Seeds(150)
        @Tag("#77")
        void of_a_storm_leave_everybody_alive_and_answering(World world) {
            world.start(of(Supervisor.Strategy.values()[world.chance().nextInt(3)]));
            for (int i = 0; i < 20; i++) {
                var name = NAMES.get(world.chance().nextInt(NAMES.size()));
                world.node().whereis(name).ifPresent(world::kill);
                if (world.chance().nextBoolean()) {
                    world.advance(Duration.ofNanos(1));
                }
            }
            world.settle();
            NAMES.forEach(name -> assertThat(world.ref(name).call(new Ask())).isTrue());
        }

        @Seeds(100)
        void that_fail_are_tried_again_and_each_try_counts(World world) {
            int failures = 1 + world.chance().nextInt(5);
            world.start(of(Supervisor.Strategy.ONE_FOR_ONE));
            var left = new int[] {failures};
            world.failStarts(pid -> left[0]-- > 0, BOOM);
            var before = world.pid(NAMES.get(1)).id();
            world.kill(NAMES.get(1));
            world.settle();
            assertThat(world.pid(NAMES.get(1)).id()).isEqualTo(NAMES.size() + 1 + failures + 2L).isGreaterThan(before);
        }

        @Seeds(100)
        void that_fail_too_often_end_the_supervisor_after_its_children(World world) {
            var restarts = 1 + world.chance().nextInt(4);
            world.start(of(Supervisor.Strategy.ONE_FOR_ONE).intensity(restarts, Duration.ofSeconds(1)));
            world.failStarts(_ -> true, BOOM);
            world.kill(NAMES.get(0));
            world.settle();
            assertThat(world.living()).isEmpty();
        }
    }

    @Nested
    @Tag("#70")
    class BackOff {
        @Seeds(100)
        void keeps_the_child_down_for_its_time_and_calls_to_it_fail_at_once(World world) {
            var wait = Duration.ofMillis(100);
            world.start(of(Supervisor.Strategy.ONE_FOR_ONE).backoff(Backoff.between(wait, wait).jitter(0)));
            world.kill(NAMES.get(2));
            world.advance(wait.minusNanos(1));
            assertThat(world.node().whereis(NAMES.get(2))).isEmpty();
            var began = world.elapsed();
            assertThatThrownBy(() -> world.ref(NAMES.get(2)).call(new Ask())).isInstanceOf(CallFailed.class);
            assertThat(world.elapsed()).isEqualTo(began);
            world.advance(Duration.ofNanos(1));
            assertThat(world.ref(NAMES.get(2)).call(new Ask())).isTrue();
        }
    }

    @Nested
    @Tag("#69")
    class GivingUp {
        private static Supervisor strict(Child... children) {
            return Supervisor.oneForOne(children).intensity(0, Duration.ofSeconds(1));
        }

        @Seeds(100)
        void goes_up_through_three_levels_and_ends_the_node(World world) {
            var leaves = strict(children());
            var middle = strict(Child.of("leaves", leaves.labelled("leaves")));
            var gaveUp = new ArrayList<String>();
            world.oracle(
                    new Oracle() {
                        @Override
                        public void saw(Node node, NodeEvent event) {
                            if (event instanceof NodeEvent.GaveUp(_, var child, _)) {
                                gaveUp.add(child);
                            }
                        }
                    });
            world.start(strict(Child.of("middle", middle.labelled("middle"))));
            world.crash(NAMES.get(3), BOOM);
            world.settle();
            assertThat(gaveUp).containsExactly("child-3", "leaves", "middle");
            assertThat(world.living()).isEmpty();
            assertThat(world.node().await(Duration.ofMillis(1))).isPresent();
        }

        @Seeds(100)
        void stops_where_a_level_may_restart(World world) {
            var leaves = strict(children());
            world.start(Supervisor.oneForOne(Child.of("leaves", leaves.labelled("leaves"))));
            var before = ids(world);
            world.crash(NAMES.get(3), BOOM);
            world.settle();
            assertThat(ids(world)).doesNotContainAnyElementsOf(before);
        }
    }

    @Nested
    class Shutdown {
        @Seeds(200)
        void in_the_middle_of_restarts_ends_everybody(World world) {
            world.start(of(Supervisor.Strategy.values()[world.chance().nextInt(3)]));
            for (int i = world.chance().nextInt(4); i >= 0; i--) {
                // The world may move on while a kill is sent.
                world.node().whereis(NAMES.get(world.chance().nextInt(NAMES.size()))).ifPresent(world::kill);
            }
            if (world.chance().nextBoolean()) {
                world.advance(Duration.ofNanos(1));
            }
            world.node().stop();
            world.settle();
            assertThat(world.living()).isEmpty();
            assertThat(world.node().abandoned()).isEmpty();
        }
    }
}
