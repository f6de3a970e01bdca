package dev.coppice.conformance.laws;

import static dev.coppice.conformance.laws.Lab.LONG;
import static dev.coppice.conformance.laws.Lab.failure;
import static dev.coppice.conformance.laws.Lab.millis;
import static dev.coppice.conformance.laws.Lab.seconds;
import static dev.coppice.conformance.laws.Talk.echo;
import static dev.coppice.conformance.laws.Talk.puppet;
import static dev.coppice.conformance.laws.Talk.server;
import static dev.coppice.conformance.laws.Talk.shutdown;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.coppice.conformance.laws.Talk.Ask;
import dev.coppice.conformance.laws.Talk.Broke;
import dev.coppice.conformance.laws.Talk.Came;
import dev.coppice.conformance.laws.Talk.Do;
import dev.coppice.conformance.laws.Talk.DoNow;
import dev.coppice.conformance.laws.Talk.Gone;
import dev.coppice.conformance.laws.Talk.Mark;
import dev.coppice.conformance.laws.Talk.Note;
import dev.coppice.conformance.laws.Talk.Sync;
import dev.coppice.kernel.DeadLetter;
import dev.coppice.kernel.Done;
import dev.coppice.kernel.Failure.Refused;
import dev.coppice.kernel.Failure.TimedOut;
import dev.coppice.kernel.Mailbox;
import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Offer;
import dev.coppice.kernel.Outcome.Failed;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.testkit.Probe;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/// Law 13: bounds are for user messages only, and what does not get in is accounted for.
@Tag("law-13")
@Tag("#21")
class BoundsTest {

    /// An actor whose handler is stuck, so that its mailbox fills; what it handles afterwards goes to the probe.
    private static Pid<Talk> stuck(Lab lab, Lab.Gate gate, Mailbox mailbox, Probe<Talk> probe) {
        return lab.stuckAt(gate, server((message, _) -> probe.send(message)).mailbox(mailbox));
    }

    private static void fill(Ref<Talk> ref, int count) {
        for (int i = 0; i < count; i++) {
            ref.send(new Mark(i));
        }
    }

    private static void expect(Probe<Talk> probe, int... numbers) {
        for (int n : numbers) {
            probe.expectEqual(new Mark(n));
        }
        probe.expectNothing(millis(20));
    }

    private static void closed(Lab lab, Map<String, Long> deadLetters) {
        var counters = lab.node().counters();
        assertThat(counters.deadLetters()).isEqualTo(deadLetters);
        assertThat(counters.unaccounted()).isZero();
    }

    @Nested
    @Tag("#20")
    class Unbounded {
        @Laws
        void takes_everything_in_order(Lab lab) {
            var gate = lab.gate();
            var probe = lab.<Talk>probe();
            var pid = stuck(lab, gate, Mailbox.unbounded(), probe);
            fill(pid, 3_000);
            assertThat(pid.offer(new Note("last"))).isEqualTo(new Offer.Accepted());
            gate.open();
            for (int i = 0; i < 3_000; i++) {
                probe.expectEqual(new Mark(i));
            }
            probe.expectEqual(new Note("last"));
        }

        @Laws
        @Tag("#33")
        void raises_one_alarm_above_its_mark_and_clears_it_below_half(Lab lab) {
            var events = lab.<NodeEvent>probe();
            lab.node().subscribe(NodeEvent.HighWater.class, events);
            lab.node().subscribe(NodeEvent.LowWater.class, events);
            var gate = lab.gate();
            var pid = stuck(lab, gate, Mailbox.unbounded().highWater(100), lab.probe());
            fill(pid, 250);
            var high = events.expect(NodeEvent.HighWater.class);
            assertThat(high.pid()).isEqualTo(pid);
            assertThat(high.queued()).isBetween(100, 250);
            events.expectNothing(millis(20));
            gate.open();
            var low = events.expect(NodeEvent.LowWater.class);
            assertThat(low.pid()).isEqualTo(pid);
            assertThat(low.queued()).isBetween(0, 50);
            events.expectNothing(millis(20));
        }

        @Laws
        @Tag("law-17")
        void has_its_mark_at_ten_thousand(Lab lab) {
            var events = lab.<NodeEvent>probe();
            lab.node().subscribe(NodeEvent.HighWater.class, events);
            var gate = lab.gate();
            var pid = lab.stuckAt(gate, puppet());
            fill(pid, 9_999);
            events.expectNothing(millis(20));
            fill(pid, 2);
            events.expect(NodeEvent.HighWater.class);
            gate.open();
        }

