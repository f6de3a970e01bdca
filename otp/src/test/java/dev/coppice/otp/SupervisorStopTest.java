package dev.coppice.otp;

import static dev.coppice.otp.Child.Restart.TRANSIENT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.Escalation;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Name;
import dev.coppice.otp.Child.Shutdown;
import dev.coppice.otp.Supervisor.AutoShutdown;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The interpreter on a real node: how children and supervisors end.
class SupervisorStopTest extends OnNode {
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
            try (var node =
                    start(Supervisor.oneForOne(lab.child("a").shutdown(Shutdown.after(Duration.ofMillis(50)))))) {
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
            lab.terminating.put(
                    "a",
                    _ -> {
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
        @Tag("#75")
        void with_its_siblings_that_escalates_ends_the_supervisor() throws Exception {
            lab.terminating.put(
                    "b",
                    _ -> {
                        throw new Escalation("no cure");
                    });
            try (var node = start(abc(Supervisor.Strategy.ONE_FOR_ALL))) {
                Lab.boom(node, "a");
                assertThat(node.await(LONG)).hasValueSatisfying(reason -> assertThat(reason.escalates()).isTrue());
                lab.expect("+a", "+b", "+c", "-a Crashed", "-c Shutdown");
                lab.nothingElse();
            }
        }

        @Test
        void in_parallel_waits_for_all_of_them_at_once() throws Exception {
            var all = new CountDownLatch(3);
            for (var id : List.of("a", "b", "c")) {
                lab.terminating.put(
                        id,
                        _ -> {
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
            lab.terminating.put(
                    "a",
                    _ -> {
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
            var inner =
                    Supervisor.oneForOne(lab.child("s", TRANSIENT).significant(), lab.child("a"))
                            .autoShutdown(AutoShutdown.ANY_SIGNIFICANT);
            var node =
                    start(
                            Supervisor.oneForOne(
                                            Child.supervisor("inner", inner).restart(TRANSIENT).significant(),
                                            lab.child("z"))
                                    .autoShutdown(AutoShutdown.ALL_SIGNIFICANT));
            lab.expect("+s", "+a", "+z");
            node.ref(Lab.name("s")).send(new Lab.Quit(new ExitReason.Normal()));

            lab.expect("-s Normal", "-a Shutdown", "-z Shutdown");
            assertThat(node.await(LONG))
                    .hasValueSatisfying(reason -> {
                        assertThat(reason.clean()).isTrue();
                        assertThat(reason.toString()).contains("\"inner\"");
                    });
        }

        @Test
        void is_not_caused_by_terminating_the_significant_child() throws Exception {
            try (var node =
                    start(
                            Supervisor.oneForOne(lab.child("s", TRANSIENT).significant(), lab.child("a"))
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
            var tree =
                    Supervisor.oneForOne(
                            Child.supervisor(
                                    middle,
                                    Supervisor.oneForOne(
                                            Child.supervisor("inner", Supervisor.oneForOne(lab.child("a"))))));
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
            lab.starting.put(
                    "b",
                    self -> {
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
}
