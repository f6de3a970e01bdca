package dev.coppice.conformance.laws;

import static dev.coppice.conformance.laws.Lab.LONG;
import static dev.coppice.conformance.laws.Lab.failure;
import static dev.coppice.conformance.laws.Lab.millis;
import static dev.coppice.conformance.laws.Lab.seconds;
import static dev.coppice.conformance.laws.Talk.echo;
import static dev.coppice.conformance.laws.Talk.loop;
import static dev.coppice.conformance.laws.Talk.puppet;
import static dev.coppice.conformance.laws.Talk.server;
import static dev.coppice.conformance.laws.Talk.shutdown;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.coppice.conformance.laws.Talk.Ask;
import dev.coppice.conformance.laws.Talk.Boom;
import dev.coppice.conformance.laws.Talk.Came;
import dev.coppice.conformance.laws.Talk.Crashing;
import dev.coppice.conformance.laws.Talk.Do;
import dev.coppice.conformance.laws.Talk.DoNow;
import dev.coppice.conformance.laws.Talk.Mark;
import dev.coppice.conformance.laws.Talk.Note;
import dev.coppice.conformance.laws.Talk.Sync;
import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Caller;
import dev.coppice.kernel.Done;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.ExitReason.Crashed;
import dev.coppice.kernel.ExitReason.Killed;
import dev.coppice.kernel.ExitReason.NoProcess;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Failure.Exited;
import dev.coppice.kernel.Failure.Interrupted;
import dev.coppice.kernel.Failure.TimedOut;
import dev.coppice.kernel.Failure.Unanswered;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Outcome.Failed;
import dev.coppice.kernel.Outcome.Replied;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Recipe;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.kernel.spi.Door;
import dev.coppice.testkit.Probe;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/// Laws 2 and 3: a request is a baton held by exactly one actor, and whoever drops it fails it; one way to wait.
@Tag("law-2")
@Tag("law-3")
class CallsTest {
    private static final Name<Talk> NOBODY = Name.of("nobody");

    @Nested
    @Tag("#35")
    class Answers {
        @Laws
        void a_call_returns_the_reply_to_the_test_to_a_server_and_to_a_loop(Lab lab) {
            var echo = lab.node().spawn(echo());
            var fromServer = lab.<String>probe();
            var fromLoop = lab.<String>probe();
            lab.puppet().send(new Do(_ -> fromServer.send(echo.call(new Ask("server")))));
            lab.node().spawn(loop((_, _) -> {})).send(new Do(_ -> fromLoop.send(echo.call(new Ask("loop")))));
            String answer = echo.call(new Ask("outside"));
            assertThat(answer).isEqualTo("outside");
            fromServer.expectEqual("server");
            fromLoop.expectEqual("loop");
        }

        @Laws
        @Tag("#9")
        void init_and_terminate_may_call(Lab lab) {
            var echo = lab.node().spawn(echo());
            var probe = lab.<String>probe();
            var pid =
                    lab.node()
                            .spawn(
                                    Server.<Talk>of(() ->
                                            new Server<>() {
                                                @Override
                                                public void init(Self<Talk> self) {
                                                    probe.send(echo.call(new Ask("init")));
                                                }

                                                @Override
                                                public void handle(Talk message, Self<Talk> self) {}

                                                @Override
                                                public void terminate(ExitReason reason, Self<Talk> self) {
                                                    probe.send(echo.call(new Ask("terminate")));
                                                }
                                            }));
            probe.expectEqual("init");
            pid.exit(shutdown("end"));
            probe.expectEqual("terminate");
            assertThat(lab.gone(pid)).isEqualTo(shutdown("end"));
        }

        @Laws
        @Tag("#46")
        void a_request_that_was_sent_is_a_message_like_any_other(Lab lab) {
            var echo = lab.node().spawn(echo());
            echo.send(new Ask("nobody waits"));
            assertThat(echo.call(new Ask("still alive"))).isEqualTo("still alive");
            assertThat(lab.node().counters().lateReplies()).isZero();
        }

        @Laws
        void a_reply_does_not_go_through_the_mailbox(Lab lab) {
            var echo = lab.node().spawn(echo());
            var received = lab.<List<Optional<Talk>>>probe();
            lab.puppet()
                    .send(
                            new Do(self -> {
                                echo.call(new Ask("x"));
                                received.send(List.of(self.receive(Duration.ZERO)));
                            }));
            received.expectEqual(List.of(Optional.empty()));
        }
    }

