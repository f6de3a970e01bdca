package dev.coppice.conformance.laws;

import static dev.coppice.conformance.laws.Lab.LONG;
import static dev.coppice.conformance.laws.Lab.failure;
import static dev.coppice.conformance.laws.Lab.millis;
import static dev.coppice.conformance.laws.Talk.echo;
import static dev.coppice.conformance.laws.Talk.puppet;
import static dev.coppice.conformance.laws.Talk.server;
import static dev.coppice.conformance.laws.Talk.shutdown;
import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.conformance.laws.Talk.Ask;
import dev.coppice.conformance.laws.Talk.Boom;
import dev.coppice.conformance.laws.Talk.Crashing;
import dev.coppice.conformance.laws.Talk.Do;
import dev.coppice.conformance.laws.Talk.DoNow;
import dev.coppice.conformance.laws.Talk.Gone;
import dev.coppice.conformance.laws.Talk.Mark;
import dev.coppice.conformance.laws.Talk.Note;
import dev.coppice.conformance.laws.Talk.Sync;
import dev.coppice.kernel.ActorInfo;
import dev.coppice.kernel.Done;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.ExitReason.Crashed;
import dev.coppice.kernel.ExitReason.Killed;
import dev.coppice.kernel.ExitReason.Normal;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Failure.Exited;
import dev.coppice.kernel.Outcome.Failed;
import dev.coppice.kernel.Outcome.Replied;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Recipe;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.kernel.spi.Closeup;
import dev.coppice.testkit.Probe;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/// Law 8: dying has two steps, and what an actor owns goes before anybody hears of its end.
@Tag("law-8")
@Tag("#16")
class DyingTest {

    /// An actor that says when it terminates.
    private static Recipe<Talk> saying(Probe<String> probe, String name) {
        return Talk.saying(name, probe::send);
    }

    @Nested
    class Children {
        @Laws
        void stop_in_reverse_order_before_the_parents_end_is_known(Lab lab) {
            var probe = lab.<String>probe();
            var parent = lab.puppet();
            var downs = lab.<Talk>probe();
            downs.run(self -> self.monitor(parent, Gone::new));
            parent.call(
                    new DoNow(self -> {
                        self.spawnLinked(saying(probe, "1"));
                        self.spawn(saying(probe, "2"));
                        self.spawnLinked(saying(probe, "3"));
                    }));
            var children = parent.info().children();
            parent.exit(shutdown("family"));
            downs.expect(Gone.class);
            assertThat(children).hasSize(3).allSatisfy(child -> assertThat(child.alive()).isFalse());
            probe.expectEqual("3");
            probe.expectEqual("2");
            probe.expectEqual("1");
        }

        @Laws
        void each_is_gone_before_the_next_is_told(Lab lab) {
            var asked = lab.<Talk>probe();
            var probe = lab.<String>probe();
            var parent = lab.puppet();
            parent.call(
                    new DoNow(self -> {
                        self.spawn(saying(probe, "older"));
                        self.spawn(
                                Server.<Talk>of(() ->
                                        new Server<>() {
                                            @Override
                                            public void handle(Talk message, Self<Talk> it) {}

                                            @Override
                                            public void terminate(ExitReason reason, Self<Talk> it) {
                                                asked.call(new Ask("may I go?"));
                                                probe.send("younger");
                                            }
                                        }));
                    }));
            parent.exit(shutdown("in turn"));
            var ask = asked.expect(Ask.class);
            probe.expectNothing(millis(20));
            asked.reply(ask, "yes");
            probe.expectEqual("younger");
            probe.expectEqual("older");
            lab.gone(parent);
        }

        @Laws
        @Tag("#65")
        void of_one_that_was_killed_stop_too(Lab lab) {
            var probe = lab.<String>probe();
            var parent = lab.puppet();
            parent.call(new DoNow(self -> self.spawn(saying(probe, "child"))));
            parent.kill();
            assertThat(lab.gone(parent)).isEqualTo(new Killed());
            probe.expectEqual("child");
        }

