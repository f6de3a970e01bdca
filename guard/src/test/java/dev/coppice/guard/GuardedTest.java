package dev.coppice.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.coppice.guard.CircuitBreaker.State;
import dev.coppice.guard.Work.Do;
import dev.coppice.guard.Work.Fate;
import dev.coppice.guard.Work.Note;
import dev.coppice.guard.Work.Worker;
import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.DeadLetter;
import dev.coppice.kernel.Down;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Loop;
import dev.coppice.kernel.Mailbox;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Offer;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Server;
import dev.coppice.testkit.Probe;
import dev.coppice.testkit.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Guards before living actors, in virtual time.
class GuardedTest {
    private final World world = World.seeded(42);
    private final Probe<Work> callee = world.probe();

    /// Looks at the ledger, at alarms and actors left behind.
    @AfterEach
    void close() {
        world.close();
    }

    private static Duration millis(long millis) {
        return Duration.ofMillis(millis);
    }

    private static Failure failure(Supplier<?> call) {
        try {
            throw new AssertionError("expected a failure, was answered " + call.get());
        } catch (CallFailed failed) {
            return failed.failure();
        }
    }

    private Pid<Work> worker() {
        return world.node().spawn(Server.<Work>of(Worker::new));
    }

    /// An actor that calls and waits.
    private Pid<Integer> caller(Ref<Work> to) {
        Loop<Integer> loop = _ -> to.call(new Do(Fate.ANSWER));
        var pid = world.node().spawn(loop);
        world.settle();
        return pid;
    }

    private Probe<GuardEvent> events() {
        Probe<GuardEvent> probe = world.probe();
        world.node().subscribe(GuardEvent.class, probe);
        return probe;
    }

    @Nested
    class A_guarded_ref {
        @Test
        void is_used_like_the_ref_behind_it() {
            var guarded = Bulkhead.of(5).around(worker());
            assertThat(guarded.call(new Do(Fate.ANSWER))).isEqualTo("done");
            assertThat(guarded.ask(new Do(Fate.LATER)).get()).isEqualTo("later");
            assertThat(guarded.within(millis(50)).call(new Do(Fate.LATER))).isEqualTo("later");
            assertThat(guarded.via((Integer n) -> new Note(n)).offer(7)).isEqualTo(new Offer.Accepted());
            Probe<Outcome<String>> asker = world.probe();
            asker.run(self -> self.ask(guarded, new Do(Fate.ANSWER), outcome -> outcome));
            assertThat(asker.expect()).isEqualTo(new Outcome.Replied<>("done"));
            assertThat(guarded.status()).isEqualTo(new Bulkhead.Status(0, 5));
        }

        @Test
        void may_be_guarded_again_and_again() {
            var worker = worker();
            Ref<Work> guarded = worker;
            for (var guard :
                    List.of(
                            Bulkhead.of(5),
                            TimeLimit.of(millis(100)),
                            RateLimiter.of(50, millis(100)),
                            LoadShedding.defaults(),
                            AdaptiveLimit.vegas(),
                            CircuitBreaker.defaults(),
                            Retry.defaults())) {
                guarded = guard.around(guarded);
            }
            assertThat(guarded.call(new Do(Fate.LATER))).isEqualTo("later");
            guarded.send(new Note(1));
            Probe<Down> watcher = world.probe();
            var whole = guarded;
            watcher.run(self -> self.monitor(whole, down -> down));
            worker.stop();
            assertThat(watcher.expect().reason()).isEqualTo(new ExitReason.Normal());
        }

