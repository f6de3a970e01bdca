package dev.coppice.otp;

import static dev.coppice.otp.Child.Restart.PERMANENT;
import static dev.coppice.otp.Child.Restart.TEMPORARY;
import static dev.coppice.otp.Child.Restart.TRANSIENT;
import static dev.coppice.otp.Puppets.CRASH;
import static dev.coppice.otp.Puppets.child;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Loop;
import dev.coppice.kernel.Name;
import dev.coppice.otp.Action.Result;
import dev.coppice.otp.Puppets.Start;
import dev.coppice.otp.Supervisor.AutoShutdown;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Requests, auto-shutdown, stops and stale exits, decided without a thread.
class DecisionsOnRequestTest {
    private static final ExitReason NORMAL = new ExitReason.Normal();
    private static final Duration WINDOW = Duration.ofSeconds(5);
    private static final Supervisor ONE = Supervisor.oneForOne(child("a"), child("b"), child("c"));

    @Nested
    @Tag("#68")
    class Auto_shutdown {
        private final Child[] children = {
            child("a", TRANSIENT).significant(), child("b", TEMPORARY).significant(), child("c", TRANSIENT), child("d")
        };

        private Puppets up(AutoShutdown when) {
            return Puppets.up(Supervisor.oneForOne(children).autoShutdown(when));
        }

        @Test
        void of_any_ends_with_the_first_significant_child_that_ends_by_itself() {
            var puppets = up(AutoShutdown.ANY_SIGNIFICANT);
            puppets.exits("b", CRASH);

            assertThat(puppets.trace()).isEqualTo("END -d -c -a");
            assertThat(puppets.ended).isInstanceOf(ExitReason.Shutdown.class);
        }

        @Test
        void of_all_ends_with_the_last() {
            var puppets = up(AutoShutdown.ALL_SIGNIFICANT);
            puppets.exits("a", NORMAL);
            assertThat(puppets.ended).isNull();
            puppets.exits("b", NORMAL);

            assertThat(puppets.trace()).isEqualTo("END -d -c");
        }

        @Test
        void does_not_come_from_a_restart_an_insignificant_child_or_a_termination() {
            var puppets = up(AutoShutdown.ANY_SIGNIFICANT);
            puppets.exits("a", CRASH);
            puppets.exits("c", NORMAL);
            puppets.feed(new Event.Terminate("a"));
            puppets.feed(new Event.Terminate("b"));

            assertThat(puppets.ended).isNull();
        }

        @Test
        void of_all_counts_a_child_that_is_restarting_as_there() {
            var puppets = up(AutoShutdown.ALL_SIGNIFICANT).starts(_ -> Start.FAILS);
            puppets.exits("a", CRASH);
            puppets.exits("b", NORMAL);

            assertThat(puppets.ended).isNull();
        }

        @Test
        void of_all_waits_for_one_that_a_retry_of_another_will_bring() {
            var puppets =
                    Puppets.up(
                            Supervisor.restForOne(
                                            child("s", TRANSIENT).significant(),
                                            child("a"),
                                            child("b", TRANSIENT).significant())
                                    .autoShutdown(AutoShutdown.ALL_SIGNIFICANT)
                                    .intensity(9, WINDOW));
            puppets.starts(_ -> Start.FAILS).exits("a", CRASH);
            assertThat(puppets.state()).isEqualTo("s a? (b)");
            puppets.exits("s", NORMAL);
            assertThat(puppets.ended).as("b comes back").isNull();

            puppets.starts(_ -> Start.UP).again();
            assertThat(puppets.state()).isEqualTo("(s) a b");
            puppets.exits("b", NORMAL);

            assertThat(puppets.ended).isInstanceOf(ExitReason.Shutdown.class);
        }

        @Test
        void comes_also_while_another_child_is_restarting() {
            for (var when : List.of(AutoShutdown.ANY_SIGNIFICANT, AutoShutdown.ALL_SIGNIFICANT)) {
                var puppets =
                        Puppets.up(
                                Supervisor.oneForOne(child("s", TRANSIENT).significant(), child("d"))
                                        .autoShutdown(when));
                puppets.starts(_ -> Start.FAILS).exits("d", CRASH);
                assertThat(puppets.ended).isNull();
                puppets.exits("s", NORMAL);

                assertThat(puppets.trace()).as(when.name()).isEqualTo("/d ~d END");
            }
        }

