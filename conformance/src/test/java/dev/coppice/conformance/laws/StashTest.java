package dev.coppice.conformance.laws;

import static dev.coppice.conformance.laws.Lab.failure;
import static dev.coppice.conformance.laws.Lab.millis;
import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.conformance.laws.Talk.Ask;
import dev.coppice.conformance.laws.Talk.Mark;
import dev.coppice.conformance.laws.Talk.Note;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Mailbox;
import dev.coppice.kernel.Recipe;
import dev.coppice.kernel.Self;
import dev.coppice.testkit.Probe;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;

/// The bounded stash: what cannot be handled yet waits with its caller, in its order.
@Tag("#50")
class StashTest {
    private static final Note OPEN = new Note("open");

    /// Puts everything aside until it is told `open`; then answers questions and tells the probe the rest.
    private static Recipe<Talk> shut(Probe<Talk> probe) {
        var open = new boolean[1];
        return Talk.server((message, self) -> {
            if (message.equals(OPEN)) {
                open[0] = true;
                self.unstash();
            } else if (!open[0]) {
                self.stash(message);
            } else {
                handle(message, self, probe);
            }
        });
    }

    private static void handle(Talk message, Self<Talk> self, Probe<Talk> probe) {
        probe.send(message);
        if (message instanceof Ask ask) {
            self.reply(ask, ask.text());
        }
    }

    @Laws
    void comes_back_oldest_first_before_all_that_waits(Lab lab) {
        var probe = lab.<Talk>probe();
        var gate = lab.gate();
        var pid = lab.node().spawn(shut(probe));
        pid.send(new Mark(1));
        pid.send(new Mark(2));
        lab.stick(gate, pid);
        pid.send(OPEN);
        pid.send(new Mark(3));
        gate.open();
        probe.expectEqual(new Mark(1));
        probe.expectEqual(new Mark(2));
        probe.expectEqual(new Mark(3));
        probe.expectNothing(millis(10));
        assertThat(lab.node().counters().unaccounted()).isZero();
    }

    @Laws
    void keeps_the_caller_waiting_until_the_answer(Lab lab) {
        var pid = lab.node().spawn(shut(lab.probe()));
        var asked = pid.ask(new Ask("later"));
        pid.call(new Talk.Sync());
        assertThat(asked.poll()).isEmpty();
        pid.send(OPEN);
        assertThat(asked.get()).isEqualTo("later");
    }

    @Laws
    void what_is_put_aside_waits_in_the_ledger(Lab lab) {
        var pid = lab.node().spawn(shut(lab.probe()));
        pid.send(new Mark(1));
        pid.ask(new Ask("x"));
        pid.call(new Talk.Sync());
        var counters = lab.node().counters();
        assertThat(counters.waiting()).isEqualTo(2);
        assertThat(counters.unaccounted()).isZero();
        assertThat(pid.info().queued()).isEqualTo(2);
    }

    @Laws
    void dies_with_its_actor_and_callers_learn_the_cause(Lab lab) {
        var pid = lab.node().spawn(shut(lab.probe()));
        pid.send(new Mark(1));
        var asked = pid.ask(new Ask("x"));
        pid.send(new Talk.Crashing("oh"));
        assertThat(failure(asked::get))
                .isInstanceOfSatisfying(
                        Failure.Exited.class,
                        exited -> assertThat(exited.reason()).isInstanceOf(ExitReason.Crashed.class));
        lab.gone(pid);
        assertThat(lab.node().counters().deadLetters()).isEqualTo(Map.of("Died", 2L));
        assertThat(lab.node().counters().unaccounted()).isZero();
    }

    @Laws
    void has_a_bound_and_says_so(Lab lab) {
        var pid = lab.node().spawn(shut(lab.probe()).mailbox(Mailbox.unbounded().stash(2)));
        pid.send(new Mark(1));
        pid.send(new Mark(2));
        pid.send(new Mark(3));
        assertThat(lab.gone(pid))
                .isInstanceOfSatisfying(
                        ExitReason.Crashed.class,
                        crashed -> assertThat(crashed.cause()).hasMessageContaining("is full, with 2 messages"));
        assertThat(lab.node().counters().unaccounted()).isZero();
    }

    @Laws
    void gives_room_in_a_bounded_mailbox_and_takes_it_back(Lab lab) {
        var probe = lab.<Talk>probe();
        var pid = lab.node().spawn(shut(probe).mailbox(Mailbox.blocking(1)));
        pid.send(new Mark(1));
        pid.send(new Mark(2));
        pid.send(new Mark(3));
        pid.send(OPEN);
        pid.send(new Mark(4));
        for (int n = 1; n <= 4; n++) {
            probe.expectEqual(new Mark(n));
        }
        probe.expectNothing(millis(10));
        assertThat(lab.node().counters().unaccounted()).isZero();
    }

    @Laws
    void works_for_a_loop_and_for_what_was_received_before_the_last(Lab lab) {
        var seen = lab.<List<Talk>>probe();
        var pid =
                lab.node()
                        .spawn((Self<Talk> self) -> {
                            var first = self.receive();
                            var second = self.receive();
                            self.stash(first);
                            self.stash(second);
                            self.pid().send(new Mark(7));
                            assertThat(self.unstash()).isEqualTo(2);
                            assertThat(self.unstash()).isZero();
                            seen.send(List.of(self.receive(), self.receive(), self.receive()));
                            self.reply((Ask) first, "done");
                        });
        var asked = pid.ask(new Ask("first"));
        pid.send(new Note("second"));
        seen.expectEqual(List.of(new Ask("first"), new Note("second"), new Mark(7)));
        assertThat(asked.get()).isEqualTo("done");
        lab.gone(pid);
        assertThat(lab.node().counters().unaccounted()).isZero();
    }

    @Laws
    void an_urgent_message_still_comes_first(Lab lab) {
        var probe = lab.<Talk>probe();
        var pid = lab.node().spawn(shut(probe).mailbox(Mailbox.unbounded().urgent(Ask.class)));
        pid.send(new Mark(1));
        pid.call(new Talk.Sync());
        var gate = lab.gate();
        lab.stick(gate, pid);
        pid.send(OPEN);
        pid.send(new Mark(2));
        gate.open();
        probe.expectEqual(new Mark(1));
        probe.expectEqual(new Mark(2));
        assertThat(pid.call(new Ask("x"))).isEqualTo("x");
    }
}
