package dev.coppice.otp;

import static dev.coppice.otp.Child.Restart.TEMPORARY;
import static dev.coppice.otp.Child.Restart.TRANSIENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.coppice.kernel.Actor;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Loop;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Recipe;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.StartFailed;
import dev.coppice.otp.Child.Shutdown;
import dev.coppice.otp.DynamicSupervisor.Start;
import dev.coppice.otp.DynamicSupervisor.StartChild;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("#67")
class DynamicSupervisorTest {
    private static final Name<DynamicSupervisor.Msg> KIDS = Name.of("kids");
    private static final Duration LONG = Duration.ofSeconds(30);

    private final Lab lab = new Lab();

    private static Node start(DynamicSupervisor supervisor) {
        return Node.start(supervisor.named(KIDS));
    }

    private static Ref<DynamicSupervisor.Msg> kids(Node node) {
        return node.ref(KIDS).within(LONG);
    }

    private Pid<Lab.Msg> add(Node node, String label) {
        return kids(node).call(new StartChild<>(lab.actor(label))).pid();
    }

    @Nested
    class Starting_a_child {

        @Test
        void answers_with_its_typed_pid() throws Exception {
            try (var node = start(DynamicSupervisor.of())) {
                Pid<Lab.Msg> a = add(node, "a");
                add(node, "b");
                assertThat(a.call(new Lab.Ping())).isEqualTo(1);
                assertThat(kids(node).call(new DynamicSupervisor.CountChildren()))
                        .isEqualTo(new DynamicSupervisor.Count(2, 2));
                assertThat(kids(node).call(new DynamicSupervisor.WhichChildren())).hasSize(2).contains(a);
            }
        }

        @Test
        void that_fails_answers_with_the_reason_and_forgets_it() throws Exception {
            lab.fail("a", 1);
            try (var node = start(DynamicSupervisor.of())) {
                var answer = kids(node).call(new StartChild<>(lab.actor("a")));

                assertThat(answer).isInstanceOf(Start.NotStarted.class);
                assertThatThrownBy(answer::pid).isInstanceOf(StartFailed.class).hasRootCauseMessage("cannot start a");
                assertThat(kids(node).call(new DynamicSupervisor.CountChildren()).specs()).isZero();
            }
        }

        @Test
        void that_has_no_valid_recipe_says_so_and_harms_no_other() throws Exception {
            try (var node = start(DynamicSupervisor.of())) {
                var a = add(node, "a");
                var wrong = Supervisor.oneForOne(lab.child("x", TRANSIENT).significant());
                var answer = kids(node).call(new StartChild<>(wrong));

                assertThat(answer).isInstanceOf(Start.NotStarted.class);
                assertThat(answer.toString()).contains("autoShutdown");
                assertThat(a.call(new Lab.Ping())).isEqualTo(1);
            }
        }

        @Test
        void whose_recipe_cannot_even_be_loaded_says_so_and_harms_no_other() throws Exception {
            try (var node = start(DynamicSupervisor.of())) {
                var a = add(node, "a");
                Actor<Lab.Msg> broken =
                        () -> {
                            throw new NoClassDefFoundError("a/driver");
                        };
                var answer = kids(node).call(new StartChild<>(broken));

                assertThat(answer).isInstanceOf(Start.NotStarted.class);
                assertThat(answer.toString()).contains("a/driver");
                assertThat(a.call(new Lab.Ping())).isEqualTo(1);
            }
        }

        @Test
        void that_is_ignored_says_so() throws Exception {
            lab.starting.put("a", self -> self.stop());
            try (var node = start(DynamicSupervisor.of())) {
                assertThat(kids(node).call(new StartChild<>(lab.actor("a")))).isEqualTo(new Start.Ignored<>());
                assertThat(kids(node).call(new DynamicSupervisor.CountChildren()).specs()).isZero();
            }
        }

        @Test
        void beyond_the_limit_is_refused_and_children_that_are_restarting_count() throws Exception {
            var slow = Backoff.between(Duration.ofMinutes(1), Duration.ofMinutes(1));
            try (var node = start(DynamicSupervisor.of().maxChildren(2).backoff(slow))) {
                var a = add(node, "a");
                add(node, "b");
                a.send(new Lab.Boom());
                a.await();
                while (kids(node).call(new DynamicSupervisor.CountChildren()).active() == 2) {
                    Thread.onSpinWait();
                }
                assertThat(kids(node).call(new StartChild<>(lab.actor("c")))).isEqualTo(new Start.Full<>(2));

                assertThat(kids(node).call(new DynamicSupervisor.TerminateChild(a))).as("restarting").isTrue();
                assertThat(kids(node).call(new StartChild<>(lab.actor("c")))).isInstanceOf(Start.Started.class);
            }
        }