    @Nested
    @Tag("#35")
    class TimeOuts {
        @Laws
        void come_after_the_patience_with_a_report_of_the_callee(Lab lab) {
            var gate = lab.gate();
            var pid = lab.stuckAt(gate, echo().labelled("sleeper"));
            pid.send(new Mark(1));
            var failure = failure(() -> pid.within(millis(50)).call(new Ask("?")));
            assertThat(failure)
                    .isInstanceOfSatisfying(
                            TimedOut.class,
                            late -> {
                                assertThat(late.report().callee()).isEqualTo(pid.path());
                                assertThat(late.report().patience()).isEqualTo(millis(50));
                                assertThat(late.report().queued()).isEqualTo(2);
                                assertThat(late.report().doing()).contains("Do");
                            });
            gate.open();
        }

        @Laws(Laws.On.SEEDED)
        void come_after_five_seconds_when_nothing_else_is_said(Lab lab) {
            var gate = lab.gate();
            var pid = lab.stuckAt(gate, echo());
            var before = lab.elapsed();
            assertThat(failure(() -> pid.call(new Ask("?")))).isInstanceOf(TimedOut.class);
            assertThat(lab.elapsed().minus(before)).isEqualTo(seconds(5));
            gate.open();
        }

        @Laws(Laws.On.SEEDED)
        void come_after_what_the_node_and_the_recipe_say(Lab lab) {
            var node = lab.node(lab.config().patience(seconds(2)));
            var gate = lab.gate();
            var pid = lab.stuckAt(gate, echo());
            var before = lab.elapsed();
            assertThat(failure(() -> pid.call(new Ask("?")))).isInstanceOf(TimedOut.class);
            assertThat(lab.elapsed().minus(before)).isEqualTo(seconds(2));

            var probe = lab.<Duration>probe();
            node.spawn(puppet().patience(seconds(7)))
                    .send(
                            new Do(_ -> {
                                var start = lab.elapsed();
                                failure(() -> pid.call(new Ask("?")));
                                probe.send(lab.elapsed().minus(start));
                            }));
            probe.expectEqual(seconds(7));
            gate.open();
        }

        @Laws
        void do_not_take_back_a_request_that_is_being_handled(Lab lab) {
            var gate = lab.gate();
            var probe = lab.<Talk>probe();
            var pid =
                    lab.node()
                            .spawn(
                                    server((message, _) -> {
                                        gate.pass();
                                        probe.send(message);
                                    }));
            assertThat(failure(() -> pid.within(millis(20)).call(new Ask("too late")))).isInstanceOf(TimedOut.class);
            gate.open();
            assertThat(probe.expect(Ask.class).text()).isEqualTo("too late");
        }

        @Laws
        void leave_a_late_reply_to_vanish_and_be_counted(Lab lab) {
            var gate = lab.gate();
            var pid =
                    lab.node()
                            .spawn(
                                    server((message, self) -> {
                                        gate.pass();
                                        self.reply((Ask) message, "late");
                                    }));
            var probe = lab.<Optional<Talk>>probe();
            var caller = lab.puppet();
            caller.send(
                    new Do(self -> {
                        failure(() -> pid.within(millis(20)).call(new Ask("?")));
                        gate.open();
                        pid.call(new Sync());
                        probe.send(self.receive(Duration.ZERO));
                    }));
            probe.expectEqual(Optional.empty());
            assertThat(lab.node().counters().lateReplies()).isEqualTo(1);
        }

        @Laws
        void report_the_name_that_nobody_answers_for(Lab lab) {
            var keeper = lab.puppet();
            Name<Talk> name = Name.of("kept");
            keeper.call(new DoNow(self -> self.reserve(name, Self.Gap.WAIT)));
            var failure = failure(() -> lab.node().ref(name).within(millis(20)).call(new Ask("?")));
            assertThat(failure)
                    .isInstanceOfSatisfying(
                            TimedOut.class, late -> assertThat(late.report().callee()).contains("kept"));
        }
    }

