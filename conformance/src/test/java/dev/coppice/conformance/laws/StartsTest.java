package dev.coppice.conformance.laws;

import static dev.coppice.conformance.laws.Lab.LONG;
import static dev.coppice.conformance.laws.Lab.millis;
import static dev.coppice.conformance.laws.Lab.seconds;
import static dev.coppice.conformance.laws.Talk.echo;
import static dev.coppice.conformance.laws.Talk.puppet;
import static dev.coppice.conformance.laws.Talk.shutdown;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.coppice.conformance.laws.Talk.Ask;
import dev.coppice.conformance.laws.Talk.Boom;
import dev.coppice.conformance.laws.Talk.Broke;
import dev.coppice.conformance.laws.Talk.Do;
import dev.coppice.conformance.laws.Talk.DoNow;
import dev.coppice.conformance.laws.Talk.Mark;
import dev.coppice.conformance.laws.Talk.Sync;
import dev.coppice.kernel.Actor;
import dev.coppice.kernel.ActorInfo;
import dev.coppice.kernel.Done;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.ExitReason.Crashed;
import dev.coppice.kernel.ExitReason.Normal;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Loop;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Recipe;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.kernel.StartFailed;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/// Law 6: a start is synchronous and all-or-nothing.
@Tag("law-6")
@Tag("#3")
class StartsTest {
    private static final Name<Talk> NAME = Name.of("starter");

    private static Recipe<Talk> withInit(Talk.Deed init) {
        return Server.of(() ->
                new Server<>() {
                    @Override
                    public void init(Self<Talk> self) throws Exception {
                        init.run(self);
                    }

                    @Override
                    public void handle(Talk message, Self<Talk> self) {
                        if (message instanceof Sync sync) {
                            self.done(sync);
                        }
                    }
                });
    }

    private static ExitReason refusal(Lab lab, Actor<?> actor) {
        return catchThrowableOfType(StartFailed.class, () -> lab.node().spawn(actor)).reason();
    }

    @Nested
    @Tag("#9")
    class Success {
        @Laws
        void init_has_run_when_the_start_returns(Lab lab) {
            var ran = new AtomicBoolean();
            lab.node()
                    .spawn(
                            withInit(self -> {
                                self.receive(Duration.ofMillis(10));
                                ran.set(true);
                            }));
            assertThat(ran).isTrue();
        }

        @Laws
        @Tag("#83")
        void the_name_is_held_before_init_runs_and_when_the_start_returns(Lab lab) {
            var inInit = new AtomicReference<Optional<Pid<Talk>>>();
            var pid = lab.node().spawn(withInit(self -> inInit.set(self.node().whereis(NAME))).named(NAME));
            assertThat(inInit.get()).contains(pid);
            assertThat(lab.node().whereis(NAME)).contains(pid);
        }

        @Laws
        void messages_sent_during_init_are_handled_after_it(Lab lab) {
            var probe = lab.<String>probe();
            lab.node()
                    .spawn(
                            Server.<Talk>of(() ->
                                    new Server<>() {
                                        @Override
                                        public void init(Self<Talk> self) {
                                            self.pid().send(new Mark(1));
                                            probe.send("init");
                                        }

                                        @Override
                                        public void handle(Talk message, Self<Talk> self) {
                                            probe.send("handled");
                                        }
                                    }));
            probe.expectEqual("init");
            probe.expectEqual("handled");
        }

        @Laws
        @Tag("#4")
        void a_recipe_makes_a_clean_instance_for_each_start(Lab lab) {
            var recipe =
                    Server.<Talk>of(() ->
                            new Server<>() {
                                private int asked;

                                @Override
                                public void handle(Talk message, Self<Talk> self) {
                                    self.reply((Ask) message, String.valueOf(++asked));
                                }
                            });
            var one = lab.node().spawn(recipe);
            one.call(new Ask("?"));
            assertThat(one.call(new Ask("?"))).isEqualTo("2");
            assertThat(lab.node().spawn(recipe).call(new Ask("?"))).isEqualTo("1");
        }

        @Laws
        void the_factory_runs_on_the_starter(Lab lab) {
            var starter = Thread.currentThread();
            var maker = new AtomicReference<Thread>();
            lab.node()
                    .spawn(
                            Server.<Talk>of(() -> {
                                maker.set(Thread.currentThread());
                                return (_, _) -> {};
                            }));
            assertThat(maker.get()).isSameAs(starter);
        }

