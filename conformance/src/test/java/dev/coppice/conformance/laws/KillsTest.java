package dev.coppice.conformance.laws;

import static dev.coppice.conformance.laws.Lab.LONG;
import static dev.coppice.conformance.laws.Lab.millis;
import static dev.coppice.conformance.laws.Lab.seconds;
import static dev.coppice.conformance.laws.Talk.puppet;
import static dev.coppice.conformance.laws.Talk.server;
import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.conformance.laws.Talk.Ask;
import dev.coppice.conformance.laws.Talk.Broke;
import dev.coppice.conformance.laws.Talk.Do;
import dev.coppice.conformance.laws.Talk.DoNow;
import dev.coppice.conformance.laws.Talk.Gone;
import dev.coppice.conformance.laws.Talk.Mark;
import dev.coppice.conformance.laws.Talk.Sync;
import dev.coppice.kernel.DeadLetter;
import dev.coppice.kernel.Exit;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.ExitReason.Killed;
import dev.coppice.kernel.ExitReason.Normal;
import dev.coppice.kernel.Failure.Exited;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Outcome.Failed;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/// Law 10: a JVM thread cannot be killed, so a killed actor is fenced, interrupted, and reported when it does not leave.
@Tag("law-10")
@Tag("#65")
class KillsTest {

    @Nested
    class Idle {
        @Laws
        void ends_at_once_without_terminate(Lab lab) {
            var terminated = new AtomicBoolean();
            var pid =
                    lab.node()
                            .spawn(
                                    Server.<Talk>of(() ->
                                            new Server<>() {
                                                @Override
                                                public void handle(Talk message, Self<Talk> self) {}

                                                @Override
                                                public void terminate(ExitReason reason, Self<Talk> self) {
                                                    terminated.set(true);
                                                }
                                            }));
            pid.send(new Mark(1));
            var before = lab.elapsed();
            pid.kill();
            assertThat(lab.gone(pid)).isEqualTo(new Killed());
            lab.assertNoTimePassed(before);
            assertThat(terminated).isFalse();
        }

        @Laws
        void one_that_waits_in_the_kernel_ends_at_once(Lab lab) {
            var silent = lab.<Talk>probe();
            for (Talk.Deed waiting :
                    List.<Talk.Deed>of(
                            Self::receive, _ -> silent.within(LONG).call(new Ask("?")), _ -> silent.pid().await())) {
                var in = lab.<String>probe();
                var pid = lab.puppet();
                pid.send(
                        new Do(self -> {
                            in.send("in");
                            waiting.run(self);
                        }));
                in.expectEqual("in");
                var before = lab.elapsed();
                pid.kill();
                assertThat(lab.gone(pid)).isEqualTo(new Killed());
                lab.assertNoTimePassed(before);
            }
        }

        @Laws
        void one_in_terminate_is_ended_too(Lab lab) {
            var in = lab.<String>probe();
            var pid =
                    lab.node()
                            .spawn(
                                    Server.<Talk>of(() ->
                                            new Server<>() {
                                                @Override
                                                public void handle(Talk message, Self<Talk> self) {}

                                                @Override
                                                public void terminate(ExitReason reason, Self<Talk> self) {
                                                    in.send("terminating");
                                                    self.receive(Mark.class);
                                                }
                                            }));
            pid.stop();
            in.expectEqual("terminating");
            pid.kill();
            assertThat(lab.gone(pid)).isEqualTo(new Killed());
        }

        @Laws
        @Tag("#63")
        void peers_hear_killed_which_can_be_trapped(Lab lab) {
            var probe = lab.<Talk>probe();
            var pid = lab.puppet();
            probe.run(self -> {
                self.trapExits(Broke::new);
                self.link(pid);
            });
            pid.kill();
            assertThat(probe.expect(Broke.class).exit()).isEqualTo(new Exit(pid, new Killed()));
        }
    }