    @Nested
    @Tag("#36")
    class Deaths {
        @Laws
        void a_crash_reaches_the_caller_at_once_with_its_cause(Lab lab) {
            var boom = new Boom("in the handler");
            var pid =
                    lab.node()
                            .spawn(
                                    server((_, _) -> {
                                        throw boom;
                                    }));
            var before = lab.elapsed();
            assertThatThrownBy(() -> pid.call(new Ask("?")))
                    .isInstanceOfSatisfying(
                            CallFailed.class,
                            failed -> assertThat(failed.failure()).isEqualTo(new Exited(new Crashed(boom))))
                    .hasCause(boom);
            lab.assertNoTimePassed(before);
        }

        @Laws
        void a_failed_call_says_what_was_asked_of_whom(Lab lab) {
            var boom = new Boom("in the handler");
            Recipe<Talk> dies =
                    server((_, _) -> {
                        throw boom;
                    });
            var node = lab.node();
            assertThatThrownBy(() -> node.spawn(dies.labelled("fragile")).within(LONG).call(new Ask("?")))
                    .hasMessage("Ask to /fragile: the callee exited: " + new Crashed(boom));
            var name = Name.<Talk>of("nobody");
            assertThatThrownBy(() -> node.ref(name).call(new Ask("?")))
                    .hasMessage("Ask to nobody: the callee exited: " + new NoProcess());
            Door<Talk> door = envelope -> envelope.passTo(node.ref(name));
            assertThatThrownBy(() -> door.call(new Ask("?")))
                    .hasMessageStartingWith("Ask to " + door.getClass().getName());
        }

        @Laws
        void a_crash_fails_the_requests_that_wait_behind_it(Lab lab) {
            var gate = lab.gate();
            var pid = lab.stuckAt(gate, echo());
            pid.send(new Crashing("ahead of them"));
            var one = pid.ask(new Ask("1"));
            pid.send(new Note("lost with them"));
            var two = pid.ask(new Ask("2"));
            gate.open();
            for (var pending : List.of(one, two)) {
                assertThat(pending.await())
                        .isInstanceOfSatisfying(
                                Failed.class,
                                failed ->
                                        assertThat(failed.why())
                                                .isInstanceOfSatisfying(
                                                        Exited.class,
                                                        exited ->
                                                                assertThat(exited.reason())
                                                                        .isInstanceOf(Crashed.class)));
            }
            lab.gone(pid);
            assertThat(lab.node().counters().deadLetters()).containsEntry("Died", 3L);
            assertThat(lab.node().counters().unaccounted()).isZero();
        }

        @Laws
        @Tag("#37")
        void a_death_fails_the_requests_that_were_deferred(Lab lab) {
            var pid = lab.node().spawn(server((message, self) -> self.defer((Ask) message)));
            var pending = pid.ask(new Ask("?"));
            pid.call(new Sync());
            assertThat(pending.poll()).isEmpty();
            pid.exit(shutdown("with open requests"));
            assertThat(pending.await()).isEqualTo(new Failed<>(new Exited(shutdown("with open requests"))));
        }

        @Laws
        void the_dead_fail_a_call_at_once(Lab lab) {
            var pid = lab.puppet();
            pid.stop();
            lab.gone(pid);
            var before = lab.elapsed();
            assertThat(failure(() -> pid.call(new Ask("?")))).isEqualTo(new Exited(new NoProcess()));
            assertThat(pid.ask(new Ask("?")).await()).isEqualTo(new Failed<>(new Exited(new NoProcess())));
            lab.assertNoTimePassed(before);
        }

        @Laws
        @Tag("#86")
        void a_name_that_nobody_holds_fails_a_call_at_once(Lab lab) {
            var before = lab.elapsed();
            assertThat(failure(() -> lab.node().ref(NOBODY).call(new Ask("?")))).isEqualTo(new Exited(new NoProcess()));
            lab.assertNoTimePassed(before);
        }

        @Laws
        void the_reason_of_a_stop_reaches_a_request_behind_it(Lab lab) {
            var gate = lab.gate();
            var pid = lab.stuckAt(gate, echo());
            pid.stop(shutdown("drained"));
            var behind = pid.ask(new Ask("behind the stop"));
            gate.open();
            assertThat(behind.await()).isInstanceOf(Failed.class);
            assertThat(lab.gone(pid)).isEqualTo(shutdown("drained"));
        }

        @Laws
        void a_kill_of_a_waiting_callee_fails_its_caller(Lab lab) {
            var pid = lab.node().spawn(server((_, self) -> self.receive(Mark.class)));
            var pending = pid.ask(new Ask("?"));
            pid.kill();
            assertThat(pending.await()).isEqualTo(new Failed<>(new Exited(new Killed())));
        }
    }