        @Test
        void does_not_come_from_siblings_that_are_stopped_by_a_restart() {
            var puppets = Puppets.up(Supervisor.oneForAll(children).autoShutdown(AutoShutdown.ANY_SIGNIFICANT));
            puppets.exits("d", CRASH);

            assertThat(puppets.trace()).isEqualTo("-c -b -a +a +c +d");
            assertThat(puppets.ended).isNull();
        }
    }

    @Nested
    @Tag("#72")
    class Requests {
        private final Puppets puppets =
                Puppets.up(
                        Supervisor.oneForOne(child("a"), child("b", TEMPORARY), child("t", TRANSIENT))
                                .intensity(9, WINDOW));

        @Test
        void add_and_start() {
            assertThat(puppets.ask(new Event.Add(child("x")))).isEqualTo(new Result.Started(4));
            assertThat(puppets.ask(new Event.Add(child("x")))).isEqualTo(new Result.Running(4));
            assertThat(puppets.state()).isEqualTo("a b t x");
        }

        @Test
        void do_not_add_what_is_known_and_stopped_or_restarting() {
            puppets.exits("t", NORMAL);
            assertThat(puppets.ask(new Event.Add(child("t")))).isEqualTo(new Result.Present());

            puppets.starts(_ -> Start.FAILS).exits("a", CRASH);
            assertThat(puppets.ask(new Event.Add(child("a")))).isEqualTo(new Result.Present());
            assertThat(puppets.trace()).isEqualTo("/a ~a");
        }

        @Test
        void forget_an_added_child_that_does_not_start() {
            puppets.starts(_ -> Start.FAILS);
            assertThat(puppets.ask(new Event.Add(child("x")))).isEqualTo(new Result.NotStarted(CRASH));
            assertThat(puppets.state()).isEqualTo("a b t");
            assertThat(puppets.retries).isEmpty();
        }

        @Test
        void keep_an_added_child_that_is_ignored_unless_temporary() {
            puppets.starts(_ -> Start.IGNORED);
            assertThat(puppets.ask(new Event.Add(child("x")))).isEqualTo(new Result.Ignored());
            assertThat(puppets.ask(new Event.Add(child("y", TEMPORARY)))).isEqualTo(new Result.Ignored());
            assertThat(puppets.state()).isEqualTo("a b t (x)");
        }

        @Test
        void refuse_a_child_that_does_not_fit() {
            var answer = puppets.ask(new Event.Add(child("x", TRANSIENT).significant()));

            assertThat(answer).isInstanceOf(Result.Invalid.class);
            assertThat(answer.toString()).contains("\"x\"").contains("autoShutdown");
            assertThat(puppets.trace()).isEmpty();
        }

        @Test
        void terminate() {
            assertThat(puppets.ask(new Event.Terminate("a"))).isEqualTo(new Result.Done());
            assertThat(puppets.ask(new Event.Terminate("a"))).as("again").isEqualTo(new Result.Done());
            assertThat(puppets.ask(new Event.Terminate("b"))).isEqualTo(new Result.Done());
            assertThat(puppets.ask(new Event.Terminate("b"))).as("it was temporary").isEqualTo(new Result.NotFound());
            assertThat(puppets.trace()).isEqualTo("-a -b");
            assertThat(puppets.state()).isEqualTo("(a) t");
        }

        @Test
        void restart_without_counting() {
            assertThat(puppets.ask(new Event.Restart("a"))).isEqualTo(new Result.Running(1));
            assertThat(puppets.ask(new Event.Restart("?"))).isEqualTo(new Result.NotFound());
            puppets.feed(new Event.Terminate("a"));
            assertThat(puppets.ask(new Event.Restart("a"))).isEqualTo(new Result.Started(4));
            assertThat(puppets.tree.intensity().at()).isEmpty();
        }

        @Test
        void leave_a_child_stopped_that_does_not_restart_by_hand() {
            puppets.feed(new Event.Terminate("a"));
            puppets.starts(_ -> Start.FAILS);
            assertThat(puppets.ask(new Event.Restart("a"))).isEqualTo(new Result.NotStarted(CRASH));
            assertThat(puppets.state()).isEqualTo("(a) b t");
            assertThat(puppets.retries).isEmpty();
        }