    @Nested
    @Tag("#81")
    class Busy {
        @Laws
        void is_not_gone_before_its_code_has_left(Lab lab) {
            var probe = lab.<Talk>probe();
            var gate = lab.gate();
            var pid = lab.stuckAt(gate, puppet());
            probe.run(self -> self.monitor(pid, Gone::new));
            pid.kill();
            probe.expectNothing(millis(30));
            gate.open();
            assertThat(probe.expect(Gone.class).down().reason()).isEqualTo(new Killed());
        }

        @Laws
        @Tag("#36")
        void fails_its_callers_at_once_all_the_same(Lab lab) {
            var gate = lab.gate();
            var in = lab.<String>probe();
            var pid =
                    lab.node()
                            .spawn(
                                    server((_, _) -> {
                                        in.send("in");
                                        gate.pass();
                                    }));
            var current = pid.within(LONG).ask(new Ask("current"));
            var queued = pid.within(LONG).ask(new Ask("queued"));
            in.expectEqual("in");
            var before = lab.elapsed();
            pid.kill();
            assertThat(current.await()).isEqualTo(new Failed<>(new Exited(new Killed())));
            assertThat(queued.await()).isEqualTo(new Failed<>(new Exited(new Killed())));
            lab.assertNoTimePassed(before);
            gate.open();
            lab.gone(pid);
        }

        @Laws
        @Tag("#41")
        void is_fenced(Lab lab) {
            var letters = lab.<NodeEvent.Undelivered>probe();
            lab.node().subscribe(NodeEvent.Undelivered.class, letters);
            var peer = lab.<Talk>probe();
            var gate = lab.gate();
            var went = new AtomicReference<String>("not");
            var in = lab.<String>probe();
            var pid = lab.puppet();
            pid.send(
                    new Do(_ -> {
                        in.send("in");
                        gate.pass();
                        try {
                            peer.send(new Mark(666));
                            went.set("on");
                        } catch (Exception e) {
                            went.set("on with " + e);
                        }
                    }));
            in.expectEqual("in");
            pid.kill();
            gate.open();
            assertThat(lab.gone(pid)).isEqualTo(new Killed());
            peer.expectNothing(millis(20));
            assertThat(went).hasValue("not");
            var letter = letters.expect().letter();
            assertThat(letter.reason()).isEqualTo(new DeadLetter.Reason.Fenced());
            assertThat(letter.message()).isEqualTo(new Mark(666));
            assertThat(letter.from()).contains(pid);
            assertThat(lab.node().counters().deadLetters()).containsEntry("Fenced", 1L);
        }

        @Laws(Laws.On.PRODUCTION)
        void is_interrupted(Lab lab) {
            var in = lab.<String>probe();
            var pid = lab.puppet();
            pid.send(
                    new Do(_ -> {
                        in.send("in");
                        new CountDownLatch(1).await();
                    }));
            in.expectEqual("in");
            pid.kill();
            assertThat(lab.gone(pid)).isEqualTo(new Killed());
        }

        @Laws(Laws.On.PRODUCTION)
        void leaves_no_interrupt_for_others(Lab lab) {
            var others = lab.<Boolean>probe();
            for (int i = 0; i < 50; i++) {
                var in = lab.<String>probe();
                var pid = lab.puppet();
                pid.send(
                        new Do(_ -> {
                            in.send("in");
                            new CountDownLatch(1).await();
                        }));
                in.expectEqual("in");
                pid.kill();
                lab.puppet().send(new Do(_ -> others.send(Thread.currentThread().isInterrupted())));
                others.expectEqual(false);
                lab.gone(pid);
            }
        }
    }

