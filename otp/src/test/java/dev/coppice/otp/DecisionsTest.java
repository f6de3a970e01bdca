package dev.coppice.otp;

import static dev.coppice.otp.Child.Restart.TEMPORARY;
import static dev.coppice.otp.Puppets.CRASH;
import static dev.coppice.otp.Puppets.child;
import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Self.Gap;
import dev.coppice.otp.Action.Result;
import dev.coppice.otp.Puppets.Start;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Starts, restarts, intensity and back-off, decided without a thread.
class DecisionsTest {
    private static final ExitReason NORMAL = new ExitReason.Normal();
    private static final Duration WINDOW = Duration.ofSeconds(5);
    private static final Backoff LONG = Backoff.between(Duration.ofMinutes(1), Duration.ofMinutes(2));

    private static Supervisor abc(Supervisor.Strategy strategy) {
        var children = new Child[] {child("a"), child("b"), child("c")};
        return switch (strategy) {
            case ONE_FOR_ONE -> Supervisor.oneForOne(children);
            case ONE_FOR_ALL -> Supervisor.oneForAll(children);
            case REST_FOR_ONE -> Supervisor.restForOne(children);
        };
    }

    private static final Supervisor ONE = abc(Supervisor.Strategy.ONE_FOR_ONE);
    private static final Supervisor ALL = abc(Supervisor.Strategy.ONE_FOR_ALL);
    private static final Supervisor REST = abc(Supervisor.Strategy.REST_FOR_ONE);

    @Nested
    class Boot {

        @Test
        @Tag("#66")
        void starts_in_order() {
            var puppets = new Puppets(ONE);
            puppets.feed(new Event.Boot());

            assertThat(puppets.trace()).isEqualTo("+a +b +c");
            assertThat(puppets.failed).isNull();
        }

        @Test
        @Tag("#66")
        void stops_what_it_started_in_reverse_when_a_start_fails_and_starts_nothing_more() {
            var puppets = new Puppets(ONE).starts(id -> id.equals("c") ? Start.FAILS : Start.UP);
            puppets.feed(new Event.Boot());

            assertThat(puppets.trace()).isEqualTo("+a +b /c -b -a");
            assertThat(puppets.failed).isEqualTo(CRASH);
            assertThat(puppets.retries).isEmpty();
        }

        @Test
        @Tag("#68")
        void keeps_the_specification_of_a_child_that_is_ignored_but_not_of_a_temporary_one() {
            var puppets =
                    new Puppets(Supervisor.oneForOne(child("a"), child("b", TEMPORARY), child("c")))
                            .starts(id -> id.equals("c") ? Start.UP : Start.IGNORED);
            puppets.feed(new Event.Boot());

            assertThat(puppets.trace()).isEqualTo(".a .b +c");
            assertThat(puppets.state()).isEqualTo("(a) c");
        }
    }

    @Nested
    @Tag("#69")
    class Intensity_ {

        @Test
        void allows_as_many_restarts_as_it_says_and_gives_up_on_the_next_after_its_children() {
            var puppets = Puppets.up(ONE.intensity(2, WINDOW));
            puppets.exits("b", CRASH);
            puppets.exits("b", CRASH);
            assertThat(puppets.ended).isNull();

            puppets.exits("b", CRASH);

            assertThat(puppets.trace()).isEqualTo("+b +b END -c -a");
            assertThat(puppets.ended).isInstanceOf(ExitReason.Shutdown.class);
            assertThat(puppets.ended.toString()).contains("\"b\"").contains("2 restarts in PT5S").contains("boom");
        }

        @Test
        void of_zero_allows_none() {
            var puppets = Puppets.up(ONE.intensity(0, WINDOW));
            puppets.exits("a", CRASH);

            assertThat(puppets.trace()).isEqualTo("END -c -b");
        }

