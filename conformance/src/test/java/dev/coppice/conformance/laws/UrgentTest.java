package dev.coppice.conformance.laws;

import static dev.coppice.conformance.laws.Lab.millis;
import static dev.coppice.conformance.laws.Talk.server;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.coppice.conformance.laws.Talk.Ask;
import dev.coppice.conformance.laws.Talk.Do;
import dev.coppice.conformance.laws.Talk.Mark;
import dev.coppice.conformance.laws.Talk.Note;
import dev.coppice.kernel.DeadLetter;
import dev.coppice.kernel.Down;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Loop;
import dev.coppice.kernel.Mailbox;
import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Offer;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.spi.Backlog;
import dev.coppice.testkit.Probe;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/// Receiving in another order than that of arrival, by the receiver's choice.
class UrgentTest {
    private static final Mailbox URGENT = Mailbox.unbounded().urgent(Note.class);

    private static Pid<Talk> stuck(Lab lab, Lab.Gate gate, Mailbox mailbox, Probe<Talk> probe) {
        return lab.stuckAt(gate, server((message, _) -> probe.send(message)).mailbox(mailbox));
    }

    private static void expect(Probe<Talk> probe, Talk... messages) {
        for (var message : messages) {
            probe.expectEqual(message);
        }
        probe.expectNothing(millis(10));
    }

    @Nested
    @Tag("#26")
    class Urgent_messages {
        @Laws
        void come_before_all_others_and_keep_their_own_order(Lab lab) {
            var gate = lab.gate();
            var probe = lab.<Talk>probe();
            var pid = stuck(lab, gate, URGENT, probe);
            pid.send(new Mark(1));
            pid.send(new Note("a"));
            pid.send(new Mark(2));
            pid.send(new Note("b"));
            gate.open();
            expect(probe, new Note("a"), new Note("b"), new Mark(1), new Mark(2));
        }

        @Laws
        void overtake_what_the_actor_has_taken_from_its_mailbox_already(Lab lab) {
            var gate = lab.gate();
            var probe = lab.<Talk>probe();
            var pid = stuck(lab, gate, URGENT, probe);
            pid.send(new Do(self -> self.pid().send(new Note("now"))));
            pid.send(new Mark(1));
            pid.send(new Mark(2));
            gate.open();
            expect(probe, new Note("now"), new Mark(1), new Mark(2));
        }

        @Laws
        void do_not_overtake_where_the_receiver_has_not_asked_for_it(Lab lab) {
            var gate = lab.gate();
            var probe = lab.<Talk>probe();
            var pid = stuck(lab, gate, Mailbox.unbounded(), probe);
            pid.send(new Mark(1));
            pid.send(new Note("a"));
            gate.open();
            expect(probe, new Mark(1), new Note("a"));
        }

        @Laws
        void are_found_first_by_a_selective_receive_and_leave_the_rest_in_order(Lab lab) {
            var gate = lab.gate();
            var seen = lab.<List<Talk>>probe();
            Loop<Talk> loop =
                    self -> {
                        self.receive(Ask.class);
                        gate.pass();
                        var third = self.receive(message -> message instanceof Mark(int n) && n == 3 ? message : null);
                        self.pid().send(new Note("late"));
                        seen.send(List.of(third, self.receive(), self.receive(), self.receive(), self.receive()));
                    };
            var pid = lab.node().spawn(loop.mailbox(URGENT));
            pid.send(new Ask("go"));
            IntStream.range(1, 4).forEach(n -> pid.send(new Mark(n)));
            pid.send(new Note("early"));
            gate.open();
            seen.expectEqual(List.of(new Mark(3), new Note("early"), new Note("late"), new Mark(1), new Mark(2)));
        }

        @Laws
        void of_a_bounded_mailbox_count_as_the_others_do(Lab lab) {
            var gate = lab.gate();
            var probe = lab.<Talk>probe();
            var pid = stuck(lab, gate, Mailbox.rejecting(2).urgent(Note.class), probe);
            pid.send(new Mark(1));
            pid.send(new Note("a"));
            assertThat(pid.offer(new Note("b"))).isInstanceOf(Offer.Full.class);
            gate.open();
            expect(probe, new Note("a"), new Mark(1));
            assertThat(pid.offer(new Note("c"))).isInstanceOf(Offer.Accepted.class);
            expect(probe, new Note("c"));
            assertThat(lab.node().counters().unaccounted()).isZero();
        }

