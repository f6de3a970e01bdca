package dev.coppice.otp;

import static dev.coppice.otp.Child.Restart.PERMANENT;
import static dev.coppice.otp.Child.Restart.TEMPORARY;
import static dev.coppice.otp.Child.Restart.TRANSIENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Escalation;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.StartFailed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The interpreter on a real node: starts, crashes, giving up.
class SupervisorTest extends OnNode {
    @Nested
    class Start {

        @Test
        @Tag("#61")
        @Tag("#66")
        void brings_children_up_in_order_and_close_brings_them_down_in_reverse() throws Exception {
            try (var node = start(abc(Supervisor.Strategy.ONE_FOR_ONE))) {
                lab.expect("+a", "+b", "+c");
                assertThat(node.ref(Lab.name("b")).call(new Lab.Ping())).isEqualTo(1);
                lab.nothingElse(root(node));
            }
            lab.expect("-c Shutdown", "-b Shutdown", "-a Shutdown");
            lab.nothingElse();
        }

        @Test
        @Tag("#3")
        void that_fails_names_the_child_and_its_cause_and_leaves_nothing() throws Exception {
            lab.fail("b", 1);

            assertThatThrownBy(() -> start(abc(Supervisor.Strategy.ONE_FOR_ONE)))
                    .isInstanceOf(StartFailed.class)
                    .hasStackTraceContaining("the child \"b\" of ")
                    .hasRootCauseMessage("cannot start b");

            lab.expect("+a", "/b", "-a Shutdown");
            lab.nothingElse();
        }

        @Test
        @Tag("#5")
        @Tag("#66")
        void takes_loops_actors_and_supervisors_as_children() throws Exception {
            Name<Lab.Msg> loop = Name.of("loop");
            var tree =
                    Supervisor.oneForOne(
                            Child.loop(
                                    loop,
                                    self -> {
                                        while (true) {
                                            if (self.receive() instanceof Lab.Ping ping) {
                                                self.reply(ping, 7);
                                            }
                                        }
                                    }),
                            Child.of("actor", lab.actor("actor")),
                            Child.supervisor("inner", Supervisor.oneForOne(lab.child("a"))));
            try (var node = start(tree)) {
                assertThat(node.ref(loop).call(new Lab.Ping())).isEqualTo(7);
                assertThat(node.ref(Lab.name("a")).call(new Lab.Ping())).isEqualTo(1);
                assertThat(root(node).call(new Control.CountChildren())).isEqualTo(new Control.Count(3, 3, 1, 2));
            }
        }

        @Test
        @Tag("#68")
        void takes_a_child_whose_init_stops_in_order_as_ignored() throws Exception {
            lab.starting.put("b", self -> self.stop());
            try (var node = start(abc(Supervisor.Strategy.ONE_FOR_ONE))) {
                lab.expect("+a");
                assertThat(root(node).call(new Control.WhichChild("b")))
                        .hasValueSatisfying(info -> assertThat(info.state()).isEqualTo(new Control.State.Stopped()));
                assertThat(node.whereis(Lab.name("b"))).isEmpty();
                assertThat(node.ref(Lab.name("c")).call(new Lab.Ping())).isEqualTo(1);
            }
        }

        @Test
        @Tag("#105")
        void whose_init_asks_its_own_supervisor_fails_at_once_with_the_cycle() throws Exception {
            lab.starting.put(
                    "x",
                    self -> {
                        var _ = self.ref(ROOT).call(new Control.CountChildren());
                    });
            try (var node = start(Supervisor.oneForOne(lab.child("a")))) {
                var answer = root(node).call(new Control.StartChild(lab.child("x")));

                assertThat(answer).isInstanceOf(Control.NotStarted.class);
                assertThat(answer.toString()).contains("call cycle");
                assertThat(node.ref(Lab.name("a")).call(new Lab.Ping())).as("untouched").isEqualTo(1);
            }
        }
    }

    @Nested
    @Tag("#66")
    class A_crash {

        @Test
        void under_one_for_one_restarts_the_child_alone() throws Exception {
            try (var node = start(abc(Supervisor.Strategy.ONE_FOR_ONE))) {
                lab.expect("+a", "+b", "+c");
                Lab.boom(node, "b");
                lab.expect("-b Crashed", "+b");
                assertThat(node.ref(Lab.name("b")).call(new Lab.Ping())).isEqualTo(2);
                lab.nothingElse(root(node));
            }
        }

