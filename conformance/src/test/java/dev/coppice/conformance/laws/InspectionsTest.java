package dev.coppice.conformance.laws;

import static dev.coppice.conformance.laws.Lab.LONG;
import static dev.coppice.conformance.laws.Lab.millis;
import static dev.coppice.conformance.laws.Talk.server;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.coppice.conformance.laws.Talk.Ask;
import dev.coppice.conformance.laws.Talk.Boom;
import dev.coppice.conformance.laws.Talk.Broke;
import dev.coppice.conformance.laws.Talk.Do;
import dev.coppice.conformance.laws.Talk.DoNow;
import dev.coppice.conformance.laws.Talk.Mark;
import dev.coppice.conformance.laws.Talk.Note;
import dev.coppice.conformance.laws.Talk.Sync;
import dev.coppice.kernel.Actor;
import dev.coppice.kernel.ActorInfo.Status;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Mailbox;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.kernel.spi.Inspection;
import dev.coppice.kernel.spi.Inspection.Insides;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/// What a tool does to an actor between two of its messages.
@Tag("#17")
@Tag("#103")
class InspectionsTest {

    private static <R> R inspect(Pid<?> pid, Inspection<R> inspection) {
        return Inspection.of(pid, LONG, inspection);
    }

    private static void suspend(Pid<?> pid) {
        inspect(
                pid,
                insides -> {
                    insides.suspend();
                    return true;
                });
    }

    private static void resume(Pid<?> pid) {
        inspect(
                pid,
                insides -> {
                    insides.resume();
                    return true;
                });
    }

    @Nested
    class An_inspection {
        @Laws
        void comes_after_what_was_sent_before_and_before_what_is_sent_after(Lab lab) {
            var seen = lab.<String>probe();
            var pid = lab.node().spawn(server((message, _) -> seen.send(message.toString())));
            pid.send(new Mark(1));
            int received =
                    inspect(
                            pid,
                            insides -> {
                                seen.send("inspected");
                                return insides.received();
                            });
            pid.send(new Mark(2));
            seen.expectEqual(new Mark(1).toString());
            seen.expectEqual("inspected");
            seen.expectEqual(new Mark(2).toString());
            assertThat(received).isEqualTo(1);
        }

        @Laws
        void of_a_server_waits_for_the_end_of_the_handler_even_when_that_receives(Lab lab) {
            var seen = lab.<String>probe();
            var pid = lab.puppet();
            pid.send(
                    new Do(self -> {
                        seen.send("in");
                        self.receive(Note.class);
                        seen.send("out");
                    }));
            seen.expectEqual("in");
            var other =
                    lab.node()
                            .spawn((Self<Talk> _) -> {
                                inspect(pid, _ -> true);
                                seen.send("inspected");
                            });
            seen.expectNothing(millis(5));
            pid.send(new Note("go on"));
            seen.expectEqual("out");
            seen.expectEqual("inspected");
            lab.gone(other);
        }

        @Laws
        void of_a_loop_is_done_while_it_receives_and_sees_no_server(Lab lab) {
            var loop = lab.node().spawn((Self<Talk> self) -> self.receive(Note.class));
            loop.send(new Mark(1));
            assertThat(inspect(loop, Insides::isServer)).isFalse();
            assertThatThrownBy(() -> inspect(loop, Insides::server)).hasStackTraceContaining("is a loop");
            loop.send(new Note("end"));
            assertThat(lab.gone(loop)).isEqualTo(new ExitReason.Normal());
        }

        @Laws
        void that_throws_fails_who_asked_and_not_the_actor(Lab lab) {
            var pid = lab.puppet();
            assertThatThrownBy(() ->
                            inspect(
                                    pid,
                                    _ -> {
                                        throw new Boom("wrong");
                                    }))
                    .hasRootCauseMessage("wrong");
            pid.call(new Sync());
        }

        @Laws
        void of_one_that_is_dead_or_dies_first_fails_with_its_reason(Lab lab) {
            var dead = lab.puppet();
            dead.kill();
            lab.gone(dead);
            assertThat(Lab.failure(() -> inspect(dead, _ -> true)))
                    .isEqualTo(new Failure.Exited(new ExitReason.NoProcess()));
            var dying = lab.puppet();
            dying.send(
                    new Do(self -> {
                        self.receive(Note.class);
                        self.stop(Talk.shutdown("bye"));
                    }));
            var failure = lab.<Failure>probe();
            var asker = lab.node().spawn((Self<Talk> _) -> failure.send(Lab.failure(() -> inspect(dying, _ -> true))));
            failure.expectNothing(millis(5));
            dying.send(new Note("go"));
            failure.expectEqual(new Failure.Exited(Talk.shutdown("bye")));
            lab.gone(asker);
        }

        @Laws
        void that_is_given_up_is_not_done(Lab lab) {
            var pid = lab.puppet();
            var seen = lab.<String>probe();
            pid.send(new Do(self -> self.receive(Note.class)));
            assertThat(
                            Lab.failure(() ->
                                    Inspection.of(
                                            pid,
                                            millis(20),
                                            _ -> {
                                                seen.send("done");
                                                return true;
                                            })))
                    .isInstanceOf(Failure.TimedOut.class);
            pid.send(new Note("go on"));
            pid.call(new Sync());
            seen.expectNothing(millis(5));
        }

