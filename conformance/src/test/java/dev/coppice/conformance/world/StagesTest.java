package dev.coppice.conformance.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.Done;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.otp.Child;
import dev.coppice.otp.Stage;
import dev.coppice.otp.Stage.Msg;
import dev.coppice.otp.Supervisor;
import dev.coppice.testkit.Seeds;
import dev.coppice.testkit.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Stages: nothing is given that was not asked for, nothing is lost while all live, and the end travels.
@Tag("#31")
class StagesTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private static Supplier<Iterator<Integer>> numbers(int count) {
        return () -> IntStream.range(0, count).iterator();
    }

    private static List<Integer> range(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    /// A consumer that asks by hand, as it is told.
    private static final class ByHand<T> implements Server<Object> {
        record Ask(int items) {}

        private final Ref<Msg<T>> from;
        private final List<List<T>> batches;
        private Stage.Subscription<T> subscription;

        @SuppressWarnings("NullAway.Init") // set by init
        ByHand(Ref<Msg<T>> from, List<List<T>> batches) {
            this.from = from;
            this.batches = batches;
        }

        @Override
        public void init(Self<Object> self) {
            subscription = new Stage.Subscription<>(self.pid(), self.pid(), 1);
            from.call(new Stage.Subscribe<>(subscription));
        }

        @Override
        @SuppressWarnings("unchecked")
        public void handle(Object message, Self<Object> self) {
            switch (message) {
                case Ask(int items) -> from.send(new Stage.More<>(subscription, items));
                case Stage.Items<?> items -> batches.add(((Stage.Items<T>) items).items());
                default -> self.stop();
            }
        }
    }

    private static <T> Pid<Object> byHand(World world, Ref<Msg<T>> from, List<List<T>> batches) {
        return world.node().spawn(Server.<Object>of(() -> new ByHand<>(from, batches)));
    }

    @Nested
    class Demand {
        @Seeds(20)
        void decides_how_much_is_given_and_is_remembered(World world) {
            var batches = new ArrayList<List<Integer>>();
            var stage = world.node().spawn(Stage.from(numbers(10)));
            var consumer = byHand(world, stage, batches);
            world.settle();
            assertThat(batches).isEmpty();
            consumer.send(new ByHand.Ask(3));
            world.settle();
            assertThat(batches).containsExactly(List.of(0, 1, 2));
            consumer.send(new ByHand.Ask(2));
            consumer.send(new ByHand.Ask(100));
            world.settle();
            assertThat(batches.stream().flatMap(List::stream)).containsExactlyElementsOf(range(10));
            assertThat(stage.await()).isEqualTo(new ExitReason.Normal());
        }

        @Seeds(20)
        void that_comes_before_the_items_waits_for_them(World world) {
            var batches = new ArrayList<List<String>>();
            Pid<Msg<String>> stage = world.node().spawn(Stage.<String>fed());
            byHand(world, stage, batches).send(new ByHand.Ask(2));
            world.settle();
            assertThat(stage.call(new Stage.Statistics<>())).isEqualTo(new Stage.Counts(0, 0, 2, 0, 1));
            stage.call(new Stage.Push<>(List.of("a", "b", "c")));
            world.settle();
            assertThat(batches).containsExactly(List.of("a", "b"));
            assertThat(stage.call(new Stage.Statistics<>())).isEqualTo(new Stage.Counts(2, 1, 0, 0, 1));
        }

        @Seeds(50)
        void of_a_slow_consumer_holds_the_source_back(World world) {
            var made = new AtomicInteger();
            var taken = new AtomicInteger();
            var most = new AtomicInteger();
            var numbers =
                    world.node()
                            .spawn(Stage.from(() -> IntStream.generate(made::getAndIncrement).limit(2_000).iterator()));
            var middle = world.node().spawn(Stage.<Integer, Integer>through(numbers, batch -> batch).demand(10, 5));
            Pid<Msg<Done>> slow =
                    world.node()
                            .spawn(
                                    Stage.<Integer>into(
                                                    middle,
                                                    batch -> {
                                                        most.accumulateAndGet(made.get() - taken.get(), Math::max);
                                                        taken.addAndGet(batch.size());
                                                    })
                                            .demand(4, 2));
            assertThat(slow.await()).isEqualTo(new ExitReason.Normal());
            assertThat(taken.get()).isEqualTo(2_000);
            // What is on its way to both, and the one that the iterator has looked ahead at.
            assertThat(most.get()).isLessThanOrEqualTo(10 + 4 + 1);
        }

        @Test
        void must_make_sense() {
            assertThatThrownBy(() -> Stage.fed().demand(5, 5)).hasMessage("min must be between 0 and max, 5, was 5");
        }
    }

    @Nested
    class Several_consumers {
        @Seeds(100)
        void share_the_items_each_to_one_of_them(World world) {
            var one = new ArrayList<Integer>();
            var two = new ArrayList<Integer>();
            var source = world.node().spawn(Stage.from(numbers(1_000)));
            world.node().spawn(Stage.<Integer>into(source, one::addAll).demand(7, 3));
            world.node().spawn(Stage.<Integer>into(source, two::addAll).demand(20, 5));
            source.await();
            world.settle();
            var all = new ArrayList<>(one);
            all.addAll(two);
            assertThat(all).containsExactlyInAnyOrderElementsOf(range(1_000));
            assertThat(one).isSorted();
            assertThat(two).isSorted();
        }

        @Seeds(50)
        void all_get_everything_when_it_is_broadcast(World world) {
            var one = new ArrayList<Integer>();
            var two = new ArrayList<Integer>();
            Pid<Msg<Integer>> source = world.node().spawn(Stage.<Integer>fed().broadcast());
            world.node().spawn(Stage.<Integer>into(source, one::addAll).demand(7, 3));
            world.node().spawn(Stage.<Integer>into(source, two::addAll).demand(20, 5));
            world.settle();
            source.call(new Stage.Push<>(range(100)));
            source.send(new Stage.Finish<>());
            source.await();
            world.settle();
            assertThat(one).isEqualTo(range(100));
            assertThat(two).isEqualTo(range(100));
        }

        @Seeds(50)
        void go_on_when_one_dies_and_its_demand_goes_with_it(World world) {
            var batches = new ArrayList<List<String>>();
            var others = new ArrayList<List<String>>();
            Pid<Msg<String>> stage = world.node().spawn(Stage.<String>fed());
            var dying = byHand(world, stage, batches);
            var living = byHand(world, stage, others);
            dying.send(new ByHand.Ask(100));
            world.settle();
            dying.kill();
            world.settle();
            assertThat(stage.call(new Stage.Statistics<>())).isEqualTo(new Stage.Counts(0, 0, 0, 0, 1));
            living.send(new ByHand.Ask(1));
            stage.call(new Stage.Push<>(List.of("a")));
            world.settle();
            assertThat(others).containsExactly(List.of("a"));
            assertThat(batches).isEmpty();
        }
    }

    /// A stage that is at work does not answer meanwhile.
    @Nested
    class After_a_slow_stage {
        private record Nap() implements Call<Nap, Done> {}

        private Pid<Msg<Integer>> slow(World world) {
            Pid<Nap> bed =
                    world.node()
                            .spawn(
                                    Server.<Nap>of(() ->
                                            (nap, self) -> {
                                                self.receive(_ -> null, Duration.ofSeconds(20));
                                                self.done(nap);
                                            }));
            var source = world.node().spawn(Stage.from(numbers(10)));
            var slow =
                    world.node()
                            .spawn(
                                    Stage.<Integer, Integer>through(
                                            source,
                                            batch -> {
                                                bed.within(HOUR).call(new Nap());
                                                return batch;
                                            }));
            world.settle();
            return slow;
        }

        @Seeds(5)
        void a_stage_waits_until_it_can_subscribe(World world) {
            var taken = new ArrayList<Integer>();
            var last = world.node().spawn(Stage.into(slow(world), taken::addAll));
            world.advance(Duration.ofMinutes(1));
            assertThat(taken).isEqualTo(range(10));
            assertThat(last.await()).isEqualTo(new ExitReason.Normal());
        }

        @Seeds(5)
        void a_subscriber_of_java_does_too(World world) {
            var told = new ArrayList<Object>();
            Stage.publisher(world.node(), slow(world))
                    .subscribe(
                            new Flow.Subscriber<Integer>() {
                                @Override
                                public void onSubscribe(Flow.Subscription given) {
                                    given.request(Long.MAX_VALUE);
                                }

                                @Override
                                public void onNext(Integer item) {
                                    told.add(item);
                                }

                                @Override
                                public void onError(Throwable thrown) {
                                    told.add(thrown);
                                }

                                @Override
                                public void onComplete() {}
                            });
            world.advance(Duration.ofMinutes(1));
            assertThat(told).isEqualTo(range(10));
        }
    }

    @Nested
    class Pushing {
        @Seeds(20)
        void waits_for_room(World world) {
            var batches = new ArrayList<List<Integer>>();
            Pid<Msg<Integer>> stage = world.node().spawn(Stage.<Integer>fed().buffer(2));
            stage.call(new Stage.Push<>(List.of(1, 2)));
            var third = stage.within(HOUR).ask(new Stage.Push<>(List.of(3)));
            world.settle();
            assertThat(third.poll()).isEmpty();
            byHand(world, stage, batches).send(new ByHand.Ask(1));
            world.settle();
            assertThat(third.poll()).isPresent();
            assertThat(batches).containsExactly(List.of(1));
        }

        @Seeds(20)
        void that_was_given_up_gives_nothing(World world) {
            var batches = new ArrayList<List<Integer>>();
            Pid<Msg<Integer>> stage = world.node().spawn(Stage.<Integer>fed().buffer(1));
            stage.call(new Stage.Push<>(List.of(1)));
            var late = stage.within(Duration.ofSeconds(1)).ask(new Stage.Push<>(List.of(2)));
            var patient = stage.within(HOUR).ask(new Stage.Push<>(List.of(3)));
            world.advance(Duration.ofSeconds(2));
            assertThat(late.poll().orElseThrow()).isInstanceOf(Outcome.Failed.class);
            byHand(world, stage, batches).send(new ByHand.Ask(9));
            world.settle();
            assertThat(patient.poll()).contains(new Outcome.Replied<>(Done.DONE));
            assertThat(batches).containsExactly(List.of(1), List.of(3));
        }

        @Seeds(20)
        void without_waiting_drops_the_oldest_and_counts_them(World world) {
            var batches = new ArrayList<List<Integer>>();
            Pid<Msg<Integer>> stage = world.node().spawn(Stage.<Integer>fed().buffer(2));
            stage.send(new Stage.Push<>(List.of(1, 2, 3)));
            byHand(world, stage, batches).send(new ByHand.Ask(9));
            world.settle();
            assertThat(batches).containsExactly(List.of(2, 3));
            assertThat(stage.call(new Stage.Statistics<>()).dropped()).isEqualTo(1);
        }

        @Seeds(5)
        void into_a_stage_that_has_a_source_is_an_error(World world) {
            var stage = world.node().spawn(Stage.from(numbers(3)));
            stage.send(new Stage.Push<>(List.of(1)));
            assertThat(stage.await().toString()).contains("takes no Push");
        }
    }

    @Nested
    class A_stream {
        @Seeds(20)
        void is_closed_at_its_end_and_when_its_stage_dies(World world) {
            var closed = new AtomicInteger();
            var taken = new ArrayList<Integer>();
            Stage<Integer> stage =
                    Stage.fromStream(() -> IntStream.range(0, 10).boxed().onClose(closed::incrementAndGet));
            var source = world.node().spawn(stage);
            var last = world.node().spawn(Stage.<Integer>into(source, taken::addAll));
            last.await();
            world.settle();
            assertThat(taken).isEqualTo(range(10));
            assertThat(closed).hasValue(1);
            world.node().spawn(stage).kill();
            world.settle();
            assertThat(closed).hasValue(2);
        }
    }

    @Nested
    class The_end {
        @Seeds(50)
        void travels_behind_the_last_item(World world) {
            var taken = new ArrayList<Integer>();
            var source = world.node().spawn(Stage.from(numbers(500)));
            var middle =
                    world.node()
                            .spawn(
                                    Stage.<Integer, Integer>through(
                                            source, batch -> batch.stream().map(n -> n * 2).toList()));
            var last = world.node().spawn(Stage.<Integer>into(middle, taken::addAll));
            assertThat(last.await()).isEqualTo(new ExitReason.Normal());
            assertThat(taken).isEqualTo(range(500).stream().map(n -> n * 2).toList());
            assertThat(middle.await()).isEqualTo(new ExitReason.Normal());
        }

        @Seeds(50)
        void of_a_producer_by_a_crash_is_waited_out_where_its_name_comes_back(World world) {
            Name<Msg<Integer>> name = Name.of("numbers");
            var starts = new AtomicInteger();
            var taken = new ArrayList<Integer>();
            Stage<Integer> failing =
                    Stage.from(() -> {
                        boolean first = starts.getAndIncrement() == 0;
                        return IntStream.range(0, 300)
                                .map(n -> {
                                    if (first && n == 150) {
                                        throw new IllegalStateException("broken source");
                                    }
                                    return n;
                                })
                                .iterator();
                    });
            var tree = Supervisor.oneForOne(Child.of(failing.named(name)).restart(Child.Restart.TRANSIENT));
            world.start(tree);
            var last = world.node().spawn(Stage.<Integer>into(world.ref(name), taken::addAll).demand(10, 5));
            assertThat(last.await()).isEqualTo(new ExitReason.Normal());
            assertThat(starts.get()).isEqualTo(2);
            assertThat(taken.subList(taken.size() - 300, taken.size())).isEqualTo(range(300));
            assertThat(taken).hasSizeLessThanOrEqualTo(450);
        }

        @Seeds(20)
        void of_a_producer_that_nobody_replaces_ends_its_consumers(World world) {
            var source = world.node().spawn(Stage.<Integer>fed());
            var last = world.node().spawn(Stage.<Integer>into(source, _ -> {}));
            world.settle();
            source.kill();
            assertThat(last.await()).isEqualTo(new ExitReason.NoProcess());
        }

        @Seeds(20)
        void of_a_consumer_that_throws_does_not_touch_the_producer(World world) {
            Pid<Msg<Integer>> source = world.node().spawn(Stage.<Integer>fed());
            var last =
                    world.node()
                            .spawn(
                                    Stage.<Integer>into(
                                            source,
                                            _ -> {
                                                throw new java.io.IOException("disk full");
                                            }));
            source.call(new Stage.Push<>(List.of(1)));
            assertThat(last.await().toString()).contains("disk full");
            world.settle();
            assertThat(source.alive()).isTrue();
            assertThat(source.call(new Stage.Statistics<>()).consumers()).isZero();
        }
    }
}
