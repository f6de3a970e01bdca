package dev.coppice.otp;

import static dev.coppice.otp.Timeout.EVENT;
import static dev.coppice.otp.Transition.keep;
import static dev.coppice.otp.Transition.postpone;
import static dev.coppice.otp.Transition.reply;
import static dev.coppice.otp.Transition.timeout;
import static dev.coppice.otp.Transition.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.coppice.kernel.ActorInfo.Status;
import dev.coppice.kernel.Call;
import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Done;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("#103")
class SysTest {
    sealed interface Msg {}

    record Add(int n) implements Msg, Call<Add, Integer> {}

    record Total() implements Msg, Call<Total, Integer> {}

    record Bye() implements Msg {}

    private final Node node = Node.start();

    @AfterEach
    void close() {
        node.close();
    }

    static Step<Integer> step(Integer total, Msg msg) {
        return switch (msg) {
            case Add(int n) when n < 0 -> throw new IllegalArgumentException("negative: " + n);
            case Add a -> Step.to(total + a.n(), Step.reply(a, total + a.n()));
            case Total t -> Step.to(total, Step.reply(t, total));
            case Bye _ -> Step.to(total, Step.stop(new ExitReason.Normal()));
        };
    }

    private Pid<Msg> sum() {
        return node.spawn(Pure.of(0, SysTest::step).resuming());
    }

    private static <M> Server<M> plain() {
        return (_, _) -> {};
    }

    @Nested
    @Tag("#17")
    class Suspending {
        private void holds_until_resumed(Pid<Msg> pid) {
            var sys = Sys.of(pid);
            sys.suspend();
            sys.suspend();
            var pending = pid.ask(new Add(1));
            assertThat(sys.status().suspended()).isTrue();
            assertThat(sys.status().info().status()).isEqualTo(Status.SUSPENDED);
            assertThat(pending.poll()).isEmpty();
            sys.resume();
            assertThat(pending.get()).isEqualTo(1);
            assertThat(sys.status().suspended()).isFalse();
        }

        @Test
        void a_pure_server() {
            holds_until_resumed(sum());
        }

        @Test
        void a_loop() {
            holds_until_resumed(
                    node.spawn((Self<Msg> self) -> {
                        while (self.receive() instanceof Add add) {
                            self.reply(add, add.n());
                        }
                    }));
        }

        @Test
        void a_state_machine() {
            holds_until_resumed(
                    node.spawn(
                            StateMachine.of(
                                    0,
                                    (Integer total, Msg msg) ->
                                            msg instanceof Add add ? to(add.n(), reply(add, add.n())) : keep())));
        }

        @Test
        void a_supervisor_which_restarts_its_child_when_it_is_resumed() throws InterruptedException {
            var lab = new Lab();
            var tree = node.spawn(Supervisor.oneForOne(lab.child("a")));
            lab.expect("+a");
            Sys.of(tree).suspend();
            Lab.crash(node, Lab.name("a"));
            lab.expect("-a Crashed");
            assertThat(Sys.of(tree).status().suspended()).isTrue();
            lab.nothingElse();
            Sys.of(tree).resume();
            lab.expect("+a");
        }

        @Test
        void an_event_manager() {
            var manager = node.spawn(EventManager.<String>of());
            Sys.of(manager).suspend();
            var pending = manager.ask(new EventManager.SyncNotify<>("x"));
            assertThat(Sys.of(manager).status().suspended()).isTrue();
            assertThat(pending.poll()).isEmpty();
            Sys.of(manager).resume();
            assertThat(pending.get()).isEqualTo(Done.DONE);
        }
    }

    @Nested
    class The_state {
        @Test
        void of_each_behaviour_can_be_seen() {
            var sum = sum();
            sum.call(new Add(3));
            assertThat(Sys.of(sum).state(Integer.class)).isEqualTo(3);

            var machine = node.spawn(StateMachine.of("idle", (String _, Msg _) -> keep()));
            assertThat(Sys.of(machine).state(String.class)).isEqualTo("idle");

            var key = EventManager.Key.of(Quiet.class);
            var manager = node.spawn(EventManager.<String>of().with(key, Quiet::new));
            Map<?, ?> handlers = Sys.of(manager).state(Map.class);
            assertThat(handlers.keySet()).hasSize(1).allMatch(key::equals);

            var tree = node.spawn(Supervisor.oneForOne(new Lab().child("a")));
            List<?> children = Sys.of(tree).state(List.class);
            assertThat(children).hasSize(1);
            assertThat(((Control.ChildInfo) children.getFirst()).id()).isEqualTo("a");
        }

        static final class Quiet implements EventManager.Handler<String> {
            @Override
            public void on(String event, EventManager.Seat<String> seat) {}
        }

