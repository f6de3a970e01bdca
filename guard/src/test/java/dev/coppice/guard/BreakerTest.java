package dev.coppice.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.guard.CircuitBreaker.State;
import dev.coppice.guard.CircuitBreaker.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The decisions of a circuit breaker, without a thread.
@Tag("#92")
class BreakerTest {
    private static final CircuitBreaker SETTINGS =
            CircuitBreaker.defaults()
                    .overLast(4)
                    .minimumCalls(4)
                    .probes(3)
                    .openFor(Duration.ofSeconds(10))
                    .slow(Duration.ofMillis(100), 0.75);

    private static Play<Breaker.Phase, Status> play(CircuitBreaker settings) {
        return new Play<>(new Breaker("b", settings));
    }

    private static Play<Breaker.Phase, Status> halfOpen() {
        var play = play(SETTINGS);
        play.calls("FFFF");
        play.pass(10_000);
        return play;
    }

    @Nested
    class Closed {
        @ParameterizedTest
        @CsvSource({
            "FFF,     CLOSED", // fewer than enough
            "FFAA,    OPEN", // the threshold itself
            "AAAF,    CLOSED",
            "FAAA,    CLOSED",
            "AAAFF,   OPEN", // the oldest has left the window
            "FAAAF,   CLOSED",
            "LLAA,    OPEN", // no answer in time is a failure
            "RRRRRF,  CLOSED", // what others refused says nothing
            "NNNNNN,  CLOSED",
            "FNFRAA,  OPEN",
        })
        void opens_when_half_of_the_last_four_failed(String calls, State state) {
            var play = play(SETTINGS);
            play.calls(calls);
            assertThat(play.status().state()).isEqualTo(state);
            assertThat(play.events).hasSize(state == State.OPEN ? 1 : 0);
        }

        @ParameterizedTest
        @CsvSource({
            "100 100 100 100, CLOSED", // not longer than the limit
            "101 101 101 100, OPEN",
            "101 101 100 100, CLOSED",
            "1 101 101 101,   OPEN"
        })
        void opens_when_three_of_the_last_four_were_slow(String millis, State state) {
            var play = play(SETTINGS);
            Stream.of(millis.split(" ")).forEach(time -> play.call(Result.ANSWERED, Long.parseLong(time)));
            assertThat(play.status().state()).isEqualTo(state);
        }

        @Test
        void a_slow_failure_is_both() {
            var play = play(SETTINGS);
            play.call(Result.FAILED, 200);
            assertThat(play.status()).isEqualTo(new Status(State.CLOSED, 1, 1, 1, 0));
        }

        @Test
        void a_window_of_time_forgets_what_is_older() {
            var play = play(SETTINGS.overLast(Duration.ofSeconds(10)));
            play.calls("FF");
            play.pass(5_000);
            play.calls("A");
            assertThat(play.status().calls()).isEqualTo(3);
            play.pass(5_500);
            assertThat(play.status().calls()).as("the first two have left").isEqualTo(1);
            play.calls("FAA");
            assertThat(play.status()).isEqualTo(new Status(State.CLOSED, 4, 0.25, 0, 0));
            play.calls("FF");
            assertThat(play.status().state()).isEqualTo(State.OPEN);
        }

        @Test
        void a_window_of_time_is_empty_after_a_long_silence() {
            var play = play(SETTINGS.overLast(Duration.ofSeconds(10)));
            play.calls("FFF");
            play.pass(Duration.ofDays(400).toMillis());
            play.calls("F");
            assertThat(play.status()).isEqualTo(new Status(State.CLOSED, 1, 1, 0, 0));
        }

        @Test
        void sends_pass_and_count_for_nothing() {
            var play = play(SETTINGS);
            for (int i = 0; i < 10; i++) {
                assertThat(play.send()).isTrue();
            }
            assertThat(play.status()).isEqualTo(new Status(State.CLOSED, 0, 0, 0, 0));
        }
    }

    @Nested
    class Open {
        @Test
        void refuses_until_its_time_is_over_and_says_how_long() {
            var play = play(SETTINGS);
            play.calls("FFFF");
            assertThat(play.refusal()).isEqualTo("is open for another 10.0 s");
            play.pass(9_000);
            assertThat(play.refusal()).isEqualTo("is open for another 1.0 s");
            assertThat(play.send()).isFalse();
            play.pass(1_000);
            assertThat(play.send()).as("nobody would see how it ends").isFalse();
            assertThat(play.status().state()).isEqualTo(State.OPEN);
            assertThat(play.request()).isPresent();
            assertThat(play.status().state()).isEqualTo(State.HALF_OPEN);
        }

