package dev.coppice.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Config;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Loop;
import dev.coppice.kernel.Mailbox;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Server;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("#136")
class UnreliableTest {
    private static final Duration LONGEST = Duration.ofMillis(20);

    sealed interface Msg {}

    record Say(int number) implements Msg {}

    record Ask(int number) implements Msg, Call<Ask, Integer> {}

    /// What comes of a hundred numbers that are sent this way.
    private static List<Integer> heard(long seed, UnaryOperator<Unreliable<Msg>> way) {
        try (var world = World.seeded(seed).config(Config::quiet)) {
            var heard = new ArrayList<Integer>();
            Ref<Msg> far = way.apply(Unreliable.of(ear(world, heard)));
            for (int i = 1; i <= 100; i++) {
                far.send(new Say(i));
            }
            world.advance(LONGEST);
            assertThat(world.node().counters().unaccounted()).isZero();
            return heard;
        }
    }

    private static Ref<Msg> ear(World world, List<Integer> heard) {
        return world.node()
                .spawn(
                        Server.<Msg>of(() ->
                                (msg, self) -> {
                                    switch (msg) {
                                        case Say(int number) -> heard.add(number);
                                        case Ask ask -> {
                                            heard.add(ask.number());
                                            self.reply(ask, -ask.number());
                                        }
                                    }
                                }));
    }

    private static List<Integer> all() {
        return IntStream.rangeClosed(1, 100).boxed().toList();
    }

    @Nested
    class A_way {
        @Test
        void changes_nothing_by_itself() {
            assertThat(heard(1, way -> way)).isEqualTo(all());
        }

        @Test
        void loses_its_share_and_keeps_the_order_of_the_rest() {
            assertThat(heard(2, way -> way.losing(0.5))).hasSizeBetween(30, 70).isSorted().doesNotHaveDuplicates();
            assertThat(heard(2, way -> way.losing(1))).isEmpty();
        }

        @Test
        void delivers_its_share_twice_and_loses_none() {
            assertThat(heard(3, way -> way.doubling(0.5))).hasSizeBetween(130, 170).containsAll(all()).isSorted();
            assertThat(heard(3, way -> way.doubling(1))).hasSize(200);
        }

        @Test
        void delays_its_share_so_that_others_overtake_and_loses_none() {
            var heard = heard(4, way -> way.delaying(0.5, LONGEST));
            assertThat(heard).containsExactlyInAnyOrderElementsOf(all()).isNotEqualTo(all());
            assertThat(heard.subList(0, 20)).as("what is not delayed comes at once, in order").isSorted();
        }

        @Test
        void does_the_same_for_the_same_seed_and_something_else_for_another() {
            UnaryOperator<Unreliable<Msg>> all = way -> way.losing(0.2).doubling(0.2).delaying(0.5, LONGEST);
            assertThat(heard(5, all)).isEqualTo(heard(5, all)).isNotEqualTo(heard(6, all));
        }
    }

    @Nested
    class A_request {
        @Test
        void that_is_lost_is_ended_by_its_time_out_alone() {
            try (var world = World.seeded(7).config(Config::quiet)) {
                var heard = new ArrayList<Integer>();
                var far = Unreliable.of(ear(world, heard)).losing(1);
                long begin = world.node().counters().deadLettered();
                assertThatThrownBy(() -> far.within(Duration.ofSeconds(3)).call(new Ask(1)))
                        .isInstanceOfSatisfying(
                                CallFailed.class,
                                failed -> assertThat(failed.failure()).isInstanceOf(Failure.TimedOut.class));
                assertThat(heard).isEmpty();
                assertThat(world.node().counters().deadLettered()).isEqualTo(begin + 1);
                assertThat(world.node().counters().unaccounted()).isZero();
            }
        }

        @Test
        void that_is_doubled_is_answered_once_and_handled_twice() {
            try (var world = World.seeded(8)) {
                var heard = new ArrayList<Integer>();
                var far = Unreliable.of(ear(world, heard)).doubling(1);
                assertThat(far.call(new Ask(1))).isEqualTo(-1);
                world.settle();
                assertThat(heard).containsExactly(1, 1);
                assertThat(world.node().counters().lateReplies()).isZero();
            }
        }

        @Test
        void that_is_doubled_is_answered_by_the_first_of_the_two() {
            try (var world = World.seeded(11)) {
                var times = new int[1];
                Ref<Msg> counting =
                        world.node()
                                .spawn(
                                        Server.<Msg>of(() ->
                                                (msg, self) -> {
                                                    if (msg instanceof Ask ask) {
                                                        self.reply(ask, ++times[0]);
                                                    }
                                                }));
                assertThat(Unreliable.of(counting).doubling(1).call(new Ask(1))).isEqualTo(1);
                world.settle();
                assertThat(times).containsExactly(2);
            }
        }

        @Test
        void that_is_late_is_answered_late() {
            try (var world = World.seeded(9)) {
                var far = Unreliable.of(ear(world, new ArrayList<>())).delaying(1, LONGEST);
                var answer = far.ask(new Ask(1));
                world.settle();
                assertThat(answer.poll()).isEmpty();
                world.advance(LONGEST);
                assertThat(answer.get()).isEqualTo(-1);
            }
        }
    }

    @Nested
    class At_the_end_of_the_world {
        private static final Duration AGES = Duration.ofHours(10);

        @Test
        void what_is_on_its_way_is_no_leak_but_a_dead_letter() {
            var world = World.seeded(12).config(Config::quiet);
            var heard = new ArrayList<Integer>();
            Ref<Msg> far = Unreliable.of(ear(world, heard)).delaying(1, AGES);
            var twice = Unreliable.of(far).delaying(1, AGES);
            far.send(new Say(1));
            twice.send(new Say(2));
            world.node().spawn((Loop<String>) _ -> far.within(AGES.plus(AGES)).call(new Ask(3)));
            world.settle();
            world.close();
            assertThat(heard).isEmpty();
            assertThat(world.node().counters().deadLettered()).isGreaterThanOrEqualTo(2);
        }

        @Test
        void what_the_test_asked_and_was_lost_is_no_leak_either() {
            var world = World.seeded(13).config(Config::quiet);
            var answer = Unreliable.of(ear(world, new ArrayList<>())).losing(1).ask(new Ask(1));
            world.close();
            assertThat(answer.poll()).isPresent();
        }
    }

    @Nested
    class On_a_real_node {
        @Test
        void what_is_late_arrives_on_a_thread_that_may_wait() throws InterruptedException {
            try (var node = Node.start()) {
                var threads = new LinkedBlockingQueue<Thread>();
                var noting = Mailbox.droppingNewest(1).droppable(_ -> threads.add(Thread.currentThread()));
                Ref<Msg> ear = node.spawn(Server.<Msg>of(() -> (_, _) -> {}).mailbox(noting));
                Unreliable.of(ear).delaying(1, Duration.ofMillis(1)).send(new Say(1));
                assertThat(threads.poll(20, TimeUnit.SECONDS))
                        .satisfies(thread -> assertThat(thread.isVirtual()).isTrue());
            }
        }
    }

    @Nested
    class A_share {
        @Test
        void is_between_0_and_1() {
            try (var world = World.seeded(10)) {
                var way = Unreliable.of(ear(world, new ArrayList<>()));
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> way.losing(1.1))
                        .withMessage("losing takes a share between 0 and 1, was 1.1");
                assertThatIllegalArgumentException().isThrownBy(() -> way.doubling(-1));
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> way.delaying(0.5, Duration.ZERO))
                        .withMessageContaining("above zero");
            }
        }
    }
}
