package dev.coppice.otp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The small values that decisions are made of, at their edges.
class ValuesTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Nested
    @Tag("#90")
    class A_size {
        @ParameterizedTest
        @CsvSource({
            "8, 8, 8, 8", // one waits for each
            "8, 8, 9, 10", // one more: a quarter more
            "3, 3, 4, 4", // but at least one
            "8, 4, 0, 8", // half are busy
            "8, 3, 0, 7", // fewer are: one less
            "8, 3, 1, 8", // unless something waits
            "16, 0, 17, 16", // never above the most
            "2, 0, 0, 2" // never below the least
        })
        void follows_the_load(int size, int busy, int waiting, int next) {
            assertThat(new Sizing(2, 16, SECOND).next(size, busy, waiting)).isEqualTo(next);
        }

        @Test
        void is_fixed_where_its_bounds_are_one() {
            assertThat(Sizing.fixed(3)).isEqualTo(new Sizing(3, 3, SECOND));
            assertThat(Sizing.fixed(3).isFixed()).isTrue();
            assertThat(new Sizing(3, 4, SECOND).isFixed()).isFalse();
            assertThat(Sizing.fixed(3).next(3, 0, 100)).isEqualTo(3);
        }

        @Test
        void has_no_bounds_the_wrong_way_round() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new Sizing(4, 3, SECOND))
                    .withMessageContaining("(4), was 3");
        }
    }

    @Nested
    @Tag("#70")
    class A_back_off {
        private final Backoff doubling = Backoff.between(SECOND, Duration.ofSeconds(8));

        @Test
        void doubles_up_to_its_longest_a_fifth_of_it_random() {
            assertThat(doubling).isEqualTo(new Backoff(SECOND, Duration.ofSeconds(8), 2, 0.2, Duration.ofSeconds(16)));
            assertThat(Stream.of(0, 1, 2, 3, 4, 40).map(failures -> doubling.delay(failures, 0).toSeconds()))
                    .containsExactly(1L, 2L, 4L, 8L, 8L, 8L);
            assertThat(doubling.delay(1, 0.5)).isEqualTo(Duration.ofMillis(1_800));
        }

        @Test
        void never_waits_for_less_than_a_nanosecond() {
            assertThat(doubling.jitter(1).delay(0, 1)).isEqualTo(Duration.ofNanos(1));
        }

        @Test
        void is_changed_one_by_one() {
            var reset = Duration.ofMinutes(1);
            assertThat(doubling.factor(3).jitter(0).resetAfter(reset))
                    .isEqualTo(new Backoff(SECOND, Duration.ofSeconds(8), 3, 0, reset));
        }

        @Test
        void may_be_constant_and_nothing_else_at_its_edges() {
            assertThat(new Backoff(SECOND, SECOND, 1, 0, SECOND).delay(9, 0.9)).isEqualTo(SECOND);
            assertThat(doubling.jitter(1).jitter()).isEqualTo(1);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Backoff.between(SECOND, Duration.ofMillis(999)))
                    .withMessageContaining("max must be at least min");
            assertThatIllegalArgumentException().isThrownBy(() -> doubling.factor(0.99)).withMessageContaining("0.99");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> doubling.factor(Double.POSITIVE_INFINITY))
                    .withMessageContaining("Infinity");
            for (var wrong : List.of(-0.01, 1.01, Double.NaN)) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> doubling.jitter(wrong))
                        .withMessageContaining("" + wrong);
            }
        }
    }

    @Nested
    @Tag("#69")
    class An_intensity {
        @Test
        void counts_a_restart_a_period_ago_and_none_before_that() {
            var one = Intensity.of(1, Duration.ofNanos(10)).count(100);
            assertThat(one.count(110).exceeded()).isTrue();
            assertThat(one.count(111).exceeded()).isFalse();
            assertThat(one.exceeded()).isFalse();
        }

        @Test
        void keeps_no_more_than_it_needs() {
            var many = Intensity.of(2, SECOND);
            for (int i = 0; i < 10; i++) {
                many = many.count(i);
            }
            assertThat(many.at()).containsExactly(7L, 8L, 9L);
        }

        @Test
        void counts_from_an_older_value_as_if_there_were_no_newer_one() {
            var one = Intensity.of(5, SECOND).count(1);
            var two = one.count(2);
            var other = one.count(3);
            assertThat(two.count(4).at()).containsExactly(1L, 2L, 4L);
            assertThat(other.at()).containsExactly(1L, 3L);
            assertThat(one.at()).containsExactly(1L);
            assertThat(two.counted()).isEqualTo(2);
            assertThat(two).isEqualTo(Intensity.of(5, SECOND).count(1).count(2)).isNotEqualTo(other);
        }

        @Test
        void forgets_what_has_left_the_window_however_much_it_holds() {
            var many = Intensity.of(1_000, Duration.ofNanos(99));
            for (int i = 0; i < 10_000; i++) {
                many = many.count(i);
            }
            assertThat(many.counted()).isEqualTo(100);
            assertThat(many.at()).startsWith(9_900L).endsWith(9_999L);
        }

        @Test
        void of_none_allows_none() {
            assertThat(Intensity.of(0, SECOND).exceeded()).isFalse();
            assertThat(Intensity.of(0, SECOND).count(1).exceeded()).isTrue();
            assertThatIllegalArgumentException().isThrownBy(() -> Intensity.of(-1, SECOND)).withMessageContaining("-1");
        }

        @Test
        void reads_as_a_sentence() {
            assertThat(Intensity.of(1, SECOND)).hasToString("1 restart in PT1S");
            assertThat(Intensity.of(2, SECOND)).hasToString("2 restarts in PT1S");
        }
    }

    @Nested
    class Chance {
        /// The first numbers that SplitMix64 gives for the seed 0, as its authors' reference code prints them.
        @Test
        void is_split_mix_64() {
            var draft = new Draft(Tree.of(Supervisor.oneForOne(), 0), 0);
            for (long expected : new long[] {0xE220A8397B1DCDAFL, 0x6E789E6AA1B965F4L, 0x06C45D188009454FL}) {
                assertThat(draft.random()).isEqualTo((expected >>> 11) / (double) (1L << 53)).isBetween(0.0, 1.0);
            }
        }

        @Test
        void goes_on_where_the_last_decision_left_it() {
            var first = new Draft(Tree.of(Supervisor.oneForOne(), 7), 0);
            first.random();
            var next = new Draft(first.decision().tree(), 0);
            assertThat(next.random()).isEqualTo(first.random());
        }
    }
}
