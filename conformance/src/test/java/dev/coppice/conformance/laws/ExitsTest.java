package dev.coppice.conformance.laws;

import static dev.coppice.conformance.laws.Lab.LONG;
import static dev.coppice.conformance.laws.Lab.millis;
import static dev.coppice.conformance.laws.Talk.crashed;
import static dev.coppice.conformance.laws.Talk.echo;
import static dev.coppice.conformance.laws.Talk.loop;
import static dev.coppice.conformance.laws.Talk.puppet;
import static dev.coppice.conformance.laws.Talk.server;
import static dev.coppice.conformance.laws.Talk.shutdown;
import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.conformance.laws.Talk.Ask;
import dev.coppice.conformance.laws.Talk.Broke;
import dev.coppice.conformance.laws.Talk.Came;
import dev.coppice.conformance.laws.Talk.Do;
import dev.coppice.conformance.laws.Talk.DoNow;
import dev.coppice.conformance.laws.Talk.Gone;
import dev.coppice.conformance.laws.Talk.Mark;
import dev.coppice.conformance.laws.Talk.Sync;
import dev.coppice.kernel.Done;
import dev.coppice.kernel.Escalation;
import dev.coppice.kernel.Exit;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.ExitReason.Crashed;
import dev.coppice.kernel.ExitReason.Killed;
import dev.coppice.kernel.ExitReason.NoProcess;
import dev.coppice.kernel.ExitReason.Normal;
import dev.coppice.kernel.ExitReason.Shutdown;
import dev.coppice.kernel.Mailbox;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.testkit.Probe;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Law 9: exits are sticky, not interrupts. The receipt table of exit signals, cell by cell.
@Tag("law-9")
@Tag("#62")
@Tag("#65")
class ExitsTest {

    /// Tells `to` an exit, as an actor that is neither its parent nor linked.
    private static void tell(Lab lab, Pid<?> to, ExitReason reason) {
        lab.puppet().call(new DoNow(_ -> to.exit(reason)));
    }

    /// An actor that ends with this reason.
    private static void end(Lab lab, Pid<Talk> pid, ExitReason reason) {
        pid.send(
                new Do(self -> {
                    switch (reason) {
                        case Crashed(Throwable cause) -> throw (RuntimeException) cause;
                        case Killed _ -> self.pid().kill();
                        default -> self.stop(reason);
                    }
                }));
        lab.gone(pid);
    }

    @Nested
    @Tag("#63")
    class Receipt {
        private static final Crashed CRASH = crashed("the peer's");

        private Pid<Talk> linkedPlain(Lab lab, Pid<Talk> peer) {
            var plain = lab.puppet();
            plain.call(new DoNow(self -> self.link(peer)));
            return plain;
        }

        private Probe<Talk> trapping(Lab lab) {
            var probe = lab.<Talk>probe();
            probe.run(self -> self.trapExits(Broke::new));
            return probe;
        }

        @Laws
        void link_exit_normal_is_ignored_by_one_that_does_not_trap(Lab lab) {
            var peer = lab.puppet();
            var plain = linkedPlain(lab, peer);
            end(lab, peer, new Normal());
            assertThat(plain.call(new Sync())).isEqualTo(Done.DONE);
            assertThat(plain.info().links()).isEmpty();
        }

        @Laws
        void link_exit_normal_is_a_message_for_one_that_traps(Lab lab) {
            var peer = lab.puppet();
            var probe = trapping(lab);
            probe.run(self -> self.link(peer));
            end(lab, peer, new Normal());
            assertThat(probe.expect(Broke.class).exit()).isEqualTo(new Exit(peer, new Normal()));
        }

        @Laws
        void link_exit_with_another_reason_ends_one_that_does_not_trap_with_it(Lab lab) {
            for (var reason : List.of(shutdown("peer"), CRASH, new Killed())) {
                var peer = lab.puppet();
                var plain = linkedPlain(lab, peer);
                end(lab, peer, reason);
                assertThat(lab.gone(plain)).isEqualTo(reason);
            }
        }

