package dev.coppice.conformance.world;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.otp.Child;
import dev.coppice.otp.Child.Shutdown;
import dev.coppice.otp.Supervisor;
import dev.coppice.testkit.Seeds;
import dev.coppice.testkit.World;
import java.time.Duration;
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
}
