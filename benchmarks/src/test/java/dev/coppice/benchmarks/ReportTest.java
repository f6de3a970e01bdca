package dev.coppice.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static final Workload PING_PONG = Workloads.named("ping-pong");
    private static final Workload MEMORY = Workloads.named("idle-memory");

    private static Result result(Workload workload, String system, double... values) {
        return new Result(
                workload, system, Arrays.stream(values).mapToObj(value -> new Result.Sample(value, 50)).toList());
    }

    private static Results results(Result... all) {
        var results = new Results();
        results.add(List.of(all));
        return results;
    }

    @Nested
    class Summing_up {

        @Test
        void the_median_is_the_middle_of_the_rounds_in_order() {
            assertThat(result(PING_PONG, "coppice", 5, 1, 9).median()).isEqualTo(5);
            assertThat(result(PING_PONG, "coppice", 5, 1, 9, 7).median()).isEqualTo(6);
            assertThat(result(PING_PONG, "coppice", 5, 1, 9).min()).isEqualTo(1);
            assertThat(result(PING_PONG, "coppice", 5, 1, 9).max()).isEqualTo(9);
        }

        @Test
        void a_line_of_json_tells_all() {
            assertThat(result(PING_PONG, "pekko", 2).json())
                    .isEqualTo(
                            "{\"workload\":\"ping-pong\",\"system\":\"pekko\",\"median\":2.000,\"min\":2.000,\"max\":2.000,"
                                    + "\"cpu_ns\":50.0,\"unit\":\"op/s\",\"higher_is_better\":true}");
        }
    }

    @Nested
    class Comparing {

        @Test
        void more_a_second_and_fewer_bytes_are_both_better() {
            var results =
                    results(
                            result(PING_PONG, "coppice", 10),
                            result(PING_PONG, "pekko", 4),
                            result(MEMORY, "coppice", 100),
                            result(MEMORY, "pekko", 400));

            assertThat(results.ratio(PING_PONG, "coppice", "pekko")).contains(2.5);
            assertThat(results.ratio(MEMORY, "coppice", "pekko")).contains(4.0);
            assertThat(results.ratio(MEMORY, "coppice", "erlang")).isEmpty();
        }

        @Test
        void a_row_holds_only_when_all_its_targets_do() {
            var held =
                    results(
                            result(PING_PONG, "coppice", 10),
                            result(PING_PONG, "pekko", 4),
                            result(PING_PONG, "erlang", 3));
            var missed =
                    results(
                            result(PING_PONG, "coppice", 10),
                            result(PING_PONG, "pekko", 4),
                            result(PING_PONG, "erlang", 4));

            assertThat(held.verdicts()).last().isEqualTo("1 of 1 rows hold");
            assertThat(missed.verdicts()).last().isEqualTo("0 of 1 rows hold");
            assertThat(missed.verdicts()).anyMatch(line -> line.contains("× erlang") && line.contains("MISSED"));
        }

        @Test
        void bytes_hold_when_they_are_few() {
            assertThat(results(result(MEMORY, "coppice", 199)).verdicts()).last().isEqualTo("1 of 1 rows hold");
            assertThat(results(result(MEMORY, "coppice", 201)).verdicts()).last().isEqualTo("0 of 1 rows hold");
        }
    }

    @Nested
    class Drawing {

        @Test
        void a_bar_for_each_peer_that_was_measured_and_none_for_the_others() {
            var svg = Picture.of(results(result(PING_PONG, "coppice", 10), result(PING_PONG, "pekko", 4)));

            assertThat(svg).startsWith("<svg").contains("ping-pong: 2.5 times pekko").doesNotContain("times erlang");
        }
    }

    @Nested
    class Asking {
        private static final Path PICTURE = Path.of("picture.svg");

        private static Options parse(String... args) {
            return Options.parse(List.of(args), PICTURE);
        }

        @Test
        void quick_means_nine_workloads_and_two_peers() {
            var options = parse("--quick");

            assertThat(options.workloads())
                    .extracting(Workload::name)
                    .containsExactlyInAnyOrderElementsOf(Workloads.QUICK);
            assertThat(options.systems()).containsExactly("coppice", "coppice-loop", "pekko", "erlang");
            assertThat(options.picture()).contains(PICTURE);
        }

        @Test
        void only_takes_names_and_rows_in_any_order_of_options_and_draws_nothing_unasked() {
            var options = parse("--only", "fib", "hogs", "--quick", "--peers", "none");

            assertThat(options.workloads())
                    .extracting(Workload::name)
                    .containsExactly("fib", "hogs", "hogs-8x", "hogs-call", "hogs-8x-call");
            assertThat(options.systems()).containsExactly("coppice", "coppice-loop");
            assertThat(options.picture()).isEmpty();
        }

        @Test
        void an_unknown_word_is_named() {
            assertThatThrownBy(() -> parse("--only", "pong")).hasMessageContaining("pong");
            assertThatThrownBy(() -> parse("--peers", "akka")).hasMessageContaining("akka");
            assertThatThrownBy(() -> parse("--fast")).hasMessageContaining("--fast");
            assertThatThrownBy(() -> parse("--json")).hasMessageContaining("--json");
        }
    }
}