        @Laws
        void link_exit_with_another_reason_is_a_message_for_one_that_traps(Lab lab) {
            var probe = trapping(lab);
            for (var reason : List.of(shutdown("peer"), CRASH, new Killed())) {
                var peer = lab.puppet();
                probe.run(self -> self.link(peer));
                end(lab, peer, reason);
                assertThat(probe.expect(Broke.class).exit()).isEqualTo(new Exit(peer, reason));
            }
        }

        @Laws
        void link_exit_after_unlink_is_dropped_for_both(Lab lab) {
            var peer = lab.puppet();
            var plain = linkedPlain(lab, peer);
            var probe = trapping(lab);
            probe.run(self -> {
                self.link(peer);
                self.unlink(peer);
            });
            plain.call(new DoNow(self -> self.unlink(peer)));
            end(lab, peer, CRASH);
            assertThat(plain.call(new Sync())).isEqualTo(Done.DONE);
            probe.expectNothing(millis(20));
        }

        @Laws
        void explicit_normal_is_ignored_by_one_that_does_not_trap(Lab lab) {
            var plain = lab.puppet();
            tell(lab, plain, new Normal());
            plain.exit(new Normal());
            plain.call(new DoNow(self -> self.pid().exit(new Normal())));
            assertThat(plain.call(new Sync())).isEqualTo(Done.DONE);
        }

        @Laws
        void explicit_normal_is_a_message_for_one_that_traps(Lab lab) {
            var probe = trapping(lab);
            tell(lab, probe.pid(), new Normal());
            assertThat(probe.expect(Broke.class).exit().reason()).isEqualTo(new Normal());
        }

        @Laws
        void explicit_other_ends_one_that_does_not_trap_with_it(Lab lab) {
            for (var reason : List.<ExitReason>of(shutdown("told"), CRASH, new NoProcess())) {
                var plain = lab.puppet();
                tell(lab, plain, reason);
                assertThat(lab.gone(plain)).isEqualTo(reason);
            }
        }

        @Laws
        void explicit_other_is_a_message_for_one_that_traps(Lab lab) {
            var probe = trapping(lab);
            for (var reason : List.<ExitReason>of(shutdown("told"), CRASH)) {
                tell(lab, probe.pid(), reason);
                assertThat(probe.expect(Broke.class).exit().reason()).isEqualTo(reason);
            }
        }

        @Laws
        void a_kill_ends_both_as_killed(Lab lab) {
            var plain = lab.puppet();
            plain.kill();
            assertThat(lab.gone(plain)).isEqualTo(new Killed());
            var probe = trapping(lab);
            probe.pid().kill();
            assertThat(lab.gone(probe.pid())).isEqualTo(new Killed());
        }

        @Laws
        void killed_as_a_reason_that_is_told_is_no_kill(Lab lab) {
            var probe = trapping(lab);
            tell(lab, probe.pid(), new Killed());
            assertThat(probe.expect(Broke.class).exit().reason()).isEqualTo(new Killed());
        }

        @Laws
        void the_parents_exit_is_no_message(Lab lab) {
            var broken = lab.<Talk>probe();
            var parent = lab.puppet();
            parent.call(
                    new DoNow(self ->
                            self.spawn(server((message, _) -> broken.send(message)))
                                    .call(new DoNow(it -> it.trapExits(Broke::new)))));
            var child = parent.info().children().getFirst();
            parent.call(new DoNow(_ -> child.exit(shutdown("says the parent"))));
            assertThat(lab.gone(child)).isEqualTo(shutdown("says the parent"));
            broken.expectNothing(millis(20));
        }
    }

    @Nested
    class Sticky {
        @Laws
        void catching_exceptions_does_not_keep_one_alive(Lab lab) {
            var probe = lab.<String>probe();
            var pid =
                    lab.node()
                            .spawn((Self<Talk> self) -> {
                                while (true) {
                                    try {
                                        self.receive();
                                    } catch (Exception e) {
                                        probe.send("caught " + e);
                                    }
                                }
                            });
            pid.exit(shutdown("out"));
            assertThat(lab.gone(pid)).isEqualTo(shutdown("out"));
            probe.expectNothing(millis(20));
        }

