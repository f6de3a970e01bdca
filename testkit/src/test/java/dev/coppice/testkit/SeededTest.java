package dev.coppice.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.coppice.kernel.Recipe;
import dev.coppice.kernel.spi.Activation;
import dev.coppice.kernel.spi.Alarm;
import dev.coppice.kernel.spi.Waiting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("#134")
class SeededTest {
    private final List<String> log = new ArrayList<>();

    /// An activation made by hand.
    private record Hand(long id, Runnable body) implements Activation {
        @Override
        public void run() {
            body.run();
        }

        @Override
        public boolean ended() {
            return false;
        }

        @Override
        public Recipe.Threading threading() {
            return Recipe.Threading.SHARED;
        }
    }

    /// A wait made by hand, over when it is opened or when its alarm rings.
    private static final class Gate extends Waiting {
        private final Seeded seeded;
        private volatile boolean open;

        Gate(Seeded seeded) {
            this.seeded = seeded;
        }

        void open() {
            if (!open) {
                open = true;
                seeded.resume(this);
            }
        }

        @Override
        public boolean over() {
            return open;
        }

        @Override
        public void ring() {
            open();
        }

        @Override
        public String toString() {
            return "a gate";
        }
    }

    private static final class Bell extends Alarm {
        private final Runnable what;

        Bell(Runnable what) {
            this.what = what;
        }

        @Override
        public void ring() {
            what.run();
        }
    }

    private void say(Seeded seeded, int id, String... words) {
        seeded.ready(new Hand(id, () -> log.addAll(List.of(words))));
    }

    @Nested
    class Picking {
        @Test
        void every_ready_activation_runs_exactly_once() {
            var seeded = Seeded.of(1);
            for (int i = 0; i < 10; i++) {
                say(seeded, i, "ran " + i);
            }
            assertThat(log).as("nothing runs while the boss runs").isEmpty();
            seeded.settle();
            assertThat(log).hasSize(10).doesNotHaveDuplicates();
            seeded.settle();
            assertThat(log).hasSize(10);
        }

        @Test
        void another_seed_gives_another_order_and_the_same_seed_the_same() {
            var orders = new HashSet<List<String>>();
            for (long seed = 0; seed < 20; seed++) {
                var first = busyWorld(Seeded.of(seed));
                assertThat(busyWorld(Seeded.of(seed))).isEqualTo(first);
                orders.add(first);
            }
            assertThat(orders).hasSizeGreaterThan(10);
        }

        @Test
        void same_seed_and_same_code_give_the_same_trace_with_noise_too() {
            var traces = new HashSet<Long>();
            for (long seed = 0; seed < 20; seed++) {
                var one = Seeded.noisy(seed);
                var two = Seeded.noisy(seed);
                assertThat(busyWorld(one)).isEqualTo(busyWorld(two));
                assertThat(one.trace()).isEqualTo(two.trace());
                assertThat(one.steps()).isEqualTo(two.steps());
                traces.add(one.trace());
            }
            assertThat(traces).hasSizeGreaterThan(15);
        }

        /// Eight activations that wait, wake each other and pause.
        private List<String> busyWorld(Seeded seeded) {
            var said = new ArrayList<String>();
            var gates = new ArrayList<Gate>();
            for (int i = 0; i < 8; i++) {
                gates.add(new Gate(seeded));
            }
            for (int i = 0; i < 8; i++) {
                int me = i;
                seeded.ready(
                        new Hand(
                                i,
                                () -> {
                                    said.add("in " + me);
                                    seeded.pause("middle");
                                    if (me < 7) {
                                        seeded.schedule(
                                                gates.get(me), seeded.nanoTime() + Math.floorMod(seeded.random(), 5));
                                        seeded.suspend(gates.get(me));
                                        gates.get(me + 1).open();
                                    }
                                    said.add("out " + me);
                                }));
            }
            seeded.advance(Duration.ofNanos(10));
            assertThat(said).hasSize(16);
            return said;
        }
    }

    @Nested
    class Waits {
        @Test
        void an_activation_that_waits_keeps_its_stack_and_lets_others_run() {
            var seeded = Seeded.of(3);
            var gate = new Gate(seeded);
            seeded.ready(
                    new Hand(
                            1,
                            () -> {
                                log.add("before");
                                seeded.suspend(gate);
                                log.add("after");
                            }));
            seeded.settle();
            assertThat(log).containsExactly("before");
            say(seeded, 2, "between");
            seeded.settle();
            gate.open();
            assertThat(log).as("opening does not run it at once").containsExactly("before", "between");
            seeded.settle();
            assertThat(log).containsExactly("before", "between", "after");
        }

        @Test
        void a_wait_that_is_over_before_it_begins_returns_at_once() {
            var seeded = Seeded.of(3);
            var gate = new Gate(seeded);
            gate.open();
            seeded.suspend(gate);
            assertThat(seeded.steps()).isZero();
        }

        @Test
        void the_boss_waits_like_any_other_and_the_clock_jumps() {
            var seeded = Seeded.of(4);
            var gate = new Gate(seeded);
            seeded.schedule(gate, seeded.nanoTime() + Duration.ofHours(1).toNanos());
            seeded.suspend(gate);
            assertThat(seeded.elapsed()).isEqualTo(Duration.ofHours(1));
            assertThat(seeded.alarms()).isEmpty();
        }

