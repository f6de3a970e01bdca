package dev.coppice.otp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.Ref;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("#55")
class TaskTest {
    private static final Name<TaskSupervisor.Msg> TASKS = Name.of("tasks");
    private static final Duration SOON = Duration.ofMillis(20);

    private final Node node = Node.start(TaskSupervisor.of().maxTasks(3).named(TASKS));
    private final Lab lab = new Lab();
    private final CountDownLatch go = new CountDownLatch(1);

    private Ref<TaskSupervisor.Msg> tasks() {
        return node.ref(TASKS);
    }

    private int waited() throws InterruptedException {
        go.await();
        return 7;
    }

    @AfterEach
    void close() {
        go.countDown();
        node.close();
    }

    @Nested
    class Awaiting {

        /// Seen elsewhere: a second join hangs.
        @Test
        void gives_the_same_outcome_any_number_of_times() {
            var task = Task.async(node, this::answer);
            assertThat(task.await()).isEqualTo(new Outcome.Replied<>(42));
            assertThat(task.await()).isEqualTo(new Outcome.Replied<>(42));
            assertThat(task.get()).isEqualTo(42);
            assertThat(task.poll()).isPresent();
        }

        private int answer() {
            return 42;
        }

        @Test
        void with_patience_gives_up_waiting_but_not_the_task() {
            var task = Task.async(node, TaskTest.this::waited);
            assertThat(task.await(SOON)).isEmpty();
            assertThat(task.poll()).isEmpty();
            go.countDown();
            assertThat(task.get()).isEqualTo(7);
        }

        @Test
        void gives_the_cause_of_a_failure_at_once() {
            var task =
                    Task.async(
                            node,
                            () -> {
                                throw new IllegalStateException("bad work");
                            });
            assertThatThrownBy(task::get).isInstanceOf(CallFailed.class).hasRootCauseMessage("bad work");
            assertThat(task.await()).isInstanceOf(Outcome.Failed.class);
        }
    }

    @Nested
    class Cancelling {

        @Test
        void ends_the_work_at_its_next_wait_and_shows_in_the_outcome() {
            Name<Lab.Msg> silent = Name.of("silent");
            node.spawn(lab.actor("silent").named(silent));
            node.ref(silent).send(new Lab.Hang(go));
            var task = Task.async(node, () -> node.ref(silent).within(Duration.ofMinutes(1)).call(new Lab.Ping()));
            assertThat(task.await(SOON)).isEmpty();
            task.cancel();

            assertThat(task.await())
                    .isInstanceOfSatisfying(
                            Outcome.Failed.class,
                            failed ->
                                    assertThat(failed.why())
                                            .isEqualTo(new Failure.Exited(new ExitReason.Shutdown("cancelled"))));
            task.cancel();
        }

        @Test
        void of_a_linked_task_leaves_its_starter_alone() {
            var starter = node.spawn(lab.actor("starter"));
            var started = new AtomicReference<Task<Integer>>();
            starter.send(new Lab.Run(self -> started.set(Task.async(self, () -> hang("silent3")))));
            assertThat(starter.call(new Lab.Ping())).isEqualTo(1);
            started.get().cancel();

            assertThat(started.get().await())
                    .isEqualTo(new Outcome.Failed<>(new Failure.Exited(new ExitReason.Shutdown("cancelled"))));
            assertThat(starter.call(new Lab.Ping())).isEqualTo(1);
        }

        private int hang(String name) {
            Name<Lab.Msg> silent = Name.of(name);
            node.spawn(lab.actor(name).named(silent));
            node.ref(silent).send(new Lab.Hang(go));
            return node.ref(silent).within(Duration.ofMinutes(1)).call(new Lab.Ping());
        }