        @Test
        void is_counted_for_all_children_together() {
            var puppets = Puppets.up(ONE.intensity(1, WINDOW));
            puppets.exits("a", CRASH);
            puppets.exits("b", CRASH);

            assertThat(puppets.trace()).isEqualTo("+a END -c -a");
        }

        @Test
        void counts_one_for_a_crash_however_many_siblings_go_with_it() {
            var puppets = Puppets.up(ALL.intensity(1, WINDOW));
            puppets.exits("a", CRASH);

            assertThat(puppets.ended).isNull();
            assertThat(puppets.tree.intensity().at()).hasSize(1);
        }

        @Test
        void still_counts_a_restart_exactly_one_period_ago() {
            var puppets = Puppets.up(ONE.intensity(1, WINDOW));
            puppets.exits("a", CRASH);
            puppets.advance(WINDOW);
            puppets.exits("a", CRASH);

            assertThat(puppets.ended).isNotNull();
        }

        @Test
        void forgets_a_restart_a_nanosecond_later() {
            var puppets = Puppets.up(ONE.intensity(1, WINDOW));
            puppets.exits("a", CRASH);
            puppets.advance(WINDOW.plusNanos(1));
            puppets.exits("a", CRASH);

            assertThat(puppets.ended).isNull();
        }

        /// Seen elsewhere: a counter that is only reset when the gap since the last restart is long gives up in the end.
        @Test
        void never_gives_up_on_crashes_that_are_each_far_enough_from_those_before_the_last() {
            var puppets = Puppets.up(ONE.intensity(1, WINDOW));
            for (int i = 0; i < 1000; i++) {
                puppets.exits("a", CRASH);
                puppets.advance(Duration.ofMillis(5001));
            }

            assertThat(puppets.ended).isNull();
            assertThat(puppets.tree.intensity().at()).as("it keeps no history").hasSizeLessThanOrEqualTo(2);
        }

        /// Seen elsewhere: over the limit a permanent child that ended normally just stays dead.
        @Test
        void gives_up_on_a_permanent_child_that_keeps_ending_normally() {
            var puppets = Puppets.up(ONE.intensity(1, WINDOW));
            puppets.exits("a", NORMAL);
            puppets.exits("a", NORMAL);

            assertThat(puppets.trace()).isEqualTo("+a END -c -b");
        }

        @Test
        void survives_a_clock_that_wraps_around() {
            var puppets = new Puppets(ONE.intensity(1, WINDOW));
            puppets.now = Long.MAX_VALUE - 1;
            puppets.feed(new Event.Boot());
            puppets.exits("a", CRASH);
            puppets.advance(Duration.ofSeconds(6));
            puppets.exits("a", CRASH);

            assertThat(puppets.now).isNegative();
            assertThat(puppets.ended).isNull();
        }
    }

    @Nested
    @Tag("#66")
    class A_start_that_fails_during_a_restart {

        /// Seen elsewhere: the supervisor dies at once, or loops without serving anybody.
        @Test
        void is_tried_again_by_a_message_and_each_try_counts() {
            var puppets = Puppets.up(ONE.intensity(3, WINDOW)).starts(_ -> Start.FAILS);
            puppets.exits("b", CRASH);
            assertThat(puppets.trace()).isEqualTo("/b ~b");
            assertThat(puppets.state()).isEqualTo("a b? c");

            puppets.again();
            puppets.again();
            assertThat(puppets.ended).isNull();
            puppets.again();

            assertThat(puppets.trace()).as("three tries, then the end").isEqualTo("/b ~b /b ~b /b ~b END -c -a");
        }

        @Test
        void leaves_the_siblings_before_it_alone_under_rest_for_one() {
            var puppets = Puppets.up(REST.intensity(3, WINDOW)).starts(failingOnce("b"));
            puppets.exits("a", CRASH);
            assertThat(puppets.trace()).isEqualTo("-c -b +a /b ~b");
            assertThat(puppets.state()).isEqualTo("a b? (c)");

            puppets.again();

            assertThat(puppets.trace()).isEqualTo("-c -b +a /b ~b +b +c");
        }

