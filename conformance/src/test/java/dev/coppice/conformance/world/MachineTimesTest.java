package dev.coppice.conformance.world;

import static dev.coppice.otp.Timeout.EVENT;
import static dev.coppice.otp.Timeout.STATE;
import static dev.coppice.otp.Transition.cancel;
import static dev.coppice.otp.Transition.keep;
import static dev.coppice.otp.Transition.postpone;
import static dev.coppice.otp.Transition.repeat;
import static dev.coppice.otp.Transition.reply;
import static dev.coppice.otp.Transition.timeout;
import static dev.coppice.otp.Transition.to;
import static dev.coppice.otp.Transition.update;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.Pid;
import dev.coppice.otp.StateMachine;
import dev.coppice.otp.Timeout;
import dev.coppice.otp.Transition;
import dev.coppice.otp.Transition.Effect;
import dev.coppice.testkit.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The time-outs of state machines, in virtual time. The states are the letters, the events say what to do.
@Tag("#56")
class MachineTimesTest {
    record Do(String id, Function<String, Transition<String, Do>> what) implements Call<Do, String> {}

    private static final Timeout NAMED = Timeout.named("named");

    private final World world = World.seeded(7);
    private final List<String> log = new ArrayList<>();
    private Pid<Do> machine;

    @BeforeEach
    void start() {
        machine = world.node().spawn(StateMachine.of("a", this::on).kind(Function.identity()));
    }

    @AfterEach
    void close() {
        world.close();
    }

    private Transition<String, Do> on(String state, Do event) {
        log.add(event.id() + "@" + state + " " + world.elapsed().toMillis());
        return event.what().apply(state);
    }

    @SafeVarargs
    private void stay(String id, Effect<Do>... effects) {
        machine.send(event(id, effects));
        world.settle();
    }

    @SafeVarargs
    private void go(String id, String next, Effect<Do>... effects) {
        machine.send(new Do(id, _ -> to(next, effects)));
        world.settle();
    }

    @SafeVarargs
    private static Do event(String id, Effect<Do>... effects) {
        return new Do(id, _ -> keep(effects));
    }

    private void pass(int seconds) {
        world.advance(ofSeconds(seconds));
    }

    @Nested
    class The_event_time_out {
        @Test
        void comes_after_silence() {
            stay("1", timeout(EVENT, ofSeconds(3), event("silence")));
            pass(2);
            assertThat(log).containsExactly("1@a 0");
            pass(9);
            assertThat(log).containsExactly("1@a 0", "silence@a 3000");
        }

        @Test
        void is_ended_by_any_event_and_does_not_start_again_by_itself() {
            stay("1", timeout(EVENT, ofSeconds(3), event("silence")));
            pass(2);
            stay("2");
            pass(9);
            assertThat(log).containsExactly("1@a 0", "2@a 2000");
        }

        @Test
        void is_ended_by_another_time_out() {
            stay("1", timeout(EVENT, ofSeconds(3), event("silence")), timeout(NAMED, ofSeconds(2), event("named")));
            pass(9);
            assertThat(log).containsExactly("1@a 0", "named@a 2000");
        }

        /// It is withdrawn, so that no stale notice can be taken for a new one.
        @Test
        void that_is_in_the_mailbox_already_is_ended_by_the_event_before_it() {
            stay("1", timeout(NAMED, ofSeconds(3), event("named")), timeout(EVENT, ofSeconds(3), event("silence")));
            world.leap(ofSeconds(4));
            pass(1);
            assertThat(log).hasSize(2).last().asString().startsWith("named@a");
        }
    }

    @Nested
    class The_state_time_out {
        @Test
        void survives_events_new_values_and_repeats() {
            stay("1", timeout(STATE, ofSeconds(3), event("state")));
            pass(1);
            go("2", "a");
            machine.send(new Do("3", state -> repeat(state)));
            pass(9);
            assertThat(log).containsExactly("1@a 0", "2@a 1000", "3@a 1000", "state@a 3000");
        }

        @Test
        void is_ended_by_a_change_and_not_by_the_way_back() {
            stay("1", timeout(STATE, ofSeconds(3), event("state")));
            go("2", "b");
            go("3", "a");
            pass(9);
            assertThat(log).containsExactly("1@a 0", "2@a 0", "3@b 0");
        }