        @Laws
        @Tag("#5")
        void a_loop_is_started_when_it_is_registered(Lab lab) {
            var gate = lab.gate();
            Recipe<Talk> recipe = ((Loop<Talk>) _ -> gate.pass()).recipe().named(NAME);
            var pid = lab.node().spawn(recipe);
            assertThat(lab.node().whereis(NAME)).contains(pid);
            gate.open();
            assertThat(lab.gone(pid)).isEqualTo(new Normal());
        }

        @Laws
        @Tag("#5")
        void an_acknowledged_loop_is_started_when_it_says_so(Lab lab) {
            var ready = new AtomicBoolean();
            var pid =
                    lab.node()
                            .spawn(
                                    ((Loop<Talk>)
                                                    self -> {
                                                        self.receive(millis(10));
                                                        ready.set(true);
                                                        self.ready();
                                                        self.receive(Mark.class);
                                                    })
                                            .recipe()
                                            .acknowledged());
            assertThat(ready).isTrue();
            assertThat(pid.alive()).isTrue();
        }

        @Laws
        void a_slow_init_holds_up_nobody_else(Lab lab) {
            var echo = lab.node().spawn(echo());
            var probe = lab.<Talk>probe();
            var started = lab.<String>probe();
            lab.puppet()
                    .send(
                            new Do(self -> {
                                self.spawn(withInit(_ -> probe.call(new Ask("wait"))));
                                started.send("started");
                            }));
            var wait = probe.expect(Ask.class);
            assertThat(echo.call(new Ask("meanwhile"))).isEqualTo("meanwhile");
            probe.reply(wait, "go");
            started.expectEqual("started");
        }
    }

    @Nested
    class Refusal {
        @Laws
        void what_init_throws_is_the_reason(Lab lab) {
            var boom = new Boom("init");
            assertThatThrownBy(() ->
                            lab.node()
                                    .spawn(
                                            withInit(_ -> {
                                                throw boom;
                                            })))
                    .isInstanceOfSatisfying(
                            StartFailed.class, failed -> assertThat(failed.reason()).isEqualTo(new Crashed(boom)))
                    .hasCause(boom);
        }

        @Laws
        void a_stop_in_init_is_the_reason(Lab lab) {
            assertThat(refusal(lab, withInit(self -> self.stop(shutdown("not today")))))
                    .isEqualTo(shutdown("not today"));
        }

        @Laws
        void a_callee_that_ends_in_order_is_a_failure_of_the_start(Lab lab) {
            var dependency = lab.node().spawn(Talk.server((_, self) -> self.stop()));
            assertThatThrownBy(() -> lab.node().spawn(withInit(_ -> dependency.call(new Ask("?")))))
                    .isInstanceOfSatisfying(
                            StartFailed.class, failed -> assertThat(failed.reason()).isInstanceOf(Crashed.class));
        }

        @Laws(Laws.On.PRODUCTION)
        void a_starter_outside_that_is_interrupted_has_started_nothing(Lab lab) throws InterruptedException {
            var begun = new CountDownLatch(1);
            var silent = lab.<Talk>probe();
            Talk.Deed init =
                    _ -> {
                        begun.countDown();
                        silent.within(LONG).call(new Ask("?"));
                    };
            var failure = new AtomicReference<Failure>();
            var flag = new AtomicBoolean();
            long before = lab.node().counters().actors();
            var starter =
                    Thread.ofPlatform()
                            .start(() -> {
                                failure.set(Lab.failure(() -> lab.node().spawn(withInit(init).named(NAME))));
                                flag.set(Thread.currentThread().isInterrupted());
                            });
            begun.await();
            starter.interrupt();
            starter.join();
            assertThat(failure.get()).isEqualTo(new Failure.Interrupted());
            assertThat(flag).isTrue();
            assertThat(lab.node().whereis(NAME)).isEmpty();
            assertThat(lab.node().counters().actors()).isEqualTo(before);
        }

        @Laws
        void what_the_factory_throws_is_the_reason(Lab lab) {
            var boom = new Boom("factory");
            assertThat(
                            refusal(
                                    lab,
                                    Server.<Talk>of(() -> {
                                        throw boom;
                                    })))
                    .isEqualTo(new Crashed(boom));
        }