    @Nested
    class WithoutAnswer {
        @Laws
        void a_handler_that_returns_without_an_answer_fails_the_caller_at_once(Lab lab) {
            var pid = lab.puppet();
            var before = lab.elapsed();
            assertThat(failure(() -> pid.call(new Ask("?")))).isEqualTo(new Unanswered());
            lab.assertNoTimePassed(before);
            assertThat(pid.call(new Sync())).as("it lives on").isEqualTo(Done.DONE);
        }

        @Laws
        void a_handler_that_stops_itself_leaves_its_request_to_the_exit(Lab lab) {
            var pid = lab.node().spawn(server((_, self) -> self.stop(shutdown("mid-request"))));
            assertThat(failure(() -> pid.call(new Ask("?"))))
                    .isIn(new Exited(shutdown("mid-request")), new Unanswered());
        }

        @Laws
        void an_answer_before_the_crash_counts(Lab lab) {
            var pid =
                    lab.node()
                            .spawn(
                                    server((message, self) -> {
                                        self.reply((Ask) message, "answered");
                                        throw new Boom("afterwards");
                                    }));
            assertThat(pid.call(new Ask("?"))).isEqualTo("answered");
            assertThat(lab.gone(pid)).isInstanceOf(Crashed.class);
        }
    }

    @Nested
    @Tag("#62")
    class Cleanness {
        @Laws
        void a_shutdown_of_the_callee_stays_a_shutdown_of_the_caller(Lab lab) {
            var asked = lab.<String>probe();
            var callee =
                    lab.node()
                            .spawn(
                                    server((_, self) -> {
                                        asked.send("asked");
                                        self.receive(Mark.class);
                                    }));
            var caller = lab.puppet();
            caller.send(new Do(_ -> callee.call(new Ask("?"))));
            asked.expectEqual("asked");
            callee.exit(shutdown("orderly"));
            assertThat(lab.gone(caller)).isEqualTo(shutdown("orderly"));
            assertThat(lab.node().crashes()).isEmpty();
        }

        @Laws
        void a_crash_of_the_callee_is_a_crash_of_the_caller(Lab lab) {
            var callee =
                    lab.node()
                            .spawn(
                                    server((_, _) -> {
                                        throw new Boom("the callee's");
                                    }));
            var caller = lab.puppet();
            caller.send(new Do(_ -> callee.call(new Ask("?"))));
            assertThat(lab.gone(caller))
                    .isInstanceOfSatisfying(
                            Crashed.class,
                            crashed ->
                                    assertThat(crashed.cause())
                                            .isInstanceOf(CallFailed.class)
                                            .hasRootCauseMessage("the callee's"));
        }

        @Laws
        void a_call_failed_that_is_caught_is_no_end(Lab lab) {
            var callee =
                    lab.node()
                            .spawn(
                                    server((_, _) -> {
                                        throw new Boom("caught");
                                    }));
            var probe = lab.<Failure>probe();
            var caller = lab.puppet();
            caller.send(new Do(_ -> probe.send(failure(() -> callee.call(new Ask("?"))))));
            assertThat(probe.expect(Exited.class).reason()).isInstanceOf(Crashed.class);
            assertThat(caller.call(new Sync())).isEqualTo(Done.DONE);
        }
    }

    @Nested
    @Tag("#37")
    class Forwards {
        private Pid<Talk> forwarder(Lab lab, Pid<Talk> to) {
            return lab.node().spawn(server((message, self) -> self.forward((Ask) message, to)));
        }

        @Laws
        void the_caller_gets_the_other_ones_answer(Lab lab) {
            assertThat(forwarder(lab, lab.node().spawn(echo())).call(new Ask("hop"))).isEqualTo("hop");
        }

        @Laws
        void the_caller_survives_the_one_that_forwarded(Lab lab) {
            var probe = lab.<Talk>probe();
            var forwarder = forwarder(lab, probe.pid());
            var pending = forwarder.ask(new Ask("?"));
            var request = probe.expect(Ask.class);
            forwarder.kill();
            lab.gone(forwarder);
            assertThat(pending.poll()).isEmpty();
            probe.reply(request, "from the new holder");
            assertThat(pending.get()).isEqualTo("from the new holder");
        }