        @Test
        void under_a_supervisor_frees_its_place() {
            Name<Lab.Msg> silent = Name.of("silent");
            node.spawn(lab.actor("silent").named(silent));
            node.ref(silent).send(new Lab.Hang(go));
            var task = Task.async(tasks(), () -> node.ref(silent).within(Duration.ofMinutes(1)).call(new Lab.Ping()));
            assertThat(tasks().call(new TaskSupervisor.CountTasks())).isEqualTo(1);
            task.cancel();

            assertThat(task.await()).isInstanceOf(Outcome.Failed.class);
            while (tasks().call(new TaskSupervisor.CountTasks()) > 0) {
                Thread.onSpinWait();
            }
        }
    }

    @Nested
    @Tag("#54")
    class The_starter {

        @Test
        void falls_with_a_linked_task_and_not_with_an_unlinked_one() throws Exception {
            var linked = node.spawn(lab.actor("linked"));
            linked.send(
                    new Lab.Run(self ->
                            Task.async(
                                    self,
                                    () -> {
                                        throw new IllegalStateException("bad work");
                                    })));
            assertThat(linked.await()).isInstanceOf(ExitReason.Crashed.class);

            var free = node.spawn(lab.actor("free"));
            var outcome = new AtomicReference<Outcome<?>>();
            free.send(
                    new Lab.Run(self ->
                            outcome.set(
                                    Task.asyncNoLink(
                                                    self,
                                                    () -> {
                                                        throw new IllegalStateException("bad work");
                                                    })
                                            .await())));
            assertThat(free.call(new Lab.Ping())).isEqualTo(1);
            assertThat(outcome.get()).isInstanceOf(Outcome.Failed.class);
        }

        @Test
        @Tag("#16")
        void takes_its_tasks_with_it_but_not_those_of_a_supervisor() throws Exception {
            var started = new CountDownLatch(2);
            var mine = new AtomicReference<Task<Integer>>();
            var others = new AtomicReference<Task<Integer>>();
            node.spawn(lab.actor("silent2").named(Name.<Lab.Msg>of("silent2"))).send(new Lab.Hang(go));
            var starter = node.spawn(lab.actor("starter"));
            starter.send(
                    new Lab.Run(self -> {
                        mine.set(
                                Task.async(
                                        self,
                                        () -> {
                                            started.countDown();
                                            return node.ref(Name.<Lab.Msg>of("silent2")).call(new Lab.Ping());
                                        }));
                        others.set(
                                Task.async(
                                        tasks(),
                                        () -> {
                                            started.countDown();
                                            return waited();
                                        }));
                    }));
            started.await();
            starter.kill();

            assertThat(mine.get().await()).isInstanceOf(Outcome.Failed.class);
            assertThat(others.get().poll()).isEmpty();
            go.countDown();
            assertThat(others.get().get()).isEqualTo(7);
        }
    }

    @Nested
    class A_supervisor {

        @Test
        void refuses_what_is_too_much_at_once() {
            var running = IntStream.range(0, 3).mapToObj(_ -> Task.async(tasks(), TaskTest.this::waited)).toList();
            var fourth = Task.async(tasks(), TaskTest.this::waited);

            assertThat(fourth.await())
                    .isInstanceOfSatisfying(
                            Outcome.Failed.class,
                            failed -> assertThat(failed.why()).isEqualTo(new Failure.Refused("more than 3 tasks")));
            go.countDown();
            assertThat(running).allSatisfy(task -> assertThat(task.get()).isEqualTo(7));
        }

        @Test
        void survives_its_tasks_and_takes_them_with_it() {
            var bad =
                    Task.async(
                            tasks(),
                            () -> {
                                throw new IllegalStateException("bad work");
                            });
            assertThatThrownBy(bad::get).hasRootCauseMessage("bad work");
            var good = Task.async(tasks(), () -> 1);
            assertThat(good.get()).isEqualTo(1);

            var held = Task.async(tasks(), () -> node.ref(Name.<Lab.Msg>of("nobody")).call(new Lab.Ping()));
            assertThat(held.await()).isInstanceOf(Outcome.Failed.class);
        }
    }