        @Test
        void says_what_it_refuses_to_the_caller_and_to_whoever_hears_dead_letters() {
            Probe<NodeEvent.Undelivered> letters = world.probe();
            world.node().subscribe(NodeEvent.Undelivered.class, letters);
            var guarded = RateLimiter.of(1, Duration.ofSeconds(3)).named("slow lane").around(worker());
            guarded.send(new Note(1));
            var why = "rate limiter \"slow lane\" has let 1 pass; the next may in 3.0 s";
            assertThat(failure(() -> guarded.call(new Do(Fate.ANSWER)))).isEqualTo(new Failure.Refused(why));
            assertThat(guarded.offer(new Note(2))).isEqualTo(new Offer.Full());
            guarded.send(new Note(3));
            for (var message : List.of(new Do(Fate.ANSWER), new Note(2), new Note(3))) {
                var letter = letters.expect().letter();
                assertThat(letter.message()).isEqualTo(message);
                assertThat(letter.reason()).isEqualTo(new DeadLetter.Reason.Refused(why));
                assertThat(letter.to()).isSameAs(guarded);
            }
            letters.expectNothing(millis(1));
        }

        @Test
        void shares_its_permits_with_another_ref() {
            var one = Bulkhead.of(1).around(callee);
            var other = one.also(worker());
            var pending = one.ask(new Do(Fate.ANSWER));
            assertThat(failure(() -> other.call(new Do(Fate.ANSWER)))).isInstanceOf(Failure.Refused.class);
            callee.reply(callee.expect(Do.class), "yes");
            assertThat(pending.get()).isEqualTo("yes");
            assertThat(other.call(new Do(Fate.ANSWER))).isEqualTo("done");
        }

        @Test
        void keeps_a_forwarded_request_until_it_is_answered() {
            var guarded = Bulkhead.of(1).around(callee);
            Server.Factory<Server<Work>> desk = () -> (work, self) -> self.forward((Do) work, guarded);
            var pending = world.node().spawn(Server.of(desk)).ask(new Do(Fate.ANSWER));
            world.settle();
            assertThat(guarded.status().inUse()).isEqualTo(1);
            callee.reply(callee.expect(Do.class), "yes");
            assertThat(pending.get()).isEqualTo("yes");
            assertThat(guarded.status().inUse()).isZero();
        }
    }

    @Nested
    @Tag("#93")
    class A_permit_comes_back {
        private final Guarded<Work, Bulkhead.Status> guarded = Bulkhead.of(1).around(callee);

        private void isBack() {
            assertThat(guarded.status().inUse()).isZero();
        }

        private void isOut() {
            assertThat(guarded.status().inUse()).isEqualTo(1);
        }

        @Test
        void with_the_answer() {
            var pending = guarded.ask(new Do(Fate.ANSWER));
            isOut();
            callee.reply(callee.expect(Do.class), "yes");
            isBack();
            assertThat(pending.get()).isEqualTo("yes");
        }

        @Test
        void with_the_callers_time_out() {
            assertThat(failure(() -> guarded.within(millis(10)).call(new Do(Fate.ANSWER))))
                    .isInstanceOf(Failure.TimedOut.class);
            isBack();
            callee.reply(callee.expect(Do.class), "late");
            isBack();
        }

        @Test
        void with_a_caller_that_is_killed_while_it_waits() {
            var caller = caller(guarded);
            isOut();
            caller.kill();
            world.settle();
            isBack();
        }

        @Test
        void with_a_caller_that_is_told_to_exit_while_it_waits() {
            var caller = caller(guarded);
            isOut();
            caller.exit(new ExitReason.Shutdown("enough"));
            world.settle();
            isBack();
        }

        @Test
        void with_an_ask_that_is_abandoned() {
            var pending = guarded.ask(new Do(Fate.ANSWER));
            isOut();
            assertThat(pending.abandon()).isTrue();
            isBack();
        }

        @Test
        void with_the_callees_death_and_at_once_when_it_is_dead() {
            var pending = guarded.ask(new Do(Fate.ANSWER));
            callee.pid().kill();
            assertThat(pending.await()).isEqualTo(new Outcome.Failed<>(new Failure.Exited(new ExitReason.Killed())));
            isBack();
            assertThat(failure(() -> guarded.call(new Do(Fate.ANSWER)))).isInstanceOf(Failure.Exited.class);
            isBack();
        }