        @Test
        void tears_everything_down_again_under_one_for_all() {
            var puppets = Puppets.up(ALL.intensity(3, WINDOW)).starts(failingOnce("b"));
            puppets.exits("c", CRASH);
            assertThat(puppets.trace()).isEqualTo("-b -a +a /b ~b");

            puppets.again();

            assertThat(puppets.trace()).isEqualTo("-b -a +a /b ~b -a +a +b +c");
        }

        @Test
        void is_served_after_other_requests_which_may_take_it_back() {
            var puppets = Puppets.up(ONE.intensity(3, WINDOW)).starts(_ -> Start.FAILS);
            puppets.exits("b", CRASH);
            assertThat(puppets.ask(new Event.Terminate("b"))).isEqualTo(new Result.Done());
            puppets.again();

            assertThat(puppets.trace()).isEqualTo("/b ~b");
            assertThat(puppets.state()).isEqualTo("a (b) c");
        }

        @Test
        void does_not_take_an_older_retry_for_its_own() {
            var puppets = Puppets.up(ONE.intensity(9, WINDOW)).starts(_ -> Start.FAILS);
            puppets.exits("b", CRASH);
            puppets.feed(new Event.Terminate("b"));
            puppets.starts(_ -> Start.UP);
            puppets.feed(new Event.Restart("b"));
            puppets.starts(_ -> Start.FAILS);
            puppets.exits("b", CRASH);
            assertThat(puppets.retries).hasSize(2);
            assertThat(puppets.tree.tickets()).isEqualTo(2);
            puppets.trace.clear();

            puppets.again();
            assertThat(puppets.trace()).as("taken back").isEmpty();
            puppets.again();
            assertThat(puppets.trace()).isEqualTo("/b ~b");
        }

        @Test
        @Tag("#75")
        void ends_the_supervisor_when_its_reason_escalates() {
            var puppets = Puppets.up(ONE.intensity(3, WINDOW)).starts(_ -> Start.ESCALATES);
            puppets.exits("b", CRASH);

            assertThat(puppets.trace()).isEqualTo("/b END -c -a");
            assertThat(puppets.ended).isEqualTo(Puppets.ESCALATION);
        }

        @Test
        void keeps_the_names_of_those_that_it_will_bring_when_another_is_taken_out() {
            var puppets = Puppets.up(REST.intensity(3, WINDOW)).starts(failingOnce("b"));
            puppets.exits("b", CRASH);
            assertThat(puppets.state()).isEqualTo("a b? (c)");
            puppets.actions.clear();
            puppets.feed(new Event.Terminate("a"));

            assertThat(puppets.actions(Action.Release.class)).extracting(r -> r.child().id()).containsExactly("a");
        }

        @Test
        void keeps_the_names_of_those_before_it_that_it_will_bring_under_one_for_all() {
            var puppets = Puppets.up(ALL.backoff(LONG));
            puppets.exits("b", CRASH);
            assertThat(puppets.state()).isEqualTo("(a) b? (c)");
            puppets.actions.clear();
            puppets.feed(new Event.Terminate("c"));

            assertThat(puppets.actions(Action.Release.class)).extracting(r -> r.child().id()).containsExactly("c");
        }

        @Test
        void frees_the_names_of_those_that_only_a_later_one_waits_beside_under_rest_for_one() {
            var puppets = Puppets.up(REST.intensity(9, WINDOW)).starts(failingOnce("a"));
            puppets.exits("a", CRASH);
            puppets.feed(new Event.Restart("c"));
            puppets.starts(failingOnce("c")).exits("c", CRASH);
            assertThat(puppets.state()).isEqualTo("a? (b) c?");
            puppets.actions.clear();
            puppets.feed(new Event.Terminate("a"));

            assertThat(puppets.actions(Action.Release.class))
                    .extracting(r -> r.child().id())
                    .as("c comes back alone")
                    .containsExactly("a", "b");
        }