    @Nested
    class A_stream {
        private final AtomicInteger running = new AtomicInteger();
        private final AtomicInteger most = new AtomicInteger();
        private final AtomicInteger taken = new AtomicInteger();

        private Iterable<Integer> items(int n) {
            return () -> IntStream.range(0, n).peek(_ -> taken.incrementAndGet()).iterator();
        }

        private int square(int n) {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            try {
                if (n % 10 == 3) {
                    throw new IllegalArgumentException("no " + n);
                }
                return n * n;
            } finally {
                running.decrementAndGet();
            }
        }

        @Test
        void keeps_the_order_and_the_limit_and_gives_failures_as_outcomes() {
            try (var stream = Task.stream(node, 4, items(100), this::square)) {
                var outcomes = stream.toList();

                assertThat(outcomes).hasSize(100);
                for (int i = 0; i < 100; i++) {
                    if (i % 10 == 3) {
                        assertThat(outcomes.get(i)).isInstanceOf(Outcome.Failed.class);
                    } else {
                        assertThat(outcomes.get(i)).isEqualTo(new Outcome.Replied<>(i * i));
                    }
                }
                assertThat(most.get()).isBetween(1, 4);
            }
        }

        @Test
        void pushes_back_when_nobody_reads() {
            try (var stream = Task.stream(node, 4, items(1000), this::square)) {
                var iterator = stream.iterator();
                for (int i = 1; i <= 10; i++) {
                    iterator.next();
                    assertThat(taken.get() - i).as("taken and not given out").isLessThanOrEqualTo(5);
                }
            }
        }

        @Test
        void without_order_does_not_wait_for_the_slowest() {
            try (var stream = Task.unorderedStream(node, 2, List.of(1, 2, 3, 4), n -> n == 1 ? waited() + 100 : n)) {
                var seen = new ArrayList<Integer>();
                stream.map(Outcome::get)
                        .forEach(n -> {
                            seen.add(n);
                            if (seen.size() == 3) {
                                go.countDown();
                            }
                        });
                assertThat(seen).containsExactly(2, 3, 4, 107);
            }
        }

        @Test
        @Tag("#16")
        void leaves_nobody_behind_when_it_is_closed_early() {
            long before = node.counters().actors();
            try (var stream = Task.stream(node, 3, items(1000), this::square)) {
                assertThat(stream.iterator().next()).isEqualTo(new Outcome.Replied<>(0));
            }
            while (node.counters().actors() > before) {
                Thread.onSpinWait();
            }
            assertThat(taken.get()).isLessThan(10);
        }

        @Test
        @Tag("#16")
        void that_is_closed_early_leaves_its_reader_alone() {
            var reader = node.spawn(lab.actor("reader"));
            var first = new AtomicReference<Outcome<Integer>>();
            reader.send(
                    new Lab.Run(self -> {
                        try (var stream = Task.stream(self, 3, items(1000), this::square)) {
                            first.set(stream.findFirst().orElseThrow());
                        }
                        while (!self.pid().info().children().isEmpty()) {
                            Thread.onSpinWait();
                        }
                    }));
            assertThat(reader.call(new Lab.Ping())).isEqualTo(1);
            assertThat(first.get()).isEqualTo(new Outcome.Replied<>(0));
        }

        @Test
        void that_is_over_says_so_as_often_as_it_is_asked() {
            try (var stream = Task.stream(node, 3, List.of(0), this::square)) {
                var iterator = stream.iterator();
                assertThat(iterator.next()).isEqualTo(new Outcome.Replied<>(0));
                assertThat(iterator.hasNext()).isFalse();
                assertThat(iterator.hasNext()).isFalse();
            }
        }

        @Test
        void of_nothing_is_empty() {
            try (var stream = Task.stream(node, 3, List.<Integer>of(), this::square)) {
                assertThat(stream).isEmpty();
            }
        }
    }
}