        @Test
        void delete_only_what_does_not_run() {
            assertThat(puppets.ask(new Event.Delete("a"))).isEqualTo(new Result.Running(1));
            assertThat(puppets.ask(new Event.Delete("?"))).isEqualTo(new Result.NotFound());
            puppets.exits("t", NORMAL);
            assertThat(puppets.ask(new Event.Delete("t"))).isEqualTo(new Result.Done());
            puppets.starts(_ -> Start.FAILS).exits("a", CRASH);
            assertThat(puppets.ask(new Event.Delete("a"))).isEqualTo(new Result.Restarting());
            assertThat(puppets.state()).isEqualTo("a? b");
        }
    }

    @Nested
    @Tag("#73")
    class A_stale_exit {

        @Test
        void of_an_earlier_incarnation_or_a_stranger_changes_nothing() {
            var puppets = Puppets.up(ONE);
            long first = puppets.pids.get("a");
            puppets.exits("a", CRASH);
            puppets.trace.clear();
            var before = puppets.tree;

            puppets.feed(new Event.Exited(first, CRASH));
            puppets.feed(new Event.Exited(99, Puppets.ESCALATION));

            assertThat(puppets.trace()).isEmpty();
            assertThat(puppets.tree).isEqualTo(before);
        }
    }

    @Nested
    @Tag("#84")
    class Names {

        @Test
        void are_released_when_their_child_ends_for_good_and_not_across_a_restart() {
            var puppets = Puppets.up(Supervisor.oneForOne(child("a", PERMANENT), child("b", TRANSIENT)));
            puppets.exits("a", CRASH);
            assertThat(puppets.actions(Action.Release.class)).isEmpty();

            puppets.exits("b", NORMAL);
            assertThat(puppets.actions(Action.Release.class)).extracting(r -> r.child().id()).containsExactly("b");
        }

        @Test
        void are_released_when_their_child_is_forgotten_and_when_its_start_by_hand_fails() {
            var puppets = Puppets.up(Supervisor.oneForOne(child("a"), child("b", TEMPORARY)));
            puppets.exits("b", CRASH);
            assertThat(released(puppets)).containsExactly("b");

            puppets.feed(new Event.Terminate("a"));
            assertThat(released(puppets)).containsExactly("b", "a");
            puppets.starts(_ -> Start.FAILS).feed(new Event.Restart("a"));

            assertThat(released(puppets)).as("once more, since the start reserved it").containsExactly("b", "a", "a");
        }

        @Test
        void belong_to_one_child_at_a_time() {
            Name<String> bob = Name.of("bob");
            var bobs = Child.of("first", ((Loop<String>) _ -> {}).named(bob));
            var puppets = Puppets.up(Supervisor.oneForOne(child("a"), bobs));

            var answer = puppets.ask(new Event.Add(bobs.id("second")));

            assertThat(answer)
                    .isInstanceOfSatisfying(
                            Result.Invalid.class,
                            invalid -> assertThat(invalid.why()).contains("\"second\"").contains("\"first\""));
            assertThat(puppets.trace()).isEmpty();
            assertThat(puppets.ask(new Event.Add(child("unnamed")))).isInstanceOf(Result.Started.class);
        }

        private static List<String> released(Puppets puppets) {
            return puppets.actions(Action.Release.class).stream().map(r -> r.child().id()).toList();
        }
    }

    @Nested
    class An_outcome_of_no_start {

        @Test
        void is_an_error_that_names_it() {
            var quiet = Puppets.up(ONE).tree;
            assertThatIllegalStateException()
                    .isThrownBy(() -> Decisions.decide(quiet, new Event.Started("a", 7), 0))
                    .withMessageContaining("nothing is being started");
            assertThatIllegalStateException()
                    .isThrownBy(() -> Decisions.decide(quiet, new Event.NotStarted("?", CRASH), 0))
                    .withMessageContaining("no child \"?\"");
        }
    }

    @Nested
    @Tag("#71")
    class Stopping {

        @Test
        void goes_in_reverse_one_after_another() {
            var puppets = Puppets.up(ONE);
            puppets.feed(new Event.Quit());

            assertThat(puppets.trace()).isEqualTo("-c -b -a");
            assertThat(puppets.actions(Action.Stop.class)).hasSize(3);
        }

        @Test
        void goes_together_on_request() {
            var puppets = Puppets.up(ONE.parallelStop());
            puppets.feed(new Event.Quit());

            assertThat(puppets.actions(Action.Stop.class)).hasSize(1);
            assertThat(puppets.trace()).isEqualTo("-c -b -a");
        }
    }
}
