package dev.coppice.conformance.laws;

import static dev.coppice.conformance.laws.Lab.LONG;
import static dev.coppice.conformance.laws.Lab.millis;
import static dev.coppice.conformance.laws.Talk.server;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.coppice.conformance.laws.Talk.Ask;
import dev.coppice.conformance.laws.Talk.Boom;
import dev.coppice.conformance.laws.Talk.Mark;
import dev.coppice.conformance.laws.Talk.Note;
import dev.coppice.kernel.Caller;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.ExitReason.Normal;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Failure.Exited;
import dev.coppice.kernel.Failure.TimedOut;
import dev.coppice.kernel.Failure.Unanswered;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.Outcome.Failed;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/// Law 4: `reply`, `defer` and `forward` mean the delivery whose request is that very object.
@Tag("law-4")
@Tag("#35")
class RepliesTest {

    /// A loop that hands what it receives to the probe and lets the test say when to answer.
    @Nested
    @Tag("#37")
    class Identity {
        @Laws
        void equal_requests_are_told_apart(Lab lab) {
            var holder = lab.<Talk>probe();
            var one = holder.ask(new Ask("same"));
            var two = holder.ask(new Ask("same"));
            var first = holder.expect(Ask.class);
            var second = holder.expect(Ask.class);
            assertThat(first).isEqualTo(second).isNotSameAs(second);
            holder.reply(second, "to the second");
            assertThat(two.get()).isEqualTo("to the second");
            assertThat(one.poll()).isEmpty();
            holder.reply(first, "to the first");
            assertThat(one.get()).isEqualTo("to the first");
        }

        @Laws
        void the_same_object_sent_twice_is_answered_oldest_first(Lab lab) {
            var holder = lab.<Talk>probe();
            var request = new Ask("twice");
            var one = holder.ask(request);
            var two = holder.ask(request);
            holder.expect(Ask.class);
            holder.expect(Ask.class);
            // Neither is being handled any more in the eyes of a test: the oldest that is open comes first.
            holder.reply(request, "a");
            holder.reply(request, "b");
            assertThat(List.of(one.get(), two.get())).containsExactlyInAnyOrder("a", "b");
        }

        @Laws
        void the_current_delivery_comes_before_older_ones_of_the_same_object(Lab lab) {
            var pid =
                    lab.node()
                            .spawn(
                                    Server.<Talk>of(() ->
                                            new Server<>() {
                                                private int asked;

                                                @Override
                                                public void handle(Talk message, Self<Talk> self) {
                                                    var ask = (Ask) message;
                                                    switch (++asked) {
                                                        case 1 -> self.defer(ask);
                                                        case 2 -> {
                                                            self.reply(ask, "current");
                                                            self.reply(ask, "oldest open");
                                                        }
                                                        default -> throw new Boom("too many");
                                                    }
                                                }
                                            }));
            var request = new Ask("twice");
            var older = pid.ask(request);
            var current = pid.ask(request);
            assertThat(current.get()).isEqualTo("current");
            assertThat(older.get()).isEqualTo("oldest open");
        }

        @Laws
        void under_a_wrap_the_request_is_the_one_that_the_caller_passed(Lab lab) {
            var holder = lab.<Wrapped>probe();
            Ref<Talk> door = holder.via(Wrapped::new);
            var request = new Ask("inside");
            var pending = door.ask(request);
            var wrapped = holder.expect(Wrapped.class);
            assertThat(wrapped.inner()).isSameAs(request);
            holder.reply((Ask) wrapped.inner(), "unwrapped");
            assertThat(pending.get()).isEqualTo("unwrapped");
        }

        @Laws
        void under_two_wraps_too(Lab lab) {
            var pid =
                    lab.node()
                            .spawn(
                                    Server.<Wrapped>of(() ->
                                            (wrapped, self) -> {
                                                var once = (Note) wrapped.inner();
                                                self.reply(Objects.requireNonNull(LAST.get()), once.text());
                                            }));
            var request = new Ask("twice wrapped");
            LAST.set(request);
            Ref<Talk> door = pid.<Talk>via(Wrapped::new).via((Talk inner) -> new Note(((Ask) inner).text()));
            assertThat(door.call(request)).isEqualTo("twice wrapped");
        }
    }