        @Test
        void leaves_siblings_stopped_and_their_names_free_when_it_is_taken_back() {
            var puppets = Puppets.up(ALL.intensity(3, WINDOW)).starts(failingOnce("a"));
            puppets.exits("a", CRASH);
            puppets.actions.clear();
            puppets.feed(new Event.Terminate("a"));

            assertThat(puppets.state()).isEqualTo("(a) (b) (c)");
            assertThat(puppets.actions(Action.Release.class))
                    .extracting(r -> r.child().id())
                    .containsExactly("a", "b", "c");
        }
    }

    @Nested
    @Tag("#70")
    class Backing_off {
        private final Backoff backoff =
                new Backoff(Duration.ofMillis(100), Duration.ofSeconds(1), 2, 0, Duration.ofSeconds(10));

        @Test
        void waits_longer_after_each_failure_up_to_the_limit() {
            var puppets = Puppets.up(ONE.intensity(100, WINDOW).backoff(backoff));
            for (int i = 0; i < 6; i++) {
                puppets.exits("b", CRASH);
                puppets.again();
            }

            assertThat(puppets.actions(Action.Retry.class))
                    .extracting(r -> r.delay().toMillis())
                    .containsExactly(100L, 200L, 400L, 800L, 1000L, 1000L);
        }

        @Test
        void begins_again_once_the_child_has_run_long_enough_and_not_before() {
            var puppets = Puppets.up(ONE.intensity(100, WINDOW).backoff(backoff));
            puppets.exits("b", CRASH);
            puppets.again();
            puppets.advance(Duration.ofMillis(9_999));
            puppets.exits("b", CRASH);
            puppets.again();
            puppets.advance(Duration.ofSeconds(10));
            puppets.exits("b", CRASH);

            assertThat(puppets.actions(Action.Retry.class))
                    .extracting(r -> r.delay().toMillis())
                    .containsExactly(100L, 200L, 100L);
        }

        @Test
        void shows_the_child_as_restarting_and_lets_its_callers_fail_at_once() {
            var puppets = Puppets.up(ONE.backoff(backoff));
            puppets.exits("b", CRASH);

            assertThat(puppets.state()).isEqualTo("a b? c");
            assertThat(puppets.actions(Action.Reserve.class))
                    .singleElement()
                    .satisfies(reserve -> {
                        assertThat(reserve.child().id()).isEqualTo("b");
                        assertThat(reserve.gap()).isEqualTo(Gap.FAIL);
                    });
            assertThat(puppets.ask(new Event.Restart("b"))).isEqualTo(new Result.Restarting());
        }

        @Test
        void counts_every_failure_at_once() {
            var puppets = Puppets.up(ONE.intensity(1, WINDOW).backoff(backoff)).starts(_ -> Start.FAILS);
            puppets.exits("b", CRASH);
            puppets.again();

            assertThat(puppets.trace()).isEqualTo("~b /b END -c -a");
        }

        @Test
        void brings_the_group_down_first_and_up_together_afterwards() {
            var puppets = Puppets.up(ALL.backoff(backoff));
            puppets.exits("b", CRASH);
            assertThat(puppets.trace()).isEqualTo("~b -c -a");
            assertThat(puppets.state()).isEqualTo("(a) b? (c)");

            puppets.again();

            assertThat(puppets.trace()).isEqualTo("~b -c -a +a +b +c");
        }

        @Test
        void lets_callers_of_the_whole_group_fail_at_once_also_after_a_start_that_failed() {
            var puppets = Puppets.up(ALL.intensity(9, WINDOW).backoff(backoff)).starts(failingOnce("a"));
            puppets.exits("b", CRASH);
            assertThat(gaps(puppets)).containsExactly("b FAIL", "c FAIL", "a FAIL");
            puppets.actions.clear();

            puppets.again();

            assertThat(puppets.state()).isEqualTo("a? (b) (c)");
            assertThat(gaps(puppets))
                    .as("each waits for its start, and then for a")
                    .endsWith("a FAIL", "b FAIL", "c FAIL");
        }

