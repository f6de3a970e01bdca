package dev.coppice.conformance.world;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.Escalation;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Pending;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.otp.Entities;
import dev.coppice.otp.Pool;
import dev.coppice.otp.Routing;
import dev.coppice.otp.WorkQueue;
import dev.coppice.otp.WorkQueue.Job;
import dev.coppice.testkit.Seeds;
import dev.coppice.testkit.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/// Pools, queues and entities whose actors die with work in hand, at any step.
@Tag("#134")
class PoolsTest {
    private static final Duration HOUR = Duration.ofHours(1);

    /// Takes its time.
    private record Task(int number, Duration time) implements Call<Task, Integer> {}

    private static final class Worker implements Server<Task> {
        @Override
        public void handle(Task task, Self<Task> self) {
            self.receive(_ -> null, task.time());
            self.reply(task, task.number());
        }
    }

    private static Duration some(World world, int millis) {
        return Duration.ofMillis(1 + world.chance().nextInt(millis));
    }

    private static <T> T any(World world, List<T> all) {
        return all.get(world.chance().nextInt(all.size()));
    }

    @Nested
    @Tag("#90")
    class A_pool {
        private Routing<Task> routing(World world) {
            return switch (world.chance().nextInt(6)) {
                case 0 -> new Routing.RoundRobin<>();
                case 1 -> new Routing.Random<>();
                case 2 -> new Routing.LeastBusy<>();
                case 3 -> new Routing.PowerOfTwo<>();
                case 4 -> new Routing.ConsistentHash<>(Task::number);
                default -> new Routing.ScatterGatherFirst<>();
            };
        }

        /// Every caller gets its own answer, or the reason why not; the killed are replaced.
        @Seeds(300)
        void answers_every_request_or_fails_it_with_the_death_of_its_worker(World world) {
            var pool =
                    world.node().spawn(Pool.of(4, Server.of(Worker::new)).routing(routing(world)).intensity(100, HOUR));
            var asked = new ArrayList<Pending<Integer>>();
            for (int i = 0; i < 20; i++) {
                asked.add(pool.within(HOUR).ask(new Task(i, some(world, 20))));
                if (world.chance().nextInt(4) == 0) {
                    any(world, pool.info().children()).kill();
                }
                world.advance(Duration.ofMillis(world.chance().nextInt(10)));
            }
            world.advance(Duration.ofMinutes(2));
            for (int i = 0; i < 20; i++) {
                var outcome = asked.get(i).poll();
                assertThat(outcome).as("request " + i).isPresent();
                assertThat(
                                outcome.orElseThrow()
                                        .orElse(why -> {
                                            assertThat(why.toString()).containsAnyOf("Killed", "NoProcess");
                                            return -1;
                                        }))
                        .isIn(i, -1);
            }
            assertThat(pool.info().children()).hasSize(4);
        }

        @Seeds(1)
        void asks_all_with_the_patience_of_the_caller(World world) {
            var pool =
                    world.node().spawn(Pool.of(2, Server.of(Worker::new)).routing(new Routing.ScatterGatherFirst<>()));
            var patient = pool.within(HOUR).ask(new Task(1, Duration.ofSeconds(20)));
            world.advance(Duration.ofMinutes(1));
            assertThat(patient.get()).isEqualTo(1);
        }

        private static final class Slow implements Server<Task> {
            @Override
            public void init(Self<Task> self) {
                self.receive(_ -> null, Duration.ofSeconds(3));
            }

            @Override
            public void handle(Task task, Self<Task> self) {
                self.reply(task, task.number());
            }
        }

        /// Each within its own limit, one after the other.
        @Seeds(1)
        void starts_however_long_its_workers_take_together(World world) {
            var started = new AtomicReference<Object>();
            world.node()
                    .spawn((Self<Object> self) -> {
                        started.set(self.spawn(Pool.of(3, Server.of(Slow::new))).call(new Task(4, Duration.ZERO)));
                        self.receive();
                    });
            world.advance(Duration.ofMinutes(1));
            assertThat(started.get()).isEqualTo(4);
        }

