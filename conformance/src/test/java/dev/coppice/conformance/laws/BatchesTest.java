package dev.coppice.conformance.laws;

import static dev.coppice.conformance.laws.Lab.failure;
import static dev.coppice.conformance.laws.Lab.millis;
import static dev.coppice.conformance.laws.Lab.seconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.coppice.conformance.laws.Talk.Ask;
import dev.coppice.conformance.laws.Talk.Do;
import dev.coppice.conformance.laws.Talk.Mark;
import dev.coppice.conformance.laws.Talk.Note;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Loop;
import dev.coppice.kernel.Self;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/// Batched receive: by size, by time, and by what is there.
@Tag("#27")
class BatchesTest {

    private static List<Talk> marks(int from, int to) {
        return IntStream.range(from, to).<Talk>mapToObj(Mark::new).toList();
    }

    /// A loop that tells the probe each batch that it takes, one at a time, after the gate.
    private static Loop<Talk> batching(Lab.Gate gate, java.util.function.Consumer<List<Talk>> ear, int atMost) {
        return self -> {
            while (true) {
                var batch = self.receiveBatch(atMost);
                ear.accept(batch);
                gate.pass();
            }
        };
    }

    @Nested
    class Of_what_is_there {
        @Laws
        void waits_for_the_first_and_takes_no_more_than_asked(Lab lab) {
            var batches = lab.<List<Talk>>probe();
            var gate = lab.gate();
            var pid = lab.node().spawn(batching(gate, batches::send, 4));
            batches.expectNothing(millis(10));
            pid.send(new Mark(-1));
            batches.expectEqual(List.of(new Mark(-1)));
            IntStream.range(0, 10).forEach(n -> pid.send(new Mark(n)));
            gate.open();
            batches.expectEqual(marks(0, 4));
            batches.expectEqual(marks(4, 8));
            batches.expectEqual(marks(8, 10));
            batches.expectNothing(millis(10));
            assertThat(lab.node().counters().unaccounted()).isZero();
        }

        @Laws
        void a_servers_handler_takes_the_rest_and_answers_each(Lab lab) {
            var batches = lab.<List<Talk>>probe();
            var gate = lab.gate();
            var pid =
                    lab.stuckAt(
                            gate,
                            Talk.server((first, self) -> {
                                var rest = self.receiveBatch(10, Duration.ZERO);
                                batches.send(rest);
                                answer(first, self);
                                rest.forEach(message -> answer(message, self));
                            }));
            var one = pid.ask(new Ask("1"));
            var two = pid.ask(new Ask("2"));
            pid.send(new Note("3"));
            gate.open();
            assertThat(one.get()).isEqualTo("1");
            assertThat(two.get()).isEqualTo("2");
            batches.expectEqual(List.of(new Ask("2"), new Note("3")));
        }

        private static void answer(Talk message, Self<Talk> self) {
            if (message instanceof Ask ask) {
                self.reply(ask, ask.text());
            }
        }

        @Laws
        void what_a_handler_leaves_unanswered_fails(Lab lab) {
            var gate = lab.gate();
            var pid = lab.stuckAt(gate, Talk.server((_, self) -> self.receiveBatch(10, Duration.ZERO)));
            var one = pid.ask(new Ask("1"));
            var two = pid.ask(new Ask("2"));
            gate.open();
            assertThat(failure(one::get)).isEqualTo(new Failure.Unanswered());
            assertThat(failure(two::get)).isEqualTo(new Failure.Unanswered());
        }

        @Laws
        void refuses_a_size_that_is_no_size(Lab lab) {
            var probe = lab.<Throwable>probe();
            lab.puppet()
                    .send(
                            new Do(self -> {
                                assertThatThrownBy(() -> self.receiveBatch(0, Duration.ZERO))
                                        .hasMessage("atMost must be at least 1, was 0");
                                assertThatThrownBy(() -> self.receiveBatch(0))
                                        .hasMessage("atMost must be at least 1, was 0");
                                probe.send(new Talk.Boom("checked"));
                            }));
            assertThat(probe.expect(Throwable.class)).hasMessage("checked");
        }
    }

    @Nested
    class Of_a_time {
        @Laws(Laws.On.SEEDED)
        void ends_when_the_time_is_over_with_what_has_come(Lab lab) {
            var batches = lab.<List<Talk>>probe();
            var pid = lab.puppet();
            var before = lab.elapsed();
            pid.send(new Do(self -> batches.send(self.receiveBatch(100, seconds(2)))));
            pid.send(new Mark(0));
            pid.send(new Mark(1));
            batches.expectEqual(marks(0, 2));
            assertThat(lab.elapsed().minus(before)).isEqualTo(seconds(2));
        }

        @Laws
        void ends_at_once_when_the_batch_is_full(Lab lab) {
            var batches = lab.<List<Talk>>probe();
            var pid = lab.puppet();
            var before = lab.elapsed();
            pid.send(new Do(self -> batches.send(self.receiveBatch(3, seconds(3_000)))));
            IntStream.range(0, 4).forEach(n -> pid.send(new Mark(n)));
            batches.expectEqual(marks(0, 3));
            lab.assertNoTimePassed(before);
        }

        @Laws
        void is_empty_when_nothing_has_come(Lab lab) {
            var batches = lab.<List<Talk>>probe();
            lab.puppet().send(new Do(self -> batches.send(self.receiveBatch(3, millis(10)))));
            batches.expectEqual(List.of());
        }

        @Laws
        void ends_with_the_actor_when_it_is_told_to_exit(Lab lab) {
            var batches = lab.<List<Talk>>probe();
            var inside = lab.<String>probe();
            var pid = lab.puppet();
            pid.send(
                    new Do(self -> {
                        inside.send("in");
                        batches.send(self.receiveBatch(3, seconds(3_000)));
                    }));
            inside.expectEqual("in");
            pid.exit(Talk.shutdown("enough"));
            assertThat(lab.gone(pid)).isEqualTo(Talk.shutdown("enough"));
            batches.expectNothing(millis(10));
        }
    }
}