        @Test
        void that_is_in_the_mailbox_already_is_ended_by_a_change() {
            stay(
                    "1",
                    timeout(NAMED, ofSeconds(3), new Do("named", _ -> to("b"))),
                    timeout(STATE, ofSeconds(3), event("state")));
            world.leap(ofSeconds(4));
            pass(9);
            assertThat(log).hasSize(2).last().asString().startsWith("named@a");
        }

        @Test
        void that_is_in_the_mailbox_already_may_be_given_another_event() {
            stay(
                    "1",
                    timeout(NAMED, ofSeconds(3), event("named", update(STATE, event("other")))),
                    timeout(STATE, ofSeconds(3), event("state")));
            world.leap(ofSeconds(4));
            pass(9);
            assertThat(log).hasSize(3).last().asString().startsWith("other@a");
        }

        @Test
        void that_starts_with_a_change_belongs_to_the_new_state() {
            go("1", "b", timeout(STATE, ofSeconds(3), event("state")));
            pass(9);
            assertThat(log).containsExactly("1@a 0", "state@b 3000");
        }
    }

    @Nested
    class A_named_time_out {
        @Test
        void survives_changes_and_there_may_be_several() {
            stay(
                    "1",
                    timeout(NAMED, ofSeconds(3), event("named")),
                    timeout(Timeout.named("other"), ofSeconds(2), event("other")));
            go("2", "b");
            pass(9);
            assertThat(log).containsExactly("1@a 0", "2@a 0", "other@b 2000", "named@b 3000");
        }

        @Test
        void starts_again_in_place_of_itself() {
            stay("1", timeout(NAMED, ofSeconds(3), event("first")));
            pass(2);
            stay("2", timeout(NAMED, ofSeconds(3), event("second")));
            pass(9);
            assertThat(log).containsExactly("1@a 0", "2@a 2000", "second@a 5000");
        }

        @Test
        void of_zero_that_is_armed_again_leaves_no_stray_event() {
            var again = event("again", timeout(NAMED, ofSeconds(1), event("second")));
            stay("1", timeout(STATE, Duration.ZERO, again), timeout(NAMED, Duration.ZERO, event("first")));
            pass(9);
            assertThat(log).containsExactly("1@a 0", "again@a 0", "second@a 1000");
        }

        @Test
        void is_cancelled_for_good() {
            stay("1", timeout(NAMED, ofSeconds(3), event("named")));
            stay("2", cancel(NAMED));
            stay("3", cancel(NAMED), cancel(Timeout.named("never started")));
            pass(9);
            assertThat(log).containsExactly("1@a 0", "2@a 0", "3@a 0");
        }

        @Test
        void keeps_its_time_when_it_is_given_another_event() {
            stay("1", timeout(NAMED, ofSeconds(3), event("first")));
            pass(2);
            stay("2", update(NAMED, event("second")));
            pass(9);
            assertThat(log).containsExactly("1@a 0", "2@a 2000", "second@a 3000");
        }
    }

    @Nested
    @Tag("#50")
    class A_postponed_call {
        @Test
        void fails_at_its_callers_time_out_and_is_not_retried() {
            var patient = machine.ask(new Do("patient", this::orPostpone));
            var hasty = machine.within(ofSeconds(1)).ask(new Do("hasty", this::orPostpone));
            pass(2);
            assertThat(hasty.poll())
                    .hasValueSatisfying(outcome ->
                            assertThat(outcome)
                                    .isInstanceOfSatisfying(
                                            Outcome.Failed.class,
                                            failed -> assertThat(failed.why()).isInstanceOf(Failure.TimedOut.class)));
            assertThat(patient.poll()).isEmpty();
            go("1", "b");
            assertThat(log).containsExactly("patient@a 0", "hasty@a 0", "1@a 2000", "patient@b 2000");
            assertThat(patient.poll())
                    .hasValueSatisfying(outcome -> assertThat(outcome).isInstanceOf(Outcome.Failed.class));
        }

        private Transition<String, Do> orPostpone(String state) {
            return state.equals("a") ? keep(postpone()) : keep();
        }
    }

    @Nested
    class A_machine {
        @Test
        void leaves_no_timer_behind() {
            var asked = new Do[1];
            asked[0] = new Do("ask", _ -> keep(reply(asked[0], "yes"), timeout(NAMED, ofSeconds(3), event("named"))));
            assertThat(machine.call(asked[0])).isEqualTo("yes");
            assertThat(world.node().counters().timers()).isEqualTo(1);
            machine.stop();
            world.settle();
            assertThat(world.node().counters().timers()).isZero();
        }
    }
}