        private static List<String> gaps(Puppets puppets) {
            return puppets.actions(Action.Reserve.class).stream().map(r -> r.child().id() + " " + r.gap()).toList();
        }

        @Test
        void varies_by_the_jitter_and_never_lengthens() {
            var puppets = Puppets.up(ONE.intensity(1000, WINDOW).backoff(backoff.jitter(0.5).factor(1)));
            for (int i = 0; i < 200; i++) {
                puppets.exits("b", CRASH);
                puppets.again();
            }
            var delays = puppets.actions(Action.Retry.class).stream().map(r -> r.delay().toMillis()).toList();

            assertThat(delays).allMatch(millis -> millis >= 50 && millis <= 100);
            assertThat(delays.stream().distinct().count()).isGreaterThan(20);
        }

        @Test
        void is_each_childs_own_where_it_has_one() {
            var patient = child("b").backoff(backoff);
            var puppets = Puppets.up(Supervisor.oneForOne(child("a"), patient).intensity(9, WINDOW));
            puppets.exits("a", CRASH);
            puppets.exits("b", CRASH);

            assertThat(puppets.trace()).isEqualTo("+a ~b");
        }
    }

    @Nested
    class What_is_told {

        @Test
        void is_each_restart_with_its_reason_before_it_and_after_it() {
            var puppets = Puppets.up(ONE);
            puppets.exits("b", CRASH);

            var restarting = puppets.actions(Action.Restarting.class).getFirst();
            assertThat(restarting.child().id()).isEqualTo("b");
            assertThat(restarting.why()).isEqualTo(CRASH);
            assertThat(restarting.delay()).isZero();
            assertThat(puppets.actions(Action.Restarted.class))
                    .singleElement()
                    .isEqualTo(new Action.Restarted(restarting.child(), puppets.pids.get("b"), CRASH));
            assertThat(puppets.actions(Action.GaveUp.class)).isEmpty();
            assertThat(puppets.actions(Action.StartFailure.class)).isEmpty();
        }

        @Test
        void is_how_long_a_restart_waits() {
            var puppets = Puppets.up(ONE.backoff(LONG.jitter(0)));
            puppets.exits("b", CRASH);

            assertThat(puppets.actions(Action.Restarting.class))
                    .singleElement()
                    .extracting(Action.Restarting::delay)
                    .isEqualTo(LONG.min());
            assertThat(puppets.actions(Action.Restarted.class)).isEmpty();
        }

        @Test
        void is_each_start_that_fails_and_the_giving_up() {
            var puppets = Puppets.up(ONE.intensity(1, WINDOW)).starts(_ -> Start.FAILS);
            puppets.exits("b", CRASH);
            assertThat(puppets.actions(Action.StartFailure.class))
                    .singleElement()
                    .satisfies(failure -> {
                        assertThat(failure.child().id()).isEqualTo("b");
                        assertThat(failure.reason()).isEqualTo(CRASH);
                    });
            assertThat(puppets.actions(Action.GaveUp.class)).isEmpty();

            puppets.again();

            assertThat(puppets.actions(Action.GaveUp.class))
                    .singleElement()
                    .satisfies(gaveUp -> {
                        assertThat(gaveUp.child().id()).isEqualTo("b");
                        assertThat(gaveUp.why()).isEqualTo(CRASH);
                        assertThat(gaveUp.intensity().restarts()).isEqualTo(1);
                    });
        }
    }

    private static java.util.function.Function<String, Start> failingOnce(String child) {
        var left = new java.util.ArrayList<>(List.of(child));
        return id -> left.remove(id) ? Start.FAILS : Start.UP;
    }
}
