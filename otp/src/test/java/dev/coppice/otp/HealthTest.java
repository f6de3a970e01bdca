package dev.coppice.otp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.Name;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Ref;
import dev.coppice.otp.Child.Shutdown;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("#74")
class HealthTest {
    private static final Name<Control> ROOT = Name.of("root");
    private static final Name<Lab.Msg> A = Lab.name("a");
    private static final Duration QUICK = Duration.ofMillis(20);
    private static final Duration LONG = Duration.ofSeconds(30);

    private final Lab lab = new Lab();

    private static HealthCheck check() {
        return HealthCheck.of(A, new Lab.Ping()).every(QUICK).within(Duration.ofMillis(100)).failures(2);
    }

    private static Node start(Supervisor tree) {
        return Node.start(tree.named(ROOT));
    }

    private static Ref<Control> root(Node node) {
        return node.ref(ROOT);
    }

    private static void awaitReady(Node node, boolean ready) {
        while (root(node).call(new Control.Ready()).ready() != ready) {
            Thread.onSpinWait();
        }
    }

    @Nested
    class Liveness {

        @Test
        void that_fails_too_often_restarts_the_child_with_a_clear_reason() throws Exception {
            var never = new CountDownLatch(1);
            var child = lab.child("a").liveness(check()).shutdown(Shutdown.brutal());
            try (var node = start(Supervisor.oneForOne(child, lab.child("b")))) {
                lab.expect("+a", "+b");
                var restarts = Lab.events(node, NodeEvent.Restarted.class);
                node.ref(A).send(new Lab.Hang(never));
                lab.expect("+a");

                var told = Lab.next(restarts);
                assertThat(told.child()).isEqualTo("a");
                assertThat(told.why().toString())
                        .contains("Unhealthy")
                        .contains("liveness check failed 2 times in a row")
                        .contains("no answer");
                assertThat(node.ref(A).call(new Lab.Ping())).isEqualTo(2);
                assertThat(node.ref(Lab.name("b")).call(new Lab.Ping())).as("untouched").isEqualTo(1);
            }
        }

        @Test
        void that_succeeds_leaves_the_child_alone() throws Exception {
            var pings = new CountDownLatch(5);
            var check =
                    HealthCheck.of(
                                    A,
                                    new Lab.Ping(),
                                    incarnation -> {
                                        pings.countDown();
                                        return incarnation == 1;
                                    })
                            .every(QUICK);
            try (var node = start(Supervisor.oneForOne(lab.child("a").liveness(check)))) {
                lab.expect("+a");
                pings.await();
                lab.nothingElse(root(node));
            }
        }

        @Test
        void that_fails_since_the_child_has_ended_in_order_restarts_nothing() throws Exception {
            var child = lab.child("a", Child.Restart.TRANSIENT).liveness(check().within(LONG).failures(1));
            try (var node = start(Supervisor.oneForOne(child))) {
                lab.expect("+a");
                var a = node.whereis(A).orElseThrow();
                a.send(
                        new Lab.Run(self -> {
                            while (self.pid().info().queued() == 0) {
                                Thread.onSpinWait();
                            }
                            self.stop();
                        }));
                lab.expect("-a Normal");
                var running = new Control.State.Running(a);
                Control.State state = running;
                while (state.equals(running)) {
                    state = root(node).call(new Control.WhichChild("a")).orElseThrow().state();
                }
                assertThat(state).isEqualTo(new Control.State.Stopped());
                lab.nothingElse(root(node));
            }
        }

        @Test
        void forgets_failures_that_are_not_in_a_row() throws Exception {
            var asked = new AtomicInteger();
            var enough = new CountDownLatch(12);
            var check =
                    HealthCheck.of(
                                    A,
                                    new Lab.Ping(),
                                    _ -> {
                                        enough.countDown();
                                        return asked.incrementAndGet() % 2 == 0;
                                    })
                            .every(Duration.ofMillis(5))
                            .failures(2);
            try (var node = start(Supervisor.oneForOne(lab.child("a").liveness(check)))) {
                lab.expect("+a");
                enough.await();
                lab.nothingElse(root(node));
            }
        }

        @Test
        void whose_own_code_throws_is_a_failure_and_no_harm_to_the_supervisor() throws Exception {
            fails(() -> {
                throw new IllegalStateException("bad check");
            });
        }