    @Nested
    @Tag("#81")
    class Unkillable {
        @Laws
        void is_reported_after_a_while_with_its_stack_and_whom_it_holds_up(Lab lab) {
            var node = lab.node(lab.config().unkillableAfter(millis(100)));
            var events = lab.<NodeEvent.Unkillable>probe();
            node.subscribe(NodeEvent.Unkillable.class, events);
            var gate = lab.gate();
            var in = lab.<Pid<?>>probe();
            var parent = lab.puppet();
            parent.call(
                    new DoNow(self ->
                            self.spawn(puppet().stopWithin(millis(20)))
                                    .send(
                                            new Do(it -> {
                                                in.send(it.pid());
                                                gate.pass();
                                            }))));
            var child = in.expect();
            parent.stop();
            var event = events.expect();
            assertThat(event.pid()).isEqualTo(child);
            assertThat(event.since()).isGreaterThanOrEqualTo(millis(100));
            assertThat(event.holdsUp()).isEqualTo(List.of(parent));
            assertThat(event.stack()).anyMatch(frame -> frame.getClassName().contains("Gate"));
            assertThat(node.counters().unkillable()).isEqualTo(1);
            assertThat(parent.alive()).isTrue();
            gate.open();
            assertThat(lab.gone(parent)).isEqualTo(new Normal());
            assertThat(child.alive()).isFalse();
            events.expectNothing(millis(120));
        }

        @Laws(Laws.On.PRODUCTION)
        void is_gone_on_without_when_its_recipe_says_so(Lab lab) {
            var node = lab.node(lab.config().unkillableAfter(millis(100)));
            Name<Talk> name = Name.of("abandoned");
            var gate = lab.gate();
            var stuck = lab.stuckAt(gate, puppet().named(name).abandonedWhenUnkillable());
            stuck.kill();
            assertThat(lab.gone(stuck)).isEqualTo(new Killed());
            assertThat(node.whereis(name)).isEmpty();
            var next = node.spawn(puppet().named(name));
            gate.open();
            assertThat(next.call(new Sync())).isNotNull();
            assertThat(node.counters().unkillable()).isEqualTo(1);
        }

        @Laws(Laws.On.PRODUCTION)
        void is_buried_once_also_when_it_leaves_while_it_is_being_abandoned(Lab lab) throws InterruptedException {
            lab.node(lab.config().unkillableAfter(millis(50)));
            var closes = lab.<String>probe();
            var threads = lab.<Thread>probe();
            var stuck = lab.gate();
            var closing = lab.gate();
            var pid = lab.node().spawn(puppet().pinned().abandonedWhenUnkillable());
            pid.send(
                    new Do(self -> {
                        self.own(() -> closes.send("elder"));
                        self.own(() -> {
                            closes.send("younger");
                            closing.pass();
                        });
                        threads.send(Thread.currentThread());
                        stuck.pass();
                    }));
            var its = threads.expect();
            pid.kill();
            closes.expectEqual("younger");
            stuck.open();
            assertThat(its.join(LONG)).isTrue();
            assertThat(pid.alive()).as("what it owned is not closed yet").isTrue();
            closes.expectNothing(millis(10));
            closing.open();
            assertThat(lab.gone(pid)).isEqualTo(new Killed());
            closes.expectEqual("elder");
        }

        @Laws(Laws.On.SEEDED)
        @Tag("law-17")
        void is_reported_after_five_seconds_when_nothing_else_is_said(Lab lab) {
            var events = lab.<NodeEvent.Unkillable>probe();
            lab.node().subscribe(NodeEvent.Unkillable.class, events);
            var gate = lab.gate();
            var pid = lab.stuckAt(gate, puppet());
            var before = lab.elapsed();
            pid.kill();
            events.expect();
            assertThat(lab.elapsed().minus(before)).isEqualTo(seconds(5));
            gate.open();
        }

        @Laws
        void is_not_reported_when_it_leaves_in_time(Lab lab) {
            var node = lab.node(lab.config().unkillableAfter(millis(200)));
            var events = lab.<NodeEvent.Unkillable>probe();
            node.subscribe(NodeEvent.Unkillable.class, events);
            var gate = lab.gate();
            var pid = lab.stuckAt(gate, puppet());
            pid.kill();
            gate.open();
            lab.gone(pid);
            events.expectNothing(millis(300));
            assertThat(node.counters().unkillable()).isZero();
        }
    }
}
