package dev.coppice.conformance.laws;

import static dev.coppice.conformance.laws.Lab.failure;
import static dev.coppice.conformance.laws.Lab.millis;
import static dev.coppice.conformance.laws.Lab.seconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.conformance.laws.Talk.Ask;
import dev.coppice.conformance.laws.Talk.Do;
import dev.coppice.conformance.laws.Talk.Note;
import dev.coppice.kernel.DeadLetter;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Mailbox;
import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Self;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/// A request carries its deadline: who receives it sees what is left, and one whose time is over is not handled.
@Tag("#39")
class DeadlinesTest {

    @Nested
    class An_expired_request {
        @Laws
        void is_not_handled_but_dead_lettered_with_its_caller(Lab lab) {
            var letters = lab.<NodeEvent>probe();
            lab.node().subscribe(NodeEvent.Undelivered.class, letters);
            var handled = lab.<Talk>probe();
            var gate = lab.gate();
            var pid = lab.stuckAt(gate, Talk.server((message, _) -> handled.send(message)));
            var caller = lab.puppet();
            var told = lab.<Failure>probe();
            caller.send(new Do(_ -> told.send(failure(() -> pid.within(millis(5)).call(new Ask("too late"))))));
            assertThat(told.expect(Failure.class)).isInstanceOf(Failure.TimedOut.class);
            gate.open();
            pid.send(new Note("next"));
            handled.expectEqual(new Note("next"));
            var letter = letters.expect(NodeEvent.Undelivered.class).letter();
            assertThat(letter)
                    .isEqualTo(
                            new DeadLetter(
                                    pid, new Ask("too late"), new DeadLetter.Reason.Expired(), Optional.of(caller)));
            assertThat(lab.node().counters().lateReplies()).isZero();
            assertThat(lab.node().counters().unaccounted()).isZero();
        }

        @Laws
        void is_not_handled_by_a_loop_either(Lab lab) {
            var handled = lab.<Talk>probe();
            var gate = lab.gate();
            var pid =
                    lab.node()
                            .spawn((Self<Talk> self) -> {
                                handled.send(self.receive());
                                gate.pass();
                                handled.send(self.receive());
                            });
            pid.send(new Note("first"));
            handled.expectEqual(new Note("first"));
            assertThat(failure(() -> pid.within(millis(5)).call(new Ask("too late"))))
                    .isInstanceOf(Failure.TimedOut.class);
            pid.send(new Note("second"));
            gate.open();
            handled.expectEqual(new Note("second"));
            lab.gone(pid);
            assertThat(lab.node().counters().deadLetters()).isEqualTo(Map.of("Expired", 1L));
            assertThat(lab.node().counters().unaccounted()).isZero();
        }

        @Laws
        void makes_room_in_a_bounded_mailbox(Lab lab) {
            var handled = lab.<Talk>probe();
            var gate = lab.gate();
            var pid =
                    lab.stuckAt(gate, Talk.server((message, _) -> handled.send(message)).mailbox(Mailbox.rejecting(1)));
            assertThat(failure(() -> pid.within(millis(5)).call(new Ask("too late"))))
                    .isInstanceOf(Failure.TimedOut.class);
            gate.open();
            lab.puppet().call(new Talk.Sync());
            for (var offered = pid.offer(new Note("x"));
                    offered instanceof dev.coppice.kernel.Offer.Full;
                    offered = pid.offer(new Note("x"))) {
                lab.puppet().call(new Talk.Sync());
            }
            handled.expectEqual(new Note("x"));
        }

        @Laws
        void one_that_was_given_up_before_its_time_is_still_handled(Lab lab) {
            var handled = lab.<Talk>probe();
            var gate = lab.gate();
            var pid = lab.stuckAt(gate, Talk.server((message, _) -> handled.send(message)));
            pid.ask(new Ask("never mind")).abandon();
            gate.open();
            handled.expectEqual(new Ask("never mind"));
        }
    }

    @Nested
    class What_is_left {
        @Laws(Laws.On.SEEDED)
        void is_what_the_caller_will_still_wait(Lab lab) {
            var left = lab.<List<Optional<Duration>>>probe();
            var pid =
                    lab.node()
                            .spawn(
                                    Talk.server((message, self) -> {
                                        if (message instanceof Ask ask) {
                                            var first = self.remaining();
                                            self.receive(Note.class, seconds(3));
                                            left.send(List.of(first, self.remaining()));
                                            self.reply(ask, "ok");
                                        }
                                    }));
            var pending = pid.within(seconds(10)).ask(new Ask("x"));
            left.expectEqual(List.of(Optional.of(seconds(10)), Optional.of(seconds(7))));
            assertThat(pending.get()).isEqualTo("ok");
        }

        @Laws
        void can_be_handed_on_to_the_next(Lab lab) {
            var gate = lab.gate();
            var stuck = lab.stuckAt(gate, Talk.echo());
            var middle =
                    lab.node()
                            .spawn(
                                    Talk.server((message, self) -> {
                                        if (message instanceof Ask ask) {
                                            var within = stuck.within(self.remaining().orElseThrow());
                                            self.reply(
                                                    ask,
                                                    "" + failure(() -> within.call(ask)).getClass().getSimpleName());
                                        }
                                    }));
            var before = lab.elapsed();
            middle.within(millis(50)).ask(new Ask("x")).await();
            if (lab.isSeeded()) {
                assertThat(lab.elapsed().minus(before)).isEqualTo(millis(50));
            }
            gate.open();
            assertThat(stuck.call(new Ask("on"))).isEqualTo("on");
        }

        @Laws
        void is_nothing_for_a_message(Lab lab) {
            var left = lab.<Optional<Duration>>probe();
            lab.puppet().send(new Do(self -> left.send(self.remaining())));
            left.expectEqual(Optional.empty());
        }
    }
}