    private static final AtomicReference<Ask> LAST = new AtomicReference<>();

    record Wrapped(Talk inner) {}

    @Nested
    class Mistakes {
        private Throwable thrown(Lab lab, BiConsumer<Self<Talk>, Ask> deed, boolean called) {
            var probe = lab.<Optional<Throwable>>probe();
            var pid =
                    lab.node()
                            .spawn(
                                    server((message, self) ->
                                            probe.send(
                                                    Optional.ofNullable(
                                                            catchThrowable(() -> deed.accept(self, (Ask) message))))));
            if (called) {
                pid.ask(new Ask("?")).await();
            } else {
                pid.send(new Ask("?"));
            }
            return probe.expect().orElse(null);
        }

        @Laws
        void a_second_reply_is_an_error(Lab lab) {
            assertThat(
                            thrown(
                                    lab,
                                    (self, ask) -> {
                                        self.reply(ask, "1");
                                        self.reply(ask, "2");
                                    },
                                    true))
                    .isInstanceOf(IllegalStateException.class);
        }

        @Laws
        void a_reply_to_an_unknown_request_is_an_error(Lab lab) {
            assertThat(
                            thrown(
                                    lab,
                                    (self, ask) -> {
                                        self.reply(ask, "1");
                                        self.reply(new Ask("?"), "to an equal one");
                                    },
                                    true))
                    .isInstanceOf(IllegalStateException.class);
        }

        @Laws
        void a_reply_by_another_actor_is_an_error(Lab lab) {
            var holder = lab.<Talk>probe();
            var pending = holder.ask(new Ask("?"));
            var request = holder.expect(Ask.class);
            var other = lab.<Talk>probe();
            assertThatThrownBy(() -> other.reply(request, "not mine")).isInstanceOf(IllegalStateException.class);
            holder.reply(request, "mine");
            assertThat(pending.get()).isEqualTo("mine");
        }

        @Laws
        void deferring_or_forwarding_what_was_answered_is_an_error(Lab lab) {
            assertThat(
                            thrown(
                                    lab,
                                    (self, ask) -> {
                                        self.reply(ask, "1");
                                        self.defer(ask);
                                    },
                                    true))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(
                            thrown(
                                    lab,
                                    (self, ask) -> {
                                        self.reply(ask, "1");
                                        self.forward(ask, self.pid());
                                    },
                                    true))
                    .isInstanceOf(IllegalStateException.class);
        }

        @Laws
        @Tag("#46")
        void answering_what_was_sent_does_nothing(Lab lab) {
            assertThat(thrown(lab, (self, ask) -> self.reply(ask, "to nobody"), false)).isNull();
            assertThat(lab.node().counters().lateReplies()).isZero();
        }
    }

    /// A request that no caller has passed: a wrap, a timer or a notice has made it in the receiver. It is as one that was sent.
    @Nested
    class Of_the_receivers_own_making {
        private static final Ask MADE = new Ask("made");

        private static void answers(Lab lab, Pid<Talk> pid) {
            assertThat(pid.call(new Ask("?"))).isEqualTo("?");
            assertThat(lab.node().counters().lateReplies()).isZero();
        }

        @Laws
        void is_answered_to_nobody_after_a_wrap(Lab lab) {
            var pid = lab.node().spawn(Talk.echo());
            pid.<Note>via(_ -> MADE).send(new Note("sent"));
            answers(lab, pid);
            assertThat(pid.<Talk>via(_ -> MADE).ask(new Ask("asked")).await())
                    .as("who asked something else has no answer")
                    .isEqualTo(new Failed<>(new Unanswered()));
            answers(lab, pid);
        }

