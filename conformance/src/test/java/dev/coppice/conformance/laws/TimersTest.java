package dev.coppice.conformance.laws;

import static dev.coppice.conformance.laws.Lab.millis;
import static dev.coppice.conformance.laws.Lab.seconds;
import static dev.coppice.conformance.laws.Talk.server;
import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.conformance.laws.Talk.Do;
import dev.coppice.conformance.laws.Talk.DoNow;
import dev.coppice.conformance.laws.Talk.Mark;
import dev.coppice.conformance.laws.Talk.Note;
import dev.coppice.conformance.laws.Talk.Sync;
import dev.coppice.kernel.Cancellable;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.spi.Closeup;
import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/// Timers: messages from the clock, which die with their actor and never count against a bound.
@Tag("#44")
@Tag("#96")
@Tag("law-11")
class TimersTest {

    @Nested
    class After {
        @Laws
        void come_once_in_the_order_of_their_times(Lab lab) {
            var probe = lab.<Talk>probe();
            probe.run(self -> {
                self.sendAfter(millis(60), new Mark(3));
                self.sendAfter(millis(20), new Mark(1));
                self.sendAfter(millis(40), new Mark(2));
                self.sendAfter(Duration.ZERO, new Mark(0));
            });
            for (int i = 0; i < 4; i++) {
                probe.expectEqual(new Mark(i));
            }
            probe.expectNothing(millis(70));
        }

        @Laws(Laws.On.SEEDED)
        void come_when_they_are_due_and_not_before(Lab lab) {
            var probe = lab.<Talk>probe();
            probe.run(self -> self.sendAfter(seconds(10), new Mark(1)));
            lab.world().advance(seconds(10).minusNanos(1));
            assertThat(probe.drain()).isEmpty();
            lab.world().advance(Duration.ofNanos(1));
            assertThat(probe.drain()).containsExactly(new Mark(1));
        }

        @Laws
        void cancelled_do_not_come(Lab lab) {
            var probe = lab.<Talk>probe();
            var timer = probe.get(self -> self.sendAfter(millis(20), new Mark(1)));
            assertThat(probe.<Boolean>get(_ -> timer.cancel())).isTrue();
            assertThat(probe.<Boolean>get(_ -> timer.cancel())).isFalse();
            probe.expectNothing(millis(40));
        }

        @Laws
        void cancelled_after_they_were_queued_are_withdrawn(Lab lab) {
            var probe = lab.<Talk>probe();
            var cancelled =
                    probe.<Boolean>get(self -> {
                        var timer = self.sendAfter(millis(1), new Mark(1));
                        // Queued while it waits for something else, and looked at.
                        self.receive(Note.class, millis(10));
                        return timer.cancel();
                    });
            assertThat(cancelled).isTrue();
            probe.expectNothing(millis(20));
            assertThat(lab.node().counters().unaccounted()).isZero();
        }

        @Laws
        void cancelled_from_elsewhere_are_forgotten(Lab lab) {
            var pid = lab.puppet();
            var probe = lab.<Cancellable>probe();
            for (int i = 0; i < 100; i++) {
                pid.send(new Do(self -> probe.send(self.sendAfter(Duration.ofDays(1), new Mark(1)))));
                assertThat(probe.expect().cancel()).isTrue();
            }
            pid.call(new Sync());
            assertThat(lab.node().counters().timers()).isZero();
            assertThat(Closeup.of(pid).timers()).isEmpty();
        }

        @Laws
        void cancelled_after_they_were_received_say_no(Lab lab) {
            var probe = lab.<Talk>probe();
            var timer = probe.get(self -> self.sendAfter(Duration.ZERO, new Mark(1)));
            probe.expectEqual(new Mark(1));
            assertThat(probe.<Boolean>get(_ -> timer.cancel())).isFalse();
        }

        @Laws
        void may_lie_very_far_ahead(Lab lab) {
            var probe = lab.<Talk>probe();
            probe.run(self -> {
                self.sendAfter(Duration.ofSeconds(Long.MAX_VALUE), new Mark(1));
                self.sendAfter(Duration.ofDays(365L * 200), new Mark(2));
            });
            probe.expectNothing(millis(20));
        }

        @Laws
        void do_not_reach_a_next_incarnation(Lab lab) {
            var probe = lab.<Talk>probe();
            Name<Talk> name = Name.of("timed");
            var one = lab.node().spawn(server((message, _) -> probe.send(message)).named(name));
            one.call(new DoNow(self -> self.sendAfter(millis(30), new Mark(1))));
            one.kill();
            lab.gone(one);
            lab.node().spawn(server((message, _) -> probe.send(message)).named(name));
            probe.expectNothing(millis(60));
        }
    }

    @Nested
    class Every {
        @Laws
        void come_again_and_again_until_cancelled(Lab lab) {
            var probe = lab.<Talk>probe();
            var timer = probe.get(self -> self.sendEvery(millis(10), new Mark(7)));
            for (int i = 0; i < 5; i++) {
                probe.expectEqual(new Mark(7));
            }
            probe.get(_ -> timer.cancel());
            probe.drain();
            probe.expectNothing(millis(40));
        }

        @Laws
        void have_at_most_one_tick_in_the_mailbox(Lab lab) {
            var probe = lab.<Talk>probe();
            var ticks =
                    probe.<Integer>get(self -> {
                        var timer = self.sendEvery(millis(5), new Mark(1));
                        self.receive(Note.class, millis(60));
                        timer.cancel();
                        var count = 0;
                        while (self.receive(Duration.ZERO).isPresent()) {
                            count++;
                        }
                        return count;
                    });
            assertThat(ticks).as("the one that waits was withdrawn").isZero();
            var waiting =
                    probe.<Integer>get(self -> {
                        self.sendEvery(millis(5), new Mark(1));
                        self.receive(Note.class, millis(60));
                        var count = 0;
                        while (self.receive(Duration.ZERO).isPresent()) {
                            count++;
                        }
                        return count;
                    });
            assertThat(waiting).isEqualTo(1);
        }
    }

    @Nested
    @Tag("#15")
    class Idle {
        @Laws(Laws.On.SEEDED)
        void comes_each_time_that_nothing_was_received_for_so_long(Lab lab) {
            var probe = lab.<String>probe();
            var pid =
                    lab.node()
                            .spawn(
                                    server((message, self) -> {
                                        if (message instanceof Note(String text)) {
                                            probe.send(text);
                                        }
                                    }));
            pid.call(new DoNow(self -> self.sendWhenIdle(seconds(10), new Note("idle"))));
            for (int i = 0; i < 5; i++) {
                lab.world().advance(seconds(7));
                pid.send(new Mark(i));
                lab.world().settle();
            }
            lab.world().advance(seconds(9));
            probe.expectNothing(Duration.ZERO);
            lab.world().advance(seconds(1));
            probe.expectEqual("idle");
            lab.world().advance(seconds(10));
            probe.expectEqual("idle");
        }

        @Laws
        void stops_when_cancelled(Lab lab) {
            var probe = lab.<Talk>probe();
            var pid = lab.node().spawn(server((message, _) -> probe.send(message)));
            var timers = lab.<Cancellable>probe();
            pid.send(new Do(self -> timers.send(self.sendWhenIdle(millis(20), new Note("idle")))));
            var timer = timers.expect();
            probe.expectEqual(new Note("idle"));
            pid.call(new DoNow(_ -> timer.cancel()));
            probe.drain();
            probe.expectNothing(millis(50));
        }
    }
}