        @Test
        void can_be_replaced() {
            var sum = sum();
            sum.call(new Add(3));
            assertThat(Sys.of(sum).replaceState(Integer.class, n -> n * 100)).isEqualTo(300);
            assertThat(sum.call(new Add(1))).isEqualTo(301);
        }

        @Test
        void stays_when_the_function_throws_or_the_class_is_another() {
            var sum = sum();
            sum.call(new Add(3));
            assertThatThrownBy(() ->
                            Sys.of(sum)
                                    .replaceState(
                                            Integer.class,
                                            _ -> {
                                                throw new IllegalStateException("no");
                                            }))
                    .isInstanceOf(CallFailed.class)
                    .hasRootCauseMessage("no");
            assertThatThrownBy(() -> Sys.of(sum).replaceState(String.class, s -> s))
                    .hasRootCauseInstanceOf(ClassCastException.class);
            assertThat(sum.call(new Total())).isEqualTo(3);
        }

        @Test
        void of_others_is_their_own() {
            var plain = node.spawn(Server.<Msg>of(SysTest::plain));
            assertThatThrownBy(() -> Sys.of(plain).state(Object.class))
                    .hasRootCauseInstanceOf(UnsupportedOperationException.class)
                    .hasStackTraceContaining("let it implement Stateful");
            var loop = node.spawn((Self<Msg> self) -> self.receive());
            assertThatThrownBy(() -> Sys.of(loop).state(Object.class)).hasStackTraceContaining("is a loop");
            var tree = node.spawn(Supervisor.oneForOne());
            assertThatThrownBy(() -> Sys.of(tree).replaceState(List.class, list -> list))
                    .hasStackTraceContaining("cannot be replaced from outside");
            assertThat(List.of(plain.alive(), loop.alive(), tree.alive())).containsOnly(true);
        }

        @Test
        void of_the_dead_is_not_there() {
            var dead = sum();
            dead.kill();
            dead.await();
            assertThatThrownBy(() -> Sys.of(dead).state(Integer.class))
                    .isInstanceOfSatisfying(
                            CallFailed.class,
                            failed ->
                                    assertThat(failed.failure())
                                            .isEqualTo(new Failure.Exited(new ExitReason.NoProcess())));
        }
    }

    @Nested
    class The_status {
        @Test
        void tells_what_it_is_and_hides_what_the_recipe_hides() {
            var open = sum();
            open.call(new Add(3));
            var status = Sys.of(open).status();
            assertThat(status.state()).hasValue("3");
            assertThat(status.received()).isEqualTo(1);
            assertThat(status.behaviour()).isEqualTo("Stepping");
            assertThat(status.statistics()).isEmpty();

            var secret = node.spawn(Pure.of(0, SysTest::step).recipe().rendering(_ -> "***"));
            assertThat(Sys.of(secret).status().state()).hasValue("***");
        }

        @Test
        void is_told_though_the_rendering_fails() {
            var broken =
                    node.spawn(
                            Pure.of(0, SysTest::step)
                                    .recipe()
                                    .rendering(_ -> {
                                        throw new IllegalStateException("unprintable");
                                    }));
            assertThat(Sys.of(broken).status().state().orElseThrow()).contains("its rendering failed");
        }

        @Test
        void of_a_loop_has_no_state() {
            var loop = node.spawn((Self<Msg> self) -> self.receive());
            var status = Sys.of(loop).status();
            assertThat(status.behaviour()).isEqualTo("loop");
            assertThat(status.state()).isEmpty();
        }
    }

    @Nested
    class Counting {
        @Test
        void begins_and_ends_when_it_is_told() {
            var sum = sum();
            var sys = Sys.of(sum);
            sum.call(new Add(1));
            sys.count();
            sum.call(new Add(1));
            sum.call(new Add(1));
            var statistics = sys.status().statistics().orElseThrow();
            assertThat(statistics.handled()).isEqualTo(2);
            assertThat(statistics.busy()).isGreaterThanOrEqualTo(statistics.longest());
            assertThat(statistics.since()).isGreaterThanOrEqualTo(statistics.busy());
            sys.count();
            assertThat(sys.status().statistics().orElseThrow().handled()).isZero();
            sys.uncount();
            assertThat(sys.status().statistics()).isEmpty();
            assertThat(sys.status().behaviour()).isEqualTo("Stepping");
            assertThat(sum.call(new Total())).isEqualTo(3);
        }
    }

    @Nested
    class Tracing {
        private final LinkedBlockingQueue<Sys.Traced> traced = new LinkedBlockingQueue<>();
        private final Pid<Sys.Traced> listener =
                node.spawn((Self<Sys.Traced> self) -> {
                    while (true) {
                        traced.add(self.receive());
                    }
                });