        @Laws
        @Tag("law-10")
        void the_caller_survives_a_kill_of_one_that_forwarded_and_is_stuck(Lab lab) {
            var probe = lab.<Talk>probe();
            var gate = lab.gate();
            var forwarder =
                    lab.node()
                            .spawn(
                                    server((message, self) -> {
                                        self.forward((Ask) message, probe);
                                        gate.pass();
                                    }));
            var pending = forwarder.within(LONG).ask(new Ask("?"));
            var request = probe.expect(Ask.class);
            forwarder.kill();
            assertThat(pending.poll()).isEmpty();
            probe.reply(request, "from the new holder");
            assertThat(pending.get()).isEqualTo("from the new holder");
            gate.open();
            assertThat(lab.gone(forwarder)).isEqualTo(new Killed());
        }

        @Laws
        void the_caller_fails_with_the_new_holder_and_not_with_the_old(Lab lab) {
            var holder = lab.node().spawn(server((_, self) -> self.receive(Mark.class)));
            var forwarder = forwarder(lab, holder);
            var pending = forwarder.ask(new Ask("?"));
            forwarder.call(new Sync());
            holder.exit(shutdown("holder"));
            assertThat(pending.await()).isEqualTo(new Failed<>(new Exited(shutdown("holder"))));
            assertThat(forwarder.call(new Sync())).isEqualTo(Done.DONE);
        }

        @Laws
        void to_the_dead_fails_the_caller_at_once(Lab lab) {
            var dead = lab.puppet();
            dead.stop();
            lab.gone(dead);
            assertThat(failure(() -> forwarder(lab, dead).call(new Ask("?")))).isEqualTo(new Exited(new NoProcess()));
        }

        @Laws
        void in_another_form_answer_the_first_request(Lab lab) {
            var echo = lab.node().spawn(echo());
            var pid =
                    lab.node()
                            .spawn(
                                    server((message, self) ->
                                            self.forward((Ask) message, new Ask(((Ask) message).text() + "!"), echo)));
            assertThat(pid.call(new Ask("as another"))).isEqualTo("as another!");
        }

        @Laws
        void the_forwarder_cannot_answer_any_more(Lab lab) {
            var echo = lab.node().spawn(echo());
            var probe = lab.<Throwable>probe();
            var pid =
                    lab.node()
                            .spawn(
                                    server((message, self) -> {
                                        self.forward((Ask) message, echo);
                                        try {
                                            self.reply((Ask) message, "twice");
                                        } catch (IllegalStateException e) {
                                            probe.send(e);
                                        }
                                    }));
            assertThat(pid.call(new Ask("once"))).isEqualTo("once");
            probe.expect(IllegalStateException.class);
        }
    }

    @Nested
    @Tag("#37")
    class Deferring {
        /// A server that defers every question and hands its caller out.
        private Pid<Talk> deferring(Lab lab, Probe<Caller<String>> callers) {
            return lab.node().spawn(server((message, self) -> callers.send(self.defer((Ask) message))));
        }

        @Laws
        void an_answer_may_come_later_and_from_anywhere(Lab lab) {
            var callers = lab.<Caller<String>>probe();
            var pid = deferring(lab, callers);
            var one = pid.ask(new Ask("1"));
            var two = pid.ask(new Ask("2"));
            var first = callers.expect();
            var second = callers.expect();
            assertThat(first.waiting()).isTrue();
            lab.puppet().send(new Do(_ -> second.reply("from another actor")));
            assertThat(two.get()).isEqualTo("from another actor");
            assertThat(one.poll()).isEmpty();
            first.reply("from the test");
            assertThat(one.get()).isEqualTo("from the test");
            assertThat(first.waiting()).isFalse();
        }

        @Laws
        void a_second_answer_vanishes_and_is_counted(Lab lab) {
            var callers = lab.<Caller<String>>probe();
            var pending = deferring(lab, callers).ask(new Ask("?"));
            var caller = callers.expect();
            caller.reply("first");
            caller.reply("second");
            assertThat(pending.get()).isEqualTo("first");
            assertThat(lab.node().counters().lateReplies()).isEqualTo(1);
        }

        @Laws
        void nobody_waits_after_the_time_out(Lab lab) {
            var callers = lab.<Caller<String>>probe();
            var pid = deferring(lab, callers);
            assertThat(failure(() -> pid.within(millis(20)).call(new Ask("?")))).isInstanceOf(TimedOut.class);
            var caller = callers.expect();
            assertThat(caller.waiting()).isFalse();
            caller.reply("late");
            assertThat(lab.node().counters().lateReplies()).isEqualTo(1);
        }

