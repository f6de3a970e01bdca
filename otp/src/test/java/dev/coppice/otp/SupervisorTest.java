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
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.StartFailed;
import dev.coppice.otp.Child.Shutdown;
import dev.coppice.otp.Supervisor.AutoShutdown;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The interpreter on a real node.
class SupervisorTest {
    private static final Name<Control> ROOT = Name.of("root");
    private static final Duration LONG = Duration.ofSeconds(30);

    private final Lab lab = new Lab();

    private Node start(Supervisor tree) {
        return Node.start(tree.named(ROOT));
    }

    private static Ref<Control> root(Node node) {
        return node.ref(ROOT).within(LONG);
    }

    private Supervisor abc(Supervisor.Strategy strategy) {
        var children = new Child[] {lab.child("a"), lab.child("b"), lab.child("c")};
        return switch (strategy) {
            case ONE_FOR_ONE -> Supervisor.oneForOne(children);
            case ONE_FOR_ALL -> Supervisor.oneForAll(children);
            case REST_FOR_ONE -> Supervisor.restForOne(children);
        };
    }

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
            var tree = Supervisor.oneForOne(
                    Child.loop(loop, self -> {
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
            lab.starting.put("x", self -> {
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
            var tree = Supervisor.oneForOne(
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
            var tree = Supervisor.oneForOne(Child.server(name, () -> {
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

    private static void awaitReleased(Node node, String id) {
        // A served request comes after the exit that was sent before; the name is gone when the supervisor has seen it.
        while (node.names().containsKey(id)) {
            root(node).call(new Control.CountChildren());
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

            assertThat(node.await(LONG)).hasValueSatisfying(reason -> {
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
            var node = start(Supervisor.oneForOne(Child.supervisor("middle", middle), lab.child("z")).intensity(99, LONG));
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
                        .satisfies(failed -> assertThat(((CallFailed) failed).failure())
                                .isNotInstanceOf(Failure.TimedOut.class));
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

    private static void awaitState(Node node, String id, Control.State state) {
        while (!root(node).call(new Control.WhichChild(id)).orElseThrow().state().equals(state)) {
            Thread.onSpinWait();
        }
    }

    @Nested
    @Tag("#71")
    class Stopping_a_child {

        @Test
        void brutally_does_not_run_terminate() throws Exception {
            try (var node = start(Supervisor.oneForOne(lab.child("a").shutdown(Shutdown.brutal())))) {
                lab.expect("+a");
                var pid = node.whereis(Lab.name("a")).orElseThrow();
                assertThat(root(node).call(new Control.TerminateChild("a"))).isEqualTo(new Control.Terminated());

                assertThat(pid.await()).isEqualTo(new ExitReason.Killed());
                lab.nothingElse();
            }
        }

        @Test
        void kills_it_when_its_time_is_over() throws Exception {
            var never = new CountDownLatch(1);
            lab.terminating.put("a", _ -> never.await());
            try (var node = start(Supervisor.oneForOne(
                    lab.child("a").shutdown(Shutdown.after(Duration.ofMillis(50)))))) {
                lab.expect("+a");
                var pid = node.whereis(Lab.name("a")).orElseThrow();
                assertThat(root(node).call(new Control.TerminateChild("a"))).isEqualTo(new Control.Terminated());

                assertThat(pid.alive()).isFalse();
                lab.nothingElse();
            }
        }

        @Test
        void infinitely_waits_for_it() throws Exception {
            var release = new CountDownLatch(1);
            var reached = new CountDownLatch(1);
            lab.terminating.put("a", _ -> {
                reached.countDown();
                release.await();
            });
            try (var node = start(Supervisor.oneForOne(lab.child("a").shutdown(Shutdown.infinite())))) {
                lab.expect("+a");
                var pending = root(node).ask(new Control.TerminateChild("a"));
                reached.await();
                assertThat(pending.poll()).isEmpty();
                release.countDown();

                assertThat(pending.get()).isEqualTo(new Control.Terminated());
                lab.expect("-a Shutdown");
            }
        }

        @Test
        void in_parallel_waits_for_all_of_them_at_once() throws Exception {
            var all = new CountDownLatch(3);
            for (var id : List.of("a", "b", "c")) {
                lab.terminating.put(id, _ -> {
                    all.countDown();
                    all.await(); // none gets on before all have been told
                });
            }
            var node = start(abc(Supervisor.Strategy.ONE_FOR_ONE).parallelStop());
            lab.expect("+a", "+b", "+c");
            node.close();

            assertThat(lab.log).containsExactlyInAnyOrder("-a Shutdown", "-b Shutdown", "-c Shutdown");
            assertThat(node.abandoned()).isEmpty();
        }

        /// Seen elsewhere: a child that unlinked itself hangs its supervisor.
        @Test
        void that_has_unlinked_itself_still_ends_it() throws Exception {
            try (var node = start(Supervisor.oneForOne(lab.child("a")))) {
                lab.expect("+a");
                var supervisor = node.whereis(ROOT).orElseThrow();
                var pid = node.whereis(Lab.name("a")).orElseThrow();
                pid.send(new Lab.Run(self -> self.unlink(supervisor)));
                assertThat(root(node).call(new Control.TerminateChild("a"))).isEqualTo(new Control.Terminated());

                assertThat(pid.alive()).isFalse();
            }
        }

        @Test
        void that_traps_exits_ends_it_in_order() throws Exception {
            lab.starting.put("a", self -> self.trapExits(exit -> new Lab.Ping()));
            var node = start(Supervisor.oneForOne(lab.child("a")));
            lab.expect("+a");
            node.close();

            lab.expect("-a Shutdown");
        }

        @Test
        @Tag("#10")
        void does_not_kill_its_caller_when_it_crashes_in_terminate() throws Exception {
            lab.terminating.put("a", _ -> {
                throw new IllegalStateException("dirty");
            });
            try (var node = start(Supervisor.oneForOne(lab.child("a"), lab.child("b")))) {
                assertThat(root(node).call(new Control.TerminateChild("a"))).isEqualTo(new Control.Terminated());
                assertThat(root(node).call(new Control.WhichChild("a")).orElseThrow().state())
                        .as("a crash on the way out is no reason to restart")
                        .isEqualTo(new Control.State.Stopped());
                assertThat(node.ref(Lab.name("b")).call(new Lab.Ping())).isEqualTo(1);
            }
        }
    }

    @Nested
    @Tag("#68")
    class Auto_shutdown {

        @Test
        void ends_a_nested_supervisor_cleanly_and_cascades() throws Exception {
            var inner = Supervisor.oneForOne(lab.child("s", TRANSIENT).significant(), lab.child("a"))
                    .autoShutdown(AutoShutdown.ANY_SIGNIFICANT);
            var node = start(Supervisor.oneForOne(
                            Child.supervisor("inner", inner).restart(TRANSIENT).significant(), lab.child("z"))
                    .autoShutdown(AutoShutdown.ALL_SIGNIFICANT));
            lab.expect("+s", "+a", "+z");
            node.ref(Lab.name("s")).send(new Lab.Quit(new ExitReason.Normal()));

            lab.expect("-s Normal", "-a Shutdown", "-z Shutdown");
            assertThat(node.await(LONG)).hasValueSatisfying(reason -> {
                assertThat(reason.clean()).isTrue();
                assertThat(reason.toString()).contains("\"inner\"");
            });
        }

        @Test
        void is_not_caused_by_terminating_the_significant_child() throws Exception {
            try (var node = start(Supervisor.oneForOne(lab.child("s", TRANSIENT).significant(), lab.child("a"))
                    .autoShutdown(AutoShutdown.ANY_SIGNIFICANT))) {
                lab.expect("+s", "+a");
                root(node).call(new Control.TerminateChild("s"));
                lab.expect("-s Shutdown");
                assertThat(node.ref(Lab.name("a")).call(new Lab.Ping())).isEqualTo(1);
                lab.nothingElse(root(node));
            }
        }
    }

    @Nested
    @Tag("#72")
    class Requests {

        @Test
        void are_answered_as_the_table_says() throws Exception {
            try (var node = start(abc(Supervisor.Strategy.ONE_FOR_ONE))) {
                var root = root(node);
                Pid<?> a = node.whereis(Lab.name("a")).orElseThrow();

                assertThat(root.call(new Control.WhichChildren())).extracting(Control.ChildInfo::id)
                        .containsExactly("c", "b", "a");
                assertThat(root.call(new Control.WhichChild("?"))).isEmpty();
                assertThat(root.call(new Control.CountChildren())).isEqualTo(new Control.Count(3, 3, 0, 3));
                assertThat(root.call(new Control.GetChild("a")).orElseThrow().restart()).isEqualTo(PERMANENT);
                assertThat(root.call(new Control.GetChild("?"))).isEmpty();

                assertThat(root.call(new Control.StartChild(lab.child("a")))).isEqualTo(new Control.AlreadyStarted(a));
                assertThat(root.call(new Control.RestartChild("a"))).isEqualTo(new Control.Running(a));
                assertThat(root.call(new Control.DeleteChild("a"))).isEqualTo(new Control.Running(a));
                assertThat(root.call(new Control.TerminateChild("?"))).isEqualTo(new Control.NotFound());
                assertThat(root.call(new Control.RestartChild("?"))).isEqualTo(new Control.NotFound());
                assertThat(root.call(new Control.DeleteChild("?"))).isEqualTo(new Control.NotFound());

                assertThat(root.call(new Control.TerminateChild("a"))).isEqualTo(new Control.Terminated());
                assertThat(root.call(new Control.StartChild(lab.child("a")))).isEqualTo(new Control.AlreadyPresent());
                assertThat(root.call(new Control.CountChildren())).isEqualTo(new Control.Count(3, 2, 0, 3));
                assertThat(root.call(new Control.RestartChild("a"))).isInstanceOf(Control.Started.class);
                assertThat(root.call(new Control.TerminateChild("a"))).isEqualTo(new Control.Terminated());
                assertThat(root.call(new Control.DeleteChild("a"))).isEqualTo(new Control.Deleted());
                assertThat(root.call(new Control.StartChild(lab.child("a")))).isInstanceOf(Control.Started.class);
                assertThat(root.call(new Control.WhichChildren())).extracting(Control.ChildInfo::id)
                        .as("added last").containsExactly("a", "c", "b");
            }
        }

        @Test
        void to_start_a_child_whose_name_is_taken_say_so() throws Exception {
            try (var node = start(Supervisor.oneForOne(lab.child("a")))) {
                node.spawn(lab.actor("stranger").named(Lab.name("x")));
                var answer = root(node).call(new Control.StartChild(lab.child("x")));

                assertThat(answer).isInstanceOf(Control.NotStarted.class);
                assertThat(answer.toString()).contains("x");
                assertThat(root(node).call(new Control.CountChildren()).specs()).isEqualTo(1);
                assertThat(node.ref(Lab.name("x")).call(new Lab.Ping())).as("the stranger's").isEqualTo(1);
            }
        }

        @Test
        @Tag("#79")
        @SuppressWarnings({"unchecked", "rawtypes"})
        void that_are_not_understood_are_dropped_and_never_pile_up() throws Exception {
            try (var node = start(Supervisor.oneForOne(lab.child("a")))) {
                var pid = node.whereis(ROOT).orElseThrow();
                for (int i = 0; i < 1000; i++) {
                    ((Ref) pid).send("what is this?");
                }
                assertThat(root(node).call(new Control.CountChildren()).active()).isEqualTo(1);
                assertThat(pid.info().queued()).isZero();
                assertThat(pid.alive()).isTrue();
                assertThat(node.ref(Lab.name("a")).call(new Lab.Ping())).isEqualTo(1);
            }
        }

        @Test
        @Tag("#73")
        void about_a_child_never_give_a_dead_pid() throws Exception {
            try (var node = start(abc(Supervisor.Strategy.ONE_FOR_ONE).intensity(1000, LONG))) {
                for (int i = 0; i < 100; i++) {
                    Lab.crash(node, Lab.name("a"));
                    node.ref(Lab.name("a")).call(new Lab.Ping());
                    var pid = root(node).call(new Control.WhichChild("a")).orElseThrow().pid().orElseThrow();
                    assertThat(pid).isEqualTo(node.whereis(Lab.name("a")).orElseThrow());
                }
            }
        }
    }

    @Nested
    @Tag("#84")
    @Tag("#86")
    class A_named_child {

        @Test
        void is_waited_for_by_a_call_across_its_restart() throws Exception {
            var restarting = new CountDownLatch(1);
            var go = new CountDownLatch(1);
            var first = new AtomicBoolean(true);
            lab.starting.put("a", _ -> {
                if (!first.getAndSet(false)) {
                    restarting.countDown();
                    go.await();
                }
            });
            try (var node = start(Supervisor.oneForOne(lab.child("a")))) {
                var old = node.whereis(Lab.name("a")).orElseThrow();
                Lab.boom(node, "a");
                restarting.await();
                assertThat(node.whereis(Lab.name("a")).filter(old::equals)).as("never a dead one").isEmpty();
                var pending = node.ref(Lab.name("a")).within(LONG).ask(new Lab.Ping());
                assertThatThrownBy(() -> node.spawn(lab.actor("thief").named(Lab.name("a"))))
                        .as("nobody else takes it")
                        .isInstanceOf(StartFailed.class);
                go.countDown();

                assertThat(pending.get()).isEqualTo(2);
            }
        }

        @Test
        void without_an_incarnation_still_keeps_its_callers_waiting() throws Exception {
            var stopping = new CountDownLatch(1);
            var go = new CountDownLatch(1);
            lab.terminating.put("a", _ -> {
                stopping.countDown();
                go.await();
            });
            try (var node = start(Supervisor.oneForAll(lab.child("a"), lab.child("b")))) {
                Lab.crash(node, Lab.name("b"));
                stopping.await();
                assertThat(node.names()).containsEntry("b", java.util.Optional.empty());
                var pending = node.ref(Lab.name("b")).within(LONG).ask(new Lab.Ping());
                assertThat(pending.await(Duration.ofMillis(20))).isEmpty();
                go.countDown();

                assertThat(pending.get()).isEqualTo(2);
            }
        }

        @Test
        void frees_its_name_when_it_is_terminated_deleted_or_ends_for_good() throws Exception {
            var tree = Supervisor.oneForOne(lab.child("t"), lab.child("e", TRANSIENT), lab.child("x", TEMPORARY));
            try (var node = start(tree)) {
                root(node).call(new Control.TerminateChild("t"));
                node.ref(Lab.name("e")).send(new Lab.Quit(new ExitReason.Normal()));
                Lab.boom(node, "x");
                for (var id : List.of("t", "e", "x")) {
                    awaitReleased(node, id);
                    var pid = node.spawn(lab.actor("other").named(Lab.name(id)));
                    assertThat(node.ref(Lab.name(id)).call(new Lab.Ping())).isNotNull();
                    assertThat(node.whereis(Lab.name(id))).hasValue(pid);
                }
            }
        }

        @Test
        void leaves_no_name_behind_when_the_supervisor_has_gone() throws Exception {
            Name<Control> inner = Name.of("inner");
            try (var node = start(Supervisor.oneForOne(
                    Child.supervisor(inner, Supervisor.oneForOne(lab.child("a")))))) {
                root(node).call(new Control.TerminateChild("inner"));

                assertThat(node.names()).containsOnlyKeys("root");
            }
        }
    }

    @Nested
    @Tag("#82")
    class Nesting {

        @Test
        void a_thousand_deep_starts_answers_and_stops() throws Exception {
            var tree = Supervisor.oneForOne(lab.child("leaf"));
            for (int i = 0; i < 1000; i++) {
                tree = Supervisor.oneForOne(Child.supervisor("level", tree));
            }
            var node = start(tree);
            lab.expect("+leaf");
            assertThat(node.ref(Lab.name("leaf")).call(new Lab.Ping())).isEqualTo(1);
            assertThat(node.counters().actors()).isEqualTo(1002);
            node.close();

            lab.expect("-leaf Shutdown");
            assertThat(node.abandoned()).isEmpty();
        }

        /// Seen elsewhere: a killed supervisor leaves its children running.
        @Test
        @Tag("#16")
        void leaves_nobody_behind_when_a_supervisor_in_the_middle_is_killed() throws Exception {
            Name<Control> middle = Name.of("middle");
            var tree = Supervisor.oneForOne(Child.supervisor(
                    middle, Supervisor.oneForOne(Child.supervisor("inner", Supervisor.oneForOne(lab.child("a"))))));
            try (var node = start(tree)) {
                lab.expect("+a");
                var old = node.whereis(Lab.name("a")).orElseThrow();
                node.whereis(middle).orElseThrow().kill();
                lab.expect("-a Shutdown", "+a");

                assertThat(old.alive()).isFalse();
                assertThat(node.counters().actors()).isEqualTo(4);
            }
        }

        @Test
        @Tag("#8")
        void stops_in_order_while_a_child_is_in_the_middle_of_its_restart() throws Exception {
            var restarting = new CountDownLatch(1);
            var first = new AtomicBoolean(true);
            lab.starting.put("b", self -> {
                if (!first.getAndSet(false)) {
                    restarting.countDown();
                    var _ = self.receive(Lab.Quit.class); // until it is told to exit
                }
            });
            var node = start(abc(Supervisor.Strategy.ONE_FOR_ONE));
            lab.expect("+a", "+b", "+c");
            Lab.boom(node, "b");
            restarting.await();
            node.close();

            assertThat(lab.log).startsWith("-b Crashed").endsWith("-c Shutdown", "-a Shutdown");
            assertThat(node.abandoned()).isEmpty();
            assertThat(node.counters().actors()).isZero();
        }
    }

    @Nested
    class What_went_wrong_elsewhere {

        /// A parent that waits for a child that needs the parent: a deadlock there, the child's limit here.
        @Test
        @Tag("#71")
        void a_child_that_asks_its_supervisor_on_the_way_out_costs_its_limit_and_no_more() throws Exception {
            lab.terminating.put("a", self -> {
                var _ = self.ref(ROOT).within(LONG).call(new Control.CountChildren());
            });
            var tree = Supervisor.oneForOne(
                    lab.child("a").shutdown(Shutdown.after(Duration.ofMillis(50))), lab.child("b"));
            try (var node = start(tree)) {
                lab.expect("+a", "+b");
                assertThat(root(node).call(new Control.TerminateChild("a"))).isEqualTo(new Control.Terminated());
                assertThat(node.ref(Lab.name("b")).call(new Lab.Ping())).isEqualTo(1);
            }
        }

        /// The race of a child that dies by itself while its supervisor is about to stop it.
        @Test
        @Tag("#73")
        void a_crash_of_a_child_that_is_just_being_stopped_is_not_taken_for_one_of_its_successor() throws Exception {
            var stopping = new CountDownLatch(1);
            var go = new CountDownLatch(1);
            lab.terminating.put("c", _ -> {
                stopping.countDown();
                go.await();
            });
            try (var node = start(abc(Supervisor.Strategy.ONE_FOR_ALL).intensity(1, LONG))) {
                lab.expect("+a", "+b", "+c");
                Lab.boom(node, "a");
                stopping.await(); // the supervisor waits for c; b is next
                Lab.crash(node, Lab.name("b"));
                go.countDown();

                lab.expect("-a Crashed", "-b Crashed", "-c Shutdown", "+a", "+b", "+c");
                lab.nothingElse(root(node));
            }
        }

        /// A handler's Error ends the actor, and nobody hears of it.
        @Test
        @Tag("#80")
        void every_throwable_is_a_crash_that_is_restarted() throws Exception {
            try (var node = start(Supervisor.oneForOne(lab.child("a")).intensity(9, LONG))) {
                lab.expect("+a");
                for (var error : List.of(
                        new StackOverflowError(), new OutOfMemoryError("by hand"), new NoClassDefFoundError("X"),
                        new AssertionError())) {
                    node.ref(Lab.name("a")).send(new Lab.Run(_ -> {
                        throw error;
                    }));
                    lab.expect("-a Crashed", "+a");
                }
                lab.nothingElse(root(node));
            }
        }

        /// A throwing constructor leaves a zombie; an init that hangs kills the starter.
        @Test
        @Tag("#3")
        void a_child_that_cannot_be_made_or_takes_too_long_harms_nobody() throws Exception {
            var never = new CountDownLatch(1);
            lab.starting.put("slow", _ -> never.await());
            try (var node = start(Supervisor.oneForOne(lab.child("a")))) {
                long actors = node.counters().actors();
                var thrown = root(node).call(new Control.StartChild(Child.server(Lab.name("x"), () -> {
                    throw new IllegalStateException("no such thing");
                })));
                var late = root(node).call(new Control.StartChild(
                        Child.of(lab.actor("slow").named(Lab.name("slow")).initWithin(Duration.ofMillis(50)))));

                assertThat(thrown).isInstanceOf(Control.NotStarted.class);
                assertThat(thrown.toString()).contains("no such thing");
                assertThat(late.toString()).contains("init of").contains("longer than PT0.05S");
                assertThat(node.counters().actors()).isEqualTo(actors);
                assertThat(node.names()).containsOnlyKeys("root", "a");
                assertThat(node.ref(Lab.name("a")).call(new Lab.Ping())).isEqualTo(1);
            }
        }

        /// Messages that a crashed incarnation left behind are neither handled by the next nor lost without a word.
        @Test
        @Tag("#32")
        void a_restart_begins_with_an_empty_mailbox() throws Exception {
            var go = new CountDownLatch(1);
            try (var node = start(Supervisor.oneForOne(lab.child("a")))) {
                lab.expect("+a");
                var a = node.ref(Lab.name("a"));
                a.send(new Lab.Hang(go));
                a.send(new Lab.Boom());
                a.send(new Lab.Run(_ -> lab.log.add("handled by the next")));
                var asked = a.ask(new Lab.Ping());
                go.countDown();

                lab.expect("-a Crashed", "+a");
                assertThat(asked.await()).isInstanceOf(dev.coppice.kernel.Outcome.Failed.class);
                assertThat(a.call(new Lab.Ping())).isEqualTo(2);
                assertThat(node.counters().deadLettered()).isPositive();
                lab.nothingElse(root(node));
            }
        }

        /// A random storm of kills at every level: nothing is left, everything is back.
        @Test
        @Tag("#82")
        void kills_all_over_the_tree_leave_it_whole() throws Exception {
            long seed = Long.getLong("coppice.seed", System.nanoTime());
            var random = new java.util.Random(seed);
            var names = new ArrayList<Name<Lab.Msg>>();
            var tree = Supervisor.oneForOne(
                            level("x", Supervisor.Strategy.ONE_FOR_ALL, names),
                            level("y", Supervisor.Strategy.REST_FOR_ONE, names),
                            level("z", Supervisor.Strategy.ONE_FOR_ONE, names))
                    .intensity(1_000_000, LONG);
            var node = start(tree);
            long actors = node.counters().actors();
            for (int i = 0; i < 300; i++) {
                int pick = random.nextInt(names.size() + 3);
                if (pick < names.size()) {
                    node.whereis(names.get(pick)).ifPresent(Pid::kill);
                } else {
                    Name<Control> inner = Name.of("xyz".substring(pick - names.size(), pick - names.size() + 1));
                    node.whereis(inner).ifPresent(Pid::kill);
                }
            }
            for (var name : names) {
                awaitAnswer(node, name, seed);
            }
            long until = System.nanoTime() + LONG.toNanos();
            while (node.counters().actors() != actors) { // a kill that came last may still be at work
                assertThat(System.nanoTime()).as("seed " + seed).isLessThan(until);
            }
            node.close();

            assertThat(node.names()).as("seed " + seed).isEmpty();
            assertThat(node.counters().actors()).as("seed " + seed).isZero();
            assertThat(node.counters().unaccounted()).as("seed " + seed).isZero();
        }

        private Child level(String id, Supervisor.Strategy strategy, List<Name<Lab.Msg>> names) {
            Name<Control> name = Name.of(id);
            var children = new Child[3];
            for (int i = 0; i < 3; i++) {
                names.add(Lab.name(id + i));
                children[i] = lab.child(id + i);
            }
            var supervisor =
                    switch (strategy) {
                        case ONE_FOR_ONE -> Supervisor.oneForOne(children);
                        case ONE_FOR_ALL -> Supervisor.oneForAll(children);
                        case REST_FOR_ONE -> Supervisor.restForOne(children);
                    };
            return Child.supervisor(name, supervisor.intensity(1_000_000, LONG));
        }

        private void awaitAnswer(Node node, Name<Lab.Msg> name, long seed) {
            long until = System.nanoTime() + LONG.toNanos();
            while (!(node.ref(name).ask(new Lab.Ping()).await() instanceof dev.coppice.kernel.Outcome.Replied)) {
                assertThat(System.nanoTime()).as(name + " is back, seed " + seed).isLessThan(until);
            }
        }
    }

    @Nested
    @Tag("#77")
    class A_storm_of_restarts {

        @Test
        void is_told_once_instead_of_line_by_line() throws Exception {
            try (var node = start(Supervisor.oneForOne(lab.child("a")).intensity(1000, LONG))) {
                var storms = Lab.events(node, NodeEvent.RestartStorm.class);
                for (int i = 0; i < 50; i++) {
                    Lab.crash(node, Lab.name("a"));
                    node.ref(Lab.name("a")).call(new Lab.Ping());
                }
                assertThat(Lab.next(storms).restarts()).isEqualTo(node.config().loggedPerMinute() + 1);
                root(node).call(new Control.CountChildren());
                assertThat(storms).isEmpty();
            }
        }
    }
}