        @Laws
        void stop_through_all_generations(Lab lab) {
            var probe = lab.<String>probe();
            var root = lab.puppet();
            root.call(
                    new DoNow(self -> {
                        var child = self.spawn(puppet());
                        child.call(new DoNow(it -> it.spawn(saying(probe, "grandchild"))));
                    }));
            root.stop();
            lab.gone(root);
            probe.expectEqual("grandchild");
            assertThat(lab.node().children()).doesNotContain(root);
        }

        @Laws
        void that_do_not_stop_within_their_limit_are_killed(Lab lab) {
            var gone = lab.<Talk>probe();
            var parent = lab.puppet();
            parent.call(
                    new DoNow(self ->
                            self.spawn(
                                    Server.<Talk>of(() ->
                                                    new Server<Talk>() {
                                                        @Override
                                                        public void handle(Talk message, Self<Talk> it) {}

                                                        @Override
                                                        public void terminate(ExitReason reason, Self<Talk> it) {
                                                            it.receive(Mark.class);
                                                        }
                                                    })
                                            .stopWithin(millis(50)))));
            var child = parent.info().children().getFirst();
            gone.run(self -> self.monitor(child, Gone::new));
            parent.stop();
            assertThat(gone.expect(Gone.class).down().reason()).isEqualTo(new Killed());
            assertThat(lab.gone(parent)).isEqualTo(new Normal());
        }

        @Laws
        void that_were_detached_live_on(Lab lab) {
            var pids = lab.<Pid<Talk>>probe();
            var parent = lab.puppet();
            parent.send(new Do(self -> pids.send(self.spawnDetached(echo()))));
            var detached = pids.expect();
            parent.kill();
            lab.gone(parent);
            assertThat(detached.call(new Ask("alone"))).isEqualTo("alone");
            assertThat(lab.node().children()).contains(detached);
        }

        @Laws
        void that_are_not_linked_crash_alone(Lab lab) {
            var parent = lab.puppet();
            parent.call(new DoNow(self -> self.spawn(puppet()).send(new Crashing("alone"))));
            while (!parent.info().children().isEmpty()) {
                parent.await(millis(1));
            }
            assertThat(parent.call(new Sync())).isEqualTo(Done.DONE);
        }

        @Laws
        @Tag("#14")
        void for_a_sub_computation_end_by_themselves(Lab lab) {
            var probe = lab.<String>probe();
            var parent = lab.puppet();
            parent.call(new DoNow(self -> self.spawn((Self<Talk> _) -> probe.send("worked"))));
            probe.expectEqual("worked");
            while (!parent.info().children().isEmpty()) {
                parent.await(millis(1));
            }
            assertThat(parent.alive()).isTrue();
        }

        @Laws
        @Tag("#16")
        void calling_their_stopping_parent_do_not_hang_the_stop(Lab lab) {
            var failures = lab.<Failure>probe();
            var parent = lab.puppet();
            parent.call(
                    new DoNow(self -> {
                        var me = self.pid();
                        self.spawn(
                                Server.<Talk>of(() ->
                                        new Server<>() {
                                            @Override
                                            public void handle(Talk message, Self<Talk> it) {}

                                            @Override
                                            public void terminate(ExitReason reason, Self<Talk> it) {
                                                failures.send(failure(() -> me.call(new Sync())));
                                            }
                                        }));
                    }));
            var before = lab.elapsed();
            parent.exit(shutdown("stopping"));
            assertThat(failures.expect()).isInstanceOf(Exited.class);
            lab.gone(parent);
            lab.assertNoTimePassed(before);
        }
    }

