package dev.coppice.conformance.laws;

import static dev.coppice.conformance.laws.Lab.LONG;
import static dev.coppice.conformance.laws.Lab.failure;
import static dev.coppice.conformance.laws.Lab.millis;
import static dev.coppice.conformance.laws.Lab.seconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.conformance.laws.Talk.Ask;
import dev.coppice.conformance.laws.Talk.Boom;
import dev.coppice.conformance.laws.Talk.Crashing;
import dev.coppice.conformance.laws.Talk.Do;
import dev.coppice.conformance.laws.Talk.Gone;
import dev.coppice.conformance.laws.Talk.Note;
import dev.coppice.conformance.laws.Talk.Sync;
import dev.coppice.kernel.Caller;
import dev.coppice.kernel.DeadLetter;
import dev.coppice.kernel.Done;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.ExitReason.Crashed;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Failure.Exited;
import dev.coppice.kernel.Mailbox;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Offer;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.spi.Door;
import dev.coppice.kernel.spi.Envelope;
import dev.coppice.kernel.spi.Interception.End;
import dev.coppice.kernel.spi.Scheduler;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/// Law 3, for doors: a door may stand between a request and its caller, and learns how it ended, once, in any case.
@Tag("law-3")
@Tag("#35")
class DoorsTest {

    /// Passes everything on, notes how it ended, and relays the outcome when it is told to.
    private record Gate(Ref<Talk> to, boolean relays, List<End> ends) implements Door<Talk> {
        static Gate to(Ref<Talk> to) {
            return new Gate(to, true, new CopyOnWriteArrayList<>());
        }

        static Gate keeping(Ref<Talk> to) {
            return new Gate(to, false, new CopyOnWriteArrayList<>());
        }

        @Override
        public Offer deliver(Envelope<Talk> envelope) {
            return envelope.intercept(
                            end -> {
                                ends.add(end);
                                if (relays && end instanceof End.Settled(var outcome)) {
                                    envelope.settle(outcome);
                                }
                            })
                    .passTo(to);
        }

        @Override
        public Optional<Ref<?>> behind() {
            return Optional.of(to);
        }
    }

    private static void boom() {
        throw new Talk.Boom("x");
    }

    private static End answered(String text) {
        return new End.Settled(new Outcome.Replied<>(text));
    }

    @Nested
    class Intercept {
        @Laws
        void the_door_sees_the_answer_and_passes_it_on(Lab lab) {
            var door = Gate.to(lab.node().spawn(Talk.echo()));
            assertThat(door.call(new Ask("a"))).isEqualTo("a");
            assertThat(door.ask(new Ask("b")).get()).isEqualTo("b");
            assertThat(door.via((Talk talk) -> talk).call(new Ask("c"))).isEqualTo("c");
            assertThat(door.ends()).containsExactly(answered("a"), answered("b"), answered("c"));
        }

        @Laws
        void an_outcome_that_the_door_keeps_does_not_reach_the_caller(Lab lab) {
            var door = Gate.keeping(lab.node().spawn(Talk.echo()));
            var pending = door.within(LONG.multipliedBy(5)).ask(new Ask("a"));
            door.to().call(new Talk.Sync());
            assertThat(pending.poll()).isEmpty();
            assertThat(door.ends()).containsExactly(answered("a"));
            assertThat(pending.abandon()).isTrue();
            assertThat(door.ends()).as("told once").hasSize(1);
        }

        @Laws
        void the_door_sees_why_there_is_no_answer(Lab lab) {
            var crashing = lab.node().spawn(Talk.server((_, _) -> boom()));
            var crashes = Gate.to(crashing);
            assertThat(failure(() -> crashes.call(new Ask("a")))).isInstanceOf(Failure.Exited.class);
            lab.gone(crashing);
            assertThat(failure(() -> crashes.call(new Ask("dead"))))
                    .isEqualTo(new Failure.Exited(new ExitReason.NoProcess()));
            var silent = Gate.to(lab.puppet());
            assertThat(failure(() -> silent.call(new Ask("a")))).isEqualTo(new Failure.Unanswered());
            assertThat(crashes.ends()).hasSize(2).allMatch(End.Settled.class::isInstance);
            assertThat(silent.ends()).containsExactly(new End.Settled(new Outcome.Failed<>(new Failure.Unanswered())));
        }

