package dev.coppice.conformance.world;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.Loop;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.Self;
import dev.coppice.testkit.Seeds;
import dev.coppice.testkit.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/// Timers and tasks under every schedule that the seeds show.
@Tag("#134")
class TimersTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Nested
    @Tag("#44")
    class Cancelling {
        private static Loop<String> body(List<String> log) {
            return self -> {
                var tick = self.sendAfter(SECOND, "tick");
                log.add(self.receive(SECOND).map(got -> "received " + got).orElse("nothing"));
                log.add(tick.cancel() ? "cancelled" : "too late");
                log.add(self.receive(SECOND).map(got -> "received " + got).orElse("nothing"));
            };
        }

        /// The tick is due at the very instant at which the actor stops waiting and cancels it.
        @Seeds(300)
        void at_the_instant_when_it_is_due_either_takes_it_back_or_finds_it_received(World world) {
            var log = new ArrayList<String>();
            world.node().spawn(body(log));
            world.advance(SECOND.multipliedBy(3));
            assertThat(log)
                    .isIn(List.of("received tick", "too late", "nothing"), List.of("nothing", "cancelled", "nothing"));
        }
    }

    @Nested
    @Tag("#44")
    class Periods {
        private static Loop<Integer> body(List<Integer> got) {
            return self -> {
                self.sendEvery(SECOND, 1);
                while (true) {
                    got.add(self.receive());
                }
            };
        }

        /// A clock that leaps makes a tick late, and no later one.
        @Seeds(50)
        void keep_to_their_beats_when_one_comes_late(World world) {
            var got = new ArrayList<Long>();
            Loop<Integer> body =
                    self -> {
                        long begun = self.nanoTime();
                        self.sendEvery(SECOND, 1);
                        while (true) {
                            self.receive();
                            got.add((self.nanoTime() - begun) / 1_000_000);
                        }
                    };
            world.node().spawn(body);
            world.settle();
            world.leap(Duration.ofMillis(2_500));
            world.advance(Duration.ofMillis(1_500));
            assertThat(got).containsExactly(2_500L, 3_000L, 4_000L);
        }

        @Seeds(200)
        void leave_at_most_one_tick_to_one_who_was_away(World world) {
            var got = new ArrayList<Integer>();
            var pid = world.node().spawn(body(got));
            world.settle();
            world.scheduler().hold((dev.coppice.kernel.spi.Activation) pid);
            world.advance(SECOND.multipliedBy(10));
            assertThat(got).isEmpty();
            world.heal();
            world.settle();
            assertThat(got).hasSize(1);
            world.advance(SECOND.multipliedBy(3));
            assertThat(got).hasSize(4);
        }

        @Seeds(200)
        void that_were_missed_in_a_leap_are_made_up_by_one(World world) {
            var got = new ArrayList<Integer>();
            world.node().spawn(body(got));
            world.settle();
            world.leap(SECOND.multipliedBy(10).plusMillis(500));
            world.settle();
            assertThat(got).hasSize(1);
            world.advance(Duration.ofMillis(500));
            assertThat(got).hasSize(2);
        }
    }

    @Nested
    @Tag("#54")
    class Tasks {
        private record Done(Outcome<String> outcome) {}

        private static void body(Self<Done> self, boolean cancels, boolean fails, List<Outcome<String>> got) {
            var task = self.task(() -> work(fails), Done::new);
            if (cancels) {
                self.receive(_ -> null, Duration.ofNanos(1));
                if (task.cancel()) {
                    got.add(new Outcome.Replied<>("cancelled"));
                }
            }
            self.receive(SECOND).ifPresent(done -> got.add(done.outcome()));
            self.receive(SECOND).ifPresent(done -> got.add(done.outcome()));
        }

        private static String work(boolean fails) {
            if (fails) {
                throw new Worker.Bug("work");
            }
            return "done";
        }

        @Seeds(300)
        void end_in_one_outcome_or_are_cancelled_in_time(World world) {
            boolean fails = world.chance().nextBoolean();
            boolean cancels = world.chance().nextBoolean();
            var got = new ArrayList<Outcome<String>>();
            Loop<Done> loop = self -> body(self, cancels, fails, got);
            world.node().spawn(loop);
            world.advance(SECOND.multipliedBy(4));
            assertThat(got).hasSize(1);
            assertThat(world.living()).isEmpty();
        }
    }
}