        @Laws
        void a_failure_is_a_crash_for_the_caller_only(Lab lab) {
            var callers = lab.<Caller<String>>probe();
            var pid = deferring(lab, callers);
            var pending = pid.ask(new Ask("?"));
            var boom = new Boom("no answer");
            callers.expect().fail(boom);
            assertThat(pending.await()).isEqualTo(new Failed<>(new Exited(new Crashed(boom))));
            assertThat(pid.call(new Sync())).isEqualTo(Done.DONE);
        }

        @Laws
        void to_work_that_comes_after_the_actors_end_is_too_late_and_harms_nobody(Lab lab) {
            var callers = lab.<Caller<String>>probe();
            var pid = lab.node().spawn(server((message, self) -> callers.send(self.defer((Ask) message))));
            var pending = pid.within(LONG).ask(new Ask("?"));
            var caller = callers.expect();
            pid.kill();
            lab.gone(pid);
            assertThat(pending.await()).isEqualTo(new Failed<>(new Exited(new Killed())));
            var other = lab.puppet();
            other.call(new DoNow(_ -> caller.handTo(() -> "late")));
            assertThat(other.alive()).isTrue();
        }

        @Laws
        @Tag("#54")
        void work_handed_to_a_task_answers_with_its_result_or_its_failure(Lab lab) {
            var echo = lab.node().spawn(echo());
            var pid =
                    lab.node()
                            .spawn(
                                    server((message, self) -> {
                                        var ask = (Ask) message;
                                        self.defer(ask)
                                                .handTo(() -> {
                                                    if (ask.text().equals("bad")) {
                                                        throw new Boom("in the task");
                                                    }
                                                    return echo.call(ask) + " by task";
                                                });
                                    }));
            assertThat(pid.call(new Ask("good"))).isEqualTo("good by task");
            assertThat(failure(() -> pid.call(new Ask("bad"))))
                    .isInstanceOfSatisfying(
                            Exited.class,
                            exited ->
                                    assertThat(exited.reason())
                                            .isInstanceOfSatisfying(
                                                    Crashed.class,
                                                    crashed -> assertThat(crashed.cause()).hasMessage("in the task")));
            assertThat(pid.call(new Sync())).isEqualTo(Done.DONE);
        }

        @Laws
        void work_handed_to_a_task_ends_with_the_actor(Lab lab) {
            var never = lab.<Talk>probe();
            var pid =
                    lab.node()
                            .spawn(
                                    server((message, self) ->
                                            self.defer((Ask) message).handTo(() -> never.call(new Ask("stuck")))));
            var pending = pid.ask(new Ask("?"));
            never.expect(Ask.class);
            pid.exit(shutdown("gone"));
            assertThat(pending.await()).isEqualTo(new Failed<>(new Exited(shutdown("gone"))));
            assertThat(lab.gone(pid)).isEqualTo(shutdown("gone"));
        }

        @Laws
        void a_deferred_request_that_was_sent_has_nobody_waiting(Lab lab) {
            var callers = lab.<Caller<String>>probe();
            var pid = deferring(lab, callers);
            pid.send(new Ask("?"));
            var caller = callers.expect();
            assertThat(caller.waiting()).isFalse();
            caller.reply("to nobody");
            assertThat(lab.node().counters().lateReplies()).isZero();
        }
    }

    @Nested
    class Pendings {
        @Laws
        void give_the_same_outcome_however_often_one_waits(Lab lab) {
            var pending = lab.node().spawn(echo()).ask(new Ask("x"));
            assertThat(pending.await()).isEqualTo(new Replied<>("x"));
            assertThat(pending.await()).isEqualTo(new Replied<>("x"));
            assertThat(pending.await(millis(1))).contains(new Replied<>("x"));
            assertThat(pending.poll()).contains(new Replied<>("x"));
            assertThat(pending.get()).isEqualTo("x");
        }

        @Laws
        void stay_open_when_a_shorter_wait_is_over(Lab lab) {
            var probe = lab.<Talk>probe();
            var pending = probe.ask(new Ask("?"));
            assertThat(pending.await(millis(20))).isEmpty();
            assertThat(pending.poll()).isEmpty();
            probe.reply(probe.expect(Ask.class), "in the end");
            assertThat(pending.await()).isEqualTo(new Replied<>("in the end"));
        }