        @Laws
        void the_door_sees_the_callers_time_out_and_a_late_answer_vanishes(Lab lab) {
            var holder = lab.<Talk>probe();
            var door = Gate.to(holder);
            assertThat(failure(() -> door.within(millis(20)).call(new Ask("a")))).isInstanceOf(Failure.TimedOut.class);
            holder.reply(holder.expect(Ask.class), "late");
            assertThat(door.ends()).containsExactly(new End.TimedOut());
            assertThat(lab.node().counters().lateReplies()).isEqualTo(1);
        }

        @Laws
        void the_door_sees_that_the_caller_was_killed_while_it_waited(Lab lab) {
            var holder = lab.<Talk>probe();
            var door = Gate.to(holder);
            var caller = lab.puppet();
            caller.send(new Do(_ -> door.call(new Ask("a"))));
            holder.expect(Ask.class);
            caller.kill();
            lab.gone(caller);
            assertThat(door.ends()).containsExactly(new End.Abandoned());
        }

        @Laws
        void the_door_sees_an_ask_that_was_abandoned_before_it_came(Lab lab) {
            var holder = lab.<Talk>probe();
            var door = Gate.to(holder);
            var pending = door.ask(new Ask("a"));
            assertThat(pending.abandon()).isTrue();
            holder.reply(holder.expect(Ask.class), "late");
            assertThat(door.ends()).containsExactly(new End.Abandoned());
        }

        @Laws
        void a_forwarded_request_stays_intercepted(Lab lab) {
            var echo = lab.node().spawn(Talk.echo());
            var desk = lab.node().spawn(Talk.server((talk, self) -> self.forward((Ask) talk, new Ask("other"), echo)));
            var door = Gate.to(desk);
            assertThat(door.call(new Ask("a"))).isEqualTo("other");
            assertThat(door.ends()).containsExactly(answered("other"));
        }

        @Laws
        void the_door_sees_the_end_of_a_callee_that_a_kill_finds_stuck(Lab lab) {
            var gate = lab.gate();
            var stuck = lab.node().spawn(Talk.server((_, _) -> gate.pass()));
            var door = Gate.to(stuck);
            var pending = door.within(LONG.multipliedBy(5)).ask(new Ask("a"));
            stuck.kill();
            var killed = new Failure.Exited(new ExitReason.Killed());
            assertThat(pending.await()).isEqualTo(new Outcome.Failed<>(killed));
            gate.open();
            lab.gone(stuck);
            assertThat(door.ends()).containsExactly(new End.Settled(new Outcome.Failed<>(killed)));
        }

        @Laws
        void a_call_cycle_through_a_door_is_found(Lab lab) {
            Name<Talk> me = Name.of("me");
            var door = Gate.to(lab.node().ref(me));
            lab.node()
                    .spawn(
                            Talk.server((talk, self) ->
                                            self.reply(
                                                    (Ask) talk, failure(() -> door.call(new Ask("again"))).message()))
                                    .named(me));
            assertThat(door.call(new Ask("first"))).startsWith("call cycle");
            assertThat(door.ends()).hasSize(2).allMatch(End.Settled.class::isInstance);
        }