        @Laws
        void of_oneself_is_an_error_and_of_ones_caller_a_cycle(Lab lab) {
            var pid = lab.puppet();
            assertThatThrownBy(() -> pid.call(new DoNow(self -> inspect(self.pid(), _ -> true))))
                    .hasStackTraceContaining("would wait for its own inspection");
            var caller = lab.puppet();
            var callee = lab.puppet();
            assertThatThrownBy(
                            () -> caller.call(new DoNow(_ -> callee.call(new DoNow(_ -> inspect(caller, _ -> true))))))
                    .hasStackTraceContaining("call cycle: ");
        }

        @Laws
        @Tag("#18")
        void may_replace_a_server_which_keeps_pid_and_mailbox(Lab lab) {
            var pid = lab.node().spawn(Talk.echo());
            assertThat(pid.call(new Ask("old"))).isEqualTo("old");
            inspect(
                    pid,
                    insides -> {
                        assertThat(insides.server()).isInstanceOf(Server.class);
                        Server<Talk> next =
                                (message, self) -> {
                                    if (message instanceof Ask ask) {
                                        self.reply(ask, "new " + ask.text());
                                    }
                                };
                        insides.replace(next);
                        return true;
                    });
            assertThat(pid.call(new Ask("one"))).isEqualTo("new one");
        }

        @Laws
        void is_neither_counted_nor_bounded(Lab lab) {
            var gate = lab.gate();
            var pid = lab.stuckAt(gate, Talk.puppet().mailbox(Mailbox.rejecting(1)));
            pid.send(new Sync());
            var answered = lab.<Boolean>probe();
            var asker = lab.node().spawn((Self<Talk> _) -> answered.send(inspect(pid, _ -> true)));
            answered.expectNothing(millis(5));
            gate.open();
            answered.expectEqual(true);
            lab.gone(asker);
            assertThat(lab.node().counters().deadLettered()).isZero();
        }
    }

    @Nested
    class A_suspended_actor {
        private Actor<Talk> noting(dev.coppice.testkit.Probe<Talk> seen, boolean loop) {
            return loop ? Talk.loop((message, _) -> seen.send(message)) : server((message, _) -> seen.send(message));
        }

        private void receives_when_it_is_resumed(Lab lab, boolean loop) {
            var seen = lab.<Talk>probe();
            var pid = lab.node().spawn(noting(seen, loop));
            pid.send(new Mark(0));
            suspend(pid);
            seen.expectEqual(new Mark(0));
            pid.send(new Mark(1));
            pid.send(new Mark(2));
            seen.expectNothing(millis(5));
            assertThat(pid.info().status()).isEqualTo(Status.SUSPENDED);
            assertThat(inspect(pid, Insides::suspended)).isTrue();
            assertThat(inspect(pid, Insides::received)).isEqualTo(1);
            suspend(pid);
            pid.send(new Mark(3));
            resume(pid);
            seen.expectEqual(new Mark(1));
            seen.expectEqual(new Mark(2));
            seen.expectEqual(new Mark(3));
            assertThat(inspect(pid, Insides::suspended)).isFalse();
            suspend(pid);
            pid.send(new Mark(4));
            resume(pid);
            seen.expectEqual(new Mark(4));
            resume(pid);
            pid.call(new Sync());
        }

        @Laws
        void receives_when_it_is_resumed_in_order(Lab lab) {
            receives_when_it_is_resumed(lab, false);
        }

        @Laws
        void may_be_a_loop(Lab lab) {
            receives_when_it_is_resumed(lab, true);
        }

        @Laws
        void keeps_timers_and_notices_for_later(Lab lab) {
            var seen = lab.<Talk>probe();
            var pid = lab.node().spawn(noting(seen, false));
            var inside = new AtomicReference<Self<Talk>>();
            pid.call(new DoNow(inside::set));
            inspect(
                    pid,
                    insides -> {
                        insides.suspend();
                        inside.get().sendAfter(millis(1), new Mark(7)); // rings when it is suspended already
                        return true;
                    });
            seen.expectNothing(millis(5));
            resume(pid);
            seen.expectEqual(new Mark(7));
        }

        @Laws
        void ends_by_exits_kills_and_stops(Lab lab) {
            var told = lab.puppet();
            suspend(told);
            told.exit(Talk.shutdown("exit"));
            assertThat(lab.gone(told)).isEqualTo(Talk.shutdown("exit"));
            var killed = lab.puppet();
            suspend(killed);
            killed.kill();
            assertThat(lab.gone(killed)).isEqualTo(new ExitReason.Killed());
            var stopped = lab.puppet();
            suspend(stopped);
            stopped.send(new Mark(1));
            stopped.stop(Talk.shutdown("stop"));
            assertThat(lab.gone(stopped)).isEqualTo(Talk.shutdown("stop"));
        }

        @Laws
        void that_traps_exits_hears_of_them_later(Lab lab) {
            var seen = lab.<Talk>probe();
            var pid = lab.node().spawn(noting(seen, false));
            var peer = lab.puppet();
            pid.call(
                    new DoNow(self -> {
                        self.trapExits(Broke::new);
                        self.link(peer);
                    }));
            suspend(pid);
            peer.kill();
            lab.gone(peer);
            seen.expectNothing(millis(5));
            resume(pid);
            assertThat(seen.expect(Broke.class).exit().from()).isEqualTo(peer);
        }

        @Laws
        void fails_its_callers_when_it_ends(Lab lab) {
            var pid = lab.node().spawn(Talk.echo());
            suspend(pid);
            var pending = List.of(pid.ask(new Ask("1")), pid.ask(new Ask("2")));
            pid.kill();
            pending.forEach(
                    each -> assertThat(Lab.failure(each::get)).isEqualTo(new Failure.Exited(new ExitReason.Killed())));
        }
    }
}
