package dev.coppice.conformance.laws;

import static dev.coppice.conformance.laws.Lab.LONG;
import static dev.coppice.conformance.laws.Lab.failure;
import static dev.coppice.conformance.laws.Lab.millis;
import static dev.coppice.conformance.laws.Lab.seconds;
import static dev.coppice.conformance.laws.Talk.echo;
import static dev.coppice.conformance.laws.Talk.puppet;
import static dev.coppice.conformance.laws.Talk.shutdown;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.coppice.conformance.laws.Talk.Ask;
import dev.coppice.conformance.laws.Talk.Boom;
import dev.coppice.conformance.laws.Talk.Crashing;
import dev.coppice.conformance.laws.Talk.Do;
import dev.coppice.conformance.laws.Talk.DoNow;
import dev.coppice.conformance.laws.Talk.Mark;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.ExitReason.Crashed;
import dev.coppice.kernel.ExitReason.Killed;
import dev.coppice.kernel.ExitReason.Shutdown;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Failure.Exited;
import dev.coppice.kernel.Laggard;
import dev.coppice.kernel.Loop;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Offer;
import dev.coppice.kernel.Outcome.Failed;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Recipe;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.kernel.StartFailed;
import dev.coppice.kernel.spi.Door;
import dev.coppice.kernel.spi.Envelope;
import dev.coppice.testkit.Leaks;
import dev.coppice.testkit.Probe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/// Law 16: closing has a budget, and a root that ends takes its node with it.
@Tag("law-16")
@Tag("#10")
@Tag("#111")
class ClosingTest {
    private static Recipe<Talk> saying(Probe<String> probe, String name) {
        return Talk.saying(name, probe::send);
    }

    @Nested
    class Order {
        @Laws
        void actors_stop_in_reverse_order_of_their_start(Lab lab) {
            var said = new CopyOnWriteArrayList<String>();
            for (var name : List.of("1", "2", "3")) {
                lab.node().spawn(Talk.saying(name, said::add));
            }
            lab.node().close();
            assertThat(said).containsExactly("3", "2", "1");
            assertThat(lab.node().abandoned()).isEmpty();
            assertThat(lab.node().await()).isEqualTo(new Shutdown());
        }

        /// The subscriber is told on the dying actor's thread, at its very end.
        @Laws(Laws.On.PRODUCTION)
        void a_node_does_not_end_while_an_exit_is_being_told(Lab lab) {
            var node = lab.node();
            var ended = new CountDownLatch(1);
            var early = new CompletableFuture<Boolean>();
            Door<NodeEvent.Exited> slow =
                    _ -> {
                        Thread.startVirtualThread(() -> {
                            node.close();
                            ended.countDown();
                        });
                        early.completeAsync(() -> awaits(ended, millis(100))).join();
                        return new Offer.Accepted();
                    };
            node.subscribe(NodeEvent.Exited.class, slow);
            node.spawn(echo()).send(new Crashing("last"));
            assertThat(early.join()).isFalse();
            assertThat(awaits(ended, LONG)).isTrue();
        }

