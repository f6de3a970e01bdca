package dev.coppice.conformance.laws;

import static dev.coppice.conformance.laws.Lab.LONG;
import static dev.coppice.conformance.laws.Lab.failure;
import static dev.coppice.conformance.laws.Lab.millis;
import static dev.coppice.conformance.laws.Talk.echo;
import static dev.coppice.conformance.laws.Talk.puppet;
import static dev.coppice.conformance.laws.Talk.server;
import static dev.coppice.conformance.laws.Talk.shutdown;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.coppice.conformance.laws.Talk.Ask;
import dev.coppice.conformance.laws.Talk.Boom;
import dev.coppice.conformance.laws.Talk.Crashing;
import dev.coppice.conformance.laws.Talk.Do;
import dev.coppice.conformance.laws.Talk.DoNow;
import dev.coppice.conformance.laws.Talk.Gone;
import dev.coppice.conformance.laws.Talk.Mark;
import dev.coppice.kernel.DeadLetter;
import dev.coppice.kernel.ExitReason.Crashed;
import dev.coppice.kernel.ExitReason.NoProcess;
import dev.coppice.kernel.Failure.Exited;
import dev.coppice.kernel.Failure.TimedOut;
import dev.coppice.kernel.Loop;
import dev.coppice.kernel.Mailbox;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Offer;
import dev.coppice.kernel.Outcome.Failed;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Recipe;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.StartFailed;
import dev.coppice.kernel.spi.Backlog;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Law 7: a restart is a new incarnation, and a reserved name waits for it.
@Tag("law-7")
@Tag("#83")
class NamesTest {
    private static final Name<Talk> NAME = Name.of("named");

    /// An actor that reserved the name, as a supervisor does.
    private static Pid<Talk> keeper(Lab lab, Self.Gap gap) {
        var keeper = lab.puppet();
        keeper.call(new DoNow(self -> self.reserve(NAME, gap)));
        return keeper;
    }

    private static Pid<Talk> child(Lab lab, Pid<Talk> keeper, Recipe<Talk> recipe) {
        keeper.call(new DoNow(self -> self.spawn(recipe.named(NAME))));
        return lab.node().whereis(NAME).orElseThrow();
    }

    private static void end(Lab lab, Pid<Talk> pid) {
        pid.exit(shutdown("for a restart"));
        lab.gone(pid);
    }

    @Nested
    @Tag("#86")
    class Refs {
        @Laws
        void reach_whoever_holds_the_name(Lab lab) {
            var ref = lab.node().ref(NAME);
            var one = lab.node().spawn(echo().named(NAME));
            assertThat(ref.call(new Ask("one"))).isEqualTo("one");
            assertThat(lab.node().whereis(NAME)).contains(one);
            one.stop();
            lab.gone(one);
            assertThat(lab.node().whereis(NAME)).isEmpty();
            var two = lab.node().spawn(echo().named(NAME));
            assertThat(two).isNotEqualTo(one);
            assertThat(ref.call(new Ask("two"))).isEqualTo("two");
        }

        @Laws
        @Tag("#41")
        void without_a_holder_dead_letter_what_is_sent(Lab lab) {
            lab.node().ref(NAME).send(new Mark(1));
            assertThat(lab.node().ref(NAME).offer(new Mark(2)))
                    .isEqualTo(new Offer.Dead(new DeadLetter.Reason.NoProcess()));
            assertThat(lab.node().counters().deadLetters()).isEqualTo(Map.of("NoProcess", 2L));
        }

        @Laws
        @Tag("#7")
        void of_another_protocol_are_an_error_at_first_use(Lab lab) {
            lab.node().spawn(echo().named(NAME));
            Name<CharSequence> foreign = Name.of("named");
            assertThatThrownBy(() -> lab.node().ref(foreign).send("a foreign message"))
                    .isNotInstanceOf(ClassCastException.class)
                    .hasMessageContaining("named")
                    .hasMessageContaining("CharSequence");
            assertThat(lab.node().ref(NAME).call(new Ask("unharmed"))).isEqualTo("unharmed");
        }

        @Laws
        void in_one_node_do_not_reach_another(Lab lab) {
            lab.node().spawn(echo().named(NAME));
            var other = lab.node(lab.config());
            assertThat(other.whereis(NAME)).isEmpty();
            assertThat(failure(() -> other.ref(NAME).call(new Ask("?")))).isEqualTo(new Exited(new NoProcess()));
        }
    }