        @Laws
        void is_deferred_and_handed_on_after_a_wrap(Lab lab) {
            var heard = lab.<Talk>probe();
            var pid =
                    lab.node()
                            .spawn(
                                    server((message, self) -> {
                                        assertThat(self.defer((Ask) message).waiting()).isFalse();
                                        self.forward((Ask) message, heard);
                                    }));
            pid.<Note>via(_ -> MADE).send(new Note("sent"));
            assertThat(heard.expect(Ask.class)).isSameAs(MADE);
            var outer = pid.<Talk>via(_ -> MADE).ask(new Ask("asked"));
            assertThat(heard.expect(Ask.class)).isSameAs(MADE);
            assertThat(outer.await()).isEqualTo(new Failed<>(new Unanswered()));
        }

        @Laws
        void is_answered_to_nobody_when_a_timer_brings_it(Lab lab) {
            var noted = lab.<String>probe();
            var pid =
                    lab.node()
                            .spawn(
                                    server((message, self) -> {
                                        if (message instanceof Ask ask) {
                                            self.reply(ask, ask.text());
                                            noted.send(ask.text());
                                        }
                                    }));
            pid.send(new Talk.Do(self -> self.sendAfter(millis(1), MADE)));
            noted.expectEqual("made");
            answers(lab, pid);
        }

        @Laws
        void is_answered_to_nobody_when_a_notice_is_made_so(Lab lab) {
            var gone = lab.node().spawn(Talk.echo());
            gone.kill();
            gone.await();
            var pid = lab.node().spawn(Talk.echo());
            pid.send(new Talk.Do(self -> self.monitor(gone, _ -> MADE)));
            answers(lab, pid);
        }

        @Laws
        void is_known_to_a_loop_after_others_too(Lab lab) {
            var loop =
                    lab.node()
                            .spawn((Self<Talk> self) -> {
                                var wrapped = self.receive(m -> m == MADE ? MADE : null);
                                var tick = new Ask("of a timer");
                                self.sendAfter(millis(1), tick);
                                var ticked = self.receive(m -> m == tick ? tick : null);
                                var asked = self.receive(Ask.class);
                                self.reply(wrapped, "to nobody");
                                self.reply(ticked, "to nobody");
                                self.reply(asked, "to the caller");
                            });
            loop.<Note>via(_ -> MADE).send(new Note("sent"));
            assertThat(loop.call(new Ask("?"))).isEqualTo("to the caller");
            assertThat(loop.await()).isEqualTo(new Normal());
        }
    }

    /// Puts each question off until a note comes, then takes them up again, oldest first.
    private static final class PutsOff implements Server<Object> {
        private final List<Caller<?>> putOff = new ArrayList<>();
        private final boolean answers;

        PutsOff(boolean answers) {
            this.answers = answers;
        }

        @Override
        public void handle(Object message, Self<Object> self) {
            switch (message) {
                case Ask _, Wrapped _ -> self.deferCurrent().ifPresent(putOff::add);
                case Note(var text) when answers ->
                        putOff.forEach(caller -> {
                            self.resume(caller);
                            self.failCurrent(new Boom(text));
                        });
                case Note _ -> putOff.forEach(self::resume);
                default -> {}
            }
        }
    }

    @Nested
    @Tag("#37")
    class Putting_off {
        @Laws
        void keeps_a_request_open_whatever_wraps_it_went_through(Lab lab) {
            var pid = lab.node().spawn(Server.of(() -> new PutsOff(true)));
            var plain = pid.ask(new Ask("a"));
            var wrapped = pid.<Talk>via(Wrapped::new).ask(new Ask("b"));
            pid.send(new Ask("nobody waits"));
            assertThat(List.of(plain.poll(), wrapped.poll())).containsOnly(Optional.empty());
            pid.send(new Note("now"));
            assertThatThrownBy(plain::get).hasRootCauseMessage("now");
            assertThatThrownBy(wrapped::get).hasRootCauseMessage("now");
        }

        @Laws
        void what_is_taken_up_again_and_left_is_unanswered(Lab lab) {
            var pid = lab.node().spawn(Server.of(() -> new PutsOff(false)));
            var one = pid.ask(new Ask("a"));
            var two = pid.ask(new Ask("b"));
            var before = lab.elapsed();
            pid.send(new Note("now"));
            assertThat(one.await()).isEqualTo(new Failed<>(new Unanswered()));
            assertThat(two.await()).isEqualTo(new Failed<>(new Unanswered()));
            assertThat(pid.alive()).isTrue();
            lab.assertNoTimePassed(before);
        }