        @Laws
        void a_notice_does_not_overtake_the_last_words(Lab lab) {
            var gate = lab.gate();
            var probe = lab.<Talk>probe();
            var receiver = stuck(lab, gate, URGENT, probe);
            var speaker = lab.puppet();
            receiver.send(new Do(self -> self.monitor(speaker, Talk.Gone::new)));
            receiver.send(new Mark(0));
            gate.open();
            probe.expectEqual(new Mark(0));
            speaker.send(
                    new Do(_ -> {
                        receiver.send(new Mark(1));
                        receiver.send(new Mark(2));
                    }));
            speaker.stop();
            expect(probe, new Mark(1), new Mark(2), new Talk.Gone(new Down(speaker, new ExitReason.Normal())));
        }

        @Laws
        void that_nobody_has_received_are_accounted_for(Lab lab) {
            var gate = lab.gate();
            var letters = lab.<NodeEvent>probe();
            lab.node().subscribe(NodeEvent.Undelivered.class, letters);
            var pid = lab.node().spawn(server((_, _) -> {}).mailbox(URGENT));
            lab.stick(gate, pid);
            pid.send(new Talk.Crashing("now"));
            pid.send(new Mark(1));
            var asked = pid.ask(new Ask("still there?"));
            gate.open();
            assertThat(Lab.failure(asked::get)).isInstanceOf(Failure.Exited.class);
            lab.gone(pid);
            var counters = lab.node().counters();
            assertThat(counters.deadLetters()).isEqualTo(java.util.Map.of("Died", 2L));
            if (lab.isSeeded()) { // else the events may still be on their way; the lab looks at the end
                assertThat(counters.unaccounted()).isZero();
            }
        }

        @Laws
        void wait_in_the_ledger_while_they_wait(Lab lab) {
            var gate = lab.gate();
            var pid = stuck(lab, gate, URGENT, lab.probe());
            IntStream.range(0, 5).forEach(n -> pid.send(new Mark(n)));
            pid.send(new Note("a"));
            if (lab.isSeeded()) {
                assertThat(lab.node().counters().unaccounted()).isZero();
                assertThat(pid.info().queued()).isEqualTo(6);
            }
            gate.open();
        }

        @org.junit.jupiter.api.Test
        void cannot_be_had_where_the_oldest_is_dropped() {
            assertThatThrownBy(() -> Mailbox.droppingOldest(3).urgent(Note.class))
                    .hasMessageContaining("DROP_OLDEST(3) receives in the order of arrival");
            assertThatThrownBy(() -> Mailbox.unbounded().urgent()).hasMessageContaining("at least one message");
        }
    }

    @Nested
    @Tag("#28")
    class A_backlog_of_ones_own {

        /// The largest mark first; everything else in order, before the marks.
        private static final class Largest implements Backlog {
            private final ArrayDeque<Item> others = new ArrayDeque<>();
            private final PriorityQueue<Item> marks = new PriorityQueue<>((a, b) -> Integer.compare(mark(b), mark(a)));

            private static int mark(Item item) {
                return item.sent() instanceof Mark(int n) ? n : 0;
            }

            @Override
            public void add(Item item) {
                if (item.sent() instanceof Mark) {
                    marks.add(item);
                } else {
                    others.add(item);
                }
            }

            @Override
            public Optional<Item> poll() {
                return Optional.ofNullable(others.isEmpty() ? marks.poll() : others.poll());
            }
        }

        /// Fails as it is told.
        private record Broken(boolean holdsBack) implements Backlog {
            @Override
            public void add(Item item) {
                if (!holdsBack && item.sent() instanceof Mark) {
                    throw new Talk.Boom("no marks");
                }
            }

            @Override
            public Optional<Item> poll() {
                return Optional.empty();
            }
        }

