package dev.coppice.otp;

import static dev.coppice.otp.Child.Restart.PERMANENT;
import static dev.coppice.otp.Child.Restart.TEMPORARY;
import static dev.coppice.otp.Child.Restart.TRANSIENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.StartFailed;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The interpreter on a real node: requests and names.
class ControlTest extends OnNode {
    @Nested
    @Tag("#72")
    class Requests {

        @Test
        void are_answered_as_the_table_says() throws Exception {
            try (var node = start(abc(Supervisor.Strategy.ONE_FOR_ONE))) {
                var root = root(node);
                Pid<?> a = node.whereis(Lab.name("a")).orElseThrow();

                assertThat(root.call(new Control.WhichChildren()))
                        .extracting(Control.ChildInfo::id)
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
                assertThat(root.call(new Control.WhichChildren()))
                        .extracting(Control.ChildInfo::id)
                        .as("added last")
                        .containsExactly("a", "c", "b");
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
        void to_start_a_child_whose_name_is_of_another_protocol_say_so_and_harm_nobody() throws Exception {
            try (var node = start(Supervisor.oneForOne(lab.child("a")))) {
                node.spawn(lab.actor("stranger").named(Lab.name("x")));
                var answer = root(node).call(new Control.StartChild(foreign("x", "x")));

                assertThat(answer).isInstanceOf(Control.NotStarted.class);
                assertThat(answer.toString()).contains("\"x\" belongs to the protocol");
                assertThat(root(node).call(new Control.CountChildren()).specs()).isEqualTo(1);
                assertThat(node.ref(Lab.name("x")).call(new Lab.Ping())).as("the stranger's").isEqualTo(1);
                assertThat(node.ref(Lab.name("a")).call(new Lab.Ping())).as("untouched").isEqualTo(1);
            }
        }

        @Test
        void to_restart_a_child_whose_name_was_taken_with_another_protocol_say_so_and_harm_nobody() throws Exception {
            try (var node = start(Supervisor.oneForOne(lab.child("a"), foreign("b", "x")))) {
                root(node).call(new Control.TerminateChild("b"));
                node.spawn(lab.actor("stranger").named(Lab.name("x")));
                var answer = root(node).call(new Control.RestartChild("b"));

                assertThat(answer).isInstanceOf(Control.NotStarted.class);
                assertThat(root(node).call(new Control.WhichChild("b")).orElseThrow().state())
                        .isEqualTo(new Control.State.Stopped());
                assertThat(node.ref(Lab.name("x")).call(new Lab.Ping())).as("the stranger's").isEqualTo(1);
                assertThat(node.ref(Lab.name("a")).call(new Lab.Ping())).as("untouched").isEqualTo(1);
            }
        }

        @Test
        @Tag("#84")
        void to_start_a_child_with_a_siblings_name_are_refused_whatever_its_protocol() throws Exception {
            try (var node = start(Supervisor.oneForOne(lab.child("a")))) {
                var answer = root(node).call(new Control.StartChild(foreign("b", "a")));

                assertThat(answer).isInstanceOf(Control.Invalid.class);
                assertThat(answer.toString()).contains("has the name of the child \"a\"");
                Lab.crash(node, Lab.name("a"));
                assertThat(node.ref(Lab.name("a")).within(LONG).call(new Lab.Ping()))
                        .as("still its name, across its restart")
                        .isEqualTo(2);
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
            lab.starting.put(
                    "a",
                    _ -> {
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
            lab.terminating.put(
                    "a",
                    _ -> {
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
            try (var node =
                    start(Supervisor.oneForOne(Child.supervisor(inner, Supervisor.oneForOne(lab.child("a")))))) {
                root(node).call(new Control.TerminateChild("inner"));

                assertThat(node.names()).containsOnlyKeys("root");
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
