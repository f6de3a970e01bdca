package dev.coppice.otp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.coppice.kernel.Call;
import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.Pending;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

class PoolTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final Node node = Node.start();
    private final List<Pid<Msg>> told = new ArrayList<>();
    private final CountDownLatch go = new CountDownLatch(1);
    private final Semaphore held = new Semaphore(0);

    sealed interface Msg {}

    record Who() implements Msg, Call<Who, Pid<Msg>> {}

    record WhoHas(String key) implements Msg, Call<WhoHas, Pid<Msg>> {}

    /// Is kept until the test says go.
    record Hold() implements Msg, Call<Hold, Pid<Msg>> {}

    record Crash() implements Msg, Call<Crash, Pid<Msg>> {}

    record Note() implements Msg {}

    private final class Worker implements Server<Msg> {
        @Override
        public void handle(Msg message, Self<Msg> self) throws Exception {
            switch (message) {
                case Who who -> self.reply(who, self.pid());
                case WhoHas who -> self.reply(who, self.pid());
                case Hold hold -> {
                    held.release();
                    go.await();
                    self.reply(hold, self.pid());
                }
                case Crash _ -> throw new IllegalStateException("boom");
                case Note _ -> {
                    synchronized (told) {
                        told.add(self.pid());
                    }
                }
            }
        }
    }

    private Pool<Msg> pool(int size) {
        return Pool.of(size, Server.of(Worker::new));
    }

    private Pid<Msg> spawn(Pool<Msg> pool) {
        return node.spawn(pool);
    }

    /// Returns when a worker has it in hand.
    private Pending<Pid<Msg>> hold(Pid<Msg> pool) {
        var pending = pool.within(LONG).ask(new Hold());
        held.acquireUninterruptibly();
        return pending;
    }

    private static List<Pid<?>> workers(Pid<Msg> pool) {
        return pool.info().children();
    }

    private static List<Pid<Msg>> ask(Pid<Msg> pool, int times) {
        return IntStream.range(0, times).mapToObj(_ -> pool.within(LONG).call(new Who())).toList();
    }

    /// Who answers when each time nobody but so many is at work: one who has answered may be so for a moment longer.
    private static Set<Pid<Msg>> askAtRest(Pid<Msg> pool, int held, int times) {
        var answered = new HashSet<Pid<Msg>>();
        for (int i = 0; i < times; i++) {
            while (workers(pool).stream().filter(Crew::atWork).count() > held) {
                Thread.onSpinWait();
            }
            answered.addAll(ask(pool, 1));
        }
        return answered;
    }

    @AfterEach
    void close() {
        go.countDown();
        node.close();
    }

    @Nested
    @Tag("#89")
    class Routing_a_message {
        @Test
        void in_turn_gives_each_worker_the_same() {
            var pool = spawn(pool(3));
            var asked = ask(pool, 6);
            assertThat(asked.subList(0, 3)).doesNotHaveDuplicates().hasSize(3);
            assertThat(asked.subList(3, 6)).isEqualTo(asked.subList(0, 3));
        }

        @Test
        void at_random_reaches_everybody() {
            var pool = spawn(pool(3).routing(new Routing.Random<>()));
            assertThat(new HashSet<>(ask(pool, 200))).hasSize(3);
        }

        @Test
        void to_the_least_busy_goes_past_those_that_are_held_up() {
            var pool = spawn(pool(3).routing(new Routing.LeastBusy<>()));
            var first = hold(pool);
            var second = hold(pool);
            var free = askAtRest(pool, 2, 20);
            assertThat(free).hasSize(1);
            go.countDown();
            assertThat(free).doesNotContain(first.get(), second.get());
        }

        @Test
        void by_the_power_of_two_never_goes_to_the_busier_of_the_two() {
            var pool = spawn(pool(2).routing(new Routing.PowerOfTwo<>()));
            var held = hold(pool);
            var free = askAtRest(pool, 1, 50);
            go.countDown();
            assertThat(free).hasSize(1).doesNotContain(held.get());
        }

        @Test
        void by_key_sticks_to_a_worker() {
            var pool = spawn(pool(4).routing(new Routing.ConsistentHash<>(message -> ((WhoHas) message).key())));
            var byKey = new HashMap<String, Pid<Msg>>();
            for (int i = 0; i < 300; i++) {
                var key = "key-" + i % 100;
                var worker = pool.within(LONG).call(new WhoHas(key));
                assertThat(byKey.merge(key, worker, (was, _) -> was)).isEqualTo(worker);
            }
            assertThat(new HashSet<>(byKey.values())).hasSize(4);
        }

        private static Object key(Msg message) {
            if (message instanceof WhoHas(var key)) {
                return key.isEmpty() ? null : key;
            }
            throw new IllegalStateException("no key in it");
        }

        @Test
        void by_a_key_that_it_does_not_have_fails_that_request_alone() {
            var pool = spawn(pool(2).routing(new Routing.ConsistentHash<>(Routing_a_message::key)));
            var workers = workers(pool);
            assertThatExceptionOfType(CallFailed.class)
                    .isThrownBy(() -> pool.within(LONG).call(new WhoHas("")))
                    .withCause(
                            new IllegalArgumentException(
                                    "/pool has no key for a dev.coppice.otp.PoolTest$WhoHas: the key function of its"
                                            + " routing gave null"));
            assertThatExceptionOfType(CallFailed.class)
                    .isThrownBy(() -> pool.within(LONG).call(new Who()))
                    .withStackTraceContaining(
                            "/pool has no key for a dev.coppice.otp.PoolTest$Who: the key function of its routing threw"
                                    + " java.lang.IllegalStateException")
                    .havingRootCause()
                    .withMessage("no key in it");
            assertThat(pool.within(LONG).call(new WhoHas("a"))).isIn(workers);
            assertThat(workers(pool)).isEqualTo(workers);
        }

        @Test
        void by_a_key_that_it_does_not_have_drops_a_message_with_a_line_in_the_log() {
            var logger = (Logger) LoggerFactory.getLogger(Pool.class);
            var written = new ListAppender<ILoggingEvent>();
            written.start();
            logger.setLevel(Level.WARN);
            logger.setAdditive(false);
            logger.addAppender(written);
            try {
                var pool = spawn(pool(2).routing(new Routing.ConsistentHash<>(Routing_a_message::key)));
                pool.send(new Note());
                assertThat(pool.within(LONG).call(new WhoHas("a"))).isIn(workers(pool));
            } finally {
                logger.detachAppender(written);
                logger.setAdditive(true);
                logger.setLevel(null);
            }
            assertThat(written.list)
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .containsExactly(
                            "dropped a message: /pool has no key for a dev.coppice.otp.PoolTest$Note: the key function of"
                                    + " its routing threw java.lang.IllegalStateException");
            assertThat(told).isEmpty();
        }

        @Test
        void to_all_reaches_each_once_and_refuses_a_request() {
            var pool = spawn(pool(3).routing(new Routing.Broadcast<>()));
            var workers = workers(pool);
            pool.send(new Note());
            assertThatExceptionOfType(CallFailed.class)
                    .isThrownBy(() -> pool.call(new Who()))
                    .withCause(
                            new IllegalArgumentException(
                                    "a broadcast has no single answer: send the message, or use"
                                            + " Routing.ScatterGatherFirst"));
            pool.stop();
            workers.forEach(Pid::stop);
            workers.forEach(Pid::await);
            assertThat(told).containsExactlyInAnyOrderElementsOf(workers.stream().map(w -> (Pid<Msg>) w).toList());
        }

        @Test
        void to_all_for_the_first_answer_takes_it_from_whoever_can_give_it() {
            var pool = spawn(pool(3).routing(new Routing.ScatterGatherFirst<>()).intensity(100, LONG));
            assertThat(pool.within(LONG).call(new Who())).isIn(workers(pool));
            assertThatExceptionOfType(CallFailed.class)
                    .isThrownBy(() -> pool.within(LONG).call(new Crash()))
                    .havingRootCause()
                    .withMessage("boom");
            assertThat(pool.within(LONG).call(new Who())).isIn(workers(pool));
        }

        @Test
        void of_a_request_that_was_only_sent_disturbs_nobody() {
            var pool = spawn(pool(2));
            pool.send(new Who());
            assertThat(ask(pool, 2)).doesNotHaveDuplicates();
            assertThat(node.counters().deadLettered()).isZero();
        }
    }

    @Nested
    @Tag("#89")
    class The_choice {
        private int hashed(Object key, int size) {
            return Routing.choose(new Routing.ConsistentHash<>(k -> k), key, size, 0, () -> 0, _ -> 0);
        }

        @Test
        void by_key_moves_the_nth_part_of_the_keys_and_only_to_the_new_worker() {
            int moved = 0;
            for (int key = 0; key < 10_000; key++) {
                int before = hashed(key, 9);
                int after = hashed(key, 10);
                if (before != after) {
                    assertThat(after).isEqualTo(9);
                    moved++;
                }
            }
            assertThat(moved).isBetween(900, 1_100);
        }

        @Test
        void by_key_spreads_keys_that_are_alike() {
            var counts = new int[8];
            for (int key = 0; key < 8_000; key++) {
                counts[hashed(key, 8)]++;
            }
            assertThat(IntStream.of(counts).min().orElseThrow()).isGreaterThan(800);
            assertThat(IntStream.of(counts).max().orElseThrow()).isLessThan(1_200);
        }

        @ParameterizedTest
        @CsvSource({"0, 0, 1", "0, 1, 2", "1, 0, 0", "2, 1, 1", "2, 0, 0"})
        void of_two_is_between_two_different_ones_and_takes_the_less_busy(int first, int skip, int second) {
            var draws = List.of((long) first, (long) skip).iterator();
            int chosen =
                    Routing.choose(new Routing.PowerOfTwo<>(), "", 3, 0, draws::next, place -> place == second ? 0 : 1);
            assertThat(chosen).isEqualTo(second);
        }

        @Test
        void works_with_one_worker() {
            for (var routing :
                    List.<Routing<String>>of(
                            new Routing.RoundRobin<>(),
                            new Routing.Random<>(),
                            new Routing.LeastBusy<>(),
                            new Routing.PowerOfTwo<>(),
                            new Routing.ConsistentHash<>(key -> key))) {
                assertThat(Routing.choose(routing, "", 1, 7, () -> -5, _ -> 3)).isZero();
            }
        }

        @Test
        void of_equally_busy_ones_takes_turns() {
            var chosen =
                    IntStream.range(0, 3)
                            .map(turn -> Routing.choose(new Routing.LeastBusy<>(), "", 3, turn, () -> 0, _ -> 1))
                            .toArray();
            assertThat(chosen).containsExactly(0, 1, 2);
        }
    }

    @Nested
    @Tag("#90")
    class A_worker_that_fails {
        @Test
        void is_replaced_and_its_caller_learns_why() {
            var pool = spawn(pool(2));
            var before = workers(pool);
            assertThatExceptionOfType(CallFailed.class)
                    .isThrownBy(() -> pool.call(new Crash()))
                    .withCause(new IllegalStateException("boom"));
            before.getFirst().await(); // its callers are told first
            assertThat(ask(pool, 4)).doesNotContain((Pid<Msg>) before.getFirst());
            assertThat(workers(pool)).hasSize(2).contains(before.getLast());
        }

        @Test
        void too_often_ends_the_pool() {
            var pool = spawn(pool(2).intensity(1, LONG));
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> pool.call(new Crash())).isInstanceOf(CallFailed.class);
            }
            var reason = pool.await(LONG);
            assertThat(reason).get().isInstanceOf(ExitReason.Shutdown.class);
            assertThat(reason.orElseThrow().toString())
                    .contains("gave up: more replacements of workers than 1 restart in PT30S");
        }

        @Test
        void to_start_fails_the_start_of_the_pool() {
            assertThatThrownBy(() ->
                            node.spawn(
                                    Pool.of(
                                            2,
                                            Server.<Msg>of(() -> {
                                                throw new IllegalStateException("no licence");
                                            }))))
                    .hasRootCauseMessage("no licence");
            assertThat(node.children()).isEmpty();
        }
    }

    @Nested
    @Tag("#90")
    class Resizing {
        @ParameterizedTest
        @CsvSource({
            "4, 4, 5, 5", // more than one waits for each
            "8, 8, 9, 10",
            "8, 8, 100, 10", // not by more than a quarter
            "10, 10, 100, 10", // never above the most
            "4, 4, 4, 4",
            "4, 1, 0, 3", // less than half are busy
            "4, 2, 0, 4",
            "4, 0, 1, 4", // something waits
            "2, 0, 0, 2" // never below the least
        })
        void follows_the_load_within_its_bounds(int size, int busy, int waiting, int next) {
            assertThat(new Sizing(2, 10, Duration.ofSeconds(1)).next(size, busy, waiting)).isEqualTo(next);
        }

        @Test
        void refuses_bounds_that_are_none() {
            assertThatThrownBy(() -> pool(1).resizing(3, 2))
                    .hasMessage("the largest size of a pool must be at least the smallest (3), was 2");
            assertThatThrownBy(() -> pool(0)).hasMessage("the size of a pool must be at least 1, was 0");
        }
    }

    @Nested
    class A_pool {
        @Test
        void outlives_a_request_that_is_wrapped_on_its_way() {
            var pool = node.spawn(pool(1));
            var wrapped = pool.<WhoHas>via(_ -> new Who()).ask(new WhoHas("x"));
            assertThat(wrapped.await()).isEqualTo(new Outcome.Failed<>(new Failure.Unanswered()));
            pool.<String>via(_ -> new Who()).send("x");
            assertThat(pool.call(new Who())).isNotNull();
        }

        @Test
        void is_a_ref_by_name_as_one_worker_would_be() {
            Name<Msg> name = Name.of("workers");
            try (var tree = Node.start(Supervisor.oneForOne(Child.of(pool(2).named(name))))) {
                assertThat(tree.ref(name).call(new Who())).isNotEqualTo(tree.ref(name).call(new Who()));
            }
        }

        @Test
        void has_no_named_workers() {
            Name<Msg> name = Name.of("worker");
            assertThatThrownBy(() -> Pool.of(2, Server.<Msg>of(Worker::new).named(name)))
                    .hasMessage("workers of a pool cannot share the name worker: name the pool instead");
        }

        @Test
        void takes_its_workers_along() {
            var pool = spawn(pool(3));
            var workers = workers(pool);
            pool.stop();
            pool.await();
            assertThat(workers).noneMatch(Pid::alive);
        }
    }
}