        @Laws
        void raises_the_alarm_again_after_it_was_cleared(Lab lab) {
            var events = lab.<NodeEvent>probe();
            lab.node().subscribe(NodeEvent.HighWater.class, events);
            lab.node().subscribe(NodeEvent.LowWater.class, events);
            var pid = lab.node().spawn(puppet().mailbox(Mailbox.unbounded().highWater(10)));
            for (int round = 0; round < 3; round++) {
                var gate = lab.gate();
                lab.stick(gate, pid);
                fill(pid, 15);
                events.expect(NodeEvent.HighWater.class);
                gate.open();
                events.expect(NodeEvent.LowWater.class);
            }
        }
    }

    @Nested
    @Tag("#22")
    @Tag("#23")
    class Rejecting {
        @Laws
        void refuses_what_does_not_fit_and_says_so(Lab lab) {
            var gate = lab.gate();
            var probe = lab.<Talk>probe();
            var pid = stuck(lab, gate, Mailbox.rejecting(3), probe);
            fill(pid, 3);
            assertThat(pid.offer(new Mark(100))).isEqualTo(new Offer.Full());
            pid.send(new Mark(101));
            var before = lab.elapsed();
            assertThat(failure(() -> pid.call(new Ask("?")))).isInstanceOf(Refused.class);
            assertThat(pid.ask(new Ask("?")).await())
                    .isInstanceOfSatisfying(
                            Failed.class, failed -> assertThat(failed.why()).isInstanceOf(Refused.class));
            lab.assertNoTimePassed(before);
            gate.open();
            expect(probe, 0, 1, 2);
            closed(lab, Map.of("Refused", 4L));
            assertThat(pid.offer(new Mark(3))).isEqualTo(new Offer.Accepted());
            expect(probe, 3);
        }

        @Laws
        @Tag("#41")
        void tells_observers_who_sent_what_to_whom_and_why_not(Lab lab) {
            var letters = lab.<NodeEvent.Undelivered>probe();
            lab.node().subscribe(NodeEvent.Undelivered.class, letters);
            var gate = lab.gate();
            var pid = stuck(lab, gate, Mailbox.rejecting(1), lab.probe());
            pid.send(new Mark(0));
            var sender = lab.puppet();
            sender.send(new Do(_ -> pid.send(new Mark(1))));
            var letter = letters.expect().letter();
            assertThat(letter.to()).isEqualTo(pid);
            assertThat(letter.message()).isEqualTo(new Mark(1));
            assertThat(letter.from()).contains(sender);
            assertThat(letter.reason()).isInstanceOf(DeadLetter.Reason.Refused.class);
            gate.open();
        }

        @Laws
        void does_not_fail_the_innocent_sender(Lab lab) {
            var gate = lab.gate();
            var pid = stuck(lab, gate, Mailbox.rejecting(1), lab.probe());
            var sender = lab.puppet();
            sender.call(new DoNow(_ -> fill(pid, 10)));
            assertThat(sender.call(new Sync())).isEqualTo(Done.DONE);
            gate.open();
        }
    }

    @Nested
    @Tag("#22")
    @Tag("#24")
    class Dropping {
        @Laws
        void the_newest_keeps_what_is_there(Lab lab) {
            var gate = lab.gate();
            var probe = lab.<Talk>probe();
            var pid = stuck(lab, gate, Mailbox.droppingNewest(3), probe);
            fill(pid, 6);
            assertThat(failure(() -> pid.call(new Ask("?")))).isInstanceOf(Refused.class);
            gate.open();
            expect(probe, 0, 1, 2);
            closed(lab, Map.of("Dropped", 4L));
        }

        @Laws
        void the_oldest_keeps_what_is_new(Lab lab) {
            var gate = lab.gate();
            var probe = lab.<Talk>probe();
            var pid = stuck(lab, gate, Mailbox.droppingOldest(3), probe);
            fill(pid, 6);
            assertThat(pid.offer(new Mark(6))).isEqualTo(new Offer.Accepted());
            assertThat(pid.info().queued()).isLessThanOrEqualTo(3);
            gate.open();
            expect(probe, 4, 5, 6);
            closed(lab, Map.of("Dropped", 4L));
        }