        @Test
        void when_the_mailbox_asks_code_of_yours_that_throws() {
            var mailbox =
                    Mailbox.droppingOldest(1)
                            .droppable(message -> {
                                throw new IllegalStateException("bad predicate for " + message);
                            });
            try (var node = Node.start()) {
                var throwing = Bulkhead.of(1).around(node.spawn(Server.<Work>of(Worker::new).mailbox(mailbox)));
                assertThatThrownBy(() -> throwing.call(new Do(Fate.ANSWER))).isInstanceOf(IllegalStateException.class);
                assertThat(throwing.status().inUse()).isZero();
            }
        }
    }

    @Nested
    @Tag("#92")
    class A_circuit_breaker {
        private final CircuitBreaker settings =
                CircuitBreaker.defaults().overLast(4).minimumCalls(4).probes(2).openFor(Duration.ofSeconds(10));

        private Guarded<Work, CircuitBreaker.Status> opened(Ref<Work> ref, Runnable fail) {
            var guarded = settings.named("b").around(ref);
            for (int i = 0; i < 4; i++) {
                assertThat(guarded.status().state()).isEqualTo(State.CLOSED);
                fail.run();
                assertThat(failure(() -> guarded.call(new Do(Fate.SILENCE)))).isEqualTo(new Failure.Unanswered());
            }
            return guarded;
        }

        @Test
        void opens_and_probes_and_closes() {
            var events = events();
            var guarded = opened(worker(), () -> {});
            assertThat(failure(() -> guarded.call(new Do(Fate.ANSWER))))
                    .isEqualTo(new Failure.Refused("circuit breaker \"b\" is open for another 10.0 s"));
            world.advance(Duration.ofSeconds(10));
            assertThat(guarded.call(new Do(Fate.ANSWER))).isEqualTo("done");
            assertThat(guarded.status().state()).isEqualTo(State.HALF_OPEN);
            assertThat(guarded.call(new Do(Fate.ANSWER))).isEqualTo("done");
            assertThat(guarded.status().state()).isEqualTo(State.CLOSED);
            events.expectEqual(new GuardEvent.StateChanged("circuit breaker \"b\"", State.CLOSED, State.OPEN, 1, 0));
            assertThat(events.expect(GuardEvent.StateChanged.class).to()).isEqualTo(State.HALF_OPEN);
            assertThat(events.expect(GuardEvent.StateChanged.class).to()).isEqualTo(State.CLOSED);
            events.expectNothing(millis(1));
        }

        @Test
        void does_not_stay_half_open_when_the_callers_of_its_probes_are_killed() {
            var guarded = opened(worker(), () -> {}).also(callee);
            world.advance(Duration.ofSeconds(10));
            var callers = List.of(caller(guarded), caller(guarded));
            assertThat(guarded.status().probing()).isEqualTo(2);
            assertThat(failure(() -> guarded.call(new Do(Fate.ANSWER)))).isInstanceOf(Failure.Refused.class);
            callers.forEach(Pid::kill);
            world.settle();
            assertThat(guarded.status().probing()).isZero();
            var well = guarded.also(worker());
            assertThat(well.call(new Do(Fate.ANSWER))).isEqualTo("done");
            assertThat(well.call(new Do(Fate.ANSWER))).isEqualTo("done");
            assertThat(guarded.status().state()).isEqualTo(State.CLOSED);
        }

        @Test
        void counts_what_a_time_limit_before_it_gave_up() {
            var breaker = settings.around(callee);
            var guarded = Retry.of(4).backoff(millis(1), millis(1)).around(TimeLimit.of(millis(10)).around(breaker));
            assertThat(failure(() -> guarded.call(new Do(Fate.ANSWER)))).isInstanceOf(Failure.TimedOut.class);
            assertThat(breaker.status().state()).isEqualTo(State.OPEN);
            assertThat(breaker.status().calls()).isEqualTo(4);
        }
    }

