package dev.coppice.otp;

import static dev.coppice.otp.Timeout.EVENT;
import static dev.coppice.otp.Timeout.STATE;
import static dev.coppice.otp.Transition.act;
import static dev.coppice.otp.Transition.cancel;
import static dev.coppice.otp.Transition.defer;
import static dev.coppice.otp.Transition.insert;
import static dev.coppice.otp.Transition.keep;
import static dev.coppice.otp.Transition.postpone;
import static dev.coppice.otp.Transition.repeat;
import static dev.coppice.otp.Transition.reply;
import static dev.coppice.otp.Transition.send;
import static dev.coppice.otp.Transition.stop;
import static dev.coppice.otp.Transition.timeout;
import static dev.coppice.otp.Transition.to;
import static dev.coppice.otp.Transition.update;
import static java.time.Duration.ZERO;
import static java.time.Duration.ofHours;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.ExitReason.Shutdown;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.Pending;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.StartFailed;
import dev.coppice.otp.StateMachine.Enter;
import dev.coppice.otp.Transition.Effect;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Where two rules of gen_statem meet; [StateMachineTest] has each by itself. The states are letters, the events say what to do.
@Tag("#56")
class StateMachineOrderTest {

    record Do(String id, Function<String, Transition<String, Do>> what) implements Call<Do, String> {}

    private static final Timeout NAMED = Timeout.named("n");