        @Laws
        void the_oldest_takes_no_room_for_good(Lab lab) {
            var gate = lab.gate();
            var probe = lab.<Talk>probe();
            var pid = stuck(lab, gate, Mailbox.droppingOldest(2), probe);
            fill(pid, 6);
            gate.open();
            expect(probe, 4, 5);
            var again = lab.gate();
            lab.stick(again, pid);
            fill(pid, 2);
            again.open();
            expect(probe, 0, 1);
            closed(lab, Map.of("Dropped", 4L));
        }

        @Laws
        void a_request_fails_its_caller_at_once(Lab lab) {
            var gate = lab.gate();
            var pid = stuck(lab, gate, Mailbox.droppingOldest(1), lab.probe());
            var before = lab.elapsed();
            var pending = pid.ask(new Ask("old"));
            pid.send(new Mark(1));
            assertThat(pending.await())
                    .isInstanceOfSatisfying(
                            Failed.class, failed -> assertThat(failed.why()).isInstanceOf(Refused.class));
            lab.assertNoTimePassed(before);
            gate.open();
        }

        @Laws
        void spares_what_the_predicate_protects(Lab lab) {
            var gate = lab.gate();
            var probe = lab.<Talk>probe();
            var pid = stuck(lab, gate, Mailbox.droppingOldest(3).droppable(message -> message instanceof Mark), probe);
            pid.send(new Note("kept"));
            fill(pid, 5);
            gate.open();
            probe.expectEqual(new Note("kept"));
            expect(probe, 3, 4);
            closed(lab, Map.of("Dropped", 3L));
        }

        @Laws
        void refuses_when_there_is_nothing_to_drop(Lab lab) {
            var gate = lab.gate();
            var probe = lab.<Talk>probe();
            var pid = stuck(lab, gate, Mailbox.droppingOldest(2).droppable(message -> message instanceof Mark), probe);
            pid.send(new Note("a"));
            pid.send(new Note("b"));
            assertThat(pid.offer(new Note("c"))).isEqualTo(new Offer.Full());
            gate.open();
            probe.expectEqual(new Note("a"));
            probe.expectEqual(new Note("b"));
            probe.expectNothing(millis(20));
            var counters = lab.node().counters();
            assertThat(counters.deadLettered()).isEqualTo(1);
            assertThat(counters.unaccounted()).isZero();
        }

        @Laws
        @Tag("law-15")
        void asks_the_predicate_once_on_the_sender_under_no_lock(Lab lab) {
            var gate = lab.gate();
            var probe = lab.<Talk>probe();
            var askers = new ConcurrentLinkedQueue<Thread>();
            var self = new AtomicReference<Pid<Talk>>();
            var pid =
                    stuck(
                            lab,
                            gate,
                            Mailbox.droppingOldest(4)
                                    .droppable(message -> {
                                        askers.add(Thread.currentThread());
                                        // It may use the very mailbox that it is asked for.
                                        if (self.get() != null && message.equals(new Mark(0))) {
                                            self.get().send(new Note("from the predicate"));
                                        }
                                        return true;
                                    }),
                            probe);
            askers.clear();
            self.set(pid);
            pid.send(new Mark(0));
            assertThat(askers).hasSize(2).containsOnly(Thread.currentThread());
            gate.open();
            assertThat(Set.of(probe.expect(), probe.expect()))
                    .containsExactlyInAnyOrder(new Mark(0), new Note("from the predicate"));
            assertThat(askers).hasSize(2);
        }

        @Laws
        void with_a_predicate_that_throws_ends_the_send_and_the_message_is_a_dead_letter(Lab lab) {
            var gate = lab.gate();
            var probe = lab.<Talk>probe();
            var mailbox =
                    Mailbox.droppingOldest(4)
                            .droppable(message -> {
                                if (message.equals(new Mark(13))) {
                                    throw new IllegalStateException("no opinion");
                                }
                                return true;
                            });
            var pid = stuck(lab, gate, mailbox, probe);
            assertThatThrownBy(() -> pid.send(new Mark(13))).hasMessage("no opinion");
            pid.send(new Mark(1));
            gate.open();
            expect(probe, 1);
            closed(lab, Map.of("Refused", 1L));
        }