        private static boolean awaits(CountDownLatch latch, Duration patience) {
            try {
                return latch.await(patience.toNanos(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        @Laws
        void closing_twice_is_closing_once(Lab lab) {
            var said = new CopyOnWriteArrayList<String>();
            lab.node().spawn(Talk.saying("once", said::add));
            lab.node().close();
            lab.node().close();
            lab.node().stop();
            assertThat(said).containsExactly("once");
        }

        @Laws
        @Tag("#16")
        void nothing_is_left_of_a_deep_tree(Lab lab) {
            var node = lab.node();
            for (int i = 0; i < 5; i++) {
                node.spawn(puppet())
                        .call(
                                new DoNow(self -> {
                                    for (int k = 0; k < 5; k++) {
                                        self.spawnLinked(puppet())
                                                .call(
                                                        new DoNow(it -> {
                                                            it.spawn(puppet());
                                                            it.sendEvery(Duration.ofHours(1), new Mark(1));
                                                        }));
                                    }
                                }));
            }
            assertThat(node.counters().actors()).isEqualTo(55);
            node.close();
            Leaks.assertNone(node);
        }
    }

    @Nested
    class Interrupts {
        @Laws(Laws.On.PRODUCTION)
        void of_who_closes_do_not_end_the_wait(Lab lab) throws InterruptedException {
            var gate = lab.gate();
            var node = lab.node(lab.config().name("interrupted"));
            var stopping = new CountDownLatch(1);
            node.spawn(
                    Talk.saying(
                            "slow",
                            _ -> {
                                stopping.countDown();
                                gate.pass();
                            }));
            var flag = new AtomicBoolean();
            var ended = new AtomicBoolean();
            var closer =
                    Thread.ofPlatform()
                            .start(() -> {
                                Thread.currentThread().interrupt();
                                node.close();
                                flag.set(Thread.interrupted());
                                ended.set(node.await(millis(1)).isPresent());
                            });
            stopping.await();
            closer.interrupt();
            assertThat(closer.join(millis(20))).isFalse();
            gate.open();
            closer.join();
            assertThat(flag).as("the thread has its flag again").isTrue();
            assertThat(ended).as("the node has ended when close returns").isTrue();
        }
    }

    @Nested
    class Outside {
        /// Keeps what it gets.
        private record Keeper(Ref<Talk> to) implements Door<Talk> {
            @Override
            public Offer deliver(Envelope<Talk> envelope) {
                return new Offer.Accepted();
            }

            @Override
            public Optional<Ref<?>> behind() {
                return Optional.of(to);
            }
        }

        @Laws(Laws.On.PRODUCTION)
        void a_call_that_the_close_does_not_end_has_its_time_out_all_the_same(Lab lab) throws InterruptedException {
            var node = lab.node();
            var door = new Keeper(lab.puppet());
            var before = door.within(millis(300)).ask(new Ask("before"));
            node.close();
            var calls = new ArrayList<Failure>();
            var caller =
                    Thread.ofVirtual()
                            .start(() -> {
                                calls.add(failure(before::get));
                                calls.add(failure(() -> door.within(millis(10)).call(new Ask("after"))));
                            });
            assertThat(caller.join(LONG)).isTrue();
            assertThat(calls).hasSize(2).allMatch(Failure.TimedOut.class::isInstance);
        }

        @Laws(Laws.On.PRODUCTION)
        void a_wait_that_is_given_up_keeps_no_thread_of_the_ended_node(Lab lab) throws InterruptedException {
            var node = lab.node(lab.config().name("given-up"));
            var pending = new Keeper(lab.puppet()).within(Duration.ofHours(1)).ask(new Ask("kept"));
            var threads =
                    Thread.getAllStackTraces().keySet().stream()
                            .filter(thread -> thread.getName().equals("given-up-watchdog"))
                            .toList();
            node.close();
            pending.abandon();
            assertThat(threads).hasSize(1);
            assertThat(threads.getFirst().join(LONG)).isTrue();
        }
    }

    @Nested
    class Budget {
        @Laws
        void is_kept_whatever_an_actor_does_and_who_ignores_it_is_named(Lab lab) {
            var node = lab.node(lab.config().closeBudget(millis(300)));
            var gate = lab.gate();
            var stuck = lab.stuckAt(gate, puppet().labelled("ignorant").stopWithin(seconds(100)));
            var waiting = node.spawn(Talk.saying("patient", _ -> {}));
            var before = lab.elapsed();
            var start = System.nanoTime();
            node.close();
            if (lab.isSeeded()) {
                assertThat(lab.elapsed().minus(before)).isLessThanOrEqualTo(seconds(2));
            } else {
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(seconds(10));
            }
            assertThat(node.abandoned()).containsExactly(stuck.path());
            assertThat(waiting.alive()).isFalse();
            lab.leavesAMess();
            gate.open();
        }

        @Laws
        @Tag("#108")
        void names_who_was_slow_and_what_it_waited_for(Lab lab) {
            var node = lab.node(lab.config().closeBudget(millis(300)));
            var gate = lab.gate();
            var stuck = lab.stuckAt(gate, puppet().labelled("slow").stopWithin(seconds(100)));
            var entered = lab.<String>probe();
            var waiting = node.spawn(puppet().labelled("waiting").stopWithin(seconds(100)));
            waiting.send(
                    new Do(_ -> {
                        entered.send("in");
                        stuck.within(seconds(1_000)).call(new Ask("never"));
                    }));
            entered.expectEqual("in");
            node.spawn(puppet().labelled("idle"));
            for (int i = 0; i < 3; i++) {
                stuck.send(new Mark(i));
            }
            while (waiting.info().waitsFor().isEmpty() || node.laggards().size() > 2) {
                node.children().getFirst().info();
            }
            var now = node.laggards();
            assertThat(now).extracting(Laggard::path).containsExactlyInAnyOrder("/slow", "/waiting");
            assertThat(now)
                    .filteredOn(one -> one.path().equals("/waiting"))
                    .singleElement()
                    .satisfies(one -> {
                        assertThat(one.waitsFor()).contains("/slow");
                        assertThat(one.doing()).contains("Do");
                        assertThat(one.stack()).isNotEmpty();
                    });
            node.close();
            assertThat(node.abandoned()).containsExactly("/slow");
            assertThat(node.laggards()).extracting(Laggard::path).containsExactly("/slow");
            var slow = node.laggards().getFirst();
            assertThat(slow.doing()).contains("Do");
            assertThat(slow.queued()).isGreaterThanOrEqualTo(4);
            assertThat(slow.stack()).anyMatch(frame -> frame.getMethodName().contains("pass"));
            lab.leavesAMess();
            gate.open();
        }

        @Laws(Laws.On.PRODUCTION)
        void ends_the_start_of_an_actor_whose_init_ignores_it(Lab lab) throws InterruptedException {
            var node = lab.node(lab.config().closeBudget(millis(300)));
            var gate = lab.gate();
            var in = lab.<String>probe();
            var deaf =
                    Server.<Talk>of(() ->
                                    new Server<>() {
                                        @Override
                                        public void init(Self<Talk> self) {
                                            in.send("in");
                                            gate.pass();
                                        }

                                        @Override
                                        public void handle(Talk message, Self<Talk> self) {}
                                    })
                            .stopWithin(seconds(100))
                            .initWithin(seconds(1_000));
            var told = new AtomicReference<Throwable>();
            var starter = Thread.ofVirtual().start(() -> told.set(catchThrowable(() -> node.spawn(deaf))));
            in.expectEqual("in");
            node.close();
            assertThat(starter.join(LONG)).isTrue();
            assertThat(told.get())
                    .isInstanceOfSatisfying(
                            StartFailed.class, failed -> assertThat(failed.reason()).isEqualTo(new Killed()));
            lab.leavesAMess();
            gate.open();
        }

        @Laws
        @Tag("#108")
        void names_nobody_when_it_was_enough(Lab lab) {
            lab.puppet();
            lab.node().close();
            assertThat(lab.node().laggards()).isEmpty();
        }

        @Laws(Laws.On.SEEDED)
        @Tag("law-17")
        void is_thirty_seconds_when_nothing_else_is_said(Lab lab) {
            var gate = lab.gate();
            lab.stuckAt(gate, puppet().stopWithin(Duration.ofHours(1)));
            var before = lab.elapsed();
            lab.node().close();
            assertThat(lab.elapsed().minus(before)).isBetween(seconds(30), seconds(36));
            assertThat(lab.node().abandoned()).hasSize(1);
            lab.leavesAMess();
            gate.open();
        }

        @Laws(Laws.On.SEEDED)
        @Tag("law-17")
        void leaves_each_child_its_five_seconds(Lab lab) {
            var terminating = new ArrayList<Duration>();
            var pid =
                    lab.node()
                            .spawn(
                                    Server.<Talk>of(() ->
                                            new Server<>() {
                                                @Override
                                                public void handle(Talk message, Self<Talk> self) {}

                                                @Override
                                                public void terminate(ExitReason reason, Self<Talk> self) {
                                                    terminating.add(lab.elapsed());
                                                    self.receive(Mark.class);
                                                }
                                            }));
            var before = lab.elapsed();
            lab.node().close();
            assertThat(terminating).containsExactly(before);
            assertThat(lab.elapsed().minus(before)).isEqualTo(seconds(5));
            assertThat(pid.await()).isEqualTo(new Killed());
        }
    }

    @Nested
    class FromWithin {
        @Laws
        void close_throws_and_names_stop(Lab lab) {
            var probe = lab.<Throwable>probe();
            var node = lab.node();
            lab.puppet().send(new Do(_ -> probe.send(catchThrowable(node::close))));
            assertThat(probe.expect()).isInstanceOf(IllegalStateException.class).hasMessageContaining("Node.stop");
            assertThat(node.spawn(echo()).call(new Ask("open"))).isEqualTo("open");
        }

        @Laws
        void stop_works(Lab lab) {
            var node = lab.node();
            var said = new CopyOnWriteArrayList<String>();
            node.spawn(Talk.saying("stopped", said::add));
            lab.puppet().send(new Do(self -> self.node().stop()));
            assertThat(node.await(LONG)).contains(new Shutdown());
            assertThat(said).containsExactly("stopped");
        }

        @Laws
        void close_by_an_actor_of_another_node_works(Lab lab) {
            var one = lab.node();
            var other = lab.node(lab.config().name("other"));
            other.spawn(puppet());
            var probe = lab.<String>probe();
            one.spawn(puppet())
                    .send(
                            new Do(_ -> {
                                other.close();
                                probe.send("closed");
                            }));
            probe.expectEqual("closed");
            assertThat(other.children()).isEmpty();
        }
    }

    @Nested
    @Tag("#41")
    class Afterwards {
        @Laws
        void nothing_starts_and_nothing_gets_in(Lab lab) {
            var node = lab.node();
            var pid = lab.puppet();
            Name<Talk> name = Name.of("closed");
            node.close();
            assertThatThrownBy(() -> node.spawn(puppet()))
                    .isInstanceOfAny(StartFailed.class, IllegalStateException.class);
            pid.send(new Mark(1));
            assertThat(pid.offer(new Mark(2))).isInstanceOf(Offer.Dead.class);
            node.ref(name).send(new Mark(3));
            assertThat(failure(() -> pid.call(new Ask("?")))).isInstanceOf(Exited.class);
            assertThat(node.counters().deadLetters()).isEqualTo(Map.of("NodeClosed", 4L));
            assertThat(node.counters().unaccounted()).isZero();
        }

        @Laws
        void requests_that_were_open_have_failed(Lab lab) {
            var probe = lab.<Talk>probe();
            var pending = probe.ask(new Ask("?"));
            probe.expect(Ask.class);
            lab.node().close();
            assertThat(pending.await()).isInstanceOf(Failed.class);
        }
    }

    @Nested
    @Tag("#69")
    class Roots {
        @Laws
        void that_end_end_the_node_with_their_reason(Lab lab) {
            var said = new CopyOnWriteArrayList<String>();
            var node =
                    lab.node(
                            ((Loop<Talk>)
                                            self -> {
                                                self.receive(Mark.class);
                                                self.stop(shutdown("gave up"));
                                            })
                                    .recipe(),
                            lab.config());
            node.spawn(Talk.saying("beside the root", said::add));
            assertThat(node.root()).isPresent();
            assertThat(node.await(millis(10))).isEmpty();
            @SuppressWarnings("unchecked")
            var root = (Pid<Talk>) node.root().orElseThrow();
            root.send(new Mark(1));
            assertThat(node.await(LONG)).contains(shutdown("gave up"));
            assertThat(said).containsExactly("beside the root");
            assertThat(node.children()).isEmpty();
        }

        @Laws
        void that_crash_end_the_node_with_their_crash(Lab lab) {
            var boom = new Boom("root");
            var node =
                    lab.node(
                            ((Loop<Talk>)
                                            self -> {
                                                self.receive(millis(20));
                                                throw boom;
                                            })
                                    .recipe(),
                            lab.config());
            assertThat(node.await(LONG)).contains(new Crashed(boom));
        }

        @Laws
        @Tag("#3")
        void that_do_not_start_leave_no_node(Lab lab) {
            var boom = new Boom("root");
            var actor =
                    Server.<Talk>of(() ->
                            new Server<>() {
                                @Override
                                public void init(Self<Talk> self) {
                                    throw boom;
                                }

                                @Override
                                public void handle(Talk message, Self<Talk> self) {}
                            });
            assertThatThrownBy(() -> lab.node(actor, lab.config())).isInstanceOf(StartFailed.class).hasCause(boom);
        }

        @Laws
        @Tag("#61")
        void stop_last_when_they_were_started_first(Lab lab) {
            var said = new CopyOnWriteArrayList<String>();
            var node = lab.node(Talk.saying("root", said::add), lab.config());
            node.spawn(Talk.saying("later", said::add));
            node.close();
            assertThat(said).containsExactly("later", "root");
        }
    }
}