        @Laws
        void an_init_that_waits_too_long_is_ended(Lab lab) {
            var pids = lab.<Pid<?>>probe();
            var reason =
                    refusal(
                            lab,
                            withInit(
                                            self -> {
                                                pids.send(self.pid());
                                                self.receive(Mark.class);
                                            })
                                    .initWithin(millis(50)));
            assertThat(reason)
                    .isInstanceOfSatisfying(
                            Crashed.class,
                            crashed -> assertThat(crashed.cause()).isInstanceOf(StartFailed.InitTimedOut.class));
            assertThat(pids.expect().alive()).isFalse();
        }

        @Laws(Laws.On.SEEDED)
        @Tag("law-17")
        void an_init_has_five_seconds_when_nothing_else_is_said(Lab lab) {
            var before = lab.elapsed();
            refusal(lab, withInit(self -> self.receive(Mark.class)));
            assertThat(lab.elapsed().minus(before)).isEqualTo(seconds(5));
        }

        @Laws
        void a_loop_that_never_says_ready_is_ended(Lab lab) {
            Recipe<Talk> recipe =
                    ((Loop<Talk>) self -> self.receive(Mark.class)).recipe().acknowledged().initWithin(millis(50));
            assertThat(refusal(lab, recipe)).isInstanceOf(Crashed.class);
        }

        @Laws
        void a_loop_that_ends_before_it_is_ready_has_not_started(Lab lab) {
            var boom = new Boom("before ready");
            assertThat(
                            refusal(
                                    lab,
                                    ((Loop<Talk>)
                                                    _ -> {
                                                        throw boom;
                                                    })
                                            .recipe()
                                            .acknowledged()))
                    .isEqualTo(new Crashed(boom));
            assertThat(refusal(lab, ((Loop<Talk>) _ -> {}).recipe().acknowledged())).isEqualTo(new Normal());
        }

        @Laws
        @Tag("#84")
        void the_name_is_free_when_a_failed_start_returns(Lab lab) {
            var stops =
                    List.<Talk.Deed>of(
                            _ -> {
                                throw new Boom("init");
                            },
                            self -> self.stop(shutdown("no")),
                            self -> self.receive(Mark.class));
            for (var init : stops) {
                for (int i = 0; i < 5; i++) {
                    var reason = refusal(lab, withInit(init).named(NAME).initWithin(millis(20)));
                    assertThat(reason.toString()).doesNotContain("taken");
                    assertThat(lab.node().whereis(NAME)).isEmpty();
                }
            }
            assertThat(lab.node().spawn(puppet().named(NAME)).alive()).isTrue();
        }

        @Laws
        @Tag("#16")
        void what_init_started_is_gone_when_a_failed_start_returns(Lab lab) {
            var child = new AtomicReference<Pid<Talk>>();
            refusal(
                    lab,
                    withInit(self -> {
                        child.set(self.spawn(puppet().named(NAME)));
                        throw new Boom("after a child");
                    }));
            assertThat(child.get().alive()).isFalse();
            assertThat(lab.node().whereis(NAME)).isEmpty();
        }

        @Laws
        @Tag("#83")
        void a_taken_name_refuses_without_running_anything(Lab lab) {
            var holder = lab.node().spawn(echo().named(NAME));
            var made = new AtomicBoolean();
            var reason = refusal(lab, withInit(_ -> made.set(true)).named(NAME));
            assertThat(reason)
                    .isInstanceOfSatisfying(
                            Crashed.class,
                            crashed ->
                                    assertThat(crashed.cause())
                                            .isInstanceOf(StartFailed.NameTaken.class)
                                            .hasMessageContaining("starter"));
            assertThat(made).isFalse();
            assertThat(holder.call(new Ask("unharmed"))).isEqualTo("unharmed");
            assertThat(lab.node().whereis(NAME)).contains(holder);
        }

        @Laws
        @Tag("#63")
        void a_failed_linked_start_does_not_touch_the_starter(Lab lab) {
            var probe = lab.<Talk>probe();
            probe.run(self -> self.trapExits(Broke::new));
            for (Talk.Deed init :
                    List.<Talk.Deed>of(
                            _ -> {
                                throw new Boom("init");
                            },
                            self -> self.receive(Mark.class))) {
                var failed =
                        probe.<Boolean>get(self -> {
                            try {
                                self.spawnLinked(withInit(init).initWithin(millis(20)));
                                return false;
                            } catch (StartFailed e) {
                                return true;
                            }
                        });
                assertThat(failed).isTrue();
            }
            probe.expectNothing(millis(20));
            var innocent = lab.puppet();
            assertThat(
                            innocent.call(
                                    new DoNow(self ->
                                            catchThrowable(() ->
                                                    self.spawnLinked(
                                                            withInit(_ -> {
                                                                throw new Boom("init");
                                                            }))))))
                    .isEqualTo(Done.DONE);
            assertThat(innocent.call(new Sync())).isEqualTo(Done.DONE);
        }