    @Nested
    class A_time_limit {
        @Test
        void fails_the_request_and_the_late_answer_vanishes() {
            var guarded = TimeLimit.of(millis(20)).named("quick").around(callee);
            var before = world.elapsed();
            var pending = guarded.ask(new Do(Fate.ANSWER));
            assertThat(pending.await())
                    .isInstanceOfSatisfying(
                            Outcome.Failed.class,
                            failed -> {
                                assertThat(failed.why()).isInstanceOf(Failure.TimedOut.class);
                                assertThat(failed.why().message()).contains("PT0.02S", "time limit \"quick\" is over");
                            });
            assertThat(world.elapsed().minus(before)).isEqualTo(millis(20));
            callee.reply(callee.expect(Do.class), "late");
            assertThat(world.node().counters().lateReplies()).isEqualTo(1);
            assertThat(guarded.status()).isEqualTo(new TimeLimit.Status(1));
        }

        @Test
        void leaves_no_alarm_behind_an_answer() {
            var guarded = TimeLimit.of(Duration.ofDays(1)).around(worker());
            assertThat(guarded.call(new Do(Fate.LATER))).isEqualTo("later");
            assertThat(failure(() -> guarded.call(new Do(Fate.SILENCE)))).isEqualTo(new Failure.Unanswered());
            assertThat(world.scheduler().alarms()).isEmpty();
            assertThat(guarded.status()).isEqualTo(new TimeLimit.Status(0));
        }
    }

    @Nested
    @Tag("#76")
    class A_retry {
        private final Retry settings = Retry.of(3).backoff(millis(100), millis(150)).jitter(0).named("r");

        private void answer(int failures, Function<Do, Runnable> last) {
            for (int i = 0; i < failures; i++) {
                var request = callee.expect(Do.class);
                callee.run(self -> self.fail(request, new IllegalStateException("not yet")));
                world.advance(millis(150));
            }
            last.apply(callee.expect(Do.class)).run();
        }

        @Test
        void is_one_call_to_its_caller_however_often_it_fails() {
            var events = events();
            var guarded = settings.around(callee);
            var pending = guarded.ask(new Do(Fate.ANSWER));
            var before = world.elapsed();
            answer(2, request -> () -> callee.reply(request, "at last"));
            assertThat(pending.get()).isEqualTo("at last");
            assertThat(world.elapsed().minus(before)).isEqualTo(millis(300));
            assertThat(guarded.status()).isEqualTo(new Retry.Status(2, 0, 0));
            assertThat(events.expect(GuardEvent.Retrying.class))
                    .satisfies(told -> {
                        assertThat(told.attempt()).isEqualTo(1);
                        assertThat(told.delay()).isEqualTo(millis(100));
                    });
            assertThat(events.expect(GuardEvent.Retrying.class).delay()).isEqualTo(millis(150));
            events.expectNothing(millis(1));
        }

        @Test
        void tells_the_last_failure_when_all_attempts_failed() {
            var events = events();
            var guarded = settings.around(world.node().ref(Work.NAME));
            assertThat(failure(() -> guarded.call(new Do(Fate.ANSWER))))
                    .isEqualTo(new Failure.Exited(new ExitReason.NoProcess()));
            assertThat(guarded.status()).isEqualTo(new Retry.Status(2, 1, 0));
            assertThat(events.fish(GuardEvent.RetriesExhausted.class).attempts()).isEqualTo(3);
            assertThat(world.elapsed()).isEqualTo(millis(250));
        }

        @Test
        void survives_a_restart_of_the_callee() {
            world.node().spawn(Work.TREE);
            var guarded = settings.around(world.ref(Work.NAME));
            var pending = guarded.ask(new Do(Fate.LATER));
            world.settle();
            world.crash(Work.NAME, new IllegalStateException("disk full"));
            assertThat(pending.get()).isEqualTo("later");
            assertThat(guarded.status().retried()).isEqualTo(1);
        }

        @Test
        void ends_with_its_caller_and_leaves_no_alarm() {
            var guarded = settings.around(callee);
            var caller = caller(guarded);
            var request = callee.expect(Do.class);
            callee.run(self -> self.fail(request, new IllegalStateException("not yet")));
            assertThat(guarded.status().waiting()).isEqualTo(1);
            caller.kill();
            world.settle();
            assertThat(guarded.status().waiting()).isZero();
            callee.expectNothing(Duration.ofSeconds(10));
        }