        @Laws
        void catching_everything_only_postpones_it_to_the_next_operation(Lab lab) {
            var probe = lab.<String>probe();
            var pid =
                    lab.node()
                            .spawn((Self<Talk> self) -> {
                                for (int i = 0; i < 3; i++) {
                                    try {
                                        self.receive();
                                    } catch (Throwable t) {
                                        probe.send("caught " + i);
                                    }
                                }
                            });
            pid.exit(shutdown("out"));
            assertThat(lab.gone(pid)).isEqualTo(shutdown("out"));
            assertThat(lab.node().counters().unaccounted()).isZero();
        }

        @Laws
        void every_operation_of_one_told_to_exit_ends_it(Lab lab) {
            var other = lab.node().spawn(echo());
            var operations = new LinkedHashMap<String, Talk.Deed>();
            operations.put("send", _ -> other.send(new Mark(1)));
            operations.put("offer", _ -> other.offer(new Mark(1)));
            operations.put("call", _ -> other.call(new Ask("?")));
            operations.put("ask", _ -> other.ask(new Ask("?")));
            operations.put("receive", Self::receive);
            operations.put("look", self -> self.receive(Duration.ZERO));
            operations.put("select", self -> self.receive(Mark.class));
            operations.put("spawn", self -> self.spawn(puppet()));
            operations.put("link", self -> self.link(other));
            operations.put("monitor", self -> self.monitor(other, Gone::new));
            operations.put("timer", self -> self.sendAfter(Duration.ofDays(1), new Mark(1)));
            operations.put("trap", self -> self.trapExits(Broke::new));
            operations.put("await", _ -> other.await());
            operations.put("task", self -> self.task(() -> "x", Came::new));
            operations.forEach((name, operation) -> {
                var went = new AtomicReference<String>("not");
                var gate = lab.gate();
                var in = lab.<String>probe();
                var pid = lab.puppet();
                pid.send(
                        new Do(self -> {
                            in.send("in");
                            gate.pass();
                            try {
                                operation.run(self);
                                went.set("on");
                            } catch (Exception e) {
                                went.set("on with " + e);
                            }
                        }));
                in.expectEqual("in");
                pid.exit(shutdown(name));
                gate.open();
                assertThat(lab.gone(pid)).isEqualTo(shutdown(name));
                assertThat(went).as(name).hasValue("not");
            });
        }

        @Laws
        void a_body_that_uses_no_operation_ends_when_it_returns(Lab lab) {
            var gate = lab.gate();
            var probe = lab.<Talk>probe();
            var pid = lab.stuckAt(gate, server((message, _) -> probe.send(message)));
            pid.send(new Mark(1));
            pid.exit(shutdown("after you"));
            assertThat(pid.await(millis(20))).isEmpty();
            assertThat(pid.alive()).isTrue();
            gate.open();
            assertThat(lab.gone(pid)).isEqualTo(shutdown("after you"));
            probe.expectNothing(millis(20));
        }

        @Laws
        void trapping_afterwards_does_not_undo_it(Lab lab) {
            var gate = lab.gate();
            var in = lab.<String>probe();
            var pid = lab.puppet();
            pid.send(
                    new Do(self -> {
                        in.send("in");
                        gate.pass();
                        self.trapExits(Broke::new);
                    }));
            in.expectEqual("in");
            pid.exit(shutdown("too late"));
            gate.open();
            assertThat(lab.gone(pid)).isEqualTo(shutdown("too late"));
        }

        @Laws
        void an_exit_told_to_oneself_cannot_be_caught(Lab lab) {
            var went = new AtomicBoolean();
            var pid = lab.puppet();
            pid.send(
                    new Do(self -> {
                        try {
                            self.pid().exit(shutdown("self"));
                            self.receive(Duration.ZERO);
                            went.set(true);
                        } catch (Exception e) {
                            went.set(true);
                        }
                    }));
            assertThat(lab.gone(pid)).isEqualTo(shutdown("self"));
            assertThat(went).isFalse();
        }