        @Laws
        void decides_what_is_received_next(Lab lab) {
            var gate = lab.gate();
            var probe = lab.<Talk>probe();
            var seen = lab.<Talk>probe();
            Loop<Talk> loop =
                    self -> {
                        seen.send(self.receive());
                        gate.pass();
                        while (true) {
                            probe.send(self.receive());
                        }
                    };
            var pid = lab.node().spawn(loop.mailbox(Mailbox.unbounded().backlog(Largest::new)));
            pid.send(new Note("first"));
            seen.expectEqual(new Note("first"));
            pid.send(new Mark(2));
            pid.send(new Mark(9));
            pid.send(new Mark(5));
            pid.send(new Note("x"));
            gate.open();
            expect(probe, new Note("x"), new Mark(9), new Mark(5), new Mark(2));
        }

        @Laws
        void that_throws_ends_its_actor_and_loses_nothing_in_silence(Lab lab) {
            var pid = lab.node().spawn(Talk.puppet().mailbox(Mailbox.unbounded().backlog(() -> new Broken(false))));
            var asked = pid.ask(new Ask("?"));
            pid.send(new Mark(1));
            assertThat(Lab.failure(asked::get)).isInstanceOf(Failure.Exited.class);
            assertThat(lab.gone(pid))
                    .isInstanceOfSatisfying(
                            ExitReason.Crashed.class,
                            crashed -> assertThat(crashed.cause()).hasMessageContaining("backlog"));
            assertThat(lab.node().counters().unaccounted()).isZero();
        }

        /// In the order of arrival, until a mark comes.
        private static final class NoMarks implements Backlog {
            private final ArrayDeque<Item> items = new ArrayDeque<>();

            @Override
            public void add(Item item) {
                if (item.sent() instanceof Mark) {
                    throw new Talk.Boom("no marks");
                }
                items.add(item);
            }

            @Override
            public Optional<Item> poll() {
                return Optional.ofNullable(items.poll());
            }
        }

        @Laws
        void that_throws_at_the_first_of_many_loses_none_of_them(Lab lab) {
            var gate = lab.gate();
            var pid = lab.node().spawn(Talk.puppet().mailbox(Mailbox.unbounded().backlog(NoMarks::new)));
            lab.stick(gate, pid);
            for (int i = 0; i < 5; i++) {
                pid.send(new Mark(i));
            }
            gate.open();
            assertThat(lab.gone(pid)).isInstanceOf(ExitReason.Crashed.class);
            assertThat(lab.node().counters().deadLettered()).isEqualTo(5);
            assertThat(lab.node().counters().unaccounted()).isZero();
        }

        @Laws
        @SuppressWarnings("NullAway") // what it makes of null is what is asked
        void that_cannot_be_made_ends_its_actor_and_no_other(Lab lab) {
            for (Supplier<Backlog> supplier :
                    List.<Supplier<Backlog>>of(
                            () -> {
                                throw new Talk.Boom("none today");
                            },
                            () -> null)) {
                var pid = lab.node().spawn(Talk.puppet().mailbox(Mailbox.unbounded().backlog(supplier)));
                pid.send(new Mark(1));
                assertThat(lab.gone(pid))
                        .isInstanceOfSatisfying(
                                ExitReason.Crashed.class,
                                crashed -> assertThat(crashed.cause()).hasMessageContaining("backlog"));
            }
            assertThat(lab.node().counters().deadLettered()).isEqualTo(2);
            assertThat(lab.node().spawn(Talk.echo()).call(new Ask("alive"))).isEqualTo("alive");
        }

        @Laws
        void that_holds_back_ends_its_actor(Lab lab) {
            var letters = lab.<NodeEvent>probe();
            lab.node().subscribe(NodeEvent.Undelivered.class, letters);
            var pid = lab.node().spawn(Talk.puppet().mailbox(Mailbox.unbounded().backlog(() -> new Broken(true))));
            pid.send(new Mark(1));
            assertThat(lab.gone(pid)).isInstanceOf(ExitReason.Crashed.class);
            var letter = letters.expect(NodeEvent.Undelivered.class).letter();
            assertThat(letter.message()).isEqualTo(new Mark(1));
            assertThat(letter.reason()).isInstanceOf(DeadLetter.Reason.Died.class);
            assertThat(lab.node().counters().unaccounted()).isZero();
        }
    }
}
