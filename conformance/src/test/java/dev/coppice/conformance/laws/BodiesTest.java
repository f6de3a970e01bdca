package dev.coppice.conformance.laws;

import static dev.coppice.conformance.laws.Lab.LONG;
import static dev.coppice.conformance.laws.Lab.millis;
import static dev.coppice.conformance.laws.Lab.seconds;
import static dev.coppice.conformance.laws.Talk.echo;
import static dev.coppice.conformance.laws.Talk.loop;
import static dev.coppice.conformance.laws.Talk.puppet;
import static dev.coppice.conformance.laws.Talk.server;
import static dev.coppice.conformance.laws.Talk.shutdown;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.coppice.conformance.laws.Talk.Ask;
import dev.coppice.conformance.laws.Talk.Boom;
import dev.coppice.conformance.laws.Talk.Broke;
import dev.coppice.conformance.laws.Talk.Came;
import dev.coppice.conformance.laws.Talk.Crashing;
import dev.coppice.conformance.laws.Talk.Do;
import dev.coppice.conformance.laws.Talk.DoNow;
import dev.coppice.conformance.laws.Talk.Gone;
import dev.coppice.conformance.laws.Talk.Mark;
import dev.coppice.conformance.laws.Talk.Note;
import dev.coppice.conformance.laws.Talk.Sync;
import dev.coppice.kernel.Down;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.ExitReason.Crashed;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Failure.Exited;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.Outcome.Failed;
import dev.coppice.kernel.Outcome.Replied;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/// What bodies can rely on: one message at a time, confinement of `Self`, tasks, owned resources, threads of their choice, fairness.
@Tag("law-2")
class BodiesTest {

    @Nested
    @Tag("#8")
    class OneAtATime {
        @Laws
        void plain_fields_are_state(Lab lab) {
            var inside = new AtomicInteger();
            var most = new AtomicInteger();
            var pid =
                    lab.node()
                            .spawn(
                                    Server.<Talk>of(() ->
                                            new Server<>() {
                                                private int count;

                                                @Override
                                                public void handle(Talk message, Self<Talk> self) {
                                                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                                                    if (message instanceof Ask ask) {
                                                        self.reply(ask, String.valueOf(count));
                                                    } else {
                                                        count++;
                                                        if (count % 50 == 0) {
                                                            self.receive(Note.class, Duration.ofNanos(1));
                                                        }
                                                    }
                                                    inside.decrementAndGet();
                                                }
                                            }));
            var senders = IntStream.range(0, 8).mapToObj(_ -> lab.puppet()).toList();
            senders.forEach(sender ->
                    sender.send(
                            new Do(_ -> {
                                for (int i = 0; i < 250; i++) {
                                    pid.send(new Mark(i));
                                }
                            })));
            senders.forEach(sender -> sender.call(new Sync()));
            assertThat(pid.within(LONG).call(new Ask("how many?"))).isEqualTo("2000");
            assertThat(most).hasValue(1);
        }

        @Laws
        @Tag("#19")
        void nothing_is_lost_between_rest_and_work(Lab lab) {
            var probe = lab.<Talk>probe();
            var ping = lab.node().spawn(server((message, _) -> probe.send(message)));
            for (int i = 0; i < 300; i++) {
                ping.send(new Mark(i));
                probe.expectEqual(new Mark(i));
            }
        }
    }

    @Nested
    @Tag("#8")
    class Confinement {
        @Laws
        void a_self_used_elsewhere_is_an_error(Lab lab) {
            var probe = lab.<Self<Talk>>probe();
            lab.puppet().send(new Do(probe::send));
            var stolen = probe.expect();
            for (Talk.Deed deed :
                    List.<Talk.Deed>of(
                            Self::receive,
                            self -> self.spawn(puppet()),
                            self -> self.stop(),
                            self -> self.sendAfter(seconds(1), new Mark(1)),
                            self -> self.spawnLinked(puppet()),
                            self -> self.defer(new Ask("?")),
                            self -> self.monitor(lab.puppet(), Gone::new),
                            self -> self.trapExits(Broke::new))) {
                assertThatThrownBy(() -> deed.run(stolen)).isInstanceOf(IllegalStateException.class);
                var other = lab.<Talk>probe();
                assertThat(other.<Throwable>get(_ -> catchThrowable(() -> deed.run(stolen))))
                        .isInstanceOf(IllegalStateException.class);
            }
        }
    }

    @Nested
    @Tag("#54")
    class Tasks {
        @Laws
        void bring_their_result_as_a_message(Lab lab) {
            var probe = lab.<Talk>probe();
            var echo = lab.node().spawn(echo());
            probe.run(self -> self.task(() -> echo.call(new Ask("in a task")), Came::new));
            assertThat(probe.expect(Came.class).outcome()).isEqualTo(new Replied<>("in a task"));
        }