        @Laws
        void a_door_behind_is_told_when_the_one_before_it_gives_up(Lab lab) {
            var holder = lab.<Talk>probe();
            var closed = lab.gate();
            var inner =
                    Gate.to(
                            lab.stuckAt(
                                    closed,
                                    Talk.server((message, self) -> {
                                        self.deferCurrent();
                                        holder.send(message);
                                    })));
            var late = new Failure.TimedOut(new Failure.Report("x", millis(1), 0, "y"));
            Door<Talk> outer =
                    envelope -> {
                        var offer = envelope.intercept(_ -> {}).passTo(inner);
                        envelope.intercept(_ -> {}).fail(new Failure.Unanswered()); // settles only itself
                        return offer;
                    };
            var pending = outer.ask(new Ask("a"));
            assertThat(pending.poll()).isEmpty();
            assertThat(inner.ends()).isEmpty();
            Door<Talk> impatient =
                    envelope -> {
                        var offer = envelope.intercept(_ -> {}).passTo(inner);
                        envelope.fail(late);
                        return offer;
                    };
            assertThat(failure(() -> impatient.call(new Ask("b")))).isEqualTo(late);
            assertThat(inner.ends()).containsExactly(new End.TimedOut());
            closed.open();
            assertThat(holder.expect(Ask.class)).isEqualTo(new Ask("a"));
            holder.expectNothing(millis(10));
            assertThat(lab.node().counters().deadLetters()).isEqualTo(Map.of("Expired", 1L));
            assertThat(pending.abandon()).isTrue();
            assertThat(inner.ends()).containsExactly(new End.TimedOut(), new End.Abandoned());
        }

        @Laws
        void an_outcome_may_be_followed_by_another_try(Lab lab) {
            var node = lab.node();
            var dead = lab.puppet();
            dead.send(new Crashing("gone"));
            lab.gone(dead);
            var echo = node.spawn(Talk.echo());
            Door<Talk> twice =
                    envelope ->
                            envelope.intercept(_ ->
                                            envelope.intercept(end -> envelope.settle(((End.Settled) end).outcome()))
                                                    .passTo(echo))
                                    .passTo(dead);
            assertThat(twice.call(new Ask("a"))).isEqualTo("a");
        }

        @Laws
        void nothing_is_told_of_a_message_that_came_by_send(Lab lab) {
            var holder = lab.<Talk>probe();
            var door = Gate.to(holder);
            door.send(new Ask("nobody waits"));
            assertThat(door.offer(new Note("n"))).isEqualTo(new Offer.Accepted());
            holder.reply(holder.expect(Ask.class), "into the void");
            holder.expect(Note.class);
            assertThat(door.ends()).isEmpty();
        }
    }

    @Nested
    class Drop {
        /// The end of the test asserts the ledger: what a door drops was accepted first.
        @Laws
        @Tag("#41")
        void what_a_door_drops_is_a_dead_letter_and_the_ledger_stays_closed(Lab lab) {
            var letters = lab.<NodeEvent.Undelivered>probe();
            lab.node().subscribe(NodeEvent.Undelivered.class, letters);
            var refused = new DeadLetter.Reason.Refused("closed on Sundays");
            Door<Talk> door =
                    new Door<>() {
                        @Override
                        public Offer deliver(Envelope<Talk> envelope) {
                            envelope.drop(this, refused);
                            return new Offer.Full();
                        }

                        @Override
                        public Optional<Ref<?>> behind() {
                            return Optional.of(letters);
                        }
                    };
            door.send(new Note("n"));
            assertThat(letters.expect().letter().reason()).isEqualTo(refused);
            assertThat(failure(() -> door.call(new Ask("a")))).isEqualTo(new Failure.Refused("closed on Sundays"));
            assertThat(letters.expect().letter().message()).isEqualTo(new Ask("a"));
            assertThat(lab.node().counters().unaccounted()).isZero();
            assertThat(lab.node().counters().deadLetters()).containsEntry("Refused", 2L);
        }
    }

    @Nested
    class Behind {
        @Laws
        @Tag("#64")
        void a_monitor_goes_through_the_door(Lab lab) {
            Name<Talk> name = Name.of("behind");
            var pid = lab.node().spawn(Talk.echo().named(name));
            var door = Gate.to(Gate.to(lab.node().ref(name)));
            var watcher = lab.<Talk>probe();
            watcher.run(self -> self.monitor(door, Gone::new));
            pid.exit(new ExitReason.Shutdown("over"));
            assertThat(watcher.expect(Gone.class).down().reason()).isEqualTo(new ExitReason.Shutdown("over"));
        }