        @Laws
        void works_under_many_senders(Lab lab) {
            var gate = lab.gate();
            var probe = lab.<Talk>probe();
            var pid = stuck(lab, gate, Mailbox.droppingOldest(10), probe);
            var senders = IntStream.range(0, 8).mapToObj(_ -> lab.puppet()).toList();
            senders.forEach(sender -> sender.send(new Do(_ -> fill(pid, 100))));
            senders.forEach(sender -> sender.call(new Sync()));
            assertThat(pid.info().queued()).isLessThanOrEqualTo(10);
            gate.open();
            for (int i = 0; i < 10; i++) {
                probe.expect(Mark.class);
            }
            probe.expectNothing(millis(20));
            closed(lab, Map.of("Dropped", 790L));
        }
    }

    @Nested
    @Tag("#22")
    class Blocking {
        @Laws
        void senders_wait_for_room_and_nothing_is_lost(Lab lab) {
            var gate = lab.gate();
            var probe = lab.<Talk>probe();
            var pid = stuck(lab, gate, Mailbox.blocking(2).patience(LONG), probe);
            var sent = lab.<String>probe();
            lab.puppet()
                    .send(
                            new Do(_ -> {
                                fill(pid, 10);
                                sent.send("all sent");
                            }));
            sent.expectNothing(millis(20));
            assertThat(pid.info().queued()).isLessThanOrEqualTo(3);
            gate.open();
            sent.expectEqual("all sent");
            expect(probe, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
            closed(lab, Map.of());
        }

        @Laws
        void the_tests_own_thread_waits_too(Lab lab) {
            var probe = lab.<Talk>probe();
            var pid =
                    lab.node()
                            .spawn(
                                    server(
                                                    (message, self) -> {
                                                        self.receive(millis(1));
                                                        probe.send(message);
                                                    })
                                            .mailbox(Mailbox.blocking(1).patience(LONG)));
            fill(pid, 6);
            lab.gone(pidStopped(pid));
            assertThat(lab.node().counters().deadLettered()).isZero();
        }

        private static Pid<Talk> pidStopped(Pid<Talk> pid) {
            pid.stop();
            return pid;
        }

        @Laws
        void a_sender_waits_no_longer_than_the_mailboxs_patience(Lab lab) {
            var gate = lab.gate();
            var pid = stuck(lab, gate, Mailbox.blocking(1).patience(millis(30)), lab.probe());
            fill(pid, 2);
            closed(lab, Map.of("Refused", 1L));
            gate.open();
        }

        @Laws
        void a_sender_waits_no_longer_than_its_own_patience(Lab lab) {
            var gate = lab.gate();
            var pid = stuck(lab, gate, Mailbox.blocking(1).patience(LONG), lab.probe());
            pid.send(new Mark(0));
            var before = lab.elapsed();
            pid.within(millis(30)).send(new Mark(1));
            assertThat(failure(() -> pid.within(millis(30)).call(new Ask("?"))))
                    .isInstanceOfAny(Refused.class, TimedOut.class);
            if (lab.isSeeded()) {
                assertThat(lab.elapsed().minus(before)).isEqualTo(millis(60));
            }
            gate.open();
        }

        @Laws(Laws.On.SEEDED)
        void the_outermost_patience_counts_whatever_is_beneath_it(Lab lab) {
            var gate = lab.gate();
            var pid = stuck(lab, gate, Mailbox.blocking(1), lab.probe());
            pid.send(new Mark(0));
            for (var door :
                    List.<Ref<Talk>>of(
                            pid.<Talk>via(it -> it).within(millis(30)), pid.within(seconds(2)).within(millis(30)))) {
                var before = lab.elapsed();
                door.send(new Mark(1));
                assertThat(lab.elapsed().minus(before)).isEqualTo(millis(30));
            }
            gate.open();
        }

        @Laws(Laws.On.SEEDED)
        void a_caller_waits_for_room_no_longer_than_its_own_time_out(Lab lab) {
            var gate = lab.gate();
            var pid = stuck(lab, gate, Mailbox.blocking(1), lab.probe());
            pid.send(new Mark(0));
            var waited = lab.<Duration>probe();
            lab.node()
                    .spawn(puppet().patience(millis(30)))
                    .send(
                            new Do(_ -> {
                                var before = lab.elapsed();
                                assertThat(failure(() -> pid.call(new Ask("?")))).isInstanceOf(Refused.class);
                                waited.send(lab.elapsed().minus(before));
                            }));
            waited.expectEqual(millis(30));
            gate.open();
        }

        @Laws(Laws.On.SEEDED)
        void a_caller_waits_for_room_and_answer_no_longer_than_its_time_out_in_all(Lab lab) {
            var gate = lab.gate();
            var pid = lab.stuckAt(gate, server((_, self) -> self.deferCurrent()).mailbox(Mailbox.blocking(1)));
            pid.send(new Mark(0));
            lab.puppet()
                    .send(
                            new Do(self -> {
                                self.receive(millis(20));
                                gate.open();
                            }));
            var before = lab.elapsed();
            assertThat(failure(() -> pid.within(millis(30)).call(new Ask("?")))).isInstanceOf(TimedOut.class);
            assertThat(lab.elapsed().minus(before)).isEqualTo(millis(30));
        }

        @Laws
        void room_is_not_lost_to_senders_who_gave_up(Lab lab) {
            var gate = lab.gate();
            var probe = lab.<Talk>probe();
            var pid = stuck(lab, gate, Mailbox.blocking(2).patience(millis(10)), probe);
            fill(pid, 5);
            gate.open();
            expect(probe, 0, 1);
            var again = lab.gate();
            lab.stick(again, pid);
            for (int i = 0; i < 2; i++) {
                assertThat(pid.offer(new Mark(i))).as("as much room as before").isEqualTo(new Offer.Accepted());
            }
            assertThat(pid.offer(new Mark(2))).isEqualTo(new Offer.Full());
            again.open();
            expect(probe, 0, 1);
        }

        @Laws(Laws.On.SEEDED)
        @Tag("law-17")
        void a_sender_waits_five_seconds_when_nothing_else_is_said(Lab lab) {
            var gate = lab.gate();
            var pid = stuck(lab, gate, Mailbox.blocking(1), lab.probe());
            pid.send(new Mark(0));
            var before = lab.elapsed();
            pid.send(new Mark(1));
            assertThat(lab.elapsed().minus(before)).isEqualTo(seconds(5));
            gate.open();
        }

        @Laws
        @Tag("#23")
        void an_offer_never_waits(Lab lab) {
            var gate = lab.gate();
            var pid = stuck(lab, gate, Mailbox.blocking(1).patience(LONG), lab.probe());
            pid.send(new Mark(0));
            var before = lab.elapsed();
            assertThat(pid.offer(new Mark(1))).isEqualTo(new Offer.Full());
            lab.assertNoTimePassed(before);
            gate.open();
        }

        @Laws
        @Tag("#25")
        void senders_are_released_when_the_receiver_dies(Lab lab) {
            var gate = lab.gate();
            var pid = stuck(lab, gate, Mailbox.blocking(1).patience(LONG), lab.probe());
            pid.send(new Mark(0));
            var released = lab.<String>probe();
            var before = lab.elapsed();
            for (int i = 0; i < 3; i++) {
                lab.puppet()
                        .send(
                                new Do(_ -> {
                                    released.send("blocked");
                                    pid.send(new Mark(1));
                                    released.send("released");
                                }));
                released.expectEqual("blocked");
            }
            pid.kill();
            for (int i = 0; i < 3; i++) {
                released.expectEqual("released");
            }
            lab.assertNoTimePassed(before);
            gate.open();
            lab.gone(pid);
            assertThat(lab.node().counters().unaccounted()).isZero();
            assertThat(lab.node().counters().deadLettered()).isEqualTo(4);
        }

        @Laws
        void an_actor_never_blocks_on_its_own_mailbox(Lab lab) {
            var probe = lab.<String>probe();
            var pid = lab.node().spawn(puppet().mailbox(Mailbox.blocking(1).patience(LONG)));
            var before = lab.elapsed();
            pid.send(
                    new Do(self -> {
                        for (int i = 0; i < 3; i++) {
                            self.pid().send(new Mark(i));
                        }
                        probe.send("went on");
                    }));
            probe.expectEqual("went on");
            lab.assertNoTimePassed(before);
            pid.call(new Sync());
            assertThat(lab.node().counters().deadLettered()).isEqualTo(2);
            assertThat(lab.node().counters().unaccounted()).isZero();
        }
    }