    @Nested
    @Tag("#84")
    class Release {
        @Laws
        @Tag("law-8")
        void a_name_can_be_taken_as_soon_as_its_holders_down_is_here(Lab lab) {
            var probe = lab.<Talk>probe();
            for (int i = 0; i < 20; i++) {
                var pid = lab.node().spawn(puppet().named(NAME));
                probe.run(self -> self.monitor(pid, Gone::new));
                pid.exit(shutdown("next"));
                probe.expect(Gone.class);
                assertThat(lab.node().whereis(NAME)).isEmpty();
            }
        }

        @Laws
        void a_name_is_free_when_an_await_returns(Lab lab) {
            for (int i = 0; i < 20; i++) {
                var pid = lab.node().spawn(puppet().named(NAME));
                pid.kill();
                lab.gone(pid);
            }
            assertThat(lab.node().whereis(NAME)).isEmpty();
        }

        @Laws
        void nobody_who_is_dead_is_ever_found(Lab lab) {
            var gate = lab.gate();
            var pid = lab.stuckAt(gate, puppet().named(NAME));
            pid.kill();
            // It holds its name until its code has left.
            assertThat(lab.node().whereis(NAME).map(Pid::alive)).isIn(Optional.empty(), Optional.of(true));
            gate.open();
            lab.gone(pid);
            assertThat(lab.node().whereis(NAME)).isEmpty();
        }
    }

    @Nested
    class Incarnations {
        @Laws
        @Tag("#4")
        @Tag("#32")
        void are_new_pids_with_new_instances_and_empty_mailboxes(Lab lab) {
            var probe = lab.<Talk>probe();
            var keeper = keeper(lab, Self.Gap.WAIT);
            var gate = lab.gate();
            Recipe<Talk> recipe = server((message, _) -> probe.send(message));
            var one = child(lab, keeper, recipe);
            lab.stick(gate, one);
            one.send(new Crashing("the first"));
            lab.node().ref(NAME).send(new Mark(1));
            gate.open();
            assertThat(lab.gone(one)).isInstanceOf(Crashed.class);
            var two = child(lab, keeper, recipe);
            assertThat(two).isNotEqualTo(one);
            assertThat(two.id()).isNotEqualTo(one.id());
            lab.node().ref(NAME).send(new Mark(2));
            probe.expectEqual(new Mark(2));
            assertThat(lab.node().counters().deadLetters()).containsEntry("Died", 1L);
            assertThat(one.alive()).isFalse();
            assertThat(failure(() -> one.call(new Ask("?")))).isEqualTo(new Exited(new NoProcess()));
        }

        @Laws
        @Tag("#32")
        void get_the_kept_mailbox_without_the_message_that_failed(Lab lab) {
            var probe = lab.<Talk>probe();
            var keeper = keeper(lab, Self.Gap.WAIT);
            var gate = lab.gate();
            Recipe<Talk> recipe =
                    server(
                                    (message, self) -> {
                                        switch (message) {
                                            case Ask(String text) when text.equals("poison") ->
                                                    throw new Boom("poison");
                                            case Ask ask -> self.reply(ask, "from the next");
                                            default -> probe.send(message);
                                        }
                                    })
                            .mailbox(Mailbox.unbounded().keptAcrossRestarts());
            var one = child(lab, keeper, recipe);
            lab.stick(gate, one);
            var poisoned = one.ask(new Ask("poison"));
            var waiting = one.ask(new Ask("please"));
            one.send(new Mark(1));
            one.send(new Mark(2));
            gate.open();
            assertThat(lab.gone(one)).isInstanceOf(Crashed.class);
            assertThat(poisoned.await())
                    .isInstanceOfSatisfying(
                            Failed.class, failed -> assertThat(failed.why()).isInstanceOf(Exited.class));
            assertThat(waiting.poll()).isEmpty();
            assertThat(lab.node().counters().unaccounted()).isZero();
            child(lab, keeper, recipe);
            assertThat(waiting.get()).isEqualTo("from the next");
            probe.expectEqual(new Mark(1));
            probe.expectEqual(new Mark(2));
            probe.expectNothing(millis(20));
        }

        @Laws
        void drop_the_oldest_of_a_kept_mailbox_first(Lab lab) {
            var probe = lab.<Talk>probe();
            var keeper = keeper(lab, Self.Gap.WAIT);
            var first = lab.gate();
            var second = lab.gate();
            var recipe =
                    server(
                                    (message, _) -> {
                                        probe.send(message);
                                        if (message.equals(new Mark(1))) {
                                            second.pass();
                                        }
                                    })
                            .mailbox(Mailbox.droppingOldest(2).keptAcrossRestarts());
            var one = child(lab, keeper, recipe);
            lab.stick(first, one);
            one.send(new Mark(1));
            one.send(new Mark(2));
            one.exit(shutdown("for a restart"));
            first.open();
            lab.gone(one);
            var two = child(lab, keeper, recipe);
            probe.expectEqual(new Mark(1));
            two.send(new Mark(3));
            two.send(new Mark(4));
            second.open();
            probe.expectEqual(new Mark(3));
            probe.expectEqual(new Mark(4));
            assertThat(lab.node().counters().deadLetters()).isEqualTo(Map.of("Dropped", 1L));
            assertThat(lab.node().counters().unaccounted()).isZero();
        }