        @Laws
        void the_node_of_a_door_is_that_of_the_actor_behind_it(Lab lab) {
            var door = Gate.to(lab.puppet());
            var other = lab.node(lab.config());
            assertThat(Door.nodeOf(door)).isSameAs(lab.node()).isNotSameAs(other);
            assertThat(Scheduler.of(lab.node()).nanoTime()).isLessThanOrEqualTo(Scheduler.of(other).nanoTime());
        }
    }

    /// What a door does that keeps no promise, or that is no more than a door.
    @Nested
    class Forward {
        private static final Boom BOOM = new Boom("the door's own");
        private static final Door<Talk> BROKEN =
                _ -> {
                    throw BOOM;
                };

        @Laws
        void to_a_door_that_throws_leaves_the_request_with_its_holder(Lab lab) {
            var pid =
                    lab.node()
                            .spawn(
                                    Talk.server((message, self) -> {
                                        try {
                                            self.forward((Ask) message, BROKEN);
                                        } catch (Boom _) {
                                            self.reply((Ask) message, "myself");
                                        }
                                    }));
            assertThat(pid.call(new Ask("?"))).isEqualTo("myself");
        }

        @Laws
        void to_a_door_that_throws_crashes_and_the_caller_learns_it_at_once(Lab lab) {
            var before = lab.elapsed();
            var pid = lab.node().spawn(Talk.server((message, self) -> self.forward((Ask) message, BROKEN)));
            assertThat(failure(() -> pid.within(LONG).call(new Ask("?")))).isEqualTo(new Exited(new Crashed(BOOM)));
            lab.assertNoTimePassed(before);
        }

        @Laws
        void of_a_deferred_request_to_a_door_that_throws_leaves_it_deferred(Lab lab) {
            var before = lab.elapsed();
            var held = lab.<Caller<String>>probe();
            var pid =
                    lab.node()
                            .spawn(
                                    Talk.server((message, self) -> {
                                        var ask = (Ask) message;
                                        var caller = self.defer(ask);
                                        try {
                                            self.forward(ask, BROKEN);
                                        } catch (Boom _) {
                                            held.send(caller);
                                        }
                                    }));
            var pending = pid.within(LONG).ask(new Ask("?"));
            var caller = held.expect();
            assertThat(pid.call(new Sync())).isEqualTo(Done.DONE);
            assertThat(caller.waiting()).isTrue();
            pid.send(new Crashing("with it"));
            assertThat(pending.await()).isInstanceOf(Outcome.Failed.class);
            lab.assertNoTimePassed(before);
        }

        @Laws(Laws.On.SEEDED)
        void that_has_its_seat_as_its_actor_exits_is_answered_by_who_has_it_now(Lab lab) {
            var gate = lab.gate();
            var forwarder = new AtomicReference<Pid<Talk>>();
            var next =
                    lab.stuckAt(
                            gate,
                            Talk.server(
                                            (message, self) -> {
                                                if (message instanceof Ask ask) {
                                                    self.reply(ask, "next");
                                                } else {
                                                    forwarder.get().exit(Talk.shutdown("enough"));
                                                }
                                            })
                                    .mailbox(Mailbox.blocking(1).patience(LONG)));
            forwarder.set(lab.node().spawn(Talk.server((message, self) -> self.forward((Ask) message, next))));
            next.send(new Note("one that takes the room"));
            var pending = forwarder.get().within(LONG).ask(new Ask("?"));
            lab.world().settle();
            assertThat(forwarder.get().info().waitsFor()).contains(next);
            gate.open();
            assertThat(pending.await()).isEqualTo(new Outcome.Replied<>("next"));
            assertThat(lab.gone(forwarder.get())).isEqualTo(Talk.shutdown("enough"));
            assertThat(lab.node().counters().unaccounted()).isZero();
        }

