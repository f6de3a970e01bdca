package dev.coppice.examples.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopicsTest {

    @Nested
    class A_name {
        @ParameterizedTest
        @ValueSource(strings = {"a", "/", "a/b", "/a", "a//b", "$SYS/x", "a b", "ü/漢"})
        void may_be_any_text(String topic) {
            assertThat(Topics.isName(topic)).isTrue();
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "+", "#", "a/+", "a/#", "a#", "a\0b"})
        void has_characters_and_no_wildcard_and_no_nul(String topic) {
            assertThat(Topics.isName(topic)).isFalse();
        }

        @Test
        void has_a_limit_of_levels() {
            assertThat(Topics.isName("/".repeat(Topics.MAX_LEVELS - 1))).isTrue();
            assertThat(Topics.isName("/".repeat(Topics.MAX_LEVELS))).isFalse();
        }
    }

    @Nested
    class A_filter {
        @ParameterizedTest
        @ValueSource(strings = {"#", "+", "a/#", "+/+", "/+", "+/a/#", "a", "/#", "$SYS/#"})
        void has_wildcards_as_whole_levels(String filter) {
            assertThat(Topics.isFilter(filter)).isTrue();
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "#/a", "a#", "a/#/b", "a+", "+a/b", "a/b#", "##", "++"})
        void has_no_wildcard_elsewhere(String filter) {
            assertThat(Topics.isFilter(filter)).isFalse();
        }
    }

    @Nested
    class A_match {
        @ParameterizedTest
        @CsvSource({
            "#,a",
            "#,a/b/c",
            "a/#,a",
            "a/#,a/b",
            "a/#,a/b/c",
            "+,a",
            "+/+,/a",
            "/+,/a",
            "a/+/c,a/b/c",
            "a/+,a/",
            "a//c,a//c",
            "$SYS/#,$SYS/x",
            "$SYS/+,$SYS/x",
            "a/$x,a/$x",
            "+/$x,a/$x"
        })
        void is_level_by_level(String filter, String topic) {
            assertThat(Topics.matches(filter, topic)).isTrue();
        }

        @ParameterizedTest
        @CsvSource({
            "+,/a",
            "+,a/b",
            "a/+,a",
            "a/+,a/b/c",
            "a/#,ab",
            "a,A",
            "a/b,a",
            "a,a/b",
            "#,$SYS",
            "#,$SYS/x",
            "+/x,$SYS/x",
            "+,$x"
        })
        void is_not_more_than_that(String filter, String topic) {
            assertThat(Topics.matches(filter, topic)).isFalse();
        }
    }

    @Nested
    class Covering {
        @ParameterizedTest
        @CsvSource({"#,a/+", "#,#", "#,$SYS/x", "a/#,a/+/b", "a/#,a/#", "+/b,+/b", "a/+,a/b"})
        void takes_in_narrower_filters(String wide, String narrow) {
            assertThat(Topics.covers(wide, narrow)).isTrue();
        }

        @ParameterizedTest
        @CsvSource({"a/+,a/#", "+,#", "a/b,a/+", "a/b,#", "a/b/#,a/#"})
        void does_not_take_in_wider_ones(String wide, String narrow) {
            assertThat(Topics.covers(wide, narrow)).isFalse();
        }
    }
}
