package dev.coppice.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.coppice.guard.Bulkhead.Permits;
import dev.coppice.guard.Load.Sample;
import dev.coppice.guard.LoadShedding.Ages;
import dev.coppice.guard.RateLimiter.Periods;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.spi.Interception.End;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The decisions of the other guards, without a thread.
class DecisionsTest {

    @Nested
    @Tag("#93")
    class A_bulkhead {
        @Test
        void lets_so_many_requests_in_and_each_end_makes_room_for_one() {
            var play = new Play<>(new Permits(2));
            var first = play.request().orElseThrow();
            assertThat(play.send()).isTrue();
            assertThat(play.request()).isPresent();
            assertThat(play.refusal()).isEqualTo("is full: 2 requests are under way");
            assertThat(play.send()).as("a send is judged as a request would be").isFalse();
            play.end(first, Result.NONE);
            assertThat(play.status()).isEqualTo(new Bulkhead.Status(1, 2));
            assertThat(play.request()).isPresent();
            assertThat(play.request()).isEmpty();
        }
    }

    @Nested
    @Tag("#93")
    class A_rate_limiter {
        @ParameterizedTest
        @CsvSource({ // what passes at these milliseconds: two in each 100
            "'0 0 0',             '1 1 0'",
            "'0 99 99 100 100 100', '1 1 0 1 1 0'",
            "'99 100 101 102',    '1 1 1 0'", // twice the number at a border
            "'0 0 500 500 500',   '1 1 1 1 0'", // what was not used is not saved up
            "'150 199 199 200',   '1 1 0 1'",
        })
        void lets_so_many_pass_in_each_period(String times, String passes) {
            var play = new Play<>(new Periods(2, 100_000_000));
            var expected = passes.split(" ");
            long before = 0;
            int i = 0;
            for (var time : times.split(" ")) {
                play.pass(Long.parseLong(time) - before);
                before = Long.parseLong(time);
                assertThat(i % 2 == 0 ? play.send() : play.request().isPresent())
                        .as("the %dth at %s", i, time)
                        .isEqualTo(expected[i++].equals("1"));
            }
        }

        @Test
        void says_when_the_next_may_pass_and_takes_an_older_clock() {
            var play = new Play<>(new Periods(1, 2_000_000_000));
            play.pass(4_500).send();
            assertThat(play.refusal()).isEqualTo("has let 1 pass; the next may in 1.5 s");
            play.pass(-2_600);
            assertThat(play.send()).as("a reading from before the period opens no new one").isFalse();
            assertThat(play.status()).isEqualTo(new RateLimiter.Status(0, 1));
            assertThat(play.pass(4_700).status().left()).isEqualTo(1);
        }
    }

    @Nested
    @Tag("#76")
    class A_retry {
        private final Retry retry =
                Retry.of(4).backoff(Duration.ofNanos(100), Duration.ofNanos(350)).factor(2).jitter(0.5);

        @ParameterizedTest
        @CsvSource({ // attempt, result, chance, wait; none where it is empty
            "1, FAILED,   0,    100",
            "1, LATE,     0,    100",
            "1, REFUSED,  0,    100",
            "2, FAILED,   0,    200",
            "3, FAILED,   0,    350", // not longer than the longest
            "3, FAILED,   0.5,  262",
            "1, FAILED,   1,    50",
            "4, FAILED,   0,    ",
            "1, ANSWERED, 0,    ",
            "1, NONE,     0,    ",
        })
        void waits_longer_after_each_failure_and_ends(int attempt, Result result, double chance, Long delay) {
            assertThat(retry.next(attempt, result, chance))
                    .isEqualTo(delay == null ? OptionalLong.empty() : OptionalLong.of(delay));
        }
    }

    @Nested
    class A_judge {
        private final Judge judge = Judge.PLAIN.ignoring(IOException.class).failing(Integer.class);

