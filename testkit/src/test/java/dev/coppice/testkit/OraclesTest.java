package dev.coppice.testkit;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.coppice.kernel.DeadLetter;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Pid;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Each oracle is shown events that no right kernel tells, and must object.
@Tag("#134")
class OraclesTest {
    private final World world = World.swarm(1).start(Bank.TREE);
    private final Pid<?> alice = world.pid(Bank.ALICE);
    private final Pid<?> root = world.node().children().getFirst();

    @AfterEach
    void close() {
        world.close();
    }

    private NodeEvent spawned(Pid<?> pid) {
        return new NodeEvent.Spawned(pid, pid.path());
    }

    private NodeEvent exited(Pid<?> pid) {
        return new NodeEvent.Exited(pid, pid.path(), new ExitReason.Normal());
    }

    private void objects(Oracle oracle, NodeEvent event, String to) {
        assertThatThrownBy(() -> oracle.saw(world.node(), event))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(to);
    }

    @Nested
    class OneActivation {
        private final Oracle oracle = new Oracles.OneActivation();

        @Test
        void objects_to_an_actor_that_runs_twice_at_once() {
            oracle.begins(alice);
            assertThatThrownBy(() -> oracle.begins(alice)).hasMessageContaining("twice at once");
        }

        @Test
        void lets_it_run_again_after_its_end() {
            oracle.begins(alice);
            oracle.ends(alice);
            assertThatCode(() -> oracle.begins(alice)).doesNotThrowAnyException();
        }

        @Test
        void objects_to_one_that_runs_after_its_exit() {
            oracle.saw(world.node(), exited(alice));
            assertThatThrownBy(() -> oracle.begins(alice)).hasMessageContaining("after its exit");
        }
    }

    @Nested
    class Lives {
        private final Oracle oracle = new Oracles.Lives();

        @Test
        void objects_to_a_second_start() {
            oracle.saw(world.node(), spawned(alice));
            objects(oracle, spawned(alice), "started twice");
        }

        @Test
        void objects_to_an_exit_without_a_start() {
            objects(oracle, exited(alice), "never started");
        }

        @Test
        void objects_to_an_exit_of_one_that_lives() {
            oracle.saw(world.node(), spawned(alice));
            objects(oracle, exited(alice), "alive after its exit");
        }

        @Test
        void objects_to_a_second_exit() {
            oracle.saw(world.node(), spawned(alice));
            world.kill(alice);
            world.settle();
            oracle.saw(world.node(), exited(alice));
            objects(oracle, exited(alice), "exited twice");
        }

        @Test
        void objects_to_an_exit_that_was_never_told() {
            oracle.saw(world.node(), spawned(alice));
            world.kill(alice);
            world.settle();
            assertThatThrownBy(() -> oracle.closed(world.node())).hasMessageContaining("never told");
        }

        @Test
        void objects_to_a_restart_as_one_that_never_started() {
            objects(oracle, new NodeEvent.Restarted(root, "alice", alice, new ExitReason.Normal()), "never started");
        }
    }

    @Nested
    class Families {
        private final Oracle oracle = new Oracles.Families();

        @Test
        void object_to_a_parent_that_is_gone_before_its_child() {
            oracle.saw(world.node(), spawned(root));
            oracle.saw(world.node(), spawned(alice));
            objects(oracle, exited(root), "gone before its children");
        }

        @Test
        void let_it_go_after_them() {
            oracle.saw(world.node(), spawned(root));
            oracle.saw(world.node(), spawned(alice));
            oracle.saw(world.node(), exited(alice));
            assertThatCode(() -> oracle.saw(world.node(), exited(root))).doesNotThrowAnyException();
        }
    }

    @Nested
    class Names {
        private final Oracle oracle = new Oracles.NamesOfTheLiving();

        @Test
        void object_to_a_name_that_leads_to_one_whose_exit_is_told() {
            objects(oracle, exited(alice), "the name alice leads to");
        }

        @Test
        void accept_a_quiet_node() {
            assertThatCode(() -> oracle.quiet(world.node())).doesNotThrowAnyException();
        }
    }

    @Nested
    class Ledger {
        private final Oracle oracle = new Oracles.Ledger();

        @Test
        void objects_to_a_dead_letter_that_is_not_counted() {
            oracle.saw(
                    world.node(),
                    new NodeEvent.Undelivered(
                            new DeadLetter(alice, "lost", new DeadLetter.Reason.NoProcess(), Optional.empty())));
            assertThatThrownBy(() -> oracle.quiet(world.node())).hasMessageContaining("than counted");
        }

        @Test
        void objects_to_messages_that_wait_in_a_closed_node() {
            world.pause(Bank.ALICE);
            world.ref(Bank.ALICE).send(new Bank.Put(1));
            assertThatThrownBy(() -> oracle.closed(world.node())).hasMessageContaining("messages wait");
        }
    }

    @Nested
    class Emptiness {
        @Test
        void objects_to_actors_that_are_left_after_the_end() {
            assertThatThrownBy(() -> new Oracles.Emptiness().closed(world.node()))
                    .hasMessageContaining("left behind")
                    .hasMessageContaining("/supervisor/alice");
        }
    }

    @Nested
    class AllOfThem {
        @Test
        void fail_the_world_that_they_watch() {
            var other = World.swarm(2).start(Bank.TREE);
            var pid = other.pid(Bank.ALICE);
            // A forged event through the node itself: what a kernel with a bug would tell.
            other.node().publish(new NodeEvent.Exited(pid, pid.path(), new ExitReason.Normal()));
            assertThatThrownBy(other::settle).isInstanceOf(AssertionError.class).hasMessageContaining("seed 2");
            assertThatThrownBy(other::close).isInstanceOf(AssertionError.class);
        }
    }
}