        @Test
        void a_deadlock_names_everybody_who_waits_and_the_seed() {
            var seeded = Seeded.of(77);
            seeded.ready(new Hand(12, () -> seeded.suspend(new Gate(seeded))));
            assertThatThrownBy(() -> seeded.suspend(new Gate(seeded)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("Seeded.of(77)")
                    .hasMessageContaining("deadlock")
                    .hasMessageContaining("actor #12 in a gate")
                    .hasMessageContaining("the test in a gate");
        }

        @Test
        void an_interrupt_does_not_end_a_wait_and_is_kept() {
            var seeded = Seeded.of(5);
            var gate = new Gate(seeded);
            seeded.ready(
                    new Hand(
                            1,
                            () -> {
                                seeded.suspend(gate);
                                log.add("interrupted: " + Thread.interrupted());
                            }));
            seeded.settle();
            requireNonNull(gate.thread).interrupt();
            seeded.settle();
            assertThat(log).isEmpty();
            gate.open();
            seeded.settle();
            assertThat(log).containsExactly("interrupted: true");
        }
    }

    @Nested
    class Clock {
        @Test
        void settle_rings_what_is_due_and_does_not_move_the_clock() {
            var seeded = Seeded.of(6);
            seeded.schedule(new Bell(() -> log.add("now")), seeded.nanoTime());
            seeded.schedule(new Bell(() -> log.add("later")), seeded.nanoTime() + 1);
            seeded.settle();
            assertThat(log).containsExactly("now");
            assertThat(seeded.elapsed()).isZero();
        }

        @Test
        void advance_rings_in_the_order_of_time_then_of_scheduling_and_stops_at_its_end() {
            var seeded = Seeded.of(6);
            var start = seeded.nanoTime();
            seeded.schedule(new Bell(() -> log.add("20a")), start + 20);
            seeded.schedule(new Bell(() -> log.add("10")), start + 10);
            seeded.schedule(new Bell(() -> log.add("20b")), start + 20);
            seeded.schedule(new Bell(() -> log.add("31")), start + 31);
            seeded.advance(Duration.ofNanos(30));
            assertThat(log).containsExactly("10", "20a", "20b");
            assertThat(seeded.nanoTime()).isEqualTo(start + 30);
        }

        @Test
        void a_cancelled_alarm_does_not_ring_and_says_whether_it_was_in_time() {
            var seeded = Seeded.of(6);
            var bell = new Bell(() -> log.add("rang"));
            seeded.schedule(bell, seeded.nanoTime() + 5);
            assertThat(seeded.cancel(bell)).isTrue();
            assertThat(seeded.cancel(bell)).isFalse();
            seeded.advance(Duration.ofNanos(9));
            assertThat(log).isEmpty();
            seeded.schedule(bell, seeded.nanoTime());
            seeded.settle();
            assertThat(seeded.cancel(bell)).isFalse();
        }

        @Test
        void an_alarm_due_now_may_ring_before_or_after_what_is_ready() {
            var orders = new HashSet<List<String>>();
            for (long seed = 0; seed < 50; seed++) {
                log.clear();
                var seeded = Seeded.of(seed);
                seeded.schedule(new Bell(() -> log.add("alarm")), seeded.nanoTime());
                say(seeded, 1, "actor");
                seeded.settle();
                orders.add(List.copyOf(log));
            }
            assertThat(orders).containsExactlyInAnyOrder(List.of("alarm", "actor"), List.of("actor", "alarm"));
        }
    }

    @Nested
    class Pauses {
        @Test
        void a_pause_lets_others_run_in_between_only_with_noise() {
            var between = 0;
            for (long seed = 0; seed < 100; seed++) {
                between += pausedWorld(Seeded.noisy(seed)).equals(List.of("a", "other", "b")) ? 1 : 0;
                assertThat(pausedWorld(Seeded.of(seed))).isNotEqualTo(List.of("a", "other", "b"));
            }
            assertThat(between).isBetween(1, 60);
        }

        private List<String> pausedWorld(Seeded seeded) {
            log.clear();
            say(seeded, 1, "other");
            seeded.ready(
                    new Hand(
                            2,
                            () -> {
                                log.add("a");
                                seeded.pause("here");
                                log.add("b");
                            }));
            seeded.settle();
            return List.copyOf(log);
        }

        @Test
        void faults_are_injected_only_where_the_test_says() {
            var seeded = Seeded.of(1);
            assertThat(seeded.fault("x")).isFalse();
            seeded.faults("x"::equals);
            assertThat(seeded.fault("x")).isTrue();
            assertThat(seeded.fault("y")).isFalse();
        }
    }

    @Nested
    class Foreigners {
        @Test
        void a_foreign_thread_is_refused_with_both_names() throws Exception {
            var seeded = Seeded.of(9);
            var seen = new AtomicReference<Throwable>();
            var foreign =
                    Thread.ofPlatform()
                            .name("intruder")
                            .start(() -> {
                                try {
                                    seeded.execute(() -> log.add("never"));
                                } catch (IllegalStateException e) {
                                    seen.set(e);
                                }
                            });
            foreign.join();
            assertThat(seen.get())
                    .hasMessageContaining("intruder")
                    .hasMessageContaining(Thread.currentThread().getName())
                    .hasMessageContaining("Seeded.of(9)");
            seeded.settle();
            assertThat(log).isEmpty();
        }

        @Test
        void an_error_of_the_kernel_reaches_the_test() {
            var seeded = Seeded.of(9);
            seeded.execute(() -> {
                throw new AssertionError("invariant");
            });
            assertThatThrownBy(seeded::settle)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("Seeded.of(9)")
                    .hasRootCauseMessage("invariant");
        }
    }
}