        @Seeds(100)
        void grows_under_load_and_shrinks_when_it_is_over_and_loses_nothing(World world) {
            var pool = world.node().spawn(Pool.of(1, Server.of(Worker::new)).resizing(2, 6));
            var asked = new ArrayList<Pending<Integer>>();
            int most = 0;
            for (int i = 0; i < 200; i++) {
                asked.add(pool.within(HOUR).ask(new Task(i, Duration.ofMillis(500))));
                world.advance(Duration.ofMillis(50));
                most = Math.max(most, pool.info().children().size());
            }
            world.advance(Duration.ofMinutes(10));
            for (int i = 0; i < 200; i++) {
                assertThat(asked.get(i).get()).isEqualTo(i);
            }
            assertThat(most).isEqualTo(6);
            assertThat(pool.info().children()).hasSize(2);
            assertThat(world.node().counters().timers()).isZero();
        }

        /// Workers that start as long as nothing is in the way.
        private Pool<Task> pool(AtomicReference<RuntimeException> inTheWay) {
            return Pool.of(
                    1,
                    Server.of(() -> {
                        if (inTheWay.get() != null) {
                            throw inTheWay.get();
                        }
                        return new Worker();
                    }));
        }

        private List<Pending<Integer>> askAtOnce(Pid<Task> pool, int tasks) {
            return IntStream.range(0, tasks)
                    .mapToObj(i -> pool.within(HOUR).ask(new Task(i, Duration.ofMillis(500))))
                    .toList();
        }

        @Seeds(50)
        void lives_on_with_the_workers_it_has_while_no_more_will_start(World world) {
            var inTheWay = new AtomicReference<RuntimeException>();
            var pool = world.node().spawn(pool(inTheWay).resizing(2, 6).intensity(1, HOUR));
            var before = pool.info().children();
            inTheWay.set(new IllegalStateException("no licence"));
            var asked = askAtOnce(pool, 60);
            world.advance(Duration.ofSeconds(5));
            assertThat(pool.info().children()).isEqualTo(before);
            inTheWay.set(null);
            world.advance(Duration.ofSeconds(2));
            assertThat(pool.info().children()).hasSizeGreaterThan(2).containsAll(before);
            world.advance(HOUR);
            for (int i = 0; i < 60; i++) {
                assertThat(asked.get(i).get()).isEqualTo(i);
            }
        }

        /// The pool has a message to route before it hears of the exit.
        private Pid<Task> poolWithAMessageBeforeTheExit(World world, Consumer<Pid<?>> exit) {
            Name<Task> name = Name.of("pool");
            var pool = world.node().spawn(Pool.of(1, Server.of(Worker::new)).named(name));
            world.pause(name);
            pool.send(new Task(1, Duration.ofMillis(1)));
            exit.accept(pool.info().children().getFirst());
            world.settle();
            world.resume(name);
            return pool;
        }

        @Seeds(20)
        void that_finds_a_worker_dead_tells_why_it_died(World world) {
            var restarted = world.<NodeEvent.Restarted>probe();
            world.node().subscribe(NodeEvent.Restarted.class, restarted);
            var pool = poolWithAMessageBeforeTheExit(world, Pid::kill);
            assertThat(restarted.expect().why()).isEqualTo(new ExitReason.Killed());
            world.advance(Duration.ofMinutes(1));
            assertThat(pool.info().children()).hasSize(1);
            assertThat(restarted.drain()).isEmpty();
        }

        @Seeds(20)
        void that_finds_a_worker_dead_of_what_no_restart_cures_ends_too(World world) {
            var why = new ExitReason.Crashed(new Escalation("the disk is gone"));
            var pool = poolWithAMessageBeforeTheExit(world, worker -> worker.exit(why));
            world.settle();
            assertThat(pool.await(HOUR)).contains(why);
        }

        @Seeds(20)
        void ends_with_a_worker_more_that_knows_no_cure(World world) {
            var inTheWay = new AtomicReference<RuntimeException>();
            var pool = world.node().spawn(pool(inTheWay).resizing(2, 6));
            inTheWay.set(new Escalation("the disk is gone"));
            askAtOnce(pool, 60);
            world.advance(Duration.ofSeconds(2));
            assertThat(pool.await().escalates()).isTrue();
        }
    }