        @Laws
        void bring_what_they_throw_as_a_failure_and_touch_nobody(Lab lab) {
            var probe = lab.<Talk>probe();
            var boom = new Boom("task");
            probe.run(self ->
                    self.task(
                            () -> {
                                throw boom;
                            },
                            Came::new));
            assertThat(probe.expect(Came.class).outcome()).isEqualTo(new Failed<>(new Exited(new Crashed(boom))));
            probe.expectNothing(millis(10));
        }

        @Laws
        void do_not_hold_up_their_owner(Lab lab) {
            var gate = lab.gate();
            var probe = lab.<Talk>probe();
            probe.run(self ->
                    self.task(
                            () -> {
                                gate.pass();
                                return "slow";
                            },
                            Came::new));
            probe.send(new Mark(1));
            probe.expectEqual(new Mark(1));
            gate.open();
            assertThat(probe.expect(Came.class).outcome()).isEqualTo(new Replied<>("slow"));
        }

        @Laws
        void tell_their_outcome_when_their_callee_stops_in_order(Lab lab) {
            var callee = lab.node().spawn(Talk.server((_, self) -> self.stop()));
            var probe = lab.<Talk>probe();
            probe.run(self -> self.task(() -> callee.within(LONG).call(new Ask("?")), Came::new));
            assertThat(probe.expect(Came.class).outcome())
                    .isEqualTo(new Outcome.Failed<>(new Failure.Exited(new ExitReason.Normal())));
        }

        @Laws
        void cancelled_end_and_bring_nothing(Lab lab) {
            var silent = lab.<Talk>probe();
            var probe = lab.<Talk>probe();
            var task = probe.get(self -> self.task(() -> silent.within(LONG).call(new Ask("?")), Came::new));
            silent.expect(Ask.class);
            assertThat(probe.<Boolean>get(_ -> task.cancel())).isTrue();
            probe.expectNothing(millis(20));
            while (!probe.pid().info().children().isEmpty()) {
                probe.pid().await(millis(1));
            }
        }

        @Laws
        @Tag("#16")
        void end_with_their_owner(Lab lab) {
            var silent = lab.<Talk>probe();
            var pid = lab.puppet();
            pid.send(new Do(self -> self.task(() -> silent.within(LONG).call(new Ask("?")), Came::new)));
            silent.expect(Ask.class);
            pid.exit(shutdown("with its task"));
            assertThat(lab.gone(pid)).isEqualTo(shutdown("with its task"));
        }
    }

    @Nested
    @Tag("#16")
    @Tag("law-8")
    class Resources {
        @Laws
        void are_closed_youngest_first_before_anybody_hears_of_the_end(Lab lab) {
            var closed = new CopyOnWriteArrayList<String>();
            for (Consumer<Pid<Talk>> end :
                    List.<Consumer<Pid<Talk>>>of(
                            Pid::stop, Pid::kill, pid -> pid.exit(shutdown("x")), pid -> pid.send(new Crashing("x")))) {
                closed.clear();
                var pid = lab.puppet();
                pid.call(
                        new DoNow(self -> {
                            self.own(() -> closed.add("1"));
                            self.own(() -> closed.add("2"));
                            self.own(() -> closed.add("given up")).cancel();
                            self.own(() -> {
                                throw new Boom("closing");
                            });
                        }));
                end.accept(pid);
                lab.gone(pid);
                assertThat(closed).containsExactly("2", "1");
            }
        }

        @Laws
        void may_give_up_others_while_they_are_closed(Lab lab) {
            var closed = new CopyOnWriteArrayList<String>();
            var pid = lab.puppet();
            pid.call(
                    new DoNow(self -> {
                        var first = self.own(() -> closed.add("given up"));
                        self.own(() -> closed.add("kept"));
                        self.own(() -> {
                            first.cancel();
                            self.own(() -> closed.add("late"));
                            closed.add("youngest");
                        });
                    }));
            pid.stop();
            assertThat(lab.gone(pid)).isEqualTo(new ExitReason.Normal());
            assertThat(closed).containsExactly("youngest", "late", "kept");
            assertThat(lab.node().spawn(echo()).call(new Ask("alive"))).isEqualTo("alive");
        }

        @Laws
        void cannot_receive_when_they_are_closed(Lab lab) {
            var thrown = new CopyOnWriteArrayList<Throwable>();
            var pid = lab.puppet();
            pid.call(
                    new DoNow(self -> {
                        self.own(() -> thrown.add(catchThrowable(self::receive)));
                        self.own(() -> thrown.add(catchThrowable(() -> self.receive(LONG))));
                    }));
            pid.stop();
            lab.gone(pid);
            assertThat(thrown).hasSize(2).allMatch(it -> it instanceof IllegalStateException);
        }

        @Laws
        void are_not_closed_while_the_owners_code_runs(Lab lab) {
            var closed = new AtomicBoolean();
            var gate = lab.gate();
            var pid = lab.puppet();
            pid.call(new DoNow(self -> self.own(() -> closed.set(true))));
            lab.stick(gate, pid);
            pid.kill();
            assertThat(pid.await(millis(20))).isEmpty();
            assertThat(closed).isFalse();
            gate.open();
            lab.gone(pid);
            assertThat(closed).isTrue();
        }
    }

