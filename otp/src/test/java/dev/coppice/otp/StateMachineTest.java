package dev.coppice.otp;

import static dev.coppice.otp.Timeout.EVENT;
import static dev.coppice.otp.Timeout.STATE;
import static dev.coppice.otp.Transition.act;
import static dev.coppice.otp.Transition.cancel;
import static dev.coppice.otp.Transition.defer;
import static dev.coppice.otp.Transition.done;
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
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Done;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.ExitReason.Normal;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.Pending;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Server;
import dev.coppice.kernel.StartFailed;
import dev.coppice.otp.StateMachine.Enter;
import dev.coppice.otp.Transition.Effect;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The order of gen_statem, on a machine whose events say what to do; it writes down each event with the state that it met, and each enter
/// call as `>state(before)`.
@Tag("#56")
class StateMachineTest {

    /// The kind is the place; the value is beside it.
    record At(String place, int value) {}

    sealed interface Event {}

    /// Does what it says, the first time; again only what it says for then.
    record Do(String id, List<Function<At, Transition<At, Event>>> each) implements Event, Call<Do, String> {}

    record Log() implements Event, Call<Log, List<String>> {}

    private final Node node = Node.start();
    private final LinkedBlockingQueue<String> log = new LinkedBlockingQueue<>();
    private final List<String> met = new java.util.concurrent.CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        node.close();
    }

    private Transition<At, Event> on(At at, Event event) {
        return switch (event) {
            case Do(var id, var each) -> {
                log.add(id + "@" + at.place());
                long times = met.stream().filter(id::equals).count();
                met.add(id);
                yield each.get((int) Math.min(times, each.size() - 1)).apply(at);
            }
            case Log asked -> keep(reply(asked, List.copyOf(log)));
        };
    }

    private Transition<At, Event> enter(At at, At before) {
        log.add(">" + at.place() + "(" + before.place() + ")");
        return keep();
    }

    private StateMachine<At, Event> machine() {
        return StateMachine.of(new At("a", 0), this::on).kind(At::place);
    }

    private static Do event(String id, Function<At, Transition<At, Event>> what) {
        return new Do(id, List.of(what));
    }

    @SafeVarargs
    private static Do stay(String id, Effect<Event>... effects) {
        return event(id, _ -> keep(effects));
    }

    @SafeVarargs
    private static Do go(String id, String place, Effect<Event>... effects) {
        return event(id, at -> to(new At(place, at.value()), effects));
    }

    /// Is postponed in `a`, and does nothing elsewhere.
    private static Do later(String id) {
        return event(id, at -> at.place().equals("a") ? keep(postpone()) : keep());
    }

    private static List<String> logOf(Pid<Event> machine) {
        return machine.call(new Log());
    }

    private void expect(StateMachine<At, Event> machine, List<Do> events, String... log) {
        var pid = node.spawn(machine);
        events.forEach(pid::send);
        assertThat(logOf(pid)).containsExactly(log);
    }

    @Nested
    class An_inserted_event {
        @Test
        void comes_before_what_waits_in_the_mailbox_in_the_order_given() {
            expect(
                    machine(),
                    List.of(stay("1", insert(stay("x")), insert(stay("y"))), stay("2")),
                    "1@a",
                    "x@a",
                    "y@a",
                    "2@a");
        }

        @Test
        void comes_before_those_inserted_earlier() {
            var x = stay("x", insert(stay("first")));
            expect(machine(), List.of(stay("1", insert(x), insert(stay("y")))), "1@a", "x@a", "first@a", "y@a");
        }

        @Test
        void comes_before_retried_and_those_before_time_outs_of_zero() {
            expect(
                    machine(),
                    List.of(
                            later("p"),
                            later("q"),
                            go("1", "b", timeout(STATE, ZERO, stay("zero")), insert(stay("x"))),
                            stay("2")),
                    "p@a",
                    "q@a",
                    "1@a",
                    "x@b",
                    "p@b",
                    "q@b",
                    "zero@b",
                    "2@b");
        }

        @Test
        void comes_before_those_that_a_later_change_gives_back() {
            var x = go("x", "c", insert(stay("y")));
            expect(machine(), List.of(later("p"), go("1", "b", insert(x))), "p@a", "1@a", "x@b", "y@c", "p@c");
        }

        @Test
        void may_be_a_request_that_nobody_waits_for() {
            var own = new Do[1];
            own[0] = event("own", _ -> keep(reply(own[0], "to nobody")));
            expect(machine(), List.of(stay("1", insert(own[0]))), "1@a", "own@a");
        }

        @Test
        void may_be_the_request_itself_that_is_answered_then() {
            var again = new Do[1];
            again[0] =
                    new Do("r", List.of(_ -> keep(insert(again[0])), at -> keep(reply(again[0], "met " + at.place()))));
            assertThat(node.spawn(machine()).call(again[0])).isEqualTo("met a");
            assertThat(log).containsExactly("r@a", "r@a");
        }
    }

    @Nested
    @Tag("#50")
    class A_postponed_event {
        @Test
        void is_retried_when_the_state_changes_before_what_waits() {
            expect(
                    machine(),
                    List.of(later("p"), later("q"), go("1", "b"), stay("2")),
                    "p@a",
                    "q@a",
                    "1@a",
                    "p@b",
                    "q@b",
                    "2@b");
        }

        @Test
        void is_not_retried_while_the_state_is_kept_repeated_or_given_another_value() {
            expect(
                    machine(),
                    List.of(
                            later("p"),
                            stay("1"),
                            event("2", at -> to(new At("a", at.value() + 1))),
                            event("3", at -> repeat(at))),
                    "p@a",
                    "1@a",
                    "2@a",
                    "3@a");
        }

        @Test
        void is_retried_at_once_when_the_transition_that_postpones_it_changes_the_state() {
            var both = event("p", at -> at.place().equals("a") ? to(new At("b", 0), postpone()) : keep());
            expect(machine(), List.of(later("o"), both), "o@a", "p@a", "o@b", "p@b");
        }

        @Test
        void may_be_postponed_again_and_keeps_its_place() {
            var p = event("p", at -> at.place().equals("c") ? keep() : keep(postpone()));
            var q = event("q", at -> at.place().equals("c") ? keep() : keep(postpone()));
            expect(
                    machine(),
                    List.of(p, q, go("1", "b"), go("2", "c")),
                    "p@a",
                    "q@a",
                    "1@a",
                    "p@b",
                    "q@b",
                    "2@b",
                    "p@c",
                    "q@c");
        }

        @Test
        void stays_a_request_that_is_answered_when_it_is_retried() {
            var asked = new Do[1];
            asked[0] =
                    event("ask", at -> at.place().equals("a") ? keep(postpone()) : keep(reply(asked[0], at.place())));
            var pid = node.spawn(machine());
            var pending = pid.ask(asked[0]);
            pid.call(new Log());
            assertThat(pending.poll()).isEmpty();
            pid.send(go("1", "b"));
            assertThat(pending.get()).isEqualTo("b");
        }

        @Test
        void may_have_been_sent_though_it_is_a_request() {
            var sent = new Do[1];
            sent[0] =
                    event("sent", at -> at.place().equals("a") ? keep(postpone()) : keep(reply(sent[0], "to nobody")));
            expect(machine(), List.of(sent[0], go("1", "b"), stay("2")), "sent@a", "1@a", "sent@b", "2@b");
        }

        @Test
        void that_is_forgotten_when_it_is_retried_is_unanswered() {
            var pid = node.spawn(machine());
            var pending = pid.ask(later("ask"));
            pid.send(go("1", "b"));
            assertThat(pending.await()).isEqualTo(new Outcome.Failed<>(new Failure.Unanswered()));
            assertThat(logOf(pid)).containsExactly("ask@a", "1@a", "ask@b");
        }

        @Test
        void may_have_come_through_another_door() {
            record Wrapped(Do inner) {}
            StateMachine<At, Object> byPlace =
                    StateMachine.of(
                            new At("a", 0),
                            (at, event) ->
                                    switch (event) {
                                        case Wrapped(var inner) when at.place().equals("b") ->
                                                keep(reply(inner, "in b"));
                                        case Wrapped _ -> keep(postpone());
                                        default -> to(new At("b", 0));
                                    });
            var wrapped = byPlace.kind(At::place);
            var pid = node.spawn(wrapped);
            var pending = pid.<Do>via(Wrapped::new).ask(stay("ask"));
            pid.send("go");
            assertThat(pending.get()).isEqualTo("in b");
        }

        @Test
        void is_not_retried_when_its_caller_has_given_up() {
            var pid = node.spawn(machine());
            var pending = pid.ask(later("ask"));
            logOf(pid);
            assertThat(pending.abandon()).isTrue();
            pid.send(go("1", "b"));
            assertThat(logOf(pid)).containsExactly("ask@a", "1@a");
        }

        @Test
        void fails_its_caller_when_the_machine_ends() {
            var pid = node.spawn(machine());
            var pending = pid.ask(later("ask"));
            pid.stop();
            assertThat(pending.await()).isEqualTo(new Outcome.Failed<>(new Failure.Exited(new Normal())));
        }

        @Test
        void does_not_count_when_its_caller_has_given_up() {
            var pid = node.spawn(machine().postponing(2));
            var given = List.of(pid.ask(later("p")), pid.ask(later("q")));
            logOf(pid);
            given.forEach(Pending::abandon);
            pid.ask(later("r"));
            pid.send(go("1", "b"));
            assertThat(logOf(pid)).containsExactly("p@a", "q@a", "r@a", "1@a", "r@b");
        }

        @Test
        void is_one_of_at_most_so_many() {
            var pid = node.spawn(machine().postponing(2).resuming());
            pid.send(later("p"));
            pid.send(later("q"));
            assertThatThrownBy(() -> pid.call(later("r"))).hasStackTraceContaining("2 events are postponed");
            pid.send(go("1", "b"));
            assertThat(logOf(pid)).containsExactly("p@a", "q@a", "r@a", "1@a", "p@b", "q@b");
        }
    }

    @Nested
    class A_time_out_of_zero {
        @Test
        void comes_before_the_mailbox_in_the_order_of_the_starts() {
            expect(
                    machine(),
                    List.of(
                            stay(
                                    "1",
                                    timeout(Timeout.named("n"), ZERO, stay("named")),
                                    timeout(STATE, ZERO, stay("state"))),
                            stay("2")),
                    "1@a",
                    "named@a",
                    "state@a",
                    "2@a");
        }

        @Test
        void of_which_several_are_named_counts_where_the_last_stands() {
            expect(
                    machine(),
                    List.of(
                            stay(
                                    "1",
                                    timeout(STATE, ZERO, stay("lost")),
                                    timeout(Timeout.named("n"), ZERO, stay("named")),
                                    timeout(STATE, ZERO, stay("state")))),
                    "1@a",
                    "named@a",
                    "state@a");
        }

        @Test
        void for_silence_is_ended_by_any_event_an_inserted_one_too() {
            expect(
                    machine(),
                    List.of(stay("1", timeout(EVENT, ZERO, stay("silence")), insert(stay("x"))), stay("2")),
                    "1@a",
                    "x@a",
                    "2@a");
        }

        @Test
        void for_silence_comes_when_nothing_is_inserted_or_retried() {
            expect(
                    machine(),
                    List.of(stay("1", timeout(EVENT, ZERO, stay("silence"))), stay("2")),
                    "1@a",
                    "silence@a",
                    "2@a");
        }

        @Test
        void for_silence_is_ended_by_a_retried_event() {
            expect(
                    machine(),
                    List.of(later("p"), go("1", "b", timeout(EVENT, ZERO, stay("silence")))),
                    "p@a",
                    "1@a",
                    "p@b");
        }

        @Test
        void for_silence_is_ended_by_another_time_out_of_zero() {
            expect(
                    machine(),
                    List.of(stay("1", timeout(STATE, ZERO, stay("state")), timeout(EVENT, ZERO, stay("silence")))),
                    "1@a",
                    "state@a");
        }

        @Test
        void of_the_state_is_ended_by_a_change_and_a_named_one_is_not() {
            expect(
                    machine(),
                    List.of(
                            stay(
                                    "1",
                                    timeout(STATE, ZERO, stay("state")),
                                    timeout(Timeout.named("n"), ZERO, stay("named")),
                                    insert(go("x", "b")))),
                    "1@a",
                    "x@a",
                    "named@b");
        }

        @Test
        void may_be_cancelled_and_updated_before_it_comes() {
            expect(
                    machine(),
                    List.of(
                            stay(
                                    "1",
                                    timeout(STATE, ZERO, stay("state")),
                                    timeout(Timeout.named("n"), ZERO, stay("named")),
                                    insert(stay("x", cancel(STATE), update(Timeout.named("n"), stay("other")))))),
                    "1@a",
                    "x@a",
                    "other@a");
        }

        @Test
        void comes_of_an_update_of_one_that_does_not_run() {
            expect(machine(), List.of(stay("1", update(STATE, stay("state"))), stay("2")), "1@a", "state@a", "2@a");
        }

        @Test
        void that_is_started_by_another_comes_after_those_that_are_due() {
            expect(
                    machine(),
                    List.of(
                            stay(
                                    "1",
                                    timeout(STATE, ZERO, stay("s", timeout(STATE, ZERO, stay("s2")))),
                                    timeout(Timeout.named("n"), ZERO, stay("named")))),
                    "1@a",
                    "s@a",
                    "named@a",
                    "s2@a");
        }
    }

    @Nested
    class The_enter_call {
        private StateMachine<At, Event> entering() {
            return machine().entering(StateMachineTest.this::enter);
        }

        private StateMachine<At, Event> entering(Enter<At, Event> then) {
            return machine()
                    .entering((at, before) -> {
                        StateMachineTest.this.enter(at, before);
                        return then.enter(at, before);
                    });
        }

        @Test
        void is_made_at_the_start_and_at_each_change() {
            expect(
                    entering(),
                    List.of(stay("1"), go("2", "b"), go("3", "a")),
                    ">a(a)",
                    "1@a",
                    "2@a",
                    ">b(a)",
                    "3@b",
                    ">a(b)");
        }

        @Test
        void is_not_made_for_a_new_value_and_is_made_for_a_repeat() {
            expect(
                    entering(),
                    List.of(event("1", _ -> to(new At("a", 7))), event("2", at -> repeat(at))),
                    ">a(a)",
                    "1@a",
                    "2@a",
                    ">a(a)");
        }

        @Test
        void comes_before_inserted_and_retried_events() {
            expect(
                    entering(),
                    List.of(later("p"), go("1", "b", insert(stay("x")))),
                    ">a(a)",
                    "p@a",
                    "1@a",
                    ">b(a)",
                    "x@b",
                    "p@b");
        }

        @Test
        void may_repeat_itself_with_the_same_state_before() {
            expect(
                    entering((at, _) ->
                            at.place().equals("b") && at.value() < 2 ? repeat(new At("b", at.value() + 1)) : keep()),
                    List.of(go("1", "b")),
                    ">a(a)",
                    "1@a",
                    ">b(a)",
                    ">b(a)",
                    ">b(a)");
        }

        @Test
        void adds_its_time_outs_after_those_of_the_event_and_of_one_the_last_counts() {
            expect(
                    entering((at, _) ->
                            at.place().equals("b") ? keep(timeout(STATE, ZERO, stay("of the entry"))) : keep()),
                    List.of(
                            go(
                                    "1",
                                    "b",
                                    timeout(STATE, ZERO, stay("of the event")),
                                    timeout(Timeout.named("n"), ZERO, stay("named")))),
                    ">a(a)",
                    "1@a",
                    ">b(a)",
                    "named@b",
                    "of the entry@b");
        }

        @Test
        void comes_after_the_replies_of_the_event() {
            var pid =
                    node.spawn(
                            entering((at, _) -> {
                                if (at.place().equals("b")) {
                                    throw new IllegalStateException("cannot enter");
                                }
                                return keep();
                            }));
            var asked = new Do[1];
            asked[0] = event("ask", _ -> to(new At("b", 0), reply(asked[0], "answered")));
            assertThat(pid.call(asked[0])).isEqualTo("answered");
            assertThat(pid.await()).isInstanceOf(ExitReason.Crashed.class);
        }

        @Test
        void must_not_change_the_state_postpone_or_insert() {
            refuses((_, _) -> to(new At("c", 0)), "went to another state");
            refuses((_, _) -> keep(postpone()), "must not postpone");
            refuses((_, _) -> keep(insert(stay("x"))), "must not insert");
        }

        private void refuses(Enter<At, Event> wrong, String why) {
            var pid = node.spawn(entering((at, before) -> at.place().equals("b") ? wrong.enter(at, before) : keep()));
            pid.send(go("1", "b"));
            assertThat(pid.await())
                    .isInstanceOfSatisfying(
                            ExitReason.Crashed.class, crash -> assertThat(crash.cause()).hasMessageContaining(why));
        }
    }

    @Nested
    class The_start {
        @Test
        void performs_its_effects_before_the_first_enter_call_and_inserts_before_any_message() {
            var first =
                    machine()
                            .entering(StateMachineTest.this::enter)
                            .starting(act(_ -> log.add("act")), insert(stay("x")), timeout(STATE, ZERO, stay("zero")));
            expect(first, List.of(stay("1")), "act", ">a(a)", "x@a", "zero@a", "1@a");
        }

        @Test
        void whose_inserted_event_fails_does_not_fail_who_has_asked_meanwhile() {
            var helper = node.spawn(Server.of(Doer::new));
            var asked = new AtomicReference<Pending<List<String>>>();
            var bad =
                    event(
                            "bad",
                            _ -> {
                                throw new IllegalStateException("bad");
                            });
            node.spawn(
                    machine()
                            .resuming()
                            .starting(
                                    act(self -> {
                                        var machine = self.pid();
                                        helper.call(
                                                new Doer.Do<>(_ -> {
                                                    asked.set(machine.ask(new Log()));
                                                    return true;
                                                }));
                                    }),
                                    insert(bad)));
            assertThat(asked.get().get()).containsExactly("bad@a");
        }

        @Test
        void fails_with_the_enter_call() {
            assertThatThrownBy(() ->
                            node.spawn(
                                    machine()
                                            .entering((_, _) -> {
                                                throw new IllegalStateException("no entry");
                                            })))
                    .isInstanceOf(StartFailed.class)
                    .hasStackTraceContaining("no entry");
        }

        @Test
        void has_no_event_to_postpone() {
            assertThatThrownBy(() -> node.spawn(machine().starting(postpone())))
                    .isInstanceOf(StartFailed.class)
                    .hasStackTraceContaining("no event at the start");
        }
    }

    @Nested
    class Effects {
        @Test
        void answer_what_was_deferred_in_another_state() {
            var asked = new Do[1];
            asked[0] = event("ask", _ -> keep(defer(asked[0])));
            var pid = node.spawn(machine());
            var pending = pid.ask(asked[0]);
            logOf(pid);
            assertThat(pending.poll()).isEmpty();
            pid.send(go("1", "b", reply(asked[0], "late, but there")));
            assertThat(pending.get()).isEqualTo("late, but there");
        }

        @Test
        void may_defer_what_a_wrap_has_made_which_nobody_waits_for() {
            var pid = node.spawn(machine());
            var made = event("made", _ -> keep(defer(MADE.get()), reply(MADE.get(), "to nobody")));
            MADE.set(made);
            var wrapped = pid.<Log>via(_ -> made).ask(new Log());
            assertThat(wrapped.await()).isEqualTo(new Outcome.Failed<>(new Failure.Unanswered()));
            assertThat(logOf(pid)).containsExactly("made@a");
        }

        private static final AtomicReference<Do> MADE = new AtomicReference<>();

        @Test
        void may_defer_and_answer_what_was_only_sent() {
            var sent = stay("sent");
            expect(
                    machine(),
                    List.of(
                            event("sent", _ -> keep()),
                            stay("1", send(node.spawn(Agent.of(0)), new Agent.Update<>(n -> n)))),
                    "sent@a",
                    "1@a");
            var pid = node.spawn(machine());
            var deferred = new Do[1];
            deferred[0] = event("d", _ -> keep(defer(deferred[0])));
            pid.send(deferred[0]);
            pid.send(stay("2", reply(deferred[0], "to nobody")));
            assertThat(logOf(pid)).endsWith("d@a", "2@a");
            assertThat(sent.id()).isEqualTo("sent");
        }

        @Test
        void stop_after_those_before_them_and_leave_the_others_undone() {
            var asked = new Do[1];
            asked[0] =
                    event(
                            "ask",
                            _ ->
                                    to(
                                            new At("z", 9),
                                            reply(asked[0], "bye"),
                                            stop(new ExitReason.Shutdown("enough")),
                                            act(_ -> log.add("never"))));
            var pid =
                    node.spawn(
                            machine()
                                    .entering(StateMachineTest.this::enter)
                                    .ending((at, reason) -> log.add("end " + at + " " + reason)));
            assertThat(pid.call(asked[0])).isEqualTo("bye");
            assertThat(pid.await()).isEqualTo(new ExitReason.Shutdown("enough"));
            assertThat(log)
                    .containsExactly(">a(a)", "ask@a", "end At[place=z, value=9] " + new ExitReason.Shutdown("enough"));
        }

        @Test
        void left_out_leave_a_request_unanswered() {
            assertThatThrownBy(() -> node.spawn(machine()).call(stay("ask")))
                    .isInstanceOfSatisfying(
                            CallFailed.class,
                            failed -> assertThat(failed.failure()).isEqualTo(new Failure.Unanswered()));
        }

        @Test
        void do_not_start_a_time_out_in_the_past() {
            assertThatThrownBy(() -> timeout(STATE, Duration.ofNanos(-1), stay("x")))
                    .hasMessageContaining("must not start in the past");
        }

        @Test
        void let_an_endless_chain_be_ended() {
            var endless = new Do[1];
            endless[0] = event("endless", _ -> keep(insert(endless[0])));
            var quiet =
                    StateMachine.of(new At("a", 0), (At at, Event event) -> ((Do) event).each().getFirst().apply(at));
            var pid = node.spawn(quiet);
            pid.send(endless[0]);
            pid.exit(new ExitReason.Shutdown("stop it"));
            assertThat(pid.await()).isEqualTo(new ExitReason.Shutdown("stop it"));
        }
    }

    @Nested
    @Tag("#75")
    class A_failure {
        private Function<At, Transition<At, Event>> boom() {
            return _ -> {
                throw new IllegalArgumentException("boom");
            };
        }

        @Test
        void crashes_the_machine() {
            var pid = node.spawn(machine());
            assertThatThrownBy(() -> pid.call(event("ask", boom()))).hasRootCauseMessage("boom");
            assertThat(pid.await()).isInstanceOf(ExitReason.Crashed.class);
        }

        @Test
        void that_is_recovered_from_leaves_state_queues_and_time_outs() {
            var pid = node.spawn(machine().resuming());
            pid.send(later("p"));
            Effect<Event> failing =
                    act(_ -> {
                        throw new IllegalArgumentException("boom");
                    });
            var half = go("half", "b", insert(stay("x")), timeout(STATE, ZERO, stay("zero")), failing);
            assertThatThrownBy(() -> pid.call(half)).hasRootCauseMessage("boom");
            assertThat(logOf(pid)).containsExactly("p@a", "half@a");
            pid.send(go("1", "b"));
            assertThat(logOf(pid)).containsExactly("p@a", "half@a", "1@a", "p@b");
        }

        @Test
        void that_is_recovered_from_fails_the_request_that_its_event_had_deferred_and_no_other() {
            var pid = node.spawn(machine().resuming());
            var earlier = new Do[1];
            earlier[0] = event("earlier", _ -> keep(defer(earlier[0])));
            var waiting = pid.ask(earlier[0]);
            Effect<Event> failing = act(_ -> boom().apply(new At("a", 0)));
            var half = new Do[1];
            half[0] = event("half", _ -> keep(defer(earlier[0]), defer(half[0]), failing));
            assertThatThrownBy(() -> pid.within(Duration.ofSeconds(30)).call(half[0])).hasRootCauseMessage("boom");
            assertThat(waiting.poll()).isEmpty();
            pid.send(stay("2", reply(earlier[0], "fine")));
            assertThat(waiting.get()).isEqualTo("fine");
        }

        @Test
        void that_is_recovered_from_fails_the_retried_request_that_was_deferred_then() {
            var pid = node.spawn(machine().resuming());
            Effect<Event> failing = act(_ -> boom().apply(new At("b", 0)));
            var p = new Do[1];
            p[0] = new Do("p", List.of(_ -> keep(postpone()), _ -> keep(defer(p[0]), failing)));
            var retried = pid.within(Duration.ofSeconds(30)).ask(p[0]);
            pid.send(go("1", "b"));
            assertThatThrownBy(retried::get).hasRootCauseMessage("boom");
            assertThat(logOf(pid)).containsExactly("p@a", "1@a", "p@b");
        }

        @Test
        void of_a_retried_request_fails_its_caller_and_not_the_one_that_changed_the_state() {
            var pid = node.spawn(machine().resuming());
            var p = new Do("p", List.of(_ -> keep(postpone()), boom()));
            var retried = pid.ask(p);
            var change = new Do[1];
            change[0] = event("1", _ -> to(new At("b", 0), defer(change[0])));
            var changing = pid.ask(change[0]);
            assertThatThrownBy(retried::get).hasRootCauseMessage("boom");
            assertThat(changing.poll()).isEmpty();
            pid.send(stay("2", reply(change[0], "fine")));
            assertThat(changing.get()).isEqualTo("fine");
        }

        @Test
        void may_stop_it_in_order_or_escalate() {
            var stopped = node.spawn(machine().recovery(_ -> Recovery.STOP));
            stopped.send(event("x", boom()));
            assertThat(stopped.await()).isInstanceOf(ExitReason.Shutdown.class);
            var escalated = node.spawn(machine().recovery(_ -> Recovery.ESCALATE));
            escalated.send(event("x", boom()));
            assertThat(escalated.await().escalates()).isTrue();
        }
    }

    @Nested
    class States_as_methods {
        sealed interface Light {
            Transition<Light, Go> on(Go event);
        }

        record Go() implements Call<Go, Done> {}

        record Red() implements Light {
            @Override
            public Transition<Light, Go> on(Go event) {
                return to(new Green(), done(event));
            }
        }

        record Green() implements Light {
            @Override
            public Transition<Light, Go> on(Go event) {
                return keep(stop(new Normal()));
            }
        }

        @Test
        void are_the_same_machine() {
            assertThat(new Red().on(new Go())).isInstanceOf(Transition.To.class);
            var pid = node.spawn(StateMachine.<Light, Go>of(new Red(), Light::on));
            assertThat(pid.call(new Go())).isEqualTo(Done.DONE);
            pid.send(new Go());
            assertThat(pid.await()).isEqualTo(new Normal());
        }
    }
}
