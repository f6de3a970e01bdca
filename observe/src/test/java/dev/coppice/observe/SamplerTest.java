package dev.coppice.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Server;
import dev.coppice.kernel.spi.Running;
import dev.coppice.observe.Garden.Hold;
import dev.coppice.observe.Garden.Note;
import dev.coppice.observe.Garden.Water;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("#104")
class SamplerTest {
    private final Garden garden = Garden.open();
    private final CountDownLatch open = new CountDownLatch(1);
    private final AtomicBoolean enough = new AtomicBoolean();

    @AfterEach
    void close() {
        enough.set(true);
        open.countDown();
        garden.close();
    }

    /// Uses a processor until the test is over.
    private Pid<Note> spinning() throws InterruptedException {
        var entered = new CountDownLatch(1);
        var pid =
                garden.node.spawn(
                        Server.<Note>of(() ->
                                        (_, _) -> {
                                            entered.countDown();
                                            while (!enough.get()) {
                                                Thread.onSpinWait();
                                            }
                                        })
                                .labelled("spinning"));
        pid.send(new Note("go"));
        entered.await();
        return pid;
    }

    @Nested
    class A_look {
        @Test
        void tells_who_uses_a_processor_from_who_waits_in_foreign_code_and_who_rests() throws Exception {
            var spinning = spinning();
            var held = garden.node.spawn(Garden.plant().labelled("held"));
            var entered = new CountDownLatch(1);
            held.send(new Hold(entered, open));
            entered.await();
            var resting = garden.node.spawn(Garden.plant().labelled("resting"));
            resting.call(new Water(1));
            var sampler = new Sampler(garden.node);
            // A latch's waiter has entered its handler a moment before it waits.
            while (held.info().doing().isEmpty() || sampler.shares().stream().noneMatch(one -> one.blocked() > 0)) {
                sampler.look();
            }
            var exact = new Sampler(garden.node);
            for (int i = 0; i < 50; i++) {
                exact.look();
            }
            assertThat(exact.processor(spinning)).isEqualTo(1);
            assertThat(exact.processor(held)).isZero();
            assertThat(exact.processor(resting)).isZero();
            assertThat(exact.shares().getFirst().pid()).isEqualTo(spinning);
            assertThat(exact.shares())
                    .filteredOn(one -> one.pid().equals(held))
                    .singleElement()
                    .satisfies(one -> assertThat(one.blocked()).isEqualTo(1));
            assertThat(exact.shares()).noneMatch(one -> one.pid().equals(resting));
        }

        @Test
        void is_forgotten_after_twelve_hundred_others() throws Exception {
            var spinning = spinning();
            var sampler = new Sampler(garden.node);
            for (int i = 0; i < 100; i++) {
                sampler.look();
            }
            assertThat(sampler.processor(spinning)).isEqualTo(1);
            enough.set(true);
            spinning.stop();
            Garden.gone(spinning);
            // It is gone a moment before its thread has left it.
            while (Running.in(garden.node).stream().anyMatch(one -> one.pid().equals(spinning))) {
                Thread.onSpinWait();
            }
            for (int i = 0; i < 1_200; i++) {
                sampler.look();
            }
            assertThat(sampler.processor(spinning)).isZero();
        }
    }

    @Nested
    class The_facts {
        @Test
        void lead_with_whoever_uses_most_of_a_processor() throws Exception {
            var spinning = spinning();
            var facts = garden.facts();
            // At first the observer's own actor, which has just started, may have used more.
            var busy = garden.json("/api/busy");
            while (facts.sampler().processor(spinning) < 0.3
                    || !busy.at("/0/row/path").asString().equals(spinning.path())) {
                facts.sampler().look();
                busy = garden.json("/api/busy");
            }
            assertThat(busy.at("/0/processor").asDouble()).isBetween(0.3, 1.0);
            assertThat(garden.json("/api/search?q=spinning").at("/rows/0/processor").asDouble()).isBetween(0.3, 1.0);
        }
    }

    @Nested
    class A_count_of_the_heap {
        @Test
        void names_classes_with_their_bytes_and_not_actors() {
            var heap =
                    HeapCount.of(
                            """
                             num     #instances         #bytes  class name (module)
                            -------------------------------------------------------
                               1:         20000        1000000  [B (java.base@25)
                               2:          1000         480000  dev.coppice.observe.Garden$Note
                               3:            10            480  [[Ljava.lang.String; (java.base@25)
                            Total        21010        1480480
                            """,
                            3);
            assertThat(heap.bytes()).isEqualTo(1_480_480);
            assertThat(heap.classes())
                    .containsExactly(
                            new HeapCount.OfClass("byte[]", 20_000, 1_000_000),
                            new HeapCount.OfClass("dev.coppice.observe.Garden$Note", 1_000, 480_000),
                            new HeapCount.OfClass("java.lang.String[][]", 10, 480));
        }

        @Test
        @Tag("#103")
        void stops_the_world_and_so_needs_the_token() {
            assertThat(garden.post("/api/heap").statusCode()).isEqualTo(401);
            var heap = Garden.JSON.readTree(garden.post("/api/heap", Gate.TOKEN, Garden.TOKEN).body());
            assertThat(heap.at("/bytes").asLong()).isPositive();
            assertThat(heap.at("/classes").size()).isBetween(1, 40);
            assertThat(heap.at("/classes/0/bytes").asLong()).isPositive();
        }
    }

    @Nested
    @Tag("#103")
    class A_close_up {
        @Test
        void of_a_stuck_actor_shows_its_message_its_stack_its_timers_and_who_watches_it() throws Exception {
            var held = garden.node.spawn(Garden.plant().labelled("held"));
            var watcher =
                    garden.node.spawn(
                            Server.<Note>of(() ->
                                            new Server<Note>() {
                                                @Override
                                                public void init(dev.coppice.kernel.Self<Note> self) {
                                                    self.monitor(held, down -> new Note("gone"));
                                                    self.sendEvery(java.time.Duration.ofHours(1), new Note("hourly"));
                                                }

                                                @Override
                                                public void handle(Note note, dev.coppice.kernel.Self<Note> self) {}
                                            })
                                    .labelled("watcher"));
            var entered = new CountDownLatch(1);
            held.send(new Hold(entered, open));
            entered.await();
            var view = garden.json("/api/actor?at=" + Spots.at(held));
            assertThat(view.at("/message").asString()).startsWith("Hold[");
            assertThat(view.at("/stack").toString()).contains("Garden$Plant.handle");
            assertThat(view.at("/monitoredBy/0/path").asString()).isEqualTo("/watcher");
            assertThat(view.at("/monitors").size()).isZero();
            assertThat(view.at("/timers").size()).isZero();
            var other = garden.json("/api/actor?at=" + Spots.at(watcher));
            assertThat(other.at("/monitors/0/path").asString()).isEqualTo("/held");
            assertThat(other.at("/timers/0/message").asString()).isEqualTo("Note");
            assertThat(other.at("/stack").size()).isZero();
            assertThat(other.at("/message").asString()).isEmpty();
        }
    }

    @Nested
    @Tag("#108")
    class Who_is_slow {
        @Test
        void is_told_while_the_node_runs() throws Exception {
            var held = garden.node.spawn(Garden.plant().labelled("held"));
            var entered = new CountDownLatch(1);
            held.send(new Hold(entered, open));
            entered.await();
            var slow = garden.json("/api/slow");
            assertThat(slow.toString()).contains("\"/held\"", "Garden$Plant.handle").doesNotContain("rose");
        }
    }
}