        @Laws
        void a_loop_that_returns_without_having_looked_ends_with_it_too(Lab lab) {
            var probe = lab.<String>probe();
            var gate = lab.gate();
            var broken = crashed("partner");
            var pid =
                    lab.node()
                            .spawn((Self<Talk> _) -> {
                                probe.send("in");
                                gate.pass();
                            });
            var linked = lab.puppet();
            linked.call(new DoNow(self -> self.link(pid)));
            probe.expectEqual("in");
            pid.exit(broken);
            gate.open();
            assertThat(lab.gone(pid)).isEqualTo(broken);
            assertThat(lab.gone(linked)).as("what it is linked to is told").isEqualTo(broken);
        }

        @Laws
        void a_stop_of_oneself_does_not_return(Lab lab) {
            var went = new AtomicBoolean();
            for (var actor : List.of(puppet(), loop((_, _) -> {}))) {
                var pid = lab.node().spawn(actor);
                pid.send(
                        new Do(self -> {
                            try {
                                self.stop(shutdown("enough"));
                                went.set(true);
                            } catch (Exception e) {
                                went.set(true);
                            }
                        }));
                assertThat(lab.gone(pid)).isEqualTo(shutdown("enough"));
            }
            assertThat(went).isFalse();
        }
    }

    @Nested
    class Waits {
        /// An actor that waits in this way, when an exit comes.
        private void ends(Lab lab, Talk.Deed waiting) {
            var in = lab.<String>probe();
            var pid = lab.puppet();
            pid.send(
                    new Do(self -> {
                        in.send("in");
                        waiting.run(self);
                        in.send("came back");
                    }));
            in.expectEqual("in");
            pid.await(millis(10));
            var before = lab.elapsed();
            pid.exit(shutdown("wake up"));
            assertThat(lab.gone(pid)).isEqualTo(shutdown("wake up"));
            lab.assertNoTimePassed(before);
            in.expectNothing(millis(10));
        }

        @Laws
        void in_receive_end_at_once(Lab lab) {
            ends(lab, Self::receive);
            ends(lab, self -> self.receive(Mark.class));
            ends(lab, self -> self.receive(LONG));
        }

        @Laws
        void in_call_and_ask_end_at_once(Lab lab) {
            var silent = lab.<Talk>probe();
            ends(lab, _ -> silent.within(LONG).call(new Ask("?")));
            ends(lab, _ -> silent.within(LONG).ask(new Ask("?")).await());
        }

        @Laws
        void for_an_end_end_at_once(Lab lab) {
            var other = lab.puppet();
            ends(lab, _ -> other.await());
            ends(lab, _ -> other.await(LONG));
        }

        @Laws
        void for_a_start_end_at_once(Lab lab) {
            ends(
                    lab,
                    self ->
                            self.spawn(
                                    Server.<Talk>of(() ->
                                            new Server<>() {
                                                @Override
                                                public void init(Self<Talk> it) {
                                                    it.receive(Mark.class);
                                                }

                                                @Override
                                                public void handle(Talk message, Self<Talk> it) {}
                                            })));
        }

        @Laws
        @Tag("#22")
        void for_room_end_at_once(Lab lab) {
            var gate = lab.gate();
            var full = lab.stuckAt(gate, puppet().mailbox(Mailbox.blocking(1).patience(LONG)));
            full.send(new Mark(1));
            ends(lab, _ -> full.send(new Mark(2)));
            gate.open();
        }
    }

    @Nested
    class Interrupts {
        @Laws(Laws.On.PRODUCTION)
        void do_not_come_from_exits(Lab lab) {
            var flag = new AtomicReference<Boolean>();
            var gate = lab.gate();
            var in = lab.<String>probe();
            var pid = lab.puppet();
            pid.send(
                    new Do(_ -> {
                        in.send("in");
                        gate.pass();
                        flag.set(Thread.currentThread().isInterrupted());
                    }));
            in.expectEqual("in");
            pid.exit(shutdown("gently"));
            gate.open();
            lab.gone(pid);
            assertThat(flag).hasValue(false);
        }

        @Laws(Laws.On.PRODUCTION)
        void come_when_an_exit_is_still_pending_after_the_stop_deadline(Lab lab) {
            var interrupted = new AtomicBoolean();
            var in = lab.<String>probe();
            var pid = lab.node().spawn(puppet().stopWithin(millis(100)));
            pid.send(
                    new Do(_ -> {
                        in.send("in");
                        try {
                            new CountDownLatch(1).await();
                        } catch (InterruptedException e) {
                            interrupted.set(true);
                        }
                    }));
            in.expectEqual("in");
            pid.exit(shutdown("politely"));
            assertThat(lab.gone(pid)).isEqualTo(shutdown("politely"));
            assertThat(interrupted).isTrue();
        }