        @Test
        void under_one_for_all_stops_in_reverse_and_starts_in_order() throws Exception {
            try (var node = start(abc(Supervisor.Strategy.ONE_FOR_ALL))) {
                lab.expect("+a", "+b", "+c");
                Lab.boom(node, "b");
                lab.expect("-b Crashed", "-c Shutdown", "-a Shutdown", "+a", "+b", "+c");
                lab.nothingElse(root(node));
            }
        }

        @Test
        void under_rest_for_one_takes_those_after_it() throws Exception {
            try (var node = start(abc(Supervisor.Strategy.REST_FOR_ONE))) {
                lab.expect("+a", "+b", "+c");
                Lab.boom(node, "b");
                lab.expect("-b Crashed", "-c Shutdown", "+b", "+c");
                assertThat(node.ref(Lab.name("a")).call(new Lab.Ping())).isEqualTo(1);
                lab.nothingElse(root(node));
            }
        }

        @Test
        @Tag("#68")
        void restarts_by_type_and_reason() throws Exception {
            var tree =
                    Supervisor.oneForOne(
                            lab.child("p", PERMANENT), lab.child("t", TRANSIENT), lab.child("x", TEMPORARY));
            try (var node = start(tree.intensity(9, LONG))) {
                lab.expect("+p", "+t", "+x");
                node.ref(Lab.name("p")).send(new Lab.Quit(new ExitReason.Normal()));
                lab.expect("-p Normal", "+p");
                Lab.boom(node, "t");
                lab.expect("-t Crashed", "+t");
                node.ref(Lab.name("t")).send(new Lab.Quit(new ExitReason.Shutdown("enough")));
                lab.expect("-t Shutdown");
                Lab.boom(node, "x");
                lab.expect("-x Crashed");
                awaitReleased(node, "x");
                awaitReleased(node, "t");

                assertThat(root(node).call(new Control.WhichChildren()))
                        .extracting(Control.ChildInfo::id, info -> info.pid().isPresent())
                        .containsExactly(
                                org.assertj.core.groups.Tuple.tuple("t", false),
                                org.assertj.core.groups.Tuple.tuple("p", true));
                lab.nothingElse(root(node));
            }
        }

        @Test
        @Tag("#36")
        void reaches_its_caller_at_once_with_its_cause() throws Exception {
            try (var node = start(abc(Supervisor.Strategy.ONE_FOR_ONE))) {
                assertThatThrownBy(() -> node.ref(Lab.name("a")).within(LONG).call(new Lab.Boom()))
                        .isInstanceOf(CallFailed.class)
                        .hasRootCauseMessage("boom a");
            }
        }

        @Test
        @Tag("#4")
        void gives_the_next_incarnation_a_clean_instance() throws Exception {
            var made = new ArrayList<Object>();
            Name<Lab.Msg> name = Name.of("counted");
            var tree =
                    Supervisor.oneForOne(
                            Child.server(
                                    name,
                                    () -> {
                                        var server = new CountingServer();
                                        made.add(server);
                                        return server;
                                    }));
            try (var node = start(tree)) {
                assertThat(node.ref(name).call(new Lab.Ping())).isEqualTo(1);
                assertThat(node.ref(name).call(new Lab.Ping())).isEqualTo(2);
                Lab.crash(node, name);

                assertThat(node.ref(name).call(new Lab.Ping())).as("counts from the beginning").isEqualTo(1);
                assertThat(made).hasSize(2).doesNotHaveDuplicates();
            }
        }

        @Test
        @Tag("#110")
        void is_told_to_observers_with_the_child_and_the_reason() throws Exception {
            try (var node = start(abc(Supervisor.Strategy.ONE_FOR_ONE))) {
                var restarts = Lab.events(node, NodeEvent.Restarted.class);
                Lab.boom(node, "c");
                var told = Lab.next(restarts);

                assertThat(told.child()).isEqualTo("c");
                assertThat(told.supervisor()).isEqualTo(node.whereis(ROOT).orElseThrow());
                assertThat(told.pid()).isEqualTo(node.whereis(Lab.name("c")).orElseThrow());
                assertThat(told.why().toString()).contains("boom c");
                assertThat(restarts).isEmpty();
            }
        }
    }

