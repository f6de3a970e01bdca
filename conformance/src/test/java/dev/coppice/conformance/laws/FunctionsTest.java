package dev.coppice.conformance.laws;

import static dev.coppice.conformance.laws.Lab.LONG;
import static dev.coppice.conformance.laws.Lab.failure;
import static dev.coppice.conformance.laws.Talk.echo;
import static dev.coppice.conformance.laws.Talk.server;
import static dev.coppice.conformance.laws.Talk.shutdown;
import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.conformance.laws.Talk.Ask;
import dev.coppice.conformance.laws.Talk.Boom;
import dev.coppice.conformance.laws.Talk.Do;
import dev.coppice.conformance.laws.Talk.DoNow;
import dev.coppice.conformance.laws.Talk.Gone;
import dev.coppice.conformance.laws.Talk.Mark;
import dev.coppice.conformance.laws.Talk.Note;
import dev.coppice.conformance.laws.Talk.Sync;
import dev.coppice.kernel.Done;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.ExitReason.Crashed;
import dev.coppice.kernel.Failure.Exited;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/// Laws 14 and 15: functions into the protocol, wraps and patterns are user code that runs in the receiver, when it receives, under no
/// lock.
@Tag("law-14")
@Tag("law-15")
class FunctionsTest {
    record Wrapped(Talk inner) {}

    @Nested
    class Wraps {
        @Laws
        void run_in_the_receiver_when_it_receives(Lab lab) {
            var probe = lab.<Wrapped>probe();
            var ran = new AtomicReference<Pid<Wrapped>>();
            var self = probe.get(it -> it);
            Ref<Talk> door =
                    probe.via(message -> {
                        // Confined to its own actor: anywhere else this throws.
                        self.sendAfter(Duration.ofDays(1), new Wrapped(message)).cancel();
                        ran.set(self.pid());
                        return new Wrapped(message);
                    });
            var gate = lab.gate();
            var pid = lab.puppet();
            lab.stick(gate, pid);
            Ref<Talk> late =
                    pid.via(message -> {
                        ran.set(null);
                        return message;
                    });
            late.send(new Mark(0));
            door.send(new Mark(1));
            probe.expectEqual(new Wrapped(new Mark(1)));
            assertThat(ran).as("the stuck one has not received yet").hasValue(probe.pid());
            gate.open();
            pid.call(new Sync());
            assertThat(ran).hasNullValue();
        }

        @Laws
        @Tag("#46")
        void that_throw_crash_the_receiver_and_not_the_sender(Lab lab) {
            var boom = new Boom("wrap");
            var pid = lab.puppet();
            Ref<Talk> door =
                    pid.via(_ -> {
                        throw boom;
                    });
            var sender = lab.puppet();
            sender.call(new DoNow(_ -> door.send(new Mark(1))));
            assertThat(lab.gone(pid)).isEqualTo(new Crashed(boom));
            assertThat(sender.call(new Sync())).isEqualTo(Done.DONE);
            assertThat(lab.node().counters().unaccounted()).isZero();
        }

        @Laws
        void that_throw_fail_the_request_with_the_receivers_crash(Lab lab) {
            var boom = new Boom("wrap");
            Ref<Talk> door =
                    lab.puppet()
                            .via(_ -> {
                                throw boom;
                            });
            assertThat(failure(() -> door.call(new Ask("?")))).isEqualTo(new Exited(new Crashed(boom)));
        }

        @Laws
        void keep_the_order_of_their_door(Lab lab) {
            var probe = lab.<Wrapped>probe();
            Ref<Talk> door = probe.via(Wrapped::new);
            for (int i = 0; i < 20; i++) {
                door.send(new Mark(2 * i));
                probe.send(new Wrapped(new Mark(2 * i + 1)));
            }
            for (int i = 0; i < 40; i++) {
                probe.expectEqual(new Wrapped(new Mark(i)));
            }
        }
    }

    @Nested
    class IntoMessages {
        /// That a function which throws crashes the actor `pid` and nobody else.
        private void crashes(Lab lab, Pid<Talk> pid, Boom boom, Pid<Talk> innocent) {
            assertThat(lab.gone(pid)).isEqualTo(new Crashed(boom));
            assertThat(innocent.call(new Sync())).isEqualTo(Done.DONE);
        }