    @Nested
    @Tag("#26")
    class Signals {
        @Laws
        @Tag("#63")
        @Tag("#64")
        @Tag("#44")
        void downs_exits_timers_and_replies_get_into_a_full_mailbox(Lab lab) {
            for (var mailbox :
                    List.of(
                            Mailbox.rejecting(1),
                            Mailbox.droppingNewest(1),
                            Mailbox.droppingOldest(1),
                            Mailbox.blocking(1))) {
                var probe = lab.<Talk>probe();
                var peer = lab.puppet();
                var echo = lab.node().spawn(echo());
                var gate = lab.gate();
                var in = lab.<String>probe();
                var pid = lab.node().spawn(server((message, _) -> probe.send(message)).mailbox(mailbox));
                pid.send(
                        new Do(self -> {
                            self.trapExits(Broke::new);
                            self.link(peer);
                            self.monitor(peer, Gone::new);
                            self.sendAfter(Duration.ZERO, new Note("timer"));
                            self.ask(echo, new Ask("reply"), Came::new);
                            in.send("in");
                            gate.pass();
                        }));
                in.expectEqual("in");
                assertThat(pid.offer(new Mark(1)).accepted()).isTrue();
                peer.kill();
                lab.gone(peer);
                lab.puppet().call(new DoNow(_ -> pid.exit(shutdown("explicit"))));
                gate.open();
                var seen = new HashSet<Class<?>>();
                for (int i = 0; i < 6; i++) {
                    seen.add(probe.expect().getClass());
                }
                assertThat(seen).containsExactlyInAnyOrder(Mark.class, Broke.class, Gone.class, Note.class, Came.class);
                probe.expectNothing(millis(10));
            }
            assertThat(lab.node().counters().deadLettered()).isZero();
        }

