package dev.coppice.conformance.world;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.otp.Child;
import dev.coppice.otp.Child.Shutdown;
import dev.coppice.otp.Control;
import dev.coppice.otp.DynamicSupervisor;
import dev.coppice.otp.HealthCheck;
import dev.coppice.otp.Supervisor;
import dev.coppice.testkit.Seeds;
import dev.coppice.testkit.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/// How long a stop takes, in virtual time.
@Tag("#71")
class StopsTest {
    private static final Duration LIMIT = Duration.ofSeconds(5);

    /// Never done with its last words.
    private static final class Garrulous implements Server<String> {
        @Override
        public void handle(String message, Self<String> self) {}

        @Override
        public void terminate(ExitReason reason, Self<String> self) {
            self.receive(_ -> null);
        }
    }

    private static Child child(String id) {
        return Child.of(id, Server.of(Garrulous::new)).shutdown(Shutdown.after(LIMIT));
    }

    private static Duration stop(World world, Supervisor tree) {
        world.start(tree);
        var root = world.node().children().getFirst();
        var begun = world.elapsed();
        root.stop();
        root.await();
        return world.elapsed().minus(begun);
    }

    @Nested
    class A_tree_of_three_who_do_not_end {
        @Seeds(20)
        void takes_one_limit_where_they_stop_together(World world) {
            var tree = Supervisor.oneForOne(child("a"), child("b"), child("c")).parallelStop();
            assertThat(stop(world, tree)).isEqualTo(LIMIT);
        }

        @Seeds(20)
        void takes_three_limits_where_one_stops_after_the_other(World world) {
            var tree = Supervisor.oneForOne(child("a"), child("b"), child("c"));
            assertThat(stop(world, tree)).isEqualTo(LIMIT.multipliedBy(3));
        }
    }

    /// Takes its time for its last words, and writes down when it is done.
    private record Slow(String id, Duration words, List<String> ended) implements Server<Ask> {
        @Override
        public void handle(Ask ask, Self<Ask> self) {
            self.reply(ask, true);
        }

        @Override
        public void terminate(ExitReason reason, Self<Ask> self) {
            self.receive(_ -> null, words);
            ended.add(id);
        }
    }

    private record Ask() implements Call<Ask, Boolean> {}

    @Nested
    class A_supervisor_told_to_stop_while_it_waits_for_a_child {
        private static final Duration SECOND = Duration.ofSeconds(1);
        private static final Name<Control> ROOT = Name.of("root");
        private static final Name<DynamicSupervisor.Msg> KIDS = Name.of("kids");

        private final List<String> ended = new ArrayList<>();

        private Child child(String id, Duration words) {
            return Child.server(Name.<Ask>of(id), () -> new Slow(id, words, ended));
        }

        /// The node is told in the middle of the wait.
        private void expect(World world, Duration end, String... order) {
            var root = world.node().children().getFirst();
            world.advance(SECOND.dividedBy(2));
            assertThat(ended).isEmpty();
            world.node().stop();
            assertThat(root.await()).isEqualTo(new ExitReason.Shutdown());
            assertThat(ended).containsExactly(order);
            assertThat(world.elapsed()).isEqualTo(end);
        }

        @Seeds(20)
        void at_a_request_ends_that_child_first_then_the_others(World world) {
            ended.clear();
            world.start(
                    Supervisor.oneForOne(child("a", SECOND), child("b", SECOND.multipliedBy(3)), child("c", SECOND))
                            .named(ROOT));
            world.ref(ROOT).send(new Control.TerminateChild("b"));
            expect(world, SECOND.multipliedBy(5), "b", "c", "a");
        }

        @Seeds(20)
        void that_is_sick_ends_in_order(World world) {
            ended.clear();
            var check = HealthCheck.of(Name.<Ask>of("b"), new Ask(), _ -> false).every(SECOND).failures(1);
            world.start(Supervisor.oneForOne(child("a", SECOND), child("b", SECOND).liveness(check)));
            world.advance(SECOND);
            expect(world, SECOND.multipliedBy(3), "b", "a");
        }

        @Seeds(20)
        void in_a_tear_down_goes_on_with_it_and_then_ends_the_others(World world) {
            ended.clear();
            world.start(
                    Supervisor.restForOne(
                            child("a", SECOND), child("b", SECOND), child("c", SECOND), child("d", SECOND)));
            world.kill(Name.<Ask>of("b"));
            expect(world, SECOND.multipliedBy(3), "d", "c", "a");
        }

        @Seeds(20)
        void of_many_that_come_and_go_ends_all_together(World world) {
            ended.clear();
            world.start(DynamicSupervisor.of().named(KIDS));
            var slow = world.ref(KIDS).call(kid("slow", SECOND.multipliedBy(2))).pid();
            world.ref(KIDS).call(kid("other", SECOND)).pid();
            world.ref(KIDS).send(new DynamicSupervisor.TerminateChild(slow));
            expect(world, SECOND.multipliedBy(2), "other", "slow");
        }

        private DynamicSupervisor.StartChild<Ask> kid(String id, Duration words) {
            return new DynamicSupervisor.StartChild<>(Server.of(() -> new Slow(id, words, ended)));
        }
    }
}
