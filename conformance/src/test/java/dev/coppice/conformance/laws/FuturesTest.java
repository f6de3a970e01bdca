package dev.coppice.conformance.laws;

import static dev.coppice.conformance.laws.Lab.millis;
import static dev.coppice.conformance.laws.Lab.seconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.conformance.laws.Talk.Ask;
import dev.coppice.conformance.laws.Talk.Came;
import dev.coppice.conformance.laws.Talk.Do;
import dev.coppice.conformance.laws.Talk.Note;
import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Cancellable;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.Self;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/// Futures at the border: a stage piped to an actor, a request seen as a future.
class FuturesTest {

    @Nested
    @Tag("#51")
    class A_piped_stage {
        @Laws
        void arrives_as_a_message(Lab lab) {
            var probe = lab.<Talk>probe();
            var stage = new CompletableFuture<String>();
            probe.run(self -> self.pipe(stage, Came::new));
            probe.expectNothing(millis(10));
            probe.run(_ -> stage.complete("there"));
            probe.expectEqual(new Came(new Outcome.Replied<>("there")));
        }

        @Laws
        void that_fails_arrives_as_a_failure_with_its_own_cause(Lab lab) {
            var probe = lab.<Talk>probe();
            var stage = new CompletableFuture<String>();
            probe.run(self -> self.pipe(stage.thenApply(String::strip), Came::new));
            var boom = new Talk.Boom("no");
            probe.run(_ -> stage.completeExceptionally(boom));
            probe.expectEqual(new Came(new Outcome.Failed<>(new Failure.Exited(new ExitReason.Crashed(boom)))));
        }

        @Laws
        void that_a_call_has_failed_keeps_the_failure(Lab lab) {
            var probe = lab.<Talk>probe();
            probe.run(self ->
                    self.pipe(
                            CompletableFuture.<String>failedFuture(new CallFailed(new Failure.Unanswered())),
                            Came::new));
            probe.expectEqual(new Came(new Outcome.Failed<>(new Failure.Unanswered())));
        }

        @Laws
        void without_a_value_is_a_failure_that_says_so(Lab lab) {
            var probe = lab.<Talk>probe();
            probe.run(self -> self.pipe(CompletableFuture.<String>completedFuture(null), Came::new));
            var came = probe.expect(Came.class);
            assertThat(came.outcome().toString()).contains("the stage completed with null");
        }

        @Laws
        void that_is_cancelled_sends_nothing_more(Lab lab) {
            var probe = lab.<Talk>probe();
            var stage = new CompletableFuture<String>();
            Cancellable piped = probe.get(self -> self.pipe(stage, Came::new));
            assertThat(piped.cancel()).isTrue();
            probe.run(_ -> stage.complete("late"));
            probe.expectNothing(millis(10));
            assertThat(piped.cancel()).isFalse();
            assertThat(stage).isCompletedWithValue("late");
        }

        @Laws
        void whose_actor_has_died_vanishes(Lab lab) {
            var stage = new CompletableFuture<String>();
            var pid = lab.puppet();
            pid.send(new Do(self -> self.pipe(stage, Came::new)));
            pid.stop();
            lab.gone(pid);
            lab.probe().run(_ -> stage.complete("late"));
            assertThat(lab.node().counters().deadLettered()).isZero();
        }

        @Laws
        void is_one_of_many_sources_of_one_receive(Lab lab) {
            var seen = lab.<Set<Talk>>probe();
            var stage = new CompletableFuture<String>();
            var echo = lab.node().spawn(Talk.echo());
            lab.node()
                    .spawn((Self<Talk> self) -> {
                        self.pipe(stage, Came::new);
                        self.ask(echo, new Ask("asked"), Came::new);
                        self.task(() -> "worked", Came::new);
                        self.sendAfter(millis(1), new Note("tick"));
                        self.pid().send(new Note("sent"));
                        stage.complete("piped");
                        var all = new ArrayList<Talk>();
                        for (int i = 0; i < 5; i++) {
                            all.add(self.receive());
                        }
                        seen.send(Set.copyOf(all));
                    });
            seen.expectEqual(
                    Set.of(
                            new Came(new Outcome.Replied<>("piped")),
                            new Came(new Outcome.Replied<>("asked")),
                            new Came(new Outcome.Replied<>("worked")),
                            new Note("tick"),
                            new Note("sent")));
        }
    }

    @Nested
    @Tag("#35")
    class A_pending_as_a_future {
        @Laws
        void is_completed_with_the_answer_on_a_thread_that_may_wait(Lab lab) {
            var probe = lab.<String>probe();
            var echo = lab.node().spawn(Talk.echo());
            var gate = lab.gate();
            lab.stick(gate, echo);
            echo.ask(new Ask("x")).future().thenAccept(value -> probe.send(value + " " + echo.call(new Ask("y"))));
            gate.open();
            probe.expectEqual("x y");
        }

        @Laws
        void fails_with_the_failure(Lab lab) {
            var pid = lab.puppet();
            var future = pid.ask(new Ask("x")).future();
            var probe = lab.<Throwable>probe();
            future.whenComplete((_, thrown) -> probe.send(thrown));
            assertThat(probe.expect(CallFailed.class).failure()).isEqualTo(new Failure.Unanswered());
        }

        @Laws
        void of_a_request_that_is_over_is_complete_at_once(Lab lab) {
            var pending = lab.node().spawn(Talk.echo()).ask(new Ask("x"));
            pending.get();
            assertThat(pending.future()).isCompletedWithValue("x");
            assertThat(pending.future()).isNotSameAs(pending.future());
        }

        @Laws
        void that_is_cancelled_gives_the_request_up(Lab lab) {
            var gate = lab.gate();
            var echo = lab.stuckAt(gate, Talk.echo());
            var pending = echo.within(seconds(1_000)).ask(new Ask("x"));
            var future = pending.future();
            assertThat(future.cancel(true)).isTrue();
            assertThat(pending.poll()).isPresent();
            assertThat(pending.abandon()).isFalse();
            gate.open();
            assertThat(echo.call(new Ask("y"))).isEqualTo("y");
            assertThat(List.of(future.isCancelled(), future.isCompletedExceptionally())).containsOnly(true);
        }
    }
}
