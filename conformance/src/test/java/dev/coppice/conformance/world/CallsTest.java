package dev.coppice.conformance.world;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.Pending;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.testkit.Seeds;
import dev.coppice.testkit.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Calls under every schedule that the seeds show.
@Tag("#35")
@Tag("#134")
class CallsTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Nested
    class AnswerTimeOutAndDeath {
        private record Late() implements Call<Late, Integer> {}

        private static void answering(Self<Late> self) {
            self.receive(_ -> null, SECOND);
            var request = self.receive();
            self.reply(request, 1);
            self.receive();
        }

        /// The callee wakes, is killed, and the call times out, all at one instant; alarms of one instant ring in the order in which they
        /// were set.
        private static Pending<Integer> race(World world) {
            var callee = world.node().spawn(AnswerTimeOutAndDeath::answering);
            world.settle();
            boolean killFirst = world.chance().nextBoolean();
            if (killFirst) {
                world.after(SECOND, callee::kill);
            }
            var call = callee.within(SECOND).ask(new Late());
            if (!killFirst) {
                world.after(SECOND, callee::kill);
            }
            world.advance(SECOND);
            return call;
        }

        /// Which of the three wins is chance; that one of them does, once, is not.
        @Seeds(300)
        @Tag("#36")
        void at_one_instant_settle_the_call_exactly_once(World world) {
            var call = race(world);
            var outcome = call.poll().orElseThrow();
            world.advance(SECOND.multipliedBy(10));
            assertThat(call.poll().orElseThrow()).isEqualTo(outcome);
            assertThat(world.living()).isEmpty();
            if (outcome instanceof Outcome.Failed<Integer>(var why)) {
                assertThat(why).isInstanceOfAny(Failure.TimedOut.class, Failure.Exited.class);
            }
            var late = world.node().counters().lateReplies();
            assertThat(late).isLessThanOrEqualTo(outcome instanceof Outcome.Replied ? 0 : 1);
        }

        @Test
        void each_win_under_some_seed() {
            var winners = new HashSet<String>();
            World.explore(
                    300,
                    world -> {
                        winners.add(
                                switch (race(world).poll().orElseThrow()) {
                                    case Outcome.Replied<Integer> _ -> "answer";
                                    case Outcome.Failed<Integer>(var why) -> why.getClass().getSimpleName();
                                });
                    });
            assertThat(winners).containsExactlyInAnyOrder("answer", "TimedOut", "Exited");
        }
    }

    @Nested
    @Tag("#105")
    class Cycles {
        private record Go(int round) implements Call<Go, Boolean> {}

        /// Calls its one neighbour, if it has one, for each request that it handles.
        private record Node(List<Pid<Go>> all, List<Integer> next, int me, List<Failure> failures)
                implements Server<Go> {
            @Override
            public void handle(Go go, Self<Go> self) {
                int callee = next.get(me);
                if (callee >= 0) {
                    try {
                        all.get(callee).call(go);
                    } catch (CallFailed failed) {
                        failures.add(failed.failure());
                    }
                }
                self.reply(go, true);
            }
        }

        /// A random graph in which each actor calls one other or nobody, and everybody is asked at once. A search in the graph says whether
        /// there is a cycle; nobody ever has to wait for a time-out.
        @Seeds(400)
        void are_found_exactly_where_a_search_finds_them(World world) {
            int size = 2 + world.chance().nextInt(6);
            var next = IntStream.range(0, size).map(_ -> world.chance().nextInt(-1, size)).boxed().toList();
            var failures = new ArrayList<Failure>();
            var all = new ArrayList<Pid<Go>>();
            for (int i = 0; i < size; i++) {
                int me = i;
                all.add(world.node().spawn(Server.of(() -> new Node(all, next, me, failures))));
            }
            var asked = all.stream().map(pid -> pid.ask(new Go(0))).toList();
            world.settle();
            assertThat(asked).allSatisfy(call -> assertThat(call.poll()).contains(new Outcome.Replied<>(true)));
            assertThat(failures).allMatch(Failure.Cycle.class::isInstance);
            if (!cyclic(next)) {
                assertThat(failures).isEmpty();
            }
            // One that calls itself cannot escape; a longer cycle may, when one of them was quick.
            var selfish = IntStream.range(0, size).filter(i -> next.get(i) == i).count();
            assertThat(failures.size()).isGreaterThanOrEqualTo((int) selfish);
            assertThat(world.elapsed()).isZero();
        }

        private static boolean cyclic(List<Integer> next) {
            return IntStream.range(0, next.size())
                    .anyMatch(start -> {
                        var seen = new HashSet<Integer>();
                        int at = start;
                        while (at >= 0 && seen.add(at)) {
                            at = next.get(at);
                        }
                        return at >= 0;
                    });
        }
    }
}