    @Nested
    @Tag("#91")
    class A_work_queue {
        /// Each job is done or dead in the end, whoever is killed with a job in hand; and dead only after as many attempts as allowed.
        @Seeds(300)
        void does_every_job_or_gives_it_up_in_public(World world) {
            var tried = new HashMap<Integer, Integer>();
            var queue =
                    world.node()
                            .spawn(
                                    WorkQueue.<Integer>of(
                                                    3,
                                                    job -> {
                                                        tried.merge(job, 1, Integer::sum);
                                                        if (job % 5 == 0) {
                                                            throw new IllegalStateException("never");
                                                        }
                                                    })
                                            .attempts(4)
                                            .intensity(100, HOUR));
            var slow =
                    world.node()
                            .spawn((Self<Job<Integer>> self) -> {
                                while (true) {
                                    WorkQueue.take(self, queue, job -> job);
                                    var job = self.receive();
                                    tried.merge(job.work(), 1, Integer::sum);
                                    self.receive(_ -> null, Duration.ofMillis(20));
                                    queue.send(new WorkQueue.Acknowledge<>(job));
                                }
                            });
            for (int i = 1; i <= 20; i++) {
                queue.send(new WorkQueue.Submit<>(i));
                if (i == 10) {
                    slow.kill();
                } else if (world.chance().nextInt(4) == 0) {
                    any(world, queue.info().children()).kill();
                }
                world.advance(Duration.ofMillis(world.chance().nextInt(10)));
            }
            world.advance(HOUR);
            var counts = queue.call(new WorkQueue.Statistics<>());
            var dead = queue.call(new WorkQueue.DeadJobs<>());
            assertThat(counts.waiting() + counts.running() + counts.delayed()).isZero();
            assertThat(counts.done() + counts.dead()).isEqualTo(20);
            assertThat(dead).allSatisfy(job -> assertThat(job.attempts()).isEqualTo(4));
            for (int i = 1; i <= 20; i++) {
                assertThat(tried.getOrDefault(i, 0)).as("job " + i).isLessThanOrEqualTo(4);
            }
            assertThat(queue.info().children()).hasSize(3);
        }
    }

    @Nested
    @Tag("#15")
    class Entities_that_rest {
        private sealed interface Msg {}

        private record Add() implements Msg, Call<Add, Integer> {}

        private record Note() implements Msg {}

        /// What outlives an entity; and who is alive for a key.
        private record Store(Map<Integer, Integer> totals, Map<Integer, Pid<Msg>> owners) {}

        private static final class Counter implements Server<Msg> {
            private final int key;
            private final Store store;
            private int total;

            Counter(int key, Store store) {
                this.key = key;
                this.store = store;
            }

            @Override
            public void init(Self<Msg> self) {
                var before = store.owners.put(key, self.pid());
                assertThat(before == null || !before.alive()).as("only one of key " + key).isTrue();
                total = store.totals.getOrDefault(key, 0);
            }

            @Override
            public void handle(Msg message, Self<Msg> self) {
                total++;
                self.receive(_ -> null, Duration.ofMillis(3));
                if (message instanceof Add add) {
                    self.reply(add, total);
                }
            }

            @Override
            public void terminate(dev.coppice.kernel.ExitReason reason, Self<Msg> self) {
                self.receive(_ -> null, Duration.ofMillis(2));
                store.totals.put(key, total);
            }
        }

        /// Messages come about when entities go to rest. Their state is written at their very end, so one that was lost, or handled by an
        /// incarnation that came too early, shows.
        @Seeds(300)
        void lose_no_message_and_are_never_two(World world) {
            var store = new Store(new HashMap<>(), new HashMap<>());
            var entities =
                    world.node()
                            .spawn(
                                    Entities.<Integer, Msg>of(key -> Server.of(() -> new Counter(key, store)))
                                            .idle(Duration.ofMillis(10))
                                            .maxActive(2));
            var sent = new int[3];
            var asked = new ArrayList<Pending<Integer>>();
            for (int i = 0; i < 60; i++) {
                int key = world.chance().nextInt(3);
                var ref = Entities.ref(entities, key).within(HOUR);
                sent[key]++;
                switch (world.chance().nextInt(3)) {
                    case 0 -> asked.add(ref.ask(new Add()));
                    case 1 -> ref.send(new Add());
                    default -> ref.send(new Note());
                }
                world.advance(Duration.ofMillis(world.chance().nextInt(15)));
            }
            world.advance(Duration.ofMinutes(1));
            assertThat(asked).allSatisfy(pending -> assertThat(pending.poll().orElseThrow().get()).isPositive());
            assertThat(entities.info().children()).isEmpty();
            for (int key = 0; key < 3; key++) {
                assertThat(store.totals.getOrDefault(key, 0)).as("key " + key).isEqualTo(sent[key]);
            }
            assertThat(world.node().counters().deadLettered()).isZero();
        }
    }
}