        @Laws
        void get_the_kept_mailbox_without_the_message_that_a_pattern_failed_on(Lab lab) {
            var probe = lab.<Talk>probe();
            var keeper = keeper(lab, Self.Gap.WAIT);
            var kept = Mailbox.unbounded().keptAcrossRestarts();
            Loop<Talk> selective =
                    self ->
                            self.<Talk>receive(message -> {
                                if (message.equals(new Mark(2))) {
                                    throw new Boom("pattern");
                                }
                                return null;
                            });
            var one = child(lab, keeper, selective.recipe().mailbox(kept));
            one.send(new Mark(1));
            one.send(new Mark(2));
            assertThat(lab.gone(one)).isInstanceOf(Crashed.class);
            Recipe<Talk> next = server((message, _) -> probe.send(message));
            child(lab, keeper, next.mailbox(kept));
            probe.expectEqual(new Mark(1));
            probe.expectNothing(millis(20));
            assertThat(lab.node().counters().unaccounted()).isZero();
        }
    }

    @Nested
    class Reserved {
        @Laws
        void nobody_else_can_take_it_held_or_not(Lab lab) {
            var keeper = keeper(lab, Self.Gap.WAIT);
            assertThatThrownBy(() -> lab.node().spawn(puppet().named(NAME)))
                    .isInstanceOf(StartFailed.class)
                    .hasRootCauseInstanceOf(StartFailed.NameTaken.class);
            var one = child(lab, keeper, echo());
            end(lab, one);
            assertThatThrownBy(() -> lab.node().spawn(puppet().named(NAME)))
                    .isInstanceOf(StartFailed.class)
                    .hasRootCauseInstanceOf(StartFailed.NameTaken.class);
            assertThat(child(lab, keeper, echo()).alive()).isTrue();
        }

