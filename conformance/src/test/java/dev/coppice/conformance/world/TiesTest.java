package dev.coppice.conformance.world;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.Down;
import dev.coppice.kernel.Exit;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Loop;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.StartFailed;
import dev.coppice.testkit.Seeds;
import dev.coppice.testkit.World;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/// Links, monitors and names against models of a few lines.
@Tag("#134")
class TiesTest {
    private sealed interface Msg {}

    private record LinkTo(Pid<Msg> peer) implements Msg {}

    private record Watch(Pid<Msg> peer) implements Msg {}

    private record Gone(Down down) implements Msg {}

    private record Broke(Exit exit) implements Msg {}

    /// Does what it is told; notes whom it was told of.
    private record Body(boolean traps, List<Pid<?>> downs, List<Pid<?>> exits) implements Loop<Msg> {
        Body(boolean traps) {
            this(traps, new ArrayList<>(), new ArrayList<>());
        }

        @Override
        public void run(Self<Msg> self) {
            if (traps) {
                self.trapExits(Broke::new);
            }
            while (true) {
                switch (self.receive()) {
                    case LinkTo(var peer) -> self.link(peer);
                    case Watch(var peer) -> self.monitor(peer, Gone::new);
                    case Gone(var down) -> downs.add((Pid<?>) down.who());
                    case Broke(var exit) -> exits.add(exit.from());
                }
            }
        }
    }

    @Nested
    @Tag("#63")
    class Links {
        /// What dies with one that is killed: everybody who can be reached over links without passing one who traps.
        @Seeds(300)
        void take_along_exactly_those_who_are_reached_without_passing_a_trapper(World world) {
            int size = 2 + world.chance().nextInt(7);
            var bodies = IntStream.range(0, size).mapToObj(_ -> new Body(world.chance().nextInt(3) == 0)).toList();
            var all = bodies.stream().map(body -> world.node().spawn(body)).toList();
            var edges = new HashMap<Integer, Set<Integer>>();
            for (int i = world.chance().nextInt(2 * size); i > 0; i--) {
                link(world, all, edges);
            }
            world.settle();
            int first = world.chance().nextInt(size);
            world.kill(all.get(first));
            world.settle();
            var dead = reached(first, edges, bodies);
            for (int i = 0; i < size; i++) {
                assertThat(all.get(i).alive())
                        .as("%d of %s killed at %d", i, edges, first)
                        .isEqualTo(!dead.contains(i));
                assertThat(bodies.get(i).exits()).doesNotHaveDuplicates();
            }
        }

        private static void link(World world, List<Pid<Msg>> all, Map<Integer, Set<Integer>> edges) {
            int one = world.chance().nextInt(all.size());
            int two = world.chance().nextInt(all.size());
            all.get(one).send(new LinkTo(all.get(two)));
            edges.computeIfAbsent(one, _ -> new HashSet<>()).add(two);
            edges.computeIfAbsent(two, _ -> new HashSet<>()).add(one);
        }

        private static Set<Integer> reached(int first, Map<Integer, Set<Integer>> edges, List<Body> bodies) {
            var dead = new HashSet<>(Set.of(first));
            var todo = new ArrayDeque<>(Set.of(first));
            while (!todo.isEmpty()) {
                for (int peer : edges.getOrDefault(todo.poll(), Set.of())) {
                    if (!bodies.get(peer).traps() && dead.add(peer)) {
                        todo.add(peer);
                    }
                }
            }
            return dead;
        }
    }

    @Nested
    @Tag("#64")
    class Monitors {
        @Seeds(300)
        void give_each_exactly_one_down_also_when_they_race_with_the_end(World world) {
            var subject = world.node().spawn(new Body(false));
            var watchers = IntStream.range(0, 1 + world.chance().nextInt(5)).mapToObj(_ -> new Body(true)).toList();
            var pids = watchers.stream().map(body -> world.node().spawn(body)).toList();
            int each = 1 + world.chance().nextInt(3);
            pids.forEach(pid -> IntStream.range(0, each).forEach(_ -> pid.send(new Watch(subject))));
            if (world.chance().nextBoolean()) {
                world.settle();
            }
            world.kill(subject);
            world.settle();
            assertThat(watchers).allSatisfy(body -> assertThat(body.downs()).hasSize(each).containsOnly(subject));
        }
    }

    @Nested
    @Tag("#83")
    class Names {
        private static final Name<Msg> ONE = Name.of("one");

        /// Tries to start somebody with the name, and says whether that went well.
        private static Loop<Msg> claimant(List<Pid<Msg>> won, List<ExitReason> lost) {
            return self -> {
                try {
                    won.add(self.spawnDetached(new Body(false).named(ONE)));
                } catch (StartFailed failed) {
                    lost.add(failed.reason());
                }
            };
        }

        @Seeds(300)
        void are_held_by_one_of_all_who_want_them_and_free_again_when_its_end_is_told(World world) {
            int claimants = 2 + world.chance().nextInt(5);
            var won = new ArrayList<Pid<Msg>>();
            var lost = new ArrayList<ExitReason>();
            for (int round = 1; round <= 3; round++) {
                for (int i = 0; i < claimants; i++) {
                    world.node().spawn(claimant(won, lost));
                }
                world.settle();
                assertThat(won).hasSize(round);
                assertThat(lost).hasSize(round * (claimants - 1));
                assertThat(world.pid(ONE)).isEqualTo(won.getLast());
                world.kill(ONE);
                won.getLast().await();
                assertThat(world.node().whereis(ONE)).isEmpty();
            }
        }
    }
}