        @Test
        void ends_with_its_callers_time_out() {
            var guarded = settings.around(world.node().ref(Work.NAME));
            assertThat(failure(() -> guarded.within(millis(120)).call(new Do(Fate.ANSWER))))
                    .isInstanceOf(Failure.TimedOut.class);
            assertThat(guarded.status()).isEqualTo(new Retry.Status(2, 0, 0));
        }

        @Test
        void gives_each_attempt_the_time_of_a_limit_inside() {
            var guarded = settings.around(TimeLimit.of(millis(30)).around(callee));
            var pending = guarded.ask(new Do(Fate.ANSWER));
            var first = callee.expect(Do.class);
            world.advance(millis(130));
            callee.reply(first, "too late for its attempt");
            assertThat(pending.poll()).isEmpty();
            callee.reply(callee.expect(Do.class), "in time");
            assertThat(pending.get()).isEqualTo("in time");
            assertThat(world.node().counters().lateReplies()).isEqualTo(1);
        }

        @Test
        void does_not_repeat_what_its_caller_is_to_blame_for_nor_what_is_to_be_ignored() {
            var guarded = settings.ignoring(IllegalStateException.class).around(callee);
            var pending = guarded.ask(new Do(Fate.ANSWER));
            answer(0, request -> () -> callee.run(self -> self.fail(request, new IllegalStateException("for good"))));
            assertThat(pending.poll()).isPresent();
            callee.expectNothing(Duration.ofSeconds(1));
        }

        @Test
        void a_send_passes_once() {
            var guarded = settings.around(callee);
            guarded.send(new Note(1));
            callee.expectEqual(new Note(1));
            callee.expectNothing(Duration.ofSeconds(1));
        }
    }

    @Nested
    @Tag("#30")
    class Shedding {
        @Test
        void sheds_what_comes_to_a_mailbox_whose_receiver_is_paused_and_lets_in_again() {
            world.node().spawn(Work.TREE);
            var events = events();
            var guarded = LoadShedding.of(millis(5), millis(100)).named("s").around(world.ref(Work.NAME));
            world.pause(Work.NAME);
            var offers = new ArrayList<Offer>();
            for (int i = 0; i < 300; i++) {
                offers.add(guarded.offer(new Note(i)));
                world.advance(millis(1));
            }
            assertThat(offers.subList(0, 100)).containsOnly(new Offer.Accepted());
            assertThat(offers.subList(110, 300)).containsOnlyOnce(new Offer.Accepted());
            assertThat(guarded.status().shedding()).isTrue();
            assertThat(events.expect(GuardEvent.SheddingBegan.class).age()).isBetween(millis(100), millis(110));
            world.resume(Work.NAME);
            world.settle();
            assertThat(guarded.call(new Do(Fate.ANSWER))).isEqualTo("done");
            assertThat(guarded.status()).isEqualTo(new LoadShedding.Status(false, 0, Duration.ZERO));
            events.expectEqual(new GuardEvent.SheddingEnded("load shedding \"s\""));
            events.expectNothing(millis(1));
        }
    }

    @Nested
    @Tag("#30")
    class An_adaptive_limit {
        @Test
        void tells_how_it_changes() {
            var events = events();
            var guarded = AdaptiveLimit.aimd().limits(2, 1, 3).named("a").around(worker());
            assertThat(guarded.call(new Do(Fate.ANSWER))).isEqualTo("done");
            events.expectEqual(new GuardEvent.LimitChanged("adaptive limit \"a\"", 2, 3));
            assertThat(failure(() -> guarded.within(millis(1)).call(new Do(Fate.NEVER))))
                    .isInstanceOf(Failure.TimedOut.class);
            events.expectEqual(new GuardEvent.LimitChanged("adaptive limit \"a\"", 3, 2));
            assertThat(guarded.status()).isEqualTo(new AdaptiveLimit.Status(2, 0));
        }
    }
}