        @Laws
        void what_another_holds_or_reserved_cannot_be_reserved(Lab lab) {
            keeper(lab, Self.Gap.WAIT);
            var probe = lab.<Talk>probe();
            assertThatThrownBy(() -> probe.run(self -> self.reserve(NAME, Self.Gap.WAIT)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("named");
        }

        @Laws
        void a_call_waits_for_the_next_incarnation(Lab lab) {
            var keeper = keeper(lab, Self.Gap.WAIT);
            end(lab, child(lab, keeper, echo()));
            var pending = lab.node().ref(NAME).within(LONG).ask(new Ask("across"));
            var answers = lab.<String>probe();
            lab.puppet().send(new Do(self -> answers.send(self.ref(NAME).within(LONG).call(new Ask("across too")))));
            assertThat(pending.await(millis(20))).isEmpty();
            child(lab, keeper, echo());
            assertThat(pending.get()).isEqualTo("across");
            answers.expectEqual("across too");
        }

        @Laws
        void calls_that_waited_reach_the_next_incarnation_in_their_order(Lab lab) {
            var keeper = keeper(lab, Self.Gap.WAIT);
            end(lab, child(lab, keeper, echo()));
            var probe = lab.<Talk>probe();
            for (int i = 0; i < 5; i++) {
                var _ = lab.node().ref(NAME).within(LONG).ask(new Ask("" + i));
            }
            child(lab, keeper, server((message, _) -> probe.send(message)));
            for (int i = 0; i < 5; i++) {
                probe.expectEqual(new Ask("" + i));
            }
        }

        @Laws
        void a_call_that_waited_reaches_an_incarnation_whose_backlog_is_made_by_code_that_uses_the_name(Lab lab) {
            var keeper = keeper(lab, Self.Gap.WAIT);
            end(lab, child(lab, keeper, echo()));
            var pending = lab.node().ref(NAME).within(LONG).ask(new Ask("across"));
            Supplier<Backlog> busy =
                    () -> {
                        lab.node().ref(NAME).offer(new Mark(1));
                        return new Plain();
                    };
            child(lab, keeper, echo().mailbox(Mailbox.unbounded().backlog(busy)));
            assertThat(pending.get()).isEqualTo("across");
        }

        private static final class Plain implements Backlog {
            private final ArrayDeque<Item> items = new ArrayDeque<>();

            @Override
            public void add(Item item) {
                items.add(item);
            }

            @Override
            public Optional<Item> poll() {
                return Optional.ofNullable(items.poll());
            }
        }

        @Laws
        void a_gap_that_begins_to_say_so_fails_those_who_wait_already(Lab lab) {
            var keeper = keeper(lab, Self.Gap.WAIT);
            end(lab, child(lab, keeper, echo()));
            var pending = lab.node().ref(NAME).within(LONG).ask(new Ask("?"));
            var before = lab.elapsed();
            keeper.call(new DoNow(self -> self.reserve(NAME, Self.Gap.FAIL)));
            assertThat(failure(pending::get)).isNotInstanceOf(TimedOut.class);
            lab.assertNoTimePassed(before);
        }

        @Laws
        void a_call_waits_no_longer_than_its_own_time_out(Lab lab) {
            keeper(lab, Self.Gap.WAIT);
            assertThat(failure(() -> lab.node().ref(NAME).within(millis(30)).call(new Ask("?"))))
                    .isInstanceOf(TimedOut.class);
        }

        @Laws
        void a_call_fails_at_once_in_a_gap_that_says_so(Lab lab) {
            var keeper = keeper(lab, Self.Gap.WAIT);
            end(lab, child(lab, keeper, echo()));
            keeper.call(new DoNow(self -> self.reserve(NAME, Self.Gap.FAIL)));
            var before = lab.elapsed();
            assertThat(failure(() -> lab.node().ref(NAME).call(new Ask("?")))).isNotInstanceOf(TimedOut.class);
            lab.assertNoTimePassed(before);
            keeper.call(new DoNow(self -> self.reserve(NAME, Self.Gap.WAIT)));
            child(lab, keeper, echo());
            assertThat(lab.node().ref(NAME).call(new Ask("back"))).isEqualTo("back");
        }

        @Laws
        @Tag("#41")
        void what_is_sent_meanwhile_is_dead_lettered_restarting(Lab lab) {
            var probe = lab.<Talk>probe();
            var keeper = keeper(lab, Self.Gap.WAIT);
            end(lab, child(lab, keeper, server((message, _) -> probe.send(message))));
            lab.node().ref(NAME).send(new Mark(1));
            assertThat(lab.node().ref(NAME).offer(new Mark(2)))
                    .isEqualTo(new Offer.Dead(new DeadLetter.Reason.Restarting()));
            child(lab, keeper, server((message, _) -> probe.send(message)));
            lab.node().ref(NAME).send(new Mark(3));
            probe.expectEqual(new Mark(3));
            assertThat(lab.node().counters().deadLetters()).containsEntry("Restarting", 2L);
        }

        @Laws
        void giving_it_up_fails_those_who_wait(Lab lab) {
            var keeper = keeper(lab, Self.Gap.WAIT);
            var pending = lab.node().ref(NAME).within(LONG).ask(new Ask("?"));
            assertThat(pending.await(millis(10))).isEmpty();
            keeper.call(new DoNow(self -> self.release(NAME)));
            assertThat(pending.await()).isEqualTo(new Failed<>(new Exited(new NoProcess())));
            assertThat(lab.node().spawn(echo().named(NAME)).alive()).isTrue();
        }

        @Laws
        void the_keepers_end_gives_it_up(Lab lab) {
            var keeper = keeper(lab, Self.Gap.WAIT);
            var pending = lab.node().ref(NAME).within(LONG).ask(new Ask("?"));
            end(lab, keeper);
            assertThat(pending.await()).isEqualTo(new Failed<>(new Exited(new NoProcess())));
            assertThat(lab.node().spawn(echo().named(NAME)).alive()).isTrue();
        }

        @Laws
        @Tag("#65")
        void an_exit_ends_a_wait_in_the_gap(Lab lab) {
            keeper(lab, Self.Gap.WAIT);
            var probe = lab.<String>probe();
            var caller = lab.puppet();
            caller.send(
                    new Do(self -> {
                        probe.send("calling");
                        self.ref(NAME).within(LONG).call(new Ask("?"));
                    }));
            probe.expectEqual("calling");
            var before = lab.elapsed();
            caller.exit(shutdown("enough"));
            assertThat(lab.gone(caller)).isEqualTo(shutdown("enough"));
            lab.assertNoTimePassed(before);
        }
    }

    @Nested
    class Values {
        @Test
        void refuse_what_would_not_read_in_a_path() {
            for (var bad : List.of("", " ", "a/b", "a\nb", "a\u007fb")) {
                assertThatThrownBy(() -> Name.<Talk>of(bad)).isInstanceOf(IllegalArgumentException.class);
            }
        }

        @Test
        void equal_by_string_and_protocol() {
            Name<Talk> one = Name.of("x");
            Name<Talk> same = Name.of("x");
            Name<CharSequence> foreign = Name.of("x");
            assertThat(one).isEqualTo(same).hasSameHashCodeAs(same).isNotEqualTo(foreign);
        }
    }
}