    @Nested
    @Tag("#94")
    class Threads {
        @Laws(Laws.On.PRODUCTION)
        void a_pinned_body_at_rest_is_not_kept_awake_by_a_stray_interrupt(Lab lab) {
            var threads = lab.<Thread>probe();
            var pid = lab.node().spawn(puppet().pinned());
            pid.send(new Do(_ -> threads.send(Thread.currentThread())));
            var its = threads.expect();
            for (int i = 0; i < 2_000 && its.getState() != Thread.State.WAITING; i++) {
                pid.await(millis(1));
            }
            its.interrupt();
            for (int i = 0; i < 2_000 && its.isInterrupted(); i++) {
                pid.await(millis(1));
            }
            assertThat(its.isInterrupted()).isFalse();
            assertThat(pid.call(new Sync())).isNotNull();
        }

        @Laws(Laws.On.PRODUCTION)
        void pinned_bodies_keep_one_platform_thread(Lab lab) {
            var threads = lab.<Thread>probe();
            var pid = lab.node().spawn(puppet().pinned());
            for (int i = 0; i < 3; i++) {
                pid.call(new DoNow(_ -> threads.send(Thread.currentThread())));
            }
            var first = threads.expect();
            assertThat(first.isVirtual()).isFalse();
            assertThat(threads.expect()).isSameAs(first);
            assertThat(threads.expect()).isSameAs(first);
            pid.stop();
            lab.gone(pid);
            assertThat(catchThrowable(() -> first.join(LONG))).isNull();
            assertThat(first.isAlive()).isFalse();
        }

        @Laws(Laws.On.PRODUCTION)
        void other_bodies_run_on_virtual_threads(Lab lab) {
            var threads = lab.<Boolean>probe();
            for (var recipe : List.of(puppet(), puppet().blocking(), loop((_, _) -> {}))) {
                lab.node().spawn(recipe).send(new Do(_ -> threads.send(Thread.currentThread().isVirtual())));
                threads.expectEqual(true);
            }
        }

        @Laws
        void every_kind_follows_the_same_laws(Lab lab) {
            var probe = lab.<Talk>probe();
            for (var recipe : List.of(echo(), echo().blocking(), echo().pinned())) {
                var pid = lab.node().spawn(recipe);
                probe.run(self -> self.monitor(pid, Gone::new));
                assertThat(pid.call(new Ask("x"))).isEqualTo("x");
                pid.send(new Do(self -> self.receive(Mark.class)));
                pid.exit(shutdown("told"));
                assertThat(probe.expect(Gone.class).down()).isEqualTo(new Down(pid, shutdown("told")));
            }
        }
    }

    @Nested
    @Tag("#95")
    class Fairness {
        @Laws
        void one_that_is_never_idle_does_not_starve_others(Lab lab) {
            var node = lab.isSeeded() ? lab.node() : lab.node(lab.config().places(1));
            var stop = new AtomicBoolean();
            var busy =
                    node.spawn(
                            server((message, self) -> {
                                if (!stop.get()) {
                                    self.pid().send(message);
                                    self.pid().send(new Note("more"));
                                    self.receive(Note.class, Duration.ZERO);
                                }
                            }));
            busy.send(new Mark(0));
            var echo = node.spawn(echo());
            for (int i = 0; i < 20; i++) {
                assertThat(echo.call(new Ask("through"))).isEqualTo("through");
            }
            stop.set(true);
        }

        @Laws
        @Tag("#10")
        @Tag("law-9")
        void a_stop_at_the_end_of_a_turn_is_not_forgotten(Lab lab) {
            for (int ahead = 0; ahead < 140; ahead++) {
                var gate = lab.gate();
                var pid = lab.stuckAt(gate, puppet());
                for (int i = 0; i < ahead; i++) {
                    pid.send(new Mark(i));
                }
                pid.stop(shutdown("in the end"));
                gate.open();
                assertThat(lab.gone(pid)).isEqualTo(shutdown("in the end"));
            }
        }

        @Laws
        void a_flood_is_handled_in_turns_with_others(Lab lab) {
            var node = lab.isSeeded() ? lab.node() : lab.node(lab.config().places(1));
            var gate = lab.gate();
            var handled = new AtomicInteger();
            var flooded = lab.stuckAt(gate, server((_, _) -> handled.incrementAndGet()));
            for (int i = 0; i < 5_000; i++) {
                flooded.send(new Mark(i));
            }
            var seen = lab.<Integer>probe();
            var other = node.spawn(server((_, _) -> seen.send(handled.get())));
            gate.open();
            other.send(new Mark(0));
            seen.expect();
            flooded.within(LONG).call(new Sync());
            assertThat(handled).hasValue(5_000);
        }
    }

    @Nested
    @Tag("#97")
    class AtRest {
        @Laws(Laws.On.PRODUCTION)
        void a_server_holds_no_thread(Lab lab) {
            for (int i = 0; i < 1_000; i++) {
                lab.puppet();
            }
            assertThat(RealThreadsTest.virtualThreads(lab.node())).isLessThan(10);
        }
    }
}