    private final Node node = Node.start();
    private final List<String> log = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        node.close();
    }

    private StateMachine<String, Do> machine() {
        return StateMachine.of("a", this::on).kind(Function.identity());
    }

    private Transition<String, Do> on(String state, Do event) {
        log.add(event.id() + "@" + state);
        return event.what().apply(state);
    }

    private StateMachine<String, Do> entering(Enter<String, Do> then) {
        return machine()
                .entering((state, before) -> {
                    log.add(">" + state + "(" + before + ")");
                    return then.enter(state, before);
                });
    }

    /// Enters `b` with these effects, any other state with none.
    @SafeVarargs
    private StateMachine<String, Do> enteringB(Effect<Do>... effects) {
        return entering((state, _) -> state.equals("b") ? keep(effects) : keep());
    }

    @SafeVarargs
    private static Do stay(String id, Effect<Do>... effects) {
        return new Do(id, _ -> keep(effects));
    }

    @SafeVarargs
    private static Do go(String id, String next, Effect<Do>... effects) {
        return new Do(id, _ -> to(next, effects));
    }

    /// Is postponed in `a`, and does nothing elsewhere.
    private static Do later(String id) {
        return new Do(id, state -> state.equals("a") ? keep(postpone()) : keep());
    }

    private static void awaitHandled(Pid<Do> machine) {
        var last = new Do[1];
        last[0] = new Do("last", _ -> keep(reply(last[0], "handled")));
        machine.call(last[0]);
    }

    private void expect(StateMachine<String, Do> machine, List<Do> events, String... logged) {
        var pid = node.spawn(machine);
        events.forEach(pid::send);
        awaitHandled(pid);
        assertThat(log.subList(0, log.size() - 1)).containsExactly(logged);
    }

    @Nested
    class After_a_change {
        @Test
        void come_inserted_then_retried_then_those_inserted_before_then_the_mailbox() {
            var x = go("x", "b", insert(stay("y")));
            expect(
                    machine(),
                    List.of(later("p"), stay("1", insert(x), insert(stay("z"))), stay("2")),
                    "p@a",
                    "1@a",
                    "x@a",
                    "y@b",
                    "p@b",
                    "z@b",
                    "2@b");
        }

        @Test
        void come_time_outs_of_zero_last_those_that_were_due_before_it_first() {
            var x = go("x", "b", timeout(STATE, ZERO, stay("state")));
            expect(
                    machine(),
                    List.of(later("p"), stay("1", timeout(NAMED, ZERO, stay("named")), insert(x), insert(stay("z")))),
                    "p@a",
                    "1@a",
                    "x@a",
                    "p@b",
                    "z@b",
                    "named@b",
                    "state@b");
        }

        @Test
        void comes_no_time_out_of_the_state_before_though_it_was_due() {
            var change = go("named", "b");
            expect(
                    machine(),
                    List.of(stay("1", timeout(NAMED, ZERO, change), timeout(STATE, ZERO, stay("state")))),
                    "1@a",
                    "named@a");
        }

        @Test
        void come_back_inserted_events_and_time_outs_that_were_postponed() {
            expect(
                    machine(),
                    List.of(
                            stay("1", insert(later("x")), timeout(STATE, ZERO, later("state"))),
                            stay("2"),
                            go("3", "b")),
                    "1@a",
                    "x@a",
                    "state@a",
                    "2@a",
                    "3@a",
                    "x@b",
                    "state@b");
        }

        @Test
        void comes_once_what_was_postponed_twice_over() {
            var p = new Do("p", state -> state.equals("a") ? keep(postpone(), postpone()) : keep());
            expect(machine(), List.of(p, go("1", "b"), stay("2")), "p@a", "1@a", "p@b", "2@b");
        }
    }

    @Nested
    class A_time_out_of_zero_that_is_due {
        @Test
        void keeps_its_place_with_another_event() {
            expect(machine(), List.of(twoDueAnd(update(STATE, stay("other")))), "1@a", "x@a", "other@a", "named@a");
        }

        @Test
        void goes_to_the_end_when_it_is_started_anew() {
            expect(
                    machine(),
                    List.of(twoDueAnd(timeout(STATE, ZERO, stay("other")))),
                    "1@a",
                    "x@a",
                    "named@a",
                    "other@a");
        }

        @Test
        void does_not_come_when_it_is_started_for_later() {
            expect(machine(), List.of(twoDueAnd(timeout(STATE, ofHours(1), stay("other")))), "1@a", "x@a", "named@a");
        }

        private static Do twoDueAnd(Effect<Do> then) {
            return stay(
                    "1",
                    timeout(STATE, ZERO, stay("state")),
                    timeout(NAMED, ZERO, stay("named")),
                    insert(stay("x", then)));
        }

        @Test
        void for_silence_comes_before_those_that_were_started_after_it() {
            expect(
                    machine(),
                    List.of(stay("1", timeout(EVENT, ZERO, stay("silence")), timeout(STATE, ZERO, stay("state")))),
                    "1@a",
                    "silence@a",
                    "state@a");
        }
    }

    @Nested
    class Of_one_time_out_in_one_transition {
        @Test
        void a_cancel_takes_back_the_start_before_it() {
            expect(machine(), List.of(stay("1", timeout(STATE, ZERO, stay("state")), cancel(STATE))), "1@a");
        }

        @Test
        void a_start_counts_after_a_cancel() {
            expect(machine(), List.of(stay("1", cancel(STATE), timeout(STATE, ZERO, stay("state")))), "1@a", "state@a");
        }

        @Test
        void an_update_replaces_the_start_before_it_and_so_finds_none_that_runs() {
            expect(
                    machine(),
                    List.of(stay("1", timeout(STATE, ofHours(1), stay("state")), update(STATE, stay("at once")))),
                    "1@a",
                    "at once@a");
        }
    }

    @Nested
    class The_enter_call {
        @Test
        void of_a_repeat_comes_from_the_state_itself_and_not_from_the_one_before() {
            expect(
                    entering((_, _) -> keep()),
                    List.of(go("1", "b"), new Do("2", state -> repeat(state))),
                    ">a(a)",
                    "1@a",
                    ">b(a)",
                    "2@b",
                    ">b(b)");
        }

        @Test
        void may_cancel_what_the_event_has_started() {
            expect(
                    enteringB(cancel(STATE)),
                    List.of(go("1", "b", timeout(STATE, ZERO, stay("state")))),
                    ">a(a)",
                    "1@a",
                    ">b(a)");
        }

        @Test
        void may_answer_the_event_and_what_was_deferred_before() {
            var first = new Do[1];
            var second = new Do[1];
            first[0] = new Do("first", _ -> keep(defer(first[0])));
            second[0] = new Do("second", _ -> to("b"));
            var pid =
                    node.spawn(
                            entering((state, _) ->
                                    state.equals("b")
                                            ? keep(reply(second[0], "entered"), reply(first[0], "at last"))
                                            : keep()));
            var deferred = pid.ask(first[0]);
            awaitHandled(pid);
            assertThat(deferred.poll()).isEmpty();
            assertThat(pid.call(second[0])).isEqualTo("entered");
            assertThat(deferred.get()).isEqualTo("at last");
        }

        @Test
        void may_stop_the_machine_in_the_state_that_it_enters() {
            var enough = new Shutdown("enough");
            var pid = node.spawn(enteringB(stop(enough)).resuming().ending((state, _) -> log.add("end@" + state)));
            pid.send(go("1", "b", insert(stay("x"))));
            assertThat(pid.await()).isEqualTo(enough);
            assertThat(log).containsExactly(">a(a)", "1@a", ">b(a)", "end@b");
        }
    }

    @Nested
    class Effects {
        @Test
        void are_performed_in_order_and_before_the_enter_call() {
            var peer = node.spawn(machine());
            var asked = new Do[1];
            asked[0] =
                    new Do(
                            "ask",
                            _ ->
                                    to(
                                            "b",
                                            act(_ -> log.add("before")),
                                            send(peer, stay("sent")),
                                            act(_ -> awaitHandled(peer)),
                                            reply(asked[0], "answered"),
                                            act(_ -> log.add("after"))));
            var pid = node.spawn(entering((_, _) -> keep()));
            assertThat(pid.call(asked[0])).isEqualTo("answered");
            awaitHandled(pid);
            assertThat(log).containsExactly(">a(a)", "ask@a", "before", "sent@a", "last@a", "after", ">b(a)", "last@b");
        }
    }

    @Nested
    class A_stop {
        @Test
        void answers_before_the_end_is_called() {
            var atTheEnd = new CompletableFuture<Outcome<String>>();
            var pending = new CompletableFuture<Pending<String>>();
            var asked = new Do[1];
            asked[0] = new Do("ask", _ -> keep(reply(asked[0], "bye"), stop(new Shutdown())));
            var pid = node.spawn(machine().ending((_, _) -> atTheEnd.complete(pending.join().await())));
            pending.complete(pid.ask(asked[0]));
            assertThat(atTheEnd.join()).isEqualTo(new Outcome.Replied<>("bye"));
            assertThat(pid.await()).isEqualTo(new Shutdown());
        }

        @Test
        void leaves_inserted_retried_and_due_events_unhandled() {
            var pid = node.spawn(machine());
            var postponed = pid.ask(later("p"));
            var x = go("x", "c", stop(new Shutdown()));
            pid.send(go("1", "b", insert(x), insert(stay("y")), timeout(NAMED, ZERO, stay("named"))));
            assertThat(postponed.await()).isEqualTo(new Outcome.Failed<>(new Failure.Exited(new Shutdown())));
            assertThat(pid.await()).isEqualTo(new Shutdown());
            assertThat(log).containsExactly("p@a", "1@a", "x@b");
        }

        @Test
        void at_the_start_fails_it() {
            var ended = machine().starting(stop(new Shutdown("not today")), insert(stay("x")));
            assertThatThrownBy(() -> node.spawn(ended))
                    .isInstanceOf(StartFailed.class)
                    .hasMessageContaining("not today");
            assertThat(log).isEmpty();
        }
    }

    @Nested
    class The_start {
        @Test
        void inserts_before_a_message_that_is_in_the_mailbox_already() {
            var starting = machine().starting(act(self -> self.pid().send(stay("sent"))), insert(stay("x")));
            expect(starting, List.of(stay("1")), "x@a", "sent@a", "1@a");
        }
    }

    @Nested
    class An_exit {
        private StateMachine<String, Do> trapping() {
            return machine().starting(act(self -> self.trapExits(exit -> stay("exit of " + exit.reason()))));
        }

        @Test
        void of_another_is_an_event_when_it_is_trapped() {
            var pid = node.spawn(trapping());
            pid.exit(new Shutdown("told"));
            awaitHandled(pid);
            assertThat(log).containsExactly("exit of " + new Shutdown("told") + "@a", "last@a");
        }

        @Test
        void of_the_parent_ends_the_machine_though_it_is_trapped() {
            var child = new CompletableFuture<Pid<Do>>();
            var parent =
                    node.spawn((Self<Do> self) -> {
                        child.complete(self.spawnLinked(trapping().ending((_, _) -> log.add("end"))));
                        self.receive();
                    });
            assertThat(child.join().alive()).isTrue();
            parent.exit(new Shutdown("all"));
            assertThat(child.join().await()).isInstanceOf(Shutdown.class);
            assertThat(log).containsExactly("end");
        }
    }
}