        @Laws
        void ends_with_the_actor(Lab lab) {
            var pid = lab.node().spawn(Server.of(() -> new PutsOff(true)));
            var open = pid.ask(new Ask("a"));
            pid.stop();
            assertThat(open.await()).isEqualTo(new Failed<>(new Exited(new Normal())));
        }
    }

    @Nested
    @Tag("#47")
    class Late {
        private final List<Ask> asked = new ArrayList<>();

        /// Defers all, and answers the n-th when it is told to.
        private Pid<Talk> answersLater(Lab lab) {
            return lab.node()
                    .spawn(
                            server((message, self) -> {
                                switch (message) {
                                    case Ask ask -> {
                                        asked.add(ask);
                                        self.defer(ask);
                                    }
                                    case Mark(int n) -> self.reply(asked.get(n), "late");
                                    default -> {}
                                }
                            }));
        }

        private void givesUp(Pid<Talk> pid) {
            assertThat(Lab.failure(() -> pid.within(Lab.millis(20)).call(new Ask("given up"))))
                    .isInstanceOf(Failure.TimedOut.class);
        }

        @Laws
        void is_no_mistake_whatever_was_deferred_since(Lab lab) {
            var pid = answersLater(lab);
            givesUp(pid);
            var open = pid.within(LONG).ask(new Ask("open"));
            pid.send(new Mark(0));
            pid.send(new Mark(1));
            assertThat(open.await()).isEqualTo(new Outcome.Replied<>("late"));
            assertThat(lab.node().counters().lateReplies()).isEqualTo(1);
        }

        @Laws
        void forward_gives_nobody_a_request_whose_time_is_over_whatever_was_deferred_since(Lab lab) {
            var handled = lab.<Talk>probe();
            var target = lab.node().spawn(server((message, _) -> handled.send(message)));
            var pid =
                    lab.node()
                            .spawn(
                                    server((message, self) -> {
                                        switch (message) {
                                            case Ask ask -> {
                                                asked.add(ask);
                                                self.defer(ask);
                                            }
                                            case Mark(int n) -> self.forward(asked.get(n), target);
                                            default -> target.send(message);
                                        }
                                    }));
            givesUp(pid);
            pid.within(LONG).ask(new Ask("open"));
            pid.send(new Mark(0));
            pid.send(new Note("after it"));
            handled.expectEqual(new Note("after it"));
        }

        @Laws
        void a_second_one_is_a_mistake(Lab lab) {
            var pid = answersLater(lab);
            givesUp(pid);
            pid.within(LONG).ask(new Ask("open"));
            pid.send(new Mark(0));
            pid.send(new Mark(0));
            assertThat(lab.gone(pid)).isInstanceOf(ExitReason.Crashed.class);
        }

        @Laws
        void to_one_that_is_taken_up_again_leaves_the_others_open(Lab lab) {
            var callers = new ArrayList<Caller<String>>();
            var pid =
                    lab.node()
                            .spawn(
                                    server((message, self) -> {
                                        switch (message) {
                                            case Ask ask -> callers.add(self.defer(ask));
                                            case Mark _ -> self.resume(callers.getFirst());
                                            default -> {}
                                        }
                                    }));
            givesUp(pid);
            var open = pid.within(LONG).ask(new Ask("open"));
            pid.send(new Mark(0));
            pid.stop();
            assertThat(open.await()).isEqualTo(new Outcome.Failed<>(new Failure.Exited(new ExitReason.Normal())));
        }

        @Laws
        void and_answered_ones_do_not_pile_up_behind_one_that_waits(Lab lab) {
            var answered = new ArrayList<WeakReference<Ask>>();
            var pid =
                    lab.node()
                            .spawn(
                                    server((message, self) -> {
                                        var ask = (Ask) message;
                                        var caller = self.defer(ask);
                                        if (!ask.text().equals("poll")) {
                                            answered.add(new WeakReference<>(ask));
                                            caller.reply("at once");
                                        }
                                    }));
            pid.within(LONG).ask(new Ask("poll"));
            for (int i = 0; i < 1_000; i++) {
                assertThat(pid.within(LONG).call(new Ask("n" + i))).isEqualTo("at once");
            }
            System.gc();
            assertThat(answered.stream().filter(gone -> !gone.refersTo(null)).count()).isLessThan(300);
        }
    }