        @Laws(Laws.On.PRODUCTION)
        void come_with_the_kill_that_follows_a_stop_in_vain(Lab lab) {
            var interrupted = new AtomicBoolean();
            var in = lab.<String>probe();
            var parent = lab.puppet();
            parent.call(
                    new DoNow(self ->
                            self.spawn(puppet().stopWithin(millis(100)))
                                    .send(
                                            new Do(_ -> {
                                                in.send("in");
                                                try {
                                                    new CountDownLatch(1).await();
                                                } catch (InterruptedException e) {
                                                    interrupted.set(true);
                                                }
                                            }))));
            in.expectEqual("in");
            parent.stop();
            assertThat(lab.gone(parent)).isEqualTo(new Normal());
            assertThat(interrupted).isTrue();
        }

        @Laws
        void that_a_handler_left_behind_do_not_reach_the_next(Lab lab) {
            var probe = lab.<Boolean>probe();
            var pid = lab.puppet();
            for (int i = 0; i < 20; i++) {
                pid.send(
                        new Do(_ -> {
                            probe.send(Thread.currentThread().isInterrupted());
                            Thread.currentThread().interrupt();
                        }));
                lab.puppet().send(new Do(_ -> probe.send(Thread.currentThread().isInterrupted())));
            }
            for (int i = 0; i < 40; i++) {
                probe.expectEqual(false);
            }
        }

        @Laws
        void of_foreign_code_do_not_end_the_kernels_waits(Lab lab) {
            var probe = lab.<Talk>probe();
            var answers = lab.<String>probe();
            lab.puppet()
                    .send(
                            new Do(_ -> {
                                Thread.currentThread().interrupt();
                                answers.send(probe.within(LONG).call(new Ask("?")));
                            }));
            probe.reply(probe.expect(Ask.class), "answered");
            answers.expectEqual("answered");
        }
    }

    @Nested
    class Overridden {
        @Laws
        void a_kill_overrides_a_pending_exit(Lab lab) {
            var gate = lab.gate();
            var pid = lab.stuckAt(gate, puppet());
            pid.exit(shutdown("first"));
            pid.kill();
            gate.open();
            assertThat(lab.gone(pid)).isEqualTo(new Killed());
        }

        @Laws
        void a_kill_overrides_a_stop_that_drains(Lab lab) {
            var gate = lab.gate();
            var probe = lab.<Talk>probe();
            var pid = lab.stuckAt(gate, server((message, _) -> probe.send(message)));
            pid.send(new Mark(1));
            pid.stop();
            pid.kill();
            gate.open();
            assertThat(lab.gone(pid)).isEqualTo(new Killed());
            probe.expectNothing(millis(20));
        }

        @Laws
        void an_exit_overrides_a_stop_that_drains(Lab lab) {
            var gate = lab.gate();
            var probe = lab.<Talk>probe();
            var pid = lab.stuckAt(gate, server((message, _) -> probe.send(message)));
            pid.send(new Mark(1));
            pid.stop();
            pid.exit(shutdown("faster"));
            gate.open();
            assertThat(lab.gone(pid)).isEqualTo(shutdown("faster"));
            probe.expectNothing(millis(20));
        }
    }

    @Nested
    class Reasons {
        @Test
        void are_clean_when_normal_or_a_shutdown() {
            assertThat(List.of(new Normal(), new Shutdown(), shutdown("x"))).allMatch(ExitReason::clean);
            assertThat(List.of(new Killed(), new NoProcess(), new ExitReason.NoConnection(), CRASHED))
                    .noneMatch(ExitReason::clean);
        }

        @Test
        void escalate_when_the_cause_says_so() {
            assertThat(new Crashed(new Escalation("no cure")).escalates()).isTrue();
            assertThat(CRASHED.escalates()).isFalse();
            assertThat(new Killed().escalates()).isFalse();
        }

        private static final Crashed CRASHED = crashed("x");
    }
}