        @Laws
        @Tag("#64")
        void of_a_monitor_run_in_the_watcher(Lab lab) {
            var boom = new Boom("monitor");
            var pid = lab.puppet();
            var dying = lab.puppet();
            var innocent = lab.puppet();
            innocent.call(new DoNow(self -> self.monitor(dying, Gone::new)));
            pid.call(
                    new DoNow(self ->
                            self.monitor(
                                    dying,
                                    _ -> {
                                        throw boom;
                                    })));
            dying.stop(shutdown("quietly"));
            assertThat(lab.gone(dying)).isEqualTo(shutdown("quietly"));
            crashes(lab, pid, boom, innocent);
        }

        @Laws
        @Tag("#63")
        void of_trapped_exits_run_in_the_trapper(Lab lab) {
            var boom = new Boom("trap");
            var pid = lab.puppet();
            var dying = lab.puppet();
            pid.call(
                    new DoNow(self -> {
                        self.trapExits(_ -> {
                            throw boom;
                        });
                        self.link(dying);
                    }));
            dying.stop(shutdown("quietly"));
            assertThat(lab.gone(dying)).isEqualTo(shutdown("quietly"));
            crashes(lab, pid, boom, lab.puppet());
        }

        @Laws
        @Tag("#35")
        void of_an_ask_run_in_the_asker(Lab lab) {
            var boom = new Boom("ask");
            var pid = lab.puppet();
            var echo = lab.node().spawn(echo());
            pid.call(
                    new DoNow(self ->
                            self.ask(
                                    echo,
                                    new Ask("?"),
                                    _ -> {
                                        throw boom;
                                    })));
            crashes(lab, pid, boom, echo);
        }

        @Laws
        @Tag("#54")
        void of_a_task_run_in_its_owner(Lab lab) {
            var boom = new Boom("task");
            var pid = lab.puppet();
            pid.call(
                    new DoNow(self ->
                            self.task(
                                    () -> "done",
                                    _ -> {
                                        throw boom;
                                    })));
            crashes(lab, pid, boom, lab.puppet());
        }

        @Laws
        void may_use_the_kernel(Lab lab) {
            var probe = lab.<String>probe();
            var echo = lab.node().spawn(echo());
            var dying = lab.puppet();
            var pid = lab.node().spawn(server((message, _) -> probe.send(((Note) message).text())));
            pid.call(
                    new DoNow(self ->
                            self.monitor(
                                    dying,
                                    down -> {
                                        self.monitor(echo, Gone::new).cancel();
                                        self.link(echo);
                                        self.unlink(echo);
                                        return new Note(
                                                echo.call(new Ask("from within")) + " " + self.pid().equals(pid));
                                    })));
            dying.kill();
            probe.expectEqual("from within true");
        }

        @Laws
        void do_not_run_while_the_receiver_is_busy(Lab lab) {
            var ran = new AtomicBoolean();
            var gate = lab.gate();
            var pid = lab.puppet();
            var dying = lab.puppet();
            pid.call(
                    new DoNow(self ->
                            self.monitor(
                                    dying,
                                    down -> {
                                        ran.set(true);
                                        return new Gone(down);
                                    })));
            lab.stick(gate, pid);
            dying.kill();
            lab.gone(dying);
            assertThat(ran).isFalse();
            gate.open();
            // Who waits for an exit may hear of it before a watcher does: the notice comes between two of these.
            for (int i = 0; i < 100_000 && !ran.get(); i++) {
                pid.call(new Sync());
            }
            assertThat(ran).isTrue();
        }
    }

    @Nested
    class Nothing {
        private static Ref<Talk> forgetful(Ref<Talk> to) {
            return to.via(_ -> null);
        }

        @Laws
        void made_by_a_wrap_crashes_the_receiver_and_loses_no_message(Lab lab) {
            for (var recipe : List.of(echo(), Talk.loop((_, _) -> {}))) {
                var pid = lab.node().spawn(recipe);
                forgetful(pid).send(new Mark(1));
                assertThat(lab.gone(pid))
                        .isInstanceOfSatisfying(
                                Crashed.class,
                                crashed ->
                                        assertThat(crashed.cause())
                                                .isInstanceOf(NullPointerException.class)
                                                .hasMessageContaining("via")
                                                .hasMessageContaining("Mark"));
                assertThat(lab.node().counters().unaccounted()).isZero();
            }
        }