        @Laws
        void an_init_that_cannot_be_ended_is_unkillable_and_keeps_the_name(Lab lab) {
            lab.node(lab.config().unkillableAfter(millis(50)));
            var gate = lab.gate();
            var probe = lab.<Pid<?>>probe();
            var reason =
                    refusal(
                            lab,
                            withInit(
                                            self -> {
                                                probe.send(self.pid());
                                                gate.pass();
                                            })
                                    .named(NAME)
                                    .initWithin(millis(20)));
            assertThat(reason)
                    .isInstanceOfSatisfying(
                            Crashed.class,
                            crashed -> assertThat(crashed.cause()).isInstanceOf(StartFailed.Unkillable.class));
            assertThat(refusal(lab, puppet().named(NAME)).toString()).contains("taken");
            gate.open();
            lab.gone(probe.expect());
            assertThat(lab.node().spawn(puppet().named(NAME)).alive()).isTrue();
        }

        @Laws
        @Tag("#65")
        void a_starter_that_is_told_to_exit_leaves_no_half_started_child(Lab lab) {
            var child = lab.<Pid<?>>probe();
            var starter = lab.puppet();
            starter.send(
                    new Do(self ->
                            self.spawn(
                                    withInit(it -> {
                                        child.send(it.pid());
                                        it.receive(Mark.class);
                                    }))));
            var pid = child.expect();
            starter.exit(shutdown("changed my mind"));
            assertThat(lab.gone(starter)).isEqualTo(shutdown("changed my mind"));
            lab.gone(pid);
        }
    }

    @Nested
    @Tag("#1")
    class Identity {
        @Laws
        void ids_are_unique_and_never_used_again(Lab lab) {
            var ids = new HashSet<Long>();
            for (int i = 0; i < 50; i++) {
                var pid = lab.puppet();
                assertThat(ids.add(pid.id())).isTrue();
                pid.stop();
                lab.gone(pid);
            }
        }

        @Laws
        @Tag("#2")
        void paths_tell_the_place_in_the_tree(Lab lab) {
            Name<Talk> parentName = Name.of("parent");
            Name<Talk> childName = Name.of("child");
            var probe = lab.<String>probe();
            var parent = lab.node().spawn(puppet().named(parentName));
            parent.send(new Do(self -> probe.send(self.spawn(puppet().named(childName)).path())));
            assertThat(parent.path()).isEqualTo("/parent");
            probe.expectEqual("/parent/child");
        }

        @Laws
        @Tag("#12")
        @Tag("#13")
        void parents_children_and_status_can_be_seen(Lab lab) {
            var children = lab.<List<Pid<?>>>probe();
            var parent = lab.puppet();
            parent.send(
                    new Do(self ->
                            children.send(
                                    List.of(self.spawn(puppet().labelled("a")), self.spawn(puppet().labelled("b"))))));
            var expected = children.expect();
            parent.call(new Sync());
            var info = parent.info();
            assertThat(info.children()).isEqualTo(expected);
            assertThat(expected.getFirst().info().parent()).contains(parent);
            assertThat(expected.getFirst().info().label()).isEqualTo("a");
            assertThat(lab.node().children()).contains(parent);
            assertThat(lab.node().tree().lines())
                    .anyMatch(line -> line.contains(parent.info().label()))
                    .anyMatch(line -> line.startsWith(" ") && line.contains("a "))
                    .anyMatch(line -> line.startsWith(" ") && line.contains("b "));

            var gate = lab.gate();
            lab.stick(gate, parent);
            assertThat(parent.info().status()).isEqualTo(ActorInfo.Status.RUNNING);
            assertThat(parent.info().doing()).hasValueSatisfying(doing -> assertThat(doing).contains("Do"));
            gate.open();
            parent.stop();
            lab.gone(parent);
            assertThat(parent.info().status()).isEqualTo(ActorInfo.Status.DEAD);
            assertThat(parent.info().children()).isEmpty();
        }
    }
}