    private static final class CountingServer implements dev.coppice.kernel.Server<Lab.Msg> {
        private int count;

        @Override
        public void handle(Lab.Msg message, dev.coppice.kernel.Self<Lab.Msg> self) {
            switch (message) {
                case Lab.Ping ping -> self.reply(ping, ++count);
                default -> throw new IllegalStateException("boom");
            }
        }
    }

    @Nested
    @Tag("#69")
    class Giving_up {

        @Test
        void stops_the_children_in_reverse_and_ends_the_node_with_the_reason() throws Exception {
            var node = start(abc(Supervisor.Strategy.ONE_FOR_ONE).intensity(1, LONG));
            lab.expect("+a", "+b", "+c");
            Lab.boom(node, "a");
            lab.expect("-a Crashed", "+a");
            Lab.boom(node, "a");
            lab.expect("-a Crashed", "-c Shutdown", "-b Shutdown");

            assertThat(node.await(LONG))
                    .hasValueSatisfying(reason -> {
                        assertThat(reason).isInstanceOf(ExitReason.Shutdown.class);
                        assertThat(reason.toString()).contains("gave up").contains("\"a\"").contains("1 restart in");
                    });
            lab.nothingElse();
        }

        @Test
        void of_an_inner_supervisor_is_its_parents_to_restart() throws Exception {
            var inner = Supervisor.oneForOne(lab.child("a"), lab.child("b")).intensity(0, LONG);
            try (var node = start(Supervisor.oneForOne(Child.supervisor("inner", inner), lab.child("z")))) {
                lab.expect("+a", "+b", "+z");
                var gaveUp = Lab.events(node, NodeEvent.GaveUp.class);
                Lab.boom(node, "a");
                lab.expect("-a Crashed", "-b Shutdown", "+a", "+b");

                assertThat(Lab.next(gaveUp).child()).isEqualTo("a");
                lab.nothingElse(root(node));
            }
        }

        @Test
        @Tag("#75")
        void through_three_levels_at_once_when_the_reason_escalates() throws Exception {
            var inner = Supervisor.oneForOne(lab.child("a")).intensity(99, LONG);
            var middle = Supervisor.oneForOne(Child.supervisor("inner", inner), lab.child("m")).intensity(99, LONG);
            var node =
                    start(Supervisor.oneForOne(Child.supervisor("middle", middle), lab.child("z")).intensity(99, LONG));
            lab.expect("+a", "+m", "+z");
            node.ref(Lab.name("a")).send(new Lab.Quit(new ExitReason.Crashed(new Escalation("x"))));

            lab.expect("-a Crashed", "-m Shutdown", "-z Shutdown");
            assertThat(node.await(LONG)).hasValueSatisfying(reason -> assertThat(reason.escalates()).isTrue());
            lab.nothingElse();
        }
    }

    @Nested
    @Tag("#66")
    class A_start_that_fails_during_a_restart {

        @Test
        void is_tried_again_until_it_succeeds() throws Exception {
            try (var node = start(abc(Supervisor.Strategy.REST_FOR_ONE).intensity(5, LONG))) {
                lab.expect("+a", "+b", "+c");
                lab.fail("b", 3);
                Lab.boom(node, "b");
                lab.expect("-b Crashed", "-c Shutdown", "/b", "/b", "/b", "+b", "+c");
                assertThat(node.ref(Lab.name("a")).call(new Lab.Ping())).isEqualTo(1);
                lab.nothingElse(root(node));
            }
        }

        @Test
        @Tag("#69")
        void gives_up_after_as_many_tries_as_the_intensity() throws Exception {
            var node = start(abc(Supervisor.Strategy.ONE_FOR_ONE).intensity(3, LONG));
            lab.expect("+a", "+b", "+c");
            lab.fail("b", 99);
            Lab.boom(node, "b");

            lab.expect("-b Crashed", "/b", "/b", "/b", "-c Shutdown", "-a Shutdown");
            assertThat(node.await(LONG)).isPresent();
            lab.nothingElse();
        }