        @Laws
        void made_of_a_request_fails_it_at_once(Lab lab) {
            var before = lab.elapsed();
            for (var recipe : List.of(echo(), Talk.loop((_, _) -> {}))) {
                var pid = lab.node().spawn(recipe);
                assertThat(failure(() -> forgetful(pid).within(LONG).call(new Ask("?"))))
                        .isInstanceOfSatisfying(
                                Exited.class, exited -> assertThat(exited.reason()).isInstanceOf(Crashed.class));
            }
            lab.assertNoTimePassed(before);
        }
    }

    @Nested
    class Terminate {
        @Laws
        void after_a_wrap_that_threw_may_answer_what_was_deferred(Lab lab) {
            var boom = new Boom("wrap");
            var times = new AtomicInteger();
            var pid =
                    lab.node()
                            .spawn(
                                    Server.<Talk>of(() ->
                                            new Server<Talk>() {
                                                private Ask deferred = new Ask("none");

                                                @Override
                                                public void handle(Talk message, Self<Talk> self) {
                                                    deferred = (Ask) message;
                                                    self.defer(deferred);
                                                }

                                                @Override
                                                public void terminate(ExitReason reason, Self<Talk> self) {
                                                    self.reply(deferred, "at the end");
                                                }
                                            }));
            var pending = pid.within(LONG).ask(new Ask("?"));
            Ref<Talk> broken =
                    pid.via(_ -> {
                        times.incrementAndGet();
                        throw boom;
                    });
            broken.send(new Mark(1));
            assertThat(pending.await()).isEqualTo(new Outcome.Replied<>("at the end"));
            assertThat(lab.gone(pid)).isEqualTo(new Crashed(boom));
            assertThat(times).hasValue(1);
        }
    }

    @Nested
    @Tag("#47")
    class Patterns {
        @Laws
        void that_throw_crash_the_receiver_and_lose_no_message(Lab lab) {
            var boom = new Boom("pattern");
            var pid =
                    lab.node()
                            .spawn((Self<Talk> self) -> {
                                self.<Talk>receive(_ -> {
                                    throw boom;
                                });
                            });
            pid.send(new Mark(1));
            assertThat(lab.gone(pid)).isEqualTo(new Crashed(boom));
            assertThat(lab.node().counters().unaccounted()).isZero();
        }

        @Laws
        void that_throw_can_be_caught_and_the_message_is_still_there(Lab lab) {
            var probe = lab.<Talk>probe();
            var pid =
                    lab.node()
                            .spawn((Self<Talk> self) -> {
                                try {
                                    self.<Talk>receive(_ -> {
                                        throw new Boom("pattern");
                                    });
                                } catch (Boom e) {
                                    probe.send(self.receive());
                                }
                            });
            pid.send(new Mark(1));
            probe.expectEqual(new Mark(1));
            lab.gone(pid);
            assertThat(lab.node().counters().unaccounted()).isZero();
        }
    }

    @Nested
    class Locks {
        @Laws
        @Tag("#98")
        void user_code_that_is_stuck_holds_up_nobody(Lab lab) {
            var gate = lab.gate();
            var echo = lab.node().spawn(echo());
            var in = lab.<String>probe();
            var dying = lab.puppet();
            // Stuck in a function of a monitor, in init, and in a handler.
            var inFunction = lab.puppet();
            inFunction.call(
                    new DoNow(self ->
                            self.monitor(
                                    dying,
                                    down -> {
                                        in.send("function");
                                        gate.pass();
                                        return new Gone(down);
                                    })));
            dying.kill();
            lab.puppet()
                    .send(
                            new Do(self ->
                                    self.spawn(
                                            Server.<Talk>of(() ->
                                                    new Server<>() {
                                                        @Override
                                                        public void init(Self<Talk> it) {
                                                            in.send("init");
                                                            gate.pass();
                                                        }

                                                        @Override
                                                        public void handle(Talk message, Self<Talk> it) {}
                                                    }))));
            in.expect();
            in.expect();
            var free = lab.puppet();
            free.call(
                    new DoNow(self -> {
                        self.link(inFunction);
                        self.monitor(inFunction, Gone::new).cancel();
                        self.unlink(inFunction);
                        inFunction.send(new Mark(1));
                    }));
            assertThat(echo.call(new Ask("free"))).isEqualTo("free");
            assertThat(inFunction.info().queued()).isPositive();
            assertThat(lab.node().tree()).contains(inFunction.info().label());
            gate.open();
        }
    }
}
