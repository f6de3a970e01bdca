package dev.coppice.otp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.Name;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.Pid;
import dev.coppice.otp.Child.Shutdown;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What went wrong in other systems, as tests.
class LessonsTest extends OnNode {
    @Nested
    class What_went_wrong_elsewhere {

        /// A parent that waits for a child that needs the parent: a deadlock there, the child's limit here.
        @Test
        @Tag("#71")
        void a_child_that_asks_its_supervisor_on_the_way_out_costs_its_limit_and_no_more() throws Exception {
            lab.terminating.put(
                    "a",
                    self -> {
                        var _ = self.ref(ROOT).within(LONG).call(new Control.CountChildren());
                    });
            var tree =
                    Supervisor.oneForOne(
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
            lab.terminating.put(
                    "c",
                    _ -> {
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
                for (var error :
                        List.of(
                                new StackOverflowError(),
                                new OutOfMemoryError("by hand"),
                                new NoClassDefFoundError("X"),
                                new AssertionError())) {
                    node.ref(Lab.name("a"))
                            .send(
                                    new Lab.Run(_ -> {
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
                var thrown =
                        root(node)
                                .call(
                                        new Control.StartChild(
                                                Child.server(
                                                        Lab.name("x"),
                                                        () -> {
                                                            throw new IllegalStateException("no such thing");
                                                        })));
                var late =
                        root(node)
                                .call(
                                        new Control.StartChild(
                                                Child.of(
                                                        lab.actor("slow")
                                                                .named(Lab.name("slow"))
                                                                .initWithin(Duration.ofMillis(50)))));

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
                assertThat(asked.await()).isInstanceOf(Outcome.Failed.class);
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
            var tree =
                    Supervisor.oneForOne(
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
            while (!(node.ref(name).ask(new Lab.Ping()).await() instanceof Outcome.Replied)) {
                assertThat(System.nanoTime()).as(name + " is back, seed " + seed).isLessThan(until);
            }
        }
    }
}