        @Test
        void lets_a_stop_in_between() throws Exception {
            var node = start(abc(Supervisor.Strategy.ONE_FOR_ONE).intensity(1_000_000, LONG));
            lab.expect("+a", "+b", "+c");
            lab.fail("b", Integer.MAX_VALUE);
            Lab.boom(node, "b");
            lab.expect("-b Crashed", "/b");
            node.close();

            assertThat(lab.log).endsWith("-c Shutdown", "-a Shutdown");
            assertThat(node.abandoned()).isEmpty();
        }
    }

    @Nested
    @Tag("#66")
    class A_start_that_is_under_way {
        private final CountDownLatch begun = new CountDownLatch(1);

        /// With `b` in the middle of its second start, where it stays until it is told to exit.
        private Node starting() throws Exception {
            var node = start(abc(Supervisor.Strategy.ONE_FOR_ONE));
            lab.expect("+a", "+b", "+c");
            lab.starting.put("b", this::waits);
            Lab.boom(node, "b");
            lab.expect("-b Crashed");
            assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
            return node;
        }

        private void waits(Self<Lab.Msg> self) {
            begun.countDown();
            try {
                self.receive();
            } finally {
                lab.log.add("/b");
            }
        }

        @Test
        void ends_before_the_siblings_when_the_supervisor_is_told_to_stop() throws Exception {
            starting().close();

            lab.expect("/b", "-c Shutdown", "-a Shutdown");
            lab.nothingElse();
        }

        @Test
        void ends_before_the_siblings_when_the_supervisor_is_killed() throws Exception {
            var node = starting();
            node.whereis(ROOT).orElseThrow().kill();
            assertThat(node.await(LONG)).isPresent();

            lab.expect("/b", "-c Shutdown", "-a Shutdown");
            lab.nothingElse();
        }
    }

    @Nested
    @Tag("#70")
    class Backing_off {
        private final Backoff slow = Backoff.between(Duration.ofMinutes(10), Duration.ofMinutes(10));

        @Test
        void shows_restarting_serves_others_and_fails_callers_at_once() throws Exception {
            try (var node = start(abc(Supervisor.Strategy.ONE_FOR_ONE).backoff(slow))) {
                lab.expect("+a", "+b", "+c");
                Lab.boom(node, "b");
                lab.expect("-b Crashed");
                awaitState(node, "b", new Control.State.Restarting());

                assertThatThrownBy(() -> node.ref(Lab.name("b")).within(LONG).call(new Lab.Ping()))
                        .isInstanceOf(CallFailed.class)
                        .satisfies(failed ->
                                assertThat(((CallFailed) failed).failure()).isNotInstanceOf(Failure.TimedOut.class));
                assertThat(root(node).call(new Control.RestartChild("b"))).isEqualTo(new Control.Restarting());
                assertThat(root(node).call(new Control.DeleteChild("b"))).isEqualTo(new Control.Restarting());
                assertThat(root(node).call(new Control.TerminateChild("b"))).isEqualTo(new Control.Terminated());
                assertThat(root(node).call(new Control.RestartChild("b"))).isInstanceOf(Control.Started.class);
                lab.expect("+b");
                lab.nothingElse(root(node));
            }
        }

        @Test
        void starts_again_when_its_time_has_come() throws Exception {
            var quick = new Backoff(Duration.ofMillis(20), Duration.ofMillis(40), 2, 0.5, Duration.ofMinutes(1));
            try (var node = start(abc(Supervisor.Strategy.ONE_FOR_ALL).backoff(quick).intensity(3, LONG))) {
                lab.expect("+a", "+b", "+c");
                lab.fail("b", 1);
                Lab.boom(node, "b");
                lab.expect("-b Crashed", "-c Shutdown", "-a Shutdown", "+a", "/b", "-a Shutdown", "+a", "+b", "+c");
                lab.nothingElse(root(node));
            }
        }

        @Test
        void does_not_hold_up_the_end() throws Exception {
            var node = start(abc(Supervisor.Strategy.ONE_FOR_ONE).backoff(slow));
            Lab.boom(node, "b");
            awaitState(node, "b", new Control.State.Restarting());
            node.close();

            assertThat(lab.log).containsExactly("+a", "+b", "+c", "-b Crashed", "-c Shutdown", "-a Shutdown");
        }
    }
}
