package dev.coppice.otp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("#42")
class DuplicatesTest {

    @Nested
    class First {
        @Test
        void is_true_once_for_each_number_whatever_the_order() {
            var seen = new Duplicates();
            var numbers = List.of(3L, 1L, 2L, 5L, 4L);
            assertThat(numbers).allMatch(number -> seen.first("a", number));
            assertThat(numbers).noneMatch(number -> seen.first("a", number));
        }

        @Test
        void tells_sources_apart() {
            var seen = new Duplicates();
            assertThat(seen.first("a", 1)).isTrue();
            assertThat(seen.first("b", 1)).isTrue();
            assertThat(seen.first("a", 1)).isFalse();
        }

        @Test
        void takes_what_is_older_than_the_window_as_seen() {
            var seen = new Duplicates(4, 10);
            assertThat(seen.first("a", 10)).isTrue();
            assertThat(seen.first("a", 6)).isFalse();
            assertThat(seen.first("a", 7)).isTrue();
            assertThat(seen.first("a", 1_000_000_000_000L)).isTrue();
            assertThat(seen.first("a", 10)).isFalse();
        }

        @Test
        void forgets_the_source_that_was_heard_of_longest_ago() {
            var seen = new Duplicates(4, 2);
            seen.first("a", 1);
            seen.first("b", 1);
            seen.first("a", 2);
            seen.first("c", 1);
            assertThat(seen.first("a", 1)).isFalse();
            assertThat(seen.first("b", 1)).isTrue();
        }

        @Test
        void refuses_the_number_of_a_source_that_counts_from_zero() {
            var seen = new Duplicates();
            assertThatThrownBy(() -> seen.first("shop", 0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("number must be at least 1, was 0 of shop: numbers begin at 1");
            assertThat(seen.first("shop", 1)).isTrue();
        }

        @Test
        void agrees_with_a_plain_set_within_the_window() {
            var chance = new SplittableRandom(7);
            var seen = new Duplicates(64, 1);
            var model = new HashSet<Long>();
            long highest = 0;
            for (int i = 0; i < 20_000; i++) {
                long number = Math.max(1, highest - chance.nextInt(63) + chance.nextInt(4));
                highest = Math.max(highest, number);
                if (number > highest - 64) {
                    assertThat(seen.first("a", number)).as("number " + number).isEqualTo(model.add(number));
                }
            }
        }
    }

    @Nested
    class Numbers {
        @Test
        void count_upwards_and_go_on_where_a_store_has_kept_the_last() {
            var source = new Numbered.Source("shop");
            assertThat(source.number("x")).isEqualTo(new Numbered<>("shop", 1, "x"));
            assertThat(source.number("y").number()).isEqualTo(2);
            assertThat(new Numbered.Source("shop", 41).number("z").number()).isEqualTo(42);
        }

        @Test
        void make_a_message_that_is_sent_twice_count_once() {
            var source = new Numbered.Source("shop");
            var seen = new Duplicates();
            var sent = LongStream.range(0, 5).mapToObj(source::number).toList();
            assertThat(sent).allMatch(seen::first);
            assertThat(sent).noneMatch(seen::first);
        }

        @Test
        void below_one_are_none() {
            assertThatThrownBy(() -> new Numbered<>("shop", 0, "x")).hasMessage("number must be at least 1, was 0");
        }
    }
}