        private Sys.Traced next() throws InterruptedException {
            return traced.poll(10, TimeUnit.SECONDS);
        }

        @Test
        void tells_of_each_message_until_it_is_cancelled() throws InterruptedException {
            var sum = sum();
            sum.call(new Add(1));
            var trace = Sys.of(sum).trace(listener);
            sum.call(new Add(2));
            var first = next();
            assertThat(first.pid()).isEqualTo(sum);
            assertThat(first.message()).isEqualTo("Add[n=2]");
            assertThat(first.state()).hasValue("3");
            assertThat(first.failure()).isEmpty();
            assertThat(trace.cancel()).isTrue();
            assertThat(trace.cancel()).isFalse();
            sum.call(new Total());
            assertThat(Sys.of(sum).state(Integer.class)).isEqualTo(3);
            assertThat(traced).isEmpty();
        }

        @Test
        void tells_of_failures_and_of_the_last_message() throws InterruptedException {
            var sum = node.spawn(Pure.of(0, SysTest::step));
            Sys.of(sum).trace(listener);
            sum.send(new Add(-1));
            sum.await();
            assertThat(next().failure().orElseThrow()).hasMessage("negative: -1");
            var leaving = sum();
            var trace = Sys.of(leaving).trace(listener);
            leaving.send(new Bye());
            assertThat(leaving.await()).isEqualTo(new ExitReason.Normal());
            assertThat(next().message()).isEqualTo("Bye[]");
            assertThat(trace.cancel()).isFalse();
        }

        @Test
        void ends_with_its_listener() {
            var sum = sum();
            Sys.of(sum).trace(listener);
            listener.kill();
            listener.await();
            sum.call(new Add(1));
            sum.call(new Add(1));
            assertThat(Sys.of(sum).state(Integer.class)).isEqualTo(2);
            assertThat(node.counters().deadLettered()).isEqualTo(1);
        }

        @Test
        void goes_on_beside_counting() throws InterruptedException {
            var sum = sum();
            var sys = Sys.of(sum);
            sys.count();
            var trace = sys.trace(listener);
            sum.call(new Add(1));
            assertThat(next().message()).isEqualTo("Add[n=1]");
            sys.uncount();
            sum.call(new Add(1));
            assertThat(next().state()).hasValue("2");
            trace.cancel();
        }
    }

    @Nested
    class Logging {
        private static List<String> messages(Sys<?> sys) {
            return sys.log().stream().map(Sys.Traced::message).toList();
        }

        @Test
        void keeps_the_last_ones_with_their_outcome_and_state() {
            var pid = sum();
            var sys = Sys.of(pid);
            pid.call(new Add(1));
            assertThat(sys.log()).isEmpty();
            sys.log(2);
            pid.call(new Add(2));
            pid.call(new Add(3));
            assertThatThrownBy(() -> pid.call(new Add(-1))).isInstanceOf(CallFailed.class);
            assertThat(messages(sys)).containsExactly("Add[n=3]", "Add[n=-1]");
            assertThat(sys.log().getFirst().state()).contains("6");
            assertThat(sys.log().getFirst().pid()).isEqualTo(pid);
        }

        @Test
        void harms_nobody_whose_state_cannot_be_seen() {
            final class Shy implements Server<Msg>, Stateful<Integer> {
                @Override
                public void handle(Msg message, Self<Msg> self) {
                    self.reply((Total) message, 7);
                }

                @Override
                public Integer state() {
                    throw new IllegalStateException("not to be seen");
                }
            }
            var pid = node.spawn(Server.<Msg>of(Shy::new));
            var sys = Sys.of(pid);
            sys.log(2);
            assertThat(pid.call(new Total())).isEqualTo(7);
            assertThat(sys.log().getFirst().message()).isEqualTo("Total[]");
            assertThat(sys.log().getFirst().state().orElseThrow()).contains("Shy", "IllegalStateException");
            assertThat(sys.status().state().orElseThrow()).contains("Shy", "IllegalStateException");
        }

        @Test
        void grows_shrinks_and_ends_when_it_is_told() {
            var pid = sum();
            var sys = Sys.of(pid);
            sys.log(3);
            for (int i = 1; i <= 4; i++) {
                pid.call(new Add(i));
            }
            sys.log(2);
            assertThat(messages(sys)).containsExactly("Add[n=3]", "Add[n=4]");
            sys.log(3);
            pid.call(new Add(5));
            assertThat(messages(sys)).containsExactly("Add[n=3]", "Add[n=4]", "Add[n=5]");
            sys.unlog();
            pid.call(new Add(6));
            assertThat(sys.log()).isEmpty();
            assertThat(sys.state(Integer.class)).isEqualTo(21);
        }