        @Test
        void that_has_no_pid_says_whose_child_why_and_what_to_do() throws Exception {
            lab.fail("wrong", 1);
            lab.starting.put("idle", Self::stop);
            try (var node = start(DynamicSupervisor.of().maxChildren(1))) {
                assertThatThrownBy(() -> add(node, "idle"))
                        .isInstanceOf(StartFailed.class)
                        .hasMessageContainingAll("a DynamicSupervisor", "init ended in order", "Start.Ignored");
                assertThatThrownBy(() -> add(node, "wrong"))
                        .isInstanceOf(StartFailed.class)
                        .hasMessageContainingAll("a DynamicSupervisor", "cannot start wrong");
                add(node, "a");
                assertThatThrownBy(() -> add(node, "b"))
                        .isInstanceOf(StartFailed.class)
                        .hasMessageContainingAll(
                                "a DynamicSupervisor", "there are 1 already", "raise DynamicSupervisor.maxChildren");
            }
        }

        @Test
        @Tag("#84")
        void of_a_name_that_another_child_has_is_refused_and_does_not_harm_the_other() throws Exception {
            Name<Lab.Msg> name = Name.of("n");
            try (var node = start(DynamicSupervisor.of())) {
                kids(node).call(new StartChild<>(lab.actor("a").named(name))).pid();
                assertThat(kids(node).call(new StartChild<>(lab.actor("b").named(name))))
                        .isInstanceOf(Start.NotStarted.class);

                Lab.crash(node, name);
                assertThat(node.ref(name).within(LONG).call(new Lab.Ping()))
                        .as("still its name, across its restart")
                        .isEqualTo(2);
            }
        }
    }

    @Nested
    @Tag("#84")
    class A_name_of_another_protocol {
        private final Name<Lab.Msg> name = Name.of("n");
        private final Recipe<String> foreign = ((Loop<String>) Self::receive).named(Name.of("n"));

        @Test
        void that_a_stranger_has_is_refused_and_harms_no_child() throws Exception {
            try (var node = start(DynamicSupervisor.of())) {
                var a = add(node, "a");
                node.spawn(lab.actor("stranger").named(name));
                var answer = kids(node).call(new StartChild<>(foreign));

                assertThat(answer).isInstanceOf(Start.NotStarted.class);
                assertThat(answer.toString()).contains("\"n\" belongs to the protocol");
                assertThat(node.ref(name).call(new Lab.Ping())).as("the stranger's").isEqualTo(1);
                assertThat(a.call(new Lab.Ping())).as("untouched").isEqualTo(1);
            }
        }

        @Test
        void that_another_child_has_is_refused_and_stays_its_own() throws Exception {
            try (var node = start(DynamicSupervisor.of())) {
                kids(node).call(new StartChild<>(lab.actor("a").named(name))).pid();
                assertThat(kids(node).call(new StartChild<>(foreign))).isInstanceOf(Start.NotStarted.class);

                Lab.crash(node, name);
                assertThat(node.ref(name).within(LONG).call(new Lab.Ping()))
                        .as("still its name, across its restart")
                        .isEqualTo(2);
            }
        }
    }

    @Nested
    class A_crash {

        @Test
        void leaves_the_child_in_its_place() throws Exception {
            try (var node = start(DynamicSupervisor.of())) {
                var a = add(node, "a");
                var b = add(node, "b");
                lab.expect("+a", "+b");
                a.send(new Lab.Boom());
                lab.expect("-a Crashed", "+a");
                var running = kids(node).call(new DynamicSupervisor.WhichChildren());
                assertThat(running).hasSize(2).last().isEqualTo(b);
            }
        }

        @Test
        @Tag("#68")
        void restarts_permanent_children_and_tells_it() throws Exception {
            try (var node = start(DynamicSupervisor.of())) {
                var restarts = Lab.events(node, NodeEvent.Restarted.class);
                var a = add(node, "a");
                lab.expect("+a");
                a.send(new Lab.Boom());
                lab.expect("-a Crashed", "+a");

                var told = Lab.next(restarts);
                assertThat(told.child()).isEqualTo("a");
                assertThat(told.pid()).isNotEqualTo(a);
                assertThat(kids(node).call(new DynamicSupervisor.WhichChildren()))
                        .singleElement()
                        .isEqualTo(told.pid());
            }
        }