        @Test
        void knows_what_says_something_about_the_callee() {
            assertThat(judge.of(new End.TimedOut())).isEqualTo(Result.LATE);
            assertThat(judge.of(new End.Abandoned())).isEqualTo(Result.NONE);
            assertThat(of(new Outcome.Replied<>("x"))).isEqualTo(Result.ANSWERED);
            assertThat(of(new Outcome.Replied<>(1))).isEqualTo(Result.FAILED);
            assertThat(failed(new Failure.Unanswered())).isEqualTo(Result.FAILED);
            assertThat(failed(new Failure.Refused("x"))).isEqualTo(Result.REFUSED);
            assertThat(failed(new Failure.Cycle(List.of()))).isEqualTo(Result.NONE);
            assertThat(failed(new Failure.Interrupted())).isEqualTo(Result.NONE);
            assertThat(exited(new ExitReason.NoProcess())).isEqualTo(Result.FAILED);
            assertThat(exited(new ExitReason.Killed())).isEqualTo(Result.FAILED);
            assertThat(exited(new ExitReason.Crashed(new IllegalStateException()))).isEqualTo(Result.FAILED);
            assertThat(exited(new ExitReason.Crashed(new FileNotFoundException()))).isEqualTo(Result.NONE);
        }

        private Result of(Outcome<?> outcome) {
            return judge.of(new End.Settled(outcome));
        }

        private Result failed(Failure why) {
            return of(new Outcome.Failed<>(why));
        }

        private Result exited(ExitReason reason) {
            return failed(new Failure.Exited(reason));
        }
    }

    @Nested
    @Tag("#30")
    class An_adaptive_limit {
        @ParameterizedTest
        @CsvSource({ // limit, under way, nanoseconds, result, next; alone a request takes 100
            "10, 5,  100, ANSWERED, 11",
            "10, 4,  100, ANSWERED, 10", // not used: no reason to grow
            "10, 10, 100, LATE,     9",
            "10, 1,  100, REFUSED,  9",
            "10, 10, 100, FAILED,   10",
            "10, 10, 100, NONE,     10",
            "50, 50, 100, ANSWERED, 50", // the greatest
            "1,  1,  100, LATE,     1", // the smallest
        })
        void aimd_grows_by_one_and_shrinks_by_a_tenth(double limit, int inUse, long nanos, Result result, double next) {
            assertThat(next(new Load.Aimd(), limit, inUse, nanos, result)).isCloseTo(next, within(1e-9));
        }

        @ParameterizedTest
        @CsvSource({ // a queue of limit * (1 - 100 / nanos)
            "10, 10, 100, ANSWERED, 16", // none
            "10, 10, 111, ANSWERED, 16", // 1 is as good as none
            "10, 10, 120, ANSWERED, 11", // 2
            "10, 10, 150, ANSWERED, 10", // 4
            "10, 10, 400, ANSWERED, 9", // 8
            "10, 4,  100, ANSWERED, 10", // not used
            "10, 10, 100, LATE,     9",
            "10, 10, 400, FAILED,   10",
            "48, 48, 100, ANSWERED, 50",
            "1,  1,  900, LATE,     1",
        })
        void vegas_keeps_a_short_queue_at_the_callee(double limit, int inUse, long nanos, Result result, double next) {
            assertThat(next(new Load.Vegas(), limit, inUse, nanos, result)).isCloseTo(next, within(1e-9));
        }

        @ParameterizedTest
        @CsvSource({ // a fifth of the way to limit * ratio + 4; the ratio is 1.5 * 100 / nanos, from 0.5 to 1
            "10, 10, 100, ANSWERED, 10.8",
            "10, 10, 150, ANSWERED, 10.8",
            "10, 10, 200, ANSWERED, 10.3",
            "10, 10, 900, ANSWERED, 9.8",
            "10, 4,  100, ANSWERED, 10",
            "10, 10, 100, REFUSED,  9",
            "10, 10, 900, NONE,     10",
        })
        void gradient_follows_the_ratio_of_times(double limit, int inUse, long nanos, Result result, double next) {
            assertThat(next(new Load.Gradient(), limit, inUse, nanos, result)).isCloseTo(next, within(0.03));
        }

        private static double next(Load.Rule rule, double limit, int inUse, long nanos, Result result) {
            var load = new Load(limit, 100, 100, 600, 1_000, 0, 0, 0);
            return load.next(rule, new Sample(nanos, inUse, result), 1, 50).limit();
        }