    @Nested
    @Tag("#36")
    class FirstStep {
        @Laws
        void held_requests_fail_before_the_children_are_gone(Lab lab) {
            var asked = lab.<Talk>probe();
            var parent = lab.node().spawn(server((message, self) -> self.defer((Ask) message)));
            parent.call(
                    new DoNow(self ->
                            self.spawn(
                                    Server.<Talk>of(() ->
                                            new Server<>() {
                                                @Override
                                                public void handle(Talk message, Self<Talk> it) {}

                                                @Override
                                                public void terminate(ExitReason reason, Self<Talk> it) {
                                                    asked.call(new Ask("may I go?"));
                                                }
                                            }))));
            var gate = lab.gate();
            var deferred = parent.ask(new Ask("deferred"));
            lab.stick(gate, parent);
            parent.send(new Crashing("with requests"));
            var queued = parent.ask(new Ask("queued"));
            gate.open();
            assertThat(deferred.await()).isInstanceOf(Failed.class);
            assertThat(queued.await()).isInstanceOf(Failed.class);
            assertThat(parent.info().status()).isEqualTo(ActorInfo.Status.EXITING);
            assertThat(failure(() -> parent.call(new Ask("new")))).isInstanceOf(Exited.class);
            parent.send(new Mark(1));
            asked.reply(asked.expect(Ask.class), "yes");
            assertThat(lab.gone(parent)).isInstanceOf(Crashed.class);
            assertThat(lab.node().counters().deadLettered()).isGreaterThanOrEqualTo(2);
        }
    }

    @Nested
    @Tag("#9")
    class Terminate {
        @Laws
        void runs_on_every_exit_but_a_kill(Lab lab) {
            var probe = lab.<String>probe();
            var exits = new LinkedHashMap<String, Consumer<Pid<Talk>>>();
            exits.put("stop", Pid::stop);
            exits.put("exit", pid -> pid.exit(shutdown("x")));
            exits.put("self", pid -> pid.send(new Do(self -> self.stop(shutdown("x")))));
            exits.put(
                    "crash",
                    pid ->
                            pid.send(
                                    new Do(_ -> {
                                        throw new Boom("x");
                                    })));
            exits.forEach((how, exit) -> {
                var pid = lab.node().spawn(saying(probe, how));
                exit.accept(pid);
                lab.gone(pid);
                probe.expectEqual(how);
            });
            var killed = lab.node().spawn(saying(probe, "killed"));
            killed.kill();
            lab.gone(killed);
            probe.expectNothing(millis(20));
        }

        @Laws
        void that_throws_changes_the_reason(Lab lab) {
            var boom = new Boom("terminate");
            var pid =
                    lab.node()
                            .spawn(
                                    Server.<Talk>of(() ->
                                            new Server<>() {
                                                @Override
                                                public void handle(Talk message, Self<Talk> self) {}

                                                @Override
                                                public void terminate(ExitReason reason, Self<Talk> self) {
                                                    throw boom;
                                                }
                                            }));
            pid.stop();
            assertThat(lab.gone(pid)).isEqualTo(new Crashed(boom));
        }

        @Laws
        void that_fails_since_somebody_else_ended_in_order_hides_no_crash(Lab lab) {
            var boom = new Boom("first");
            var callee = lab.node().spawn(server((_, self) -> self.stop(shutdown("in order"))));
            var pid =
                    lab.node()
                            .spawn(
                                    Server.<Talk>of(() ->
                                            new Server<>() {
                                                @Override
                                                public void handle(Talk message, Self<Talk> self) {
                                                    throw boom;
                                                }

                                                @Override
                                                public void terminate(ExitReason reason, Self<Talk> self) {
                                                    callee.call(new Ask("flush"));
                                                }
                                            }));
            pid.send(new Mark(0));
            assertThat(lab.gone(pid)).isEqualTo(new Crashed(boom));
            assertThat(lab.node().counters().crashed()).isEqualTo(1);
        }