        @Test
        void what_began_before_it_opened_does_not_count_any_more() {
            var play = play(SETTINGS);
            var old = play.request().orElseThrow();
            play.calls("FFFF");
            play.end(old, Result.FAILED);
            assertThat(play.status().state()).isEqualTo(State.OPEN);
            play.pass(10_000);
            play.request();
            play.end(old, Result.FAILED);
            assertThat(play.status()).isEqualTo(new Status(State.HALF_OPEN, 0, 0, 0, 1));
        }
    }

    @Nested
    class Half_open {
        @ParameterizedTest
        @CsvSource({
            "AAA,   CLOSED",
            "AAF,   CLOSED", // one of three
            "AFF,   OPEN",
            "ALF,   OPEN",
            "AA,    HALF_OPEN",
            "NNNNN, HALF_OPEN",
            "NARNANA, CLOSED"
        })
        void its_probes_decide(String probes, State state) {
            var play = halfOpen();
            play.calls(probes);
            assertThat(play.status().state()).isEqualTo(state);
            assertThat(play.status().probing()).isZero();
        }

        @Test
        void never_lets_more_than_its_probes_pass() {
            var play = halfOpen();
            var probes = new ArrayList<Policy.Ticket>();
            for (int i = 0; i < 100; i++) {
                play.request().ifPresent(probes::add);
            }
            assertThat(probes).hasSize(3);
            assertThat(play.send()).isFalse();
            play.end(probes.get(0), Result.ANSWERED);
            assertThat(play.request()).as("one of three is counted, two are under way").isEmpty();
            assertThat(play.refusal()).isEqualTo("is half-open and lets nothing pass but its probes");
        }

        /// Elsewhere a probe that ended by an ignored failure kept its permit: half-open for ever.
        @Test
        void a_probe_that_says_nothing_gives_its_permit_back() {
            var play = halfOpen();
            var probes = new ArrayList<Policy.Ticket>();
            for (int i = 0; i < 3; i++) {
                probes.add(play.request().orElseThrow());
            }
            assertThat(play.request()).isEmpty();
            probes.forEach(probe -> play.end(probe, Result.NONE));
            assertThat(play.status()).isEqualTo(new Status(State.HALF_OPEN, 0, 0, 0, 0));
            play.calls("AAA");
            assertThat(play.status().state()).isEqualTo(State.CLOSED);
        }

        @Test
        void slow_probes_open_it_again() {
            var play = halfOpen();
            for (int i = 0; i < 3; i++) {
                play.call(Result.ANSWERED, 500);
            }
            assertThat(play.status().state()).isEqualTo(State.OPEN);
        }

        @Test
        void a_late_probe_of_an_earlier_turn_is_no_probe_of_this_one() {
            var play = halfOpen();
            var late = play.request().orElseThrow();
            play.calls("FF"); // two of three are counted: still half-open
            assertThat(play.status().probing()).isEqualTo(1);
            var other = halfOpen();
            var stale = other.request().orElseThrow();
            other.end(other.request().orElseThrow(), Result.FAILED);
            other.end(other.request().orElseThrow(), Result.FAILED);
            other.end(stale, Result.FAILED);
            assertThat(other.status().state()).isEqualTo(State.OPEN);
            other.pass(10_000);
            other.request();
            other.end(stale, Result.ANSWERED);
            assertThat(other.status()).isEqualTo(new Status(State.HALF_OPEN, 0, 0, 0, 1));
            play.end(late, Result.ANSWERED);
            assertThat(play.status().state()).isEqualTo(State.OPEN);
        }
    }

    @Test
    void each_change_of_state_is_told_once_with_what_was_seen() {
        var play = halfOpen();
        play.calls("AAA");
        assertThat(play.events)
                .containsExactly(
                        new GuardEvent.StateChanged("b", State.CLOSED, State.OPEN, 1, 0),
                        new GuardEvent.StateChanged("b", State.OPEN, State.HALF_OPEN, 1, 0),
                        new GuardEvent.StateChanged("b", State.HALF_OPEN, State.CLOSED, 0, 0));
    }
}