        @Laws
        void a_stop_gets_into_a_full_mailbox(Lab lab) {
            var gate = lab.gate();
            var pid = stuck(lab, gate, Mailbox.rejecting(1), lab.probe());
            pid.send(new Mark(0));
            pid.stop(shutdown("full"));
            gate.open();
            assertThat(lab.gone(pid)).isEqualTo(shutdown("full"));
        }

        @Laws
        void do_not_use_up_the_room_of_messages(Lab lab) {
            var gate = lab.gate();
            var probe = lab.<Talk>probe();
            var peers = IntStream.range(0, 5).mapToObj(_ -> lab.puppet()).toList();
            var pid = lab.node().spawn(server((message, _) -> probe.send(message)).mailbox(Mailbox.rejecting(2)));
            pid.call(new DoNow(self -> peers.forEach(peer -> self.monitor(peer, Gone::new))));
            lab.stick(gate, pid);
            peers.forEach(Pid::kill);
            peers.forEach(lab::gone);
            assertThat(pid.offer(new Mark(0))).isEqualTo(new Offer.Accepted());
            assertThat(pid.offer(new Mark(1))).isEqualTo(new Offer.Accepted());
            assertThat(pid.offer(new Mark(2))).isEqualTo(new Offer.Full());
            gate.open();
            for (int i = 0; i < 7; i++) {
                probe.expect();
            }
        }
    }

    @Nested
    @Tag("#41")
    class Letters {
        @Laws
        @Tag("#110")
        void to_the_dead_are_told_and_counted(Lab lab) {
            var letters = lab.<NodeEvent.Undelivered>probe();
            var subscription = lab.node().subscribe(NodeEvent.Undelivered.class, letters);
            var pid = lab.puppet();
            pid.stop();
            lab.gone(pid);
            pid.send(new Mark(1));
            assertThat(letters.expect().letter())
                    .isEqualTo(new DeadLetter(pid, new Mark(1), new DeadLetter.Reason.NoProcess(), Optional.empty()));
            assertThat(subscription.cancel()).isTrue();
            pid.send(new Mark(2));
            letters.expectNothing(millis(20));
            closed(lab, Map.of("NoProcess", 2L));
        }

        @Laws
        void by_the_thousand_keep_nothing(Lab lab) {
            var pid = lab.puppet();
            pid.kill();
            lab.gone(pid);
            fill(pid, 20_000);
            closed(lab, Map.of("NoProcess", 20_000L));
            assertThat(lab.node().counters().waiting()).isZero();
        }
    }
}