        @Laws(Laws.On.SEEDED)
        void have_their_deadline_from_the_start(Lab lab) {
            var probe = lab.<Talk>probe();
            var pending = probe.within(seconds(3)).ask(new Ask("?"));
            var before = lab.elapsed();
            lab.world().advance(seconds(2));
            assertThat(pending.await()).isInstanceOf(Failed.class);
            assertThat(lab.elapsed().minus(before)).isEqualTo(seconds(3));
        }

        @Laws
        void that_were_abandoned_take_no_answer(Lab lab) {
            var probe = lab.<Talk>probe();
            var pending = probe.ask(new Ask("?"));
            var request = probe.expect(Ask.class);
            assertThat(pending.abandon()).isTrue();
            assertThat(pending.abandon()).isFalse();
            probe.reply(request, "too late");
            assertThat(lab.node().counters().lateReplies()).isEqualTo(1);
        }

        @Laws
        void do_not_lose_an_answer_to_abandoning_afterwards(Lab lab) {
            var pending = lab.node().spawn(echo()).ask(new Ask("x"));
            pending.await();
            assertThat(pending.abandon()).isFalse();
            assertThat(pending.poll()).contains(new Replied<>("x"));
        }

        @Laws
        void as_messages_arrive_once_with_answer_or_failure(Lab lab) {
            var probe = lab.<Talk>probe();
            var echo = lab.node().spawn(echo());
            var crashing =
                    lab.node()
                            .spawn(
                                    server((_, _) -> {
                                        throw new Boom("asked");
                                    }));
            var silent = lab.<Talk>probe();
            probe.run(self -> self.ask(echo, new Ask("x"), Came::new));
            assertThat(probe.expect(Came.class).outcome()).isEqualTo(new Replied<>("x"));
            probe.run(self -> self.ask(crashing, new Ask("x"), Came::new));
            assertThat(probe.expect(Came.class).outcome())
                    .isInstanceOfSatisfying(
                            Failed.class, failed -> assertThat(failed.why()).isInstanceOf(Exited.class));
            probe.run(self -> self.ask(silent.within(millis(30)), new Ask("x"), Came::new));
            assertThat(probe.expect(Came.class).outcome())
                    .isInstanceOfSatisfying(
                            Failed.class, failed -> assertThat(failed.why()).isInstanceOf(TimedOut.class));
            probe.expectNothing(millis(20));
        }
    }

    @Nested
    class Waiting {
        @Laws
        void in_a_handler_lets_others_run(Lab lab) {
            var probe = lab.<Talk>probe();
            for (int i = 0; i < 50; i++) {
                lab.puppet().send(new Do(_ -> probe.call(new Ask("wait"))));
            }
            assertThat(lab.node().spawn(echo()).call(new Ask("through"))).isEqualTo("through");
            for (int i = 0; i < 50; i++) {
                probe.reply(probe.expect(Ask.class), "go");
            }
        }

        @Laws
        void for_an_end_is_for_any_number_of_waiters_and_times(Lab lab) {
            var pid = lab.puppet();
            var probe = lab.<ExitReason>probe();
            for (int i = 0; i < 5; i++) {
                lab.puppet().send(new Do(_ -> probe.send(pid.await())));
            }
            assertThat(pid.await(millis(20))).isEmpty();
            pid.stop(shutdown("all"));
            for (int i = 0; i < 5; i++) {
                probe.expectEqual(shutdown("all"));
            }
            assertThat(pid.await()).isEqualTo(shutdown("all"));
            assertThat(pid.await(millis(1))).contains(shutdown("all"));
        }

        @Laws(Laws.On.PRODUCTION)
        void of_an_outside_thread_ends_with_its_interrupt(Lab lab) throws InterruptedException {
            var probe = lab.<Talk>probe();
            var failure = new AtomicReference<Failure>();
            var flag = new AtomicBoolean();
            var thread =
                    Thread.ofVirtual()
                            .start(() -> {
                                failure.set(failure(() -> probe.within(LONG).call(new Ask("?"))));
                                flag.set(Thread.currentThread().isInterrupted());
                            });
            probe.expect(Ask.class);
            thread.interrupt();
            thread.join();
            assertThat(failure.get()).isEqualTo(new Interrupted());
            assertThat(flag).isTrue();
        }
    }
}