        @Test
        void hides_what_the_recipe_hides_and_counts_beside() {
            var pid = node.spawn(Pure.of(0, SysTest::step).recipe().rendering(_ -> "secret"));
            var sys = Sys.of(pid);
            sys.count();
            sys.log(1);
            pid.call(new Add(1));
            sys.uncount();
            assertThat(messages(sys)).containsExactly("secret");
            assertThat(sys.status().statistics()).isEmpty();
        }

        @Test
        void of_a_loop_is_not_there() {
            var loop = node.spawn((Self<Msg> self) -> self.receive(Bye.class));
            assertThatThrownBy(() -> Sys.of(loop).log(1)).hasRootCauseInstanceOf(UnsupportedOperationException.class);
            loop.send(new Bye());
        }
    }

    @Nested
    @Tag("#18")
    class Upgrading {
        record Data(int total) {}

        @Test
        void a_pure_server_gives_it_other_code_and_the_state_made_from_its_own() {
            var sum = sum();
            sum.call(new Add(3));
            var second =
                    Pure.<Data, Msg>of(
                            new Data(0),
                            (data, msg) ->
                                    switch (msg) {
                                        case Add a -> Step.to(new Data(data.total() - a.n()), Step.reply(a, -1));
                                        case Total t -> Step.to(data, Step.reply(t, data.total()));
                                        case Bye _ -> Step.to(data);
                                    });
            Sys.of(sum).upgrade(second.from(Integer.class, Data::new));
            assertThat(sum.call(new Add(1))).isEqualTo(-1);
            assertThat(sum.call(new Total())).isEqualTo(2);
        }

        @Test
        void a_state_machine_keeps_what_it_has_postponed_and_its_time_outs() {
            record Up() implements Call<Up, String> {}
            var first =
                    StateMachine.of(
                            1, (Integer _, Up _) -> keep(postpone(), timeout(EVENT, Duration.ofHours(1), new Up())));
            var pid = node.spawn(first.labelled("m"));
            var pending = pid.ask(new Up());
            Sys.of(pid).suspend();
            var second =
                    StateMachine.of(
                                    "none",
                                    (String state, Up up) ->
                                            state.equals("2") ? keep(reply(up, "in " + state)) : to("2", postpone()))
                            .kind(s -> s);
            Sys.of(pid).upgrade(second.from(Integer.class, n -> "one " + n));
            assertThat(Sys.of(pid).state(String.class)).isEqualTo("one 1");
            Sys.of(pid).resume();
            assertThat(node.counters().timers()).isEqualTo(1);
            assertThat(pid.call(new Up())).isEqualTo("in 2");
            assertThat(pending.get()).isEqualTo("in 2");
            assertThat(node.counters().timers()).isZero();
        }

        @Test
        void any_server_is_done_by_hand_and_goes_on_being_traced() throws InterruptedException {
            final class First implements Server<Msg> {
                int total = 7;

                @Override
                public void handle(Msg message, Self<Msg> self) {
                    if (message instanceof Total t) {
                        self.reply(t, total);
                    }
                }
            }
            var traced = new LinkedBlockingQueue<Sys.Traced>();
            var listener =
                    node.spawn((Self<Sys.Traced> self) -> {
                        while (true) {
                            traced.add(self.receive());
                        }
                    });
            var pid = node.spawn(Server.<Msg>of(First::new));
            Sys.of(pid).trace(listener);
            Sys.of(pid)
                    .upgrade(old -> {
                        int total = ((First) old).total;
                        Server<Msg> next =
                                (message, self) -> {
                                    if (message instanceof Total t) {
                                        self.reply(t, total * 2);
                                    }
                                };
                        return next;
                    });
            assertThat(pid.call(new Total())).isEqualTo(14);
            assertThat(traced.poll(10, TimeUnit.SECONDS)).isNotNull();
        }

        @Test
        void that_fails_leaves_the_old_one() {
            var sum = sum();
            sum.call(new Add(3));
            var machine = StateMachine.of(0, (Integer _, Msg _) -> keep());
            assertThatThrownBy(() -> Sys.of(sum).upgrade(machine.from(Integer.class, n -> n)))
                    .hasStackTraceContaining("not a state machine");
            assertThat(sum.call(new Total())).isEqualTo(3);
            var loop = node.spawn((Self<Msg> self) -> self.receive());
            assertThatThrownBy(() -> Sys.of(loop).upgrade(old -> old)).hasStackTraceContaining("is a loop");
        }
    }
}