        @Test
        void whose_own_code_throws_an_error_is_a_failure_and_no_harm_to_the_supervisor() throws Exception {
            fails(() -> {
                throw new AssertionError("bad check");
            });
        }

        private void fails(Runnable code) throws Exception {
            var thrown = new AtomicBoolean();
            var check =
                    HealthCheck.of(
                                    A,
                                    new Lab.Ping(),
                                    _ -> {
                                        if (!thrown.getAndSet(true)) {
                                            code.run();
                                        }
                                        return true;
                                    })
                            .every(QUICK)
                            .failures(1);
            try (var node = start(Supervisor.oneForOne(lab.child("a").liveness(check), lab.child("b")))) {
                lab.expect("+a", "+b", "-a Crashed", "+a");
                assertThat(node.ref(Lab.name("b")).call(new Lab.Ping())).isEqualTo(1);
            }
        }
    }

    @Nested
    class Startup {

        @Test
        void that_never_succeeds_restarts_the_child_and_counts() throws Exception {
            var check = HealthCheck.of(A, new Lab.Ping(), _ -> false).every(Duration.ofMillis(5)).failures(2);
            var node = start(Supervisor.oneForOne(lab.child("a").startup(check)).intensity(2, Duration.ofMinutes(1)));
            lab.expect("+a", "-a Crashed", "+a", "-a Crashed", "+a", "-a Crashed");

            assertThat(node.await(Duration.ofSeconds(10)))
                    .hasValueSatisfying(reason ->
                            assertThat(reason.toString()).contains("gave up").contains("startup check failed"));
        }

        @Test
        void holds_back_readiness_until_it_has_succeeded() throws Exception {
            var up = new AtomicBoolean();
            var check = HealthCheck.of(A, new Lab.Ping(), _ -> up.get()).every(QUICK).failures(1_000_000);
            try (var node = start(Supervisor.oneForOne(lab.child("a").startup(check), lab.child("b")))) {
                assertThat(root(node).call(new Control.Ready()).notReady()).containsExactly("a");
                up.set(true);
                awaitReady(node, true);
                lab.expect("+a", "+b");
                lab.nothingElse(root(node));
            }
        }
    }

    @Nested
    class Readiness {

        @Test
        void follows_the_check_without_restarting_anything() throws Exception {
            var ready = new AtomicBoolean(true);
            var check = HealthCheck.of(A, new Lab.Ping(), _ -> ready.get()).every(QUICK).failures(1);
            try (var node = start(Supervisor.oneForOne(lab.child("a").readiness(check)))) {
                awaitReady(node, true);
                ready.set(false);
                awaitReady(node, false);
                ready.set(true);
                awaitReady(node, true);
                lab.expect("+a");
                lab.nothingElse(root(node));
            }
        }

        @Test
        void is_gathered_from_nested_supervisors_as_paths() throws Exception {
            var never = HealthCheck.of(A, new Lab.Ping(), _ -> false).every(QUICK).failures(1);
            var inner = Supervisor.oneForOne(lab.child("a").readiness(never), lab.child("b"));
            var tree =
                    Supervisor.oneForOne(
                            Child.supervisor("outer", Supervisor.oneForOne(Child.supervisor("inner", inner))),
                            lab.child("c"));
            try (var node = start(tree)) {
                assertThat(root(node).call(new Control.Ready()))
                        .isEqualTo(new Control.Readiness(false, java.util.List.of("outer/inner/a")));
            }
        }

        @Test
        void does_not_miss_a_child_that_has_ended_for_good_but_one_that_is_restarting() throws Exception {
            var slow = Backoff.between(Duration.ofMinutes(1), Duration.ofMinutes(1));
            try (var node =
                    start(
                            Supervisor.oneForOne(
                                    lab.child("a", Child.Restart.TRANSIENT), lab.child("b").backoff(slow)))) {
                node.ref(A).send(new Lab.Quit(new dev.coppice.kernel.ExitReason.Normal()));
                Lab.crash(node, Lab.name("b"));
                while (!root(node).call(new Control.Ready()).notReady().equals(java.util.List.of("b"))) {
                    Thread.onSpinWait();
                }
            }
        }
    }
}