        @Laws
        void sees_the_reason_and_may_use_the_kernel(Lab lab) {
            var probe = lab.<String>probe();
            var echo = lab.node().spawn(echo());
            var pid =
                    lab.node()
                            .spawn(
                                    Server.<Talk>of(() ->
                                            new Server<>() {
                                                @Override
                                                public void handle(Talk message, Self<Talk> self) {}

                                                @Override
                                                public void terminate(ExitReason reason, Self<Talk> self) {
                                                    probe.send(
                                                            reason
                                                                    + " "
                                                                    + echo.call(new Ask("still"))
                                                                    + " "
                                                                    + self.pid().path());
                                                }
                                            }));
            pid.exit(shutdown("tidy"));
            probe.expectEqual(shutdown("tidy") + " still " + pid.path());
        }

        @Laws
        void does_not_see_the_messages_that_wait(Lab lab) {
            var probe = lab.<String>probe();
            var gate = lab.gate();
            var pid = lab.stuckAt(gate, saying(probe, "terminated"));
            pid.send(new Do(_ -> probe.send("handled")));
            pid.exit(shutdown("now"));
            gate.open();
            lab.gone(pid);
            probe.expectEqual("terminated");
            probe.expectNothing(millis(20));
            assertThat(lab.node().counters().deadLetters()).containsEntry("Died", 1L);
        }
    }

    @Nested
    @Tag("#10")
    class Ends {
        @Laws
        @Tag("#11")
        void a_stop_drains_first_and_an_exit_does_not(Lab lab) {
            var probe = lab.<Talk>probe();
            var gates = List.of(lab.gate(), lab.gate());
            var drained = lab.stuckAt(gates.getFirst(), server((message, _) -> probe.send(message)));
            var ended = lab.stuckAt(gates.getLast(), server((message, _) -> probe.send(message)));
            for (int i = 0; i < 3; i++) {
                drained.send(new Mark(i));
                ended.send(new Mark(10 + i));
            }
            drained.stop();
            ended.exit(shutdown("now"));
            gates.forEach(Lab.Gate::open);
            lab.gone(drained);
            lab.gone(ended);
            for (int i = 0; i < 3; i++) {
                probe.expectEqual(new Mark(i));
            }
            probe.expectNothing(millis(20));
        }

        @Laws
        void by_a_stop_that_a_handler_meets_while_it_receives_wait_until_all_before_it_is_handled(Lab lab) {
            var probe = lab.<Talk>probe();
            var pid =
                    lab.node()
                            .spawn(
                                    server((message, self) -> {
                                        if (message instanceof Ask ask) {
                                            self.receive(Note.class);
                                            self.reply(ask, "answered");
                                        } else {
                                            probe.send(message);
                                        }
                                    }));
            var pending = pid.within(LONG).ask(new Ask("?"));
            pid.send(new Mark(1));
            pid.stop();
            pid.send(new Note("go on"));
            assertThat(pending.await()).isEqualTo(new Replied<>("answered"));
            probe.expectEqual(new Mark(1));
            assertThat(lab.gone(pid)).isEqualTo(new Normal());
        }

        @Laws
        void are_idempotent_and_the_first_reason_counts(Lab lab) {
            var gate = lab.gate();
            var pid = lab.stuckAt(gate, puppet());
            pid.exit(shutdown("first"));
            pid.exit(shutdown("second"));
            pid.stop(shutdown("third"));
            pid.stop();
            gate.open();
            assertThat(lab.gone(pid)).isEqualTo(shutdown("first"));
            pid.stop();
            pid.exit(shutdown("to the dead"));
            pid.kill();
            assertThat(pid.await()).isEqualTo(shutdown("first"));
        }

        @Laws
        void may_be_asked_for_in_the_own_handler(Lab lab) {
            var probe = lab.<Talk>probe();
            var pid = lab.node().spawn(server((message, _) -> probe.send(message)));
            pid.send(
                    new Do(self -> {
                        self.pid().send(new Mark(1));
                        self.pid().stop(shutdown("drained by itself"));
                        self.pid().send(new Mark(2));
                    }));
            assertThat(lab.gone(pid)).isEqualTo(shutdown("drained by itself"));
            probe.expectEqual(new Mark(1));
            probe.expectNothing(millis(20));
        }