    @Nested
    @Tag("#47")
    class Nesting {
        @Laws
        void a_nested_receive_does_not_end_the_outer_delivery(Lab lab) {
            var pid =
                    lab.node()
                            .spawn(
                                    server((message, self) -> {
                                        if (message instanceof Ask outer) {
                                            var inner = self.receive(Ask.class);
                                            self.reply(inner, "inner");
                                            self.reply(outer, "outer");
                                        }
                                    }));
            var outer = pid.ask(new Ask("1"));
            var inner = pid.ask(new Ask("2"));
            assertThat(inner.get()).isEqualTo("inner");
            assertThat(outer.get()).isEqualTo("outer");
        }

        @Laws
        void the_outer_may_be_answered_first(Lab lab) {
            var pid =
                    lab.node()
                            .spawn(
                                    server((message, self) -> {
                                        if (message instanceof Ask outer) {
                                            var inner = self.receive(Ask.class);
                                            self.reply(outer, "outer");
                                            self.reply(inner, "inner");
                                        }
                                    }));
            var outer = pid.ask(new Ask("1"));
            var inner = pid.ask(new Ask("2"));
            assertThat(outer.get()).isEqualTo("outer");
            assertThat(inner.get()).isEqualTo("inner");
        }

        @Laws
        void a_nested_request_without_answer_is_unanswered_when_the_handler_returns(Lab lab) {
            var pid =
                    lab.node()
                            .spawn(
                                    server((message, self) -> {
                                        if (message instanceof Ask outer) {
                                            self.receive(Ask.class);
                                            self.reply(outer, "outer only");
                                        }
                                    }));
            var outer = pid.ask(new Ask("1"));
            var inner = pid.ask(new Ask("2"));
            assertThat(outer.get()).isEqualTo("outer only");
            assertThat(inner.await()).isEqualTo(new Failed<>(new Unanswered()));
        }
    }

    @Nested
    class Loops {
        @Laws
        @Tag("#5")
        void may_answer_in_any_order(Lab lab) {
            var pid =
                    lab.node()
                            .spawn((Self<Talk> self) -> {
                                var one = self.receive(Ask.class);
                                var two = self.receive(Ask.class);
                                self.reply(two, "two");
                                self.reply(one, "one");
                                self.receive(Mark.class);
                            });
            var one = pid.ask(new Ask("1"));
            var two = pid.ask(new Ask("2"));
            assertThat(List.of(one.get(), two.get())).containsExactly("one", "two");
            pid.send(new Mark(0));
        }

        @Laws
        void fail_their_open_requests_when_they_exit(Lab lab) {
            var pid =
                    lab.node()
                            .spawn((Self<Talk> self) -> {
                                self.receive(Ask.class);
                                self.receive(Mark.class);
                            });
            var pending = pid.ask(new Ask("?"));
            assertThat(pending.await(millis(20))).as("open until the loop exits").isEmpty();
            pid.send(new Mark(0));
            assertThat(pending.await()).isEqualTo(new Failed<>(new Exited(new Normal())));
        }

        @Laws
        void a_report_says_that_a_request_is_still_held(Lab lab) {
            var pid =
                    lab.node()
                            .spawn((Self<Talk> self) -> {
                                self.receive(Ask.class);
                                while (true) {
                                    self.receive();
                                }
                            });
            var pending = pid.within(millis(100)).ask(new Ask("?"));
            pid.send(new Mark(1));
            pid.send(new Mark(2));
            assertThat(pending.await())
                    .isInstanceOfSatisfying(
                            Failed.class,
                            failed ->
                                    assertThat(failed.why())
                                            .isInstanceOfSatisfying(
                                                    TimedOut.class,
                                                    late ->
                                                            assertThat(late.report().doing())
                                                                    .contains("still held")
                                                                    .contains("2 messages since")));
        }
    }
}