        @Test
        void probing_measures_anew_how_long_a_request_takes_alone() {
            var load = new Load(20, 100, 100, 600, 1, 0, 0, 0);
            load = load.next(new Load.Vegas(), new Sample(900, 3, Result.NONE), 2, 50);
            assertThat(load.permits(2)).isEqualTo(2);
            // Two were under way already, with old times.
            for (var sample :
                    List.of(
                            new Sample(10, 3, Result.ANSWERED),
                            new Sample(10, 2, Result.ANSWERED),
                            new Sample(310, 1, Result.ANSWERED),
                            new Sample(300, 1, Result.ANSWERED),
                            new Sample(5, 1, Result.FAILED),
                            new Sample(320, 1, Result.ANSWERED))) {
                load = load.next(new Load.Vegas(), sample, 2, 50);
                assertThat(load.permits(2)).isEqualTo(2);
            }
            load = load.next(new Load.Vegas(), new Sample(330, 1, Result.ANSWERED), 2, 50);
            assertThat(load.permits(2)).as("over").isEqualTo(20);
            assertThat(load.alone()).isEqualTo(300);
            assertThat(load.untilProbe()).isEqualTo(600);
        }

        @Test
        void probing_ends_also_when_all_fail() {
            var load = new Load(20, 100, 100, 600, 0, 5, 0, 0);
            for (int i = 0; i < 5; i++) {
                assertThat(load.permits(1)).isEqualTo(1);
                load = load.next(new Load.Gradient(), new Sample(900, 1, Result.FAILED), 1, 50);
            }
            assertThat(load.permits(1)).isEqualTo(20);
            assertThat(load.alone()).as("the old one stays").isEqualTo(100);
        }

        /// Forty at once are no queue for this callee, before and after: what a request takes alone must be learned anew.
        @Test
        void a_callee_that_has_become_slower_for_good_is_not_starved() {
            var play = new Play<>(new AdaptiveLimit.Adaptive("a", new Load.Vegas(), 20, 1, 50));
            var underWay = new ArrayDeque<Map.Entry<Long, Policy.Ticket>>();
            for (long now = 0; now < 20_000; now++) {
                while (!underWay.isEmpty() && underWay.peek().getKey() <= now) {
                    play.end(underWay.poll().getValue(), Result.ANSWERED);
                }
                for (var ticket = play.request(); ticket.isPresent(); ticket = play.request()) {
                    underWay.add(Map.entry(now + (now < 5_000 ? 10 : 30), ticket.get()));
                }
                play.pass(1);
            }
            assertThat(play.state().load().limit()).isGreaterThan(40);
            assertThat(play.state().load().alone()).isEqualTo(30_000_000);
        }

        /// Elsewhere limits grew without bound under modest overload: a queue that never drained was taken for normal.
        @ParameterizedTest
        @CsvSource({"VEGAS", "GRADIENT"})
        void it_does_not_creep_up_under_modest_overload(String kind) {
            var rule = kind.equals("VEGAS") ? new Load.Vegas() : new Load.Gradient();
            var play = new Play<>(new AdaptiveLimit.Adaptive("a", rule, 20, 1, 1_000));
            var chance = new SplittableRandom(7);
            // One server that takes 10 ms for each request, and a tenth more requests than it can do.
            var queue = new ArrayDeque<Policy.Ticket>();
            int most = 0;
            double nextDone = 10;
            double nextCome = 0;
            for (double now = 0; now < 1_000_000; now++) {
                play.pass(1);
                if (now >= nextCome) {
                    play.request().ifPresent(queue::add);
                    nextCome += 9.09 * (0.5 + chance.nextDouble());
                }
                if (now >= nextDone && !queue.isEmpty()) {
                    play.end(queue.poll(), Result.ANSWERED);
                    nextDone = now + 10;
                }
                if (now > 50_000) {
                    most = Math.max(most, play.status().limit());
                }
            }
            assertThat(most).isLessThanOrEqualTo(20);
            assertThat(play.status().inUse()).isEqualTo(queue.size());
        }
    }

    @Nested
    @Tag("#30")
    class Load_shedding {
        private final Play<LoadShedding.Mail, LoadShedding.Status> play =
                new Play<>(new Ages("s", 5_000_000, 100_000_000));