        @Laws
        void cannot_be_waited_for_by_the_actor_itself(Lab lab) {
            var pid = lab.puppet();
            var refused = new AtomicReference<Throwable>();
            pid.call(
                    new DoNow(self -> {
                        try {
                            self.pid().await();
                        } catch (IllegalStateException wrong) {
                            refused.set(wrong);
                        }
                    }));
            assertThat(refused.get()).hasMessageContaining("would wait for its own exit; use stop");
            assertThat(pid.alive()).isTrue();
        }

        @Laws
        void take_the_timers_along_that_are_set_while_they_close_what_they_own(Lab lab) {
            var pid = lab.puppet();
            pid.call(
                    new DoNow(self ->
                            self.own(() -> {
                                self.sendEvery(Duration.ofDays(1), new Mark(1));
                                self.sendWhenIdle(Duration.ofDays(1), new Mark(2));
                            })));
            pid.stop();
            lab.gone(pid);
            assertThat(lab.node().counters().timers()).isZero();
        }

        @Laws
        @Tag("#44")
        void take_the_timers_along(Lab lab) {
            var pid = lab.puppet();
            pid.call(
                    new DoNow(self -> {
                        self.sendAfter(Duration.ofDays(1), new Mark(1));
                        self.sendEvery(Duration.ofDays(1), new Mark(2));
                        self.sendWhenIdle(Duration.ofDays(1), new Mark(3));
                    }));
            assertThat(lab.node().counters().timers()).isEqualTo(3);
            assertThat(Closeup.of(pid).timers()).as("each is shown").hasSize(3);
            pid.kill();
            lab.gone(pid);
            assertThat(lab.node().counters().timers()).isZero();
        }

        @Laws
        @Tag("#41")
        void close_the_ledger(Lab lab) {
            var gate = lab.gate();
            var pid = lab.stuckAt(gate, puppet());
            for (int i = 0; i < 10; i++) {
                pid.send(new Mark(i));
            }
            assertThat(lab.node().counters().waiting()).isEqualTo(10);
            pid.kill();
            gate.open();
            lab.gone(pid);
            pid.send(new Mark(99));
            var counters = lab.node().counters();
            assertThat(counters.deadLetters()).isEqualTo(Map.of("Died", 10L, "NoProcess", 1L));
            assertThat(counters.waiting()).isZero();
            assertThat(counters.unaccounted()).isZero();
        }
    }

    @Nested
    class Remains {
        @Laws(Laws.On.PRODUCTION)
        void a_pid_that_is_kept_keeps_nothing_else(Lab lab) {
            var bodies = new ArrayList<WeakReference<Server<Talk>>>();
            var messages = new ArrayList<WeakReference<Talk>>();
            var gate = lab.gate();
            var pid =
                    lab.node()
                            .spawn(
                                    Server.<Talk>of(() -> {
                                        var body =
                                                new Server<Talk>() {
                                                    private final byte[] state = new byte[1000];

                                                    @Override
                                                    public void handle(Talk message, Self<Talk> self) throws Exception {
                                                        ((Do) message).deed().run(self);
                                                        state[0]++;
                                                    }
                                                };
                                        bodies.add(new WeakReference<>(body));
                                        return body;
                                    }));
            lab.stick(gate, pid);
            fill(pid, messages);
            pid.kill();
            gate.open();
            lab.gone(pid);
            for (int i = 0; i < 100 && bodies.getFirst().get() != null | messages.getFirst().get() != null; i++) {
                System.gc();
                pid.await(millis(1));
            }
            assertThat(bodies.getFirst().get()).isNull();
            assertThat(messages.getFirst().get()).isNull();
        }

        private void fill(Pid<Talk> pid, List<WeakReference<Talk>> messages) {
            var message = new Note(new String(new char[10]));
            messages.add(new WeakReference<>(message));
            pid.send(message);
        }
    }
}