        @Laws(Laws.On.SEEDED)
        void of_an_ask_to_a_door_that_throws_brings_no_outcome_later(Lab lab) {
            var came = lab.<Optional<Talk>>probe();
            lab.puppet()
                    .send(
                            new Do(self -> {
                                try {
                                    self.ask(BROKEN, new Ask("?"), Talk.Came::new);
                                } catch (Boom _) {
                                    came.send(self.receive(seconds(10)));
                                }
                            }));
            came.expectEqual(Optional.empty());
        }

        @Laws
        void to_a_door_that_keeps_it_is_no_edge_of_a_cycle_any_more(Lab lab) {
            var kept = new AtomicReference<Envelope<Talk>>();
            Door<Talk> keeper =
                    envelope -> {
                        kept.set(envelope);
                        return new Offer.Accepted();
                    };
            var looked = lab.<Optional<Outcome<Done>>>probe();
            var a = lab.puppet();
            var b =
                    lab.node()
                            .spawn(
                                    Talk.server((message, self) -> {
                                        self.forward((Ask) message, keeper);
                                        looked.send(a.within(LONG).ask(new Sync()).await(Duration.ZERO));
                                    }));
            var answers = lab.<String>probe();
            a.send(new Do(_ -> answers.send(b.within(LONG).call(new Ask("?")))));
            looked.expectEqual(Optional.empty());
            kept.get().reply("from behind the door");
            answers.expectEqual("from behind the door");
        }
    }

    @Nested
    class Settled {
        @Laws
        void a_request_that_its_door_tries_again_later_is_no_edge_to_who_has_failed_it(Lab lab) {
            var kept = new AtomicReference<Envelope<Talk>>();
            var looked = lab.<Optional<Outcome<Done>>>probe();
            var a = lab.puppet();
            var b =
                    lab.node()
                            .spawn(
                                    Talk.server((message, self) -> {
                                        self.reply((Ask) message, "not now");
                                        looked.send(a.within(LONG).ask(new Sync()).await(Duration.ZERO));
                                    }));
            Door<Talk> patient =
                    envelope -> {
                        kept.set(envelope);
                        return envelope.intercept(_ -> {}).passTo(b);
                    };
            var answers = lab.<String>probe();
            a.send(new Do(_ -> answers.send(patient.within(LONG).call(new Ask("?")))));
            looked.expectEqual(Optional.empty());
            kept.get().reply("later");
            answers.expectEqual("later");
        }

        @Laws
        void an_interception_that_throws_harms_neither_who_answers_nor_the_node(Lab lab) {
            var echo = lab.node().spawn(Talk.echo());
            var silent = lab.node().spawn(Talk.server((_, self) -> self.deferCurrent()));
            var failure = new Failure[1];
            for (var to : List.of(echo, silent)) {
                Door<Talk> broken =
                        envelope ->
                                envelope.intercept(
                                                _ -> {
                                                    throw new Boom("the door's own");
                                                })
                                        .passTo(to);
                failure[0] = failure(() -> broken.within(millis(20)).call(new Ask("?")));
                assertThat(failure[0]).isInstanceOf(Failure.TimedOut.class);
            }
            assertThat(echo.call(new Ask("unharmed"))).isEqualTo("unharmed");
            assertThat(silent.alive()).isTrue();
        }

        @Laws
        void an_interception_that_uses_the_kernel_as_the_holder_is_killed_ends_no_node(Lab lab) {
            var silent = lab.node().spawn(Talk.server((_, self) -> self.deferCurrent()));
            var other = lab.puppet();
            var why = new Failure.Refused("the door says no");
            Door<Talk> telling =
                    envelope ->
                            envelope.intercept(
                                            _ -> {
                                                envelope.fail(why);
                                                other.send(new Note("over"));
                                            })
                                    .passTo(silent);
            var pending = telling.within(LONG).ask(new Ask("?"));
            silent.kill();
            assertThat(lab.gone(silent)).isEqualTo(new ExitReason.Killed());
            assertThat(pending.await()).isEqualTo(new Outcome.Failed<>(why));
            assertThat(other.call(new Sync())).isEqualTo(Done.DONE);
        }
    }
}