        @Test
        @Tag("#68")
        void forgets_temporary_children_and_transient_ones_that_ended_in_order() throws Exception {
            for (var type : List.of(TEMPORARY, TRANSIENT)) {
                try (var node = start(DynamicSupervisor.of().restart(type))) {
                    var a = add(node, "a");
                    lab.expect("+a");
                    a.send(type == TEMPORARY ? new Lab.Boom() : new Lab.Quit(new ExitReason.Shutdown()));
                    a.await();
                    lab.expect("-a " + (type == TEMPORARY ? "Crashed" : "Shutdown"));
                    while (kids(node).call(new DynamicSupervisor.CountChildren()).specs() > 0) {
                        Thread.onSpinWait();
                    }
                    lab.nothingElse();
                }
            }
        }

        @Test
        @Tag("#69")
        void too_many_end_the_supervisor_after_all_its_children() throws Exception {
            var node = start(DynamicSupervisor.of().intensity(2, LONG));
            add(node, "a");
            add(node, "b");
            lab.expect("+a", "+b");
            lab.fail("a", 9);
            kids(node).call(new DynamicSupervisor.WhichChildren()).getFirst().kill();

            lab.expect("/a", "/a", "-b Shutdown");
            assertThat(node.await(LONG))
                    .hasValueSatisfying(reason -> assertThat(reason.toString()).contains("gave up").contains("\"a\""));
        }

        @Test
        void is_tried_again_with_requests_in_between() throws Exception {
            try (var node = start(DynamicSupervisor.of().intensity(1000, LONG))) {
                var a = add(node, "a");
                lab.expect("+a");
                lab.fail("a", 20);
                a.kill();
                while (lab.log.stream().noneMatch("+a"::equals)) {
                    kids(node).call(new DynamicSupervisor.CountChildren());
                }
                assertThat(lab.log.stream().filter("/a"::equals)).hasSize(20);
            }
        }
    }

    @Nested
    @Tag("#71")
    class Stopping {

        @Test
        void tells_all_children_at_once() throws Exception {
            int children = 20;
            var all = new CountDownLatch(children);
            for (int i = 0; i < children; i++) {
                lab.terminating.put(
                        "k" + i,
                        _ -> {
                            all.countDown();
                            all.await();
                        });
            }
            var node = start(DynamicSupervisor.of());
            for (int i = 0; i < children; i++) {
                add(node, "k" + i);
            }
            lab.log.clear();
            node.close();

            assertThat(lab.log).hasSize(children).allMatch(line -> line.endsWith("Shutdown"));
        }

        @Test
        void kills_those_that_are_late_after_one_shared_deadline() throws Exception {
            var never = new CountDownLatch(1);
            var pids = new ArrayList<Pid<?>>();
            var node = start(DynamicSupervisor.of().shutdown(Shutdown.after(Duration.ofMillis(200))));
            for (int i = 0; i < 20; i++) {
                lab.terminating.put("k" + i, _ -> never.await());
                pids.add(add(node, "k" + i));
            }
            long begun = System.nanoTime();
            node.close();

            assertThat(Duration.ofNanos(System.nanoTime() - begun))
                    .as("not 20 times")
                    .isLessThan(Duration.ofSeconds(3));
            assertThat(pids).noneMatch(Pid::alive);
            assertThat(node.abandoned()).isEmpty();
        }

        @Test
        void one_child_leaves_the_others_and_knows_no_strangers() throws Exception {
            try (var node = start(DynamicSupervisor.of())) {
                var a = add(node, "a");
                var b = add(node, "b");
                var stranger = node.spawn(lab.actor("s"));
                lab.expect("+a", "+b", "+s");

                assertThat(kids(node).call(new DynamicSupervisor.TerminateChild(a))).isTrue();
                assertThat(kids(node).call(new DynamicSupervisor.TerminateChild(a))).isFalse();
                assertThat(kids(node).call(new DynamicSupervisor.TerminateChild(stranger))).isFalse();
                assertThat(a.alive()).isFalse();
                assertThat(b.call(new Lab.Ping())).isEqualTo(1);
                assertThat(stranger.call(new Lab.Ping())).isEqualTo(1);
                lab.expect("-a Shutdown");
            }
        }
    }

    @Nested
    @Tag("#79")
    class Unknown_messages {

        @Test
        @SuppressWarnings({"unchecked", "rawtypes"})
        void are_dropped() throws Exception {
            try (var node = start(DynamicSupervisor.of())) {
                ((Ref) node.whereis(KIDS).orElseThrow()).send(42);
                assertThat(kids(node).call(new DynamicSupervisor.CountChildren()).specs()).isZero();
            }
        }
    }
}