        @Test
        void a_burst_that_drains_within_the_interval_harms_nobody() {
            var burst = new ArrayDeque<Policy.Ticket>();
            for (int i = 0; i < 90; i++) {
                burst.add(play.request().orElseThrow());
            }
            while (!burst.isEmpty()) {
                play.pass(1).end(burst.poll(), Result.ANSWERED);
                assertThat(play.send()).isTrue();
            }
            assertThat(play.events).isEmpty();
        }

        @Test
        void a_standing_queue_is_shed_until_a_message_is_received_young() {
            var waiting = new ArrayDeque<Policy.Ticket>();
            int refused = 0;
            for (int millis = 0; millis < 400; millis++) { // two come each millisecond, one goes
                for (int i = 0; i < 2; i++) {
                    var ticket = play.request();
                    ticket.ifPresent(waiting::add);
                    refused += ticket.isPresent() ? 0 : 1;
                }
                play.pass(1).end(waiting.poll(), Result.ANSWERED);
            }
            assertThat(refused).isBetween(200, 400);
            assertThat(waiting.size()).isLessThan(150);
            while (!waiting.isEmpty()) {
                play.pass(1).end(waiting.poll(), Result.ANSWERED);
            }
            assertThat(play.send()).as("nothing waits").isTrue();
            assertThat(play.events.getFirst()).isInstanceOf(GuardEvent.SheddingBegan.class);
            assertThat(play.events.getLast()).isEqualTo(new GuardEvent.SheddingEnded("s"));
            assertThat(play.status().shedding()).isFalse();
        }

        @Test
        void a_receiver_that_is_stuck_is_noticed_without_a_receipt() {
            for (int millis = 0; millis < 1_000; millis++) {
                play.send();
                play.pass(1);
            }
            assertThat(play.status().shedding()).isTrue();
            assertThat(play.status().waiting()).as("106 at first, then one in 100 ms").isBetween(106L, 116L);
            assertThat(play.status().age()).isEqualTo(Duration.ofSeconds(1));
        }

        /// A view that is never renewed would refuse for ever.
        @Test
        void mail_that_was_lost_with_its_receiver_does_not_close_the_door_for_ever() {
            for (int millis = 0; millis < 300; millis++) {
                play.send();
                play.pass(1);
            }
            assertThat(play.send()).isFalse();
            // The receiver dies with all its mail, and its successor receives what passes.
            var passed = play.pass(100).request();
            assertThat(passed).isPresent();
            play.pass(1).end(passed.get(), Result.ANSWERED);
            assertThat(play.status().waiting()).isZero();
            assertThat(play.send()).isTrue();
        }
    }

    @Nested
    class Settings {
        @Test
        void name_the_thing_and_the_value() {
            assertThatThrownBy(() -> Bulkhead.of(0)).hasMessageContainingAll("max", "0");
            assertThatThrownBy(() -> RateLimiter.of(1, Duration.ZERO)).hasMessageContainingAll("period", "PT0S");
            assertThatThrownBy(() -> TimeLimit.of(Duration.ofSeconds(-1))).hasMessageContainingAll("time limit", "-1");
            assertThatThrownBy(() -> Retry.of(0)).hasMessageContainingAll("attempts", "0");
            assertThatThrownBy(() -> Retry.defaults().jitter(1.5)).hasMessageContainingAll("jitter", "1.5");
            assertThatThrownBy(() -> Retry.defaults().factor(Double.NaN)).hasMessageContainingAll("factor", "NaN");
            assertThatThrownBy(() -> Retry.defaults().backoff(Duration.ofSeconds(2), Duration.ofSeconds(1)))
                    .hasMessageContainingAll("longest", "PT1S", "PT2S");
            assertThatThrownBy(() -> CircuitBreaker.defaults().failureRate(50))
                    .hasMessageContainingAll("failureRate", "50");
            assertThatThrownBy(() -> CircuitBreaker.defaults().overLast(1_000_000)).hasMessageContaining("1000000");
            assertThatThrownBy(() -> CircuitBreaker.defaults().named(" ")).hasMessageContaining("name");
            assertThatThrownBy(() -> AdaptiveLimit.vegas().limits(1, 2, 3)).hasMessageContainingAll("initial", "1");
            assertThatThrownBy(() -> LoadShedding.of(Duration.ZERO, Duration.ofSeconds(1)))
                    .hasMessageContaining("target");
        }
    }
}
