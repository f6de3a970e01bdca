package dev.coppice.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.coppice.kernel.Actor;
import dev.coppice.kernel.Caller;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Loop;
import dev.coppice.kernel.Mailbox;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.otp.Child;
import dev.coppice.otp.Supervisor;
import dev.coppice.testkit.Chaos.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("#134")
class WorldTest {
    private static final RuntimeException BOOM = new IllegalStateException("disk full");

    @Nested
    @Tag("#136")
    class Crash {
        @Test
        void ends_the_incarnation_with_its_cause_and_the_name_follows_to_the_next() {
            try (var world = World.swarm(1).start(Bank.TREE)) {
                var before = world.pid(Bank.ALICE);
                var bob = world.pid(Bank.BOB);
                world.crash(Bank.ALICE, BOOM);
                world.settle();
                assertThat(before.await()).isEqualTo(new ExitReason.Crashed(BOOM));
                assertThat(world.pid(Bank.ALICE)).isNotEqualTo(before);
                assertThat(world.ref(Bank.ALICE).call(new Bank.Balance())).isEqualTo(100);
                assertThat(world.pid(Bank.BOB)).isEqualTo(bob);
            }
        }

        @Test
        void strikes_behind_what_is_queued_already() {
            try (var world = World.swarm(2).start(Bank.TREE)) {
                var answer = world.ref(Bank.ALICE).ask(new Bank.Balance());
                world.crash(Bank.ALICE, BOOM);
                assertThat(answer.get()).isEqualTo(100);
            }
        }

        @Test
        void reaches_a_loop_that_traps_exits_too() {
            record Trapping() implements Loop<String> {
                @Override
                public void run(Self<String> self) {
                    self.trapExits(Object::toString);
                    while (true) {
                        self.receive();
                    }
                }
            }
            try (var world = World.swarm(3)) {
                var pid = world.node().spawn(new Trapping());
                world.settle();
                world.crash(pid, BOOM);
                assertThat(pid.await()).isEqualTo(new ExitReason.Crashed(BOOM));
            }
        }
    }

    @Nested
    @Tag("#136")
    class Pause {
        @Test
        void keeps_an_actor_from_moving_until_it_is_resumed() {
            try (var world = World.seeded(4).start(Bank.TREE)) {
                world.pause(Bank.ALICE);
                var answer = world.ref(Bank.ALICE).ask(new Bank.Balance());
                world.advance(Duration.ofSeconds(1));
                assertThat(answer.poll()).isEmpty();
                assertThat(world.ref(Bank.BOB).call(new Bank.Balance())).isEqualTo(100);
                world.resume(Bank.ALICE);
                world.settle();
                assertThat(answer.get()).isEqualTo(100);
            }
        }

        @Test
        void also_holds_one_that_waits_inside_its_handler() {
            try (var world = World.seeded(5).start(Bank.TREE)) {
                var answer = world.ref(Bank.ALICE).ask(new Bank.Count(Duration.ofMillis(10)));
                world.settle();
                world.pause(Bank.ALICE);
                world.advance(Duration.ofSeconds(1));
                assertThat(answer.poll()).isEmpty();
                world.heal();
                world.settle();
                assertThat(answer.get()).isEqualTo(100);
            }
        }
    }

    @Nested
    @Tag("#136")
    class Slow {
        @Test
        void delays_each_turn_of_one_actor_alone() {
            try (var world = World.seeded(6).start(Bank.TREE)) {
                world.slow(Bank.ALICE, Duration.ofMillis(300));
                var alice = world.ref(Bank.ALICE).ask(new Bank.Balance());
                var bob = world.ref(Bank.BOB).ask(new Bank.Balance());
                world.advance(Duration.ofMillis(299));
                assertThat(alice.poll()).isEmpty();
                assertThat(bob.poll()).isPresent();
                world.advance(Duration.ofMillis(1));
                assertThat(alice.poll()).isPresent();
            }
        }
    }

    @Nested
    @Tag("#136")
    class FailStart {
        @Test
        void fails_the_nth_start_as_if_init_threw_and_no_other() {
            try (var world = World.swarm(7).start(Bank.TREE)) {
                var failed = new ArrayList<ExitReason>();
                world.whenever(NodeEvent.Exited.class::isInstance, () -> failed.add(new ExitReason.Normal()));
                world.failStart(Bank.ALICE, 2, BOOM);
                world.kill(Bank.ALICE);
                world.settle();
                var second = world.pid(Bank.ALICE);
                world.kill(Bank.ALICE);
                world.settle();
                // Killed, killed, and the start between that failed.
                assertThat(failed).hasSize(3);
                assertThat(world.pid(Bank.ALICE).id()).isEqualTo(second.id() + 2);
                assertThat(world.ref(Bank.ALICE).call(new Bank.Balance())).isEqualTo(100);
            }
        }
    }

    @Nested
    class Leap {
        @Test
        void never_goes_back() {
            try (var world = World.seeded(17)) {
                world.advance(Duration.ofSeconds(1));
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> world.leap(Duration.ofSeconds(-1)))
                        .withMessageContaining("PT-1S");
                assertThat(world.elapsed()).isEqualTo(Duration.ofSeconds(1));
            }
        }

        @Test
        void makes_what_was_due_meanwhile_late() {
            try (var world = World.seeded(8).start(Bank.TREE)) {
                var answer =
                        world.ref(Bank.ALICE).within(Duration.ofSeconds(1)).ask(new Bank.Count(Duration.ofHours(1)));
                world.settle();
                world.leap(Duration.ofHours(2));
                assertThat(world.elapsed()).isEqualTo(Duration.ofHours(2));
                assertThat(answer.poll()).isEmpty();
                world.settle();
                assertThat(answer.poll()).isPresent();
            }
        }
    }

    @Nested
    class After {
        @Test
        void does_a_deed_at_its_time_and_never_when_the_world_has_ended() {
            var done = new ArrayList<String>();
            try (var world = World.seeded(9)) {
                world.after(Duration.ofSeconds(1), () -> done.add("first"));
                world.after(Duration.ofHours(1), () -> done.add("second"));
                world.advance(Duration.ofMillis(999));
                assertThat(done).isEmpty();
                world.advance(Duration.ofMillis(1));
                assertThat(done).containsExactly("first");
            }
            assertThat(done).containsExactly("first");
        }
    }

    @Nested
    class Until {
        @Test
        void waits_to_the_last_nanosecond_of_its_limit_and_no_longer() {
            var limit = Duration.ofNanos(1_000_099);
            try (var world = World.seeded(10)) {
                var come = new AtomicBoolean();
                world.after(limit, () -> come.set(true));
                world.until("it has come", limit, come::get);
                assertThat(world.elapsed()).isEqualTo(limit);
            }
        }
    }

    @Nested
    class Always {
        @Test
        void fails_the_test_with_the_seed_at_the_first_rest_where_it_is_not_so() {
            try (var world = World.seeded(10).start(Bank.TREE)) {
                var sum = new long[] {200};
                world.always("no money is lost", () -> sum[0] == 200);
                world.settle();
                sum[0] = 199;
                assertThatThrownBy(world::settle)
                        .isInstanceOf(AssertionError.class)
                        .hasMessageContaining("seed 10")
                        .hasMessageContaining("no money is lost");
                assertThatThrownBy(world::close).isInstanceOf(AssertionError.class);
            }
        }
    }

    @Nested
    class Watching {
        private static final RuntimeException BROKEN = new IllegalStateException("a mistake of the oracle");

        @Test
        void by_an_oracle_that_is_itself_broken_fails_the_test_and_leaves_the_kernel_alone() {
            fails(world ->
                    world.oracle(
                            new Oracle() {
                                @Override
                                public void saw(Node node, NodeEvent event) {
                                    if (event instanceof NodeEvent.Exited) {
                                        throw BROKEN;
                                    }
                                }
                            }));
        }

        @Test
        void for_an_event_with_a_predicate_that_throws_does_so_too() {
            fails(world -> world.whenever(Watching::throwsAtAnExit, () -> {}));
        }

        private static boolean throwsAtAnExit(NodeEvent event) {
            if (event instanceof NodeEvent.Exited) {
                throw BROKEN;
            }
            return false;
        }

        private static void fails(Consumer<World> watched) {
            var world = World.swarm(41).start(Bank.TREE);
            watched.accept(world);
            world.kill(Bank.ALICE);
            assertThatThrownBy(world::settle)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("seed 41")
                    .hasMessageContaining("a mistake of the oracle")
                    .hasCause(BROKEN);
            assertThat(world.ref(Bank.ALICE).call(new Bank.Balance())).as("she was restarted").isEqualTo(100);
            assertThatThrownBy(world::close).isInstanceOf(AssertionError.class);
            assertThat(world.living()).isEmpty();
        }
    }

    @Nested
    class MustSettle {
        @Test
        void shows_who_waits_when_it_does_not() {
            try (var world = World.seeded(11).start(Bank.TREE)) {
                world.pause(Bank.ALICE);
                world.ref(Bank.CLERK).within(Duration.ofHours(2)).ask(new Bank.Move(10));
                assertThatThrownBy(() -> world.mustSettle(Duration.ofSeconds(3)))
                        .isInstanceOf(AssertionError.class)
                        .hasMessageContaining("does not settle within PT3S")
                        .hasMessageContaining("who waits:")
                        .hasMessageContaining("/supervisor/clerk")
                        .hasMessageContaining("Clerk.handle")
                        .hasMessageContaining("/supervisor/clerk in the request Balance to /supervisor/alice")
                        .hasMessageContaining("/supervisor/alice");
                world.heal();
                world.mustSettle(Duration.ofSeconds(3));
            }
        }

        @Test
        void sees_a_request_that_is_kept_while_whoever_asked_goes_on() {
            var kept = new ArrayList<Caller<Long>>();
            try (var world = World.seeded(12)) {
                var keeper = world.node().spawn(Server.<Bank.Balance>of(() -> (m, self) -> kept.add(self.defer(m))));
                var open = keeper.ask(new Bank.Balance());
                assertThatThrownBy(() -> world.mustSettle(Duration.ofSeconds(3)))
                        .isInstanceOf(AssertionError.class)
                        .hasMessageContaining("the request Balance to " + keeper.path() + " is open");
                world.after(Duration.ofSeconds(1), () -> kept.getFirst().reply(7L));
                world.mustSettle(Duration.ofSeconds(1));
                assertThat(open.poll()).isPresent();
            }
        }

        @Test
        void does_not_wait_for_what_was_asked_by_somebody_who_has_gone() {
            try (var world = World.seeded(14)) {
                var keeper = world.node().spawn(Server.<Bank.Balance>of(() -> (m, self) -> self.defer(m)));
                var asker =
                        world.node()
                                .spawn(
                                        Server.<Bank.Balance>of(() ->
                                                (m, self) ->
                                                        self.ask(
                                                                keeper.within(Duration.ofDays(1)),
                                                                new Bank.Balance(),
                                                                _ -> m)));
                asker.send(new Bank.Balance());
                world.settle();
                asker.kill();
                world.mustSettle(Duration.ofSeconds(3));
            }
        }

        @Test
        void waits_for_what_is_on_a_bad_network_s_way() {
            try (var world = World.seeded(13).start(Bank.TREE)) {
                Unreliable.of(world.ref(Bank.ALICE)).delaying(1, Duration.ofSeconds(1)).send(new Bank.Put(11));
                world.mustSettle(Duration.ofSeconds(1));
                assertThat(world.ref(Bank.ALICE).call(new Bank.Balance())).isEqualTo(111);
            }
        }
    }

    @Nested
    @Tag("#136")
    class Unleashed {
        @Test
        void chaos_does_not_end_what_the_test_itself_has_asked_for() {
            var chaos = Chaos.of(Fault.PAUSE, Fault.SLOW).strikes(20);
            try (var world = World.swarm(43).start(Bank.TREE)) {
                world.pause(Bank.ALICE);
                world.slow(Bank.BOB, Duration.ofMinutes(1));
                world.unleash(chaos.victims(path -> path.endsWith("/alice") || path.endsWith("/bob")));
                world.advance(Duration.ofSeconds(10));
                assertThat(world.struck()).containsKeys(Fault.PAUSE, Fault.SLOW);
                var alice = world.ref(Bank.ALICE).within(Duration.ofHours(1)).ask(new Bank.Balance());
                var bob = world.ref(Bank.BOB).within(Duration.ofHours(1)).ask(new Bank.Balance());
                world.advance(Duration.ofSeconds(59));
                assertThat(bob.poll()).as("he is slow").isEmpty();
                world.advance(Duration.ofMinutes(1));
                assertThat(bob.poll()).isPresent();
                assertThat(alice.poll()).as("she is paused").isEmpty();
                world.resume(Bank.ALICE);
                world.settle();
                assertThat(alice.poll()).isPresent();
            }
        }

        @Test
        void a_failing_start_strikes_while_none_of_its_victims_lives() {
            try (var world = World.seeded(44)) {
                world.unleash(Chaos.of(Fault.FAIL_START).strikes(1).victims(path -> path.endsWith("/bob")));
                world.advance(Duration.ofSeconds(1));
                assertThatThrownBy(() -> world.start(Bank.TREE))
                        .hasMessageContaining("bob")
                        .hasMessageContaining("failed start");
                assertThat(world.struck()).containsOnlyKeys(Fault.FAIL_START);
            }
        }

        @Test
        void the_clock_leaps_whoever_lives() {
            try (var world = World.seeded(45)) {
                world.unleash(Chaos.of(Fault.LEAP).strikes(1).victims(path -> path.endsWith("/bob")));
                world.advance(Duration.ofSeconds(1));
                assertThat(world.struck()).containsOnlyKeys(Fault.LEAP);
                assertThat(world.trace().text(10)).contains("the clock leaps by");
            }
        }

        @Test
        void a_number_that_could_not_strike_is_refused() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Chaos.all().strikes(-1))
                    .withMessageContaining("was -1");
            try (var world = World.seeded(46).start(Bank.TREE)) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> world.failStart(Bank.ALICE, 0, BOOM))
                        .withMessageContaining("was 0");
            }
        }

        @Test
        void twice_each_chaos_strikes_its_own_victims() {
            try (var world = World.swarm(42).start(Bank.TREE)) {
                var bob = world.pid(Bank.BOB);
                var alice = world.pid(Bank.ALICE);
                world.unleash(
                        Chaos.of(Fault.KILL, Fault.FAIL_START).strikes(10).victims(path -> path.endsWith("/alice")));
                world.unleash(Chaos.of(Fault.SLOW).strikes(1).victims(path -> path.endsWith("/bob")));
                world.advance(Duration.ofSeconds(2));
                assertThat(world.struck()).containsKey(Fault.KILL);
                assertThat(world.pid(Bank.ALICE)).isNotEqualTo(alice);
                assertThat(world.pid(Bank.BOB)).isEqualTo(bob);
            }
        }
    }

    @Nested
    class Nodes {
        @Test
        void live_under_one_seed_and_clock() {
            try (var world = World.swarm(12)) {
                world.start("west", Bank.TREE);
                world.start("east", Bank.TREE);
                world.node("west").ref(Bank.ALICE).send(new Bank.Put(5));
                world.settle();
                assertThat(world.node("west").ref(Bank.ALICE).call(new Bank.Balance())).isEqualTo(105);
                assertThat(world.node("east").ref(Bank.ALICE).call(new Bank.Balance())).isEqualTo(100);
                assertThatThrownBy(() -> world.node("north"))
                        .hasMessageContaining("north")
                        .hasMessageContaining("west");
            }
        }

        @Test
        void end_when_their_root_gives_up() {
            try (var world = World.swarm(13).start(Bank.TREE)) {
                var node = world.node();
                node.children().forEach(root -> world.kill(root));
                world.settle();
                assertThat(node.await(Duration.ofMillis(1))).isPresent();
                assertThat(world.living()).isEmpty();
            }
        }
    }

    @Nested
    class Foreigners {
        @Test
        void who_touch_the_world_are_told_so_and_fail_the_test_too() throws InterruptedException {
            var world = World.seeded(14).start(Bank.TREE);
            var alice = world.ref(Bank.ALICE);
            var thrown = new ArrayList<Throwable>();
            var foreigner = Thread.ofPlatform().start(() -> sendTo(alice, thrown));
            foreigner.join();
            assertThat(thrown).singleElement().asString().contains("foreign thread");
            assertThatThrownBy(world::close)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("seed 14")
                    .cause()
                    .satisfies(cause ->
                            assertThat(List.of(cause.getStackTrace()))
                                    .anyMatch(frame -> frame.getMethodName().equals("sendTo")));
        }

        @Test
        void are_found_out_also_by_an_actor_that_is_ready_already_and_drops_its_oldest() throws InterruptedException {
            var world = World.seeded(16);
            Ref<Bank.Msg> dropping =
                    world.node()
                            .spawn(Server.<Bank.Msg>of(Bank.Account::new).recipe().mailbox(Mailbox.droppingOldest(5)));
            dropping.send(new Bank.Put(1));
            var thrown = new ArrayList<Throwable>();
            Thread.ofPlatform().start(() -> sendTo(dropping, thrown)).join();
            assertThat(thrown).singleElement().asString().contains("foreign thread");
            assertThatThrownBy(world::close)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("touched by a foreign thread");
        }

        private static void sendTo(Ref<Bank.Msg> account, List<Throwable> thrown) {
            try {
                account.send(new Bank.Put(1));
            } catch (IllegalStateException e) {
                thrown.add(e);
            }
        }

        @Test
        void who_block_outside_the_kernel_are_shown_with_their_stack() {
            var latch = new CountDownLatch(1);
            Actor<String> blocking = (Loop<String>) _ -> blockOn(latch);
            try (var world = World.seeded(15)) {
                world.scheduler().patience(Duration.ofMillis(200));
                world.node().spawn(blocking);
                assertThatThrownBy(world::settle)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("nothing has moved for PT0.2S of real time")
                        .satisfies(stuck ->
                                assertThat(List.of(stuck.getStackTrace()))
                                        .anyMatch(frame -> frame.getMethodName().equals("blockOn")));
            } finally {
                latch.countDown();
            }
        }

        private static void blockOn(CountDownLatch latch) throws InterruptedException {
            latch.await();
        }
    }

    @Nested
    class Replay {
        @Test
        void of_a_seed_is_the_same_to_the_last_step_and_another_seed_is_not() {
            assertThat(run(21)).isEqualTo(run(21)).isNotEqualTo(run(22));
        }

        @Test
        void holds_under_every_way_of_picking() {
            for (var pick : List.of(new Pick.Random(), new Pick.Pct(3), new Pick.Starve(), new Pick.LastFirst())) {
                assertThat(run(World.seeded(23).config(c -> c.quiet()).pick(pick)))
                        .as("%s", pick)
                        .isEqualTo(run(World.seeded(23).config(c -> c.quiet()).pick(pick)));
            }
        }

        @Test
        void sees_no_address_in_a_message_that_is_a_lambda() {
            // Two lambdas of one class differ in what the virtual machine appends to their names, as one does in two
            // machines.
            assertThat(heard(() -> {})).isEqualTo(heard(() -> {}));
        }

        private static long heard(Runnable message) {
            try (var world = World.seeded(24)) {
                world.node().spawn(Server.<Runnable>of(() -> (deed, _) -> deed.run())).send(message);
                world.settle();
                return world.hash();
            }
        }

        @Test
        void sees_no_address_in_the_path_of_a_server_that_is_a_lambda() {
            assertThat(life((_, _) -> {})).isEqualTo(life((_, _) -> {}));
        }

        private static long life(Server<String> body) {
            try (var world = World.seeded(25)) {
                assertThat(world.node().spawn(Server.of(() -> body)).path())
                        .doesNotContain("/0x")
                        .startsWith("/WorldTest");
                world.settle();
                return world.hash();
            }
        }

        private static long run(long seed) {
            return run(World.swarm(seed));
        }

        private static long run(World world) {
            try (world) {
                world.start(Bank.TREE);
                world.unleash(Chaos.all().victims(path -> path.startsWith("/supervisor/")));
                for (int i = 0; i < 20; i++) {
                    world.ref(Bank.CLERK).ask(new Bank.Move(i));
                    world.advance(Duration.ofMillis(world.chance().nextLong(100)));
                }
                world.heal();
                world.mustSettle(Duration.ofMinutes(1));
            }
            return world.hash();
        }
    }

    @Test
    void the_trace_reads_as_a_sequence_of_messages_and_as_a_diagram() {
        try (var world = World.swarm(31).start(Bank.TREE)) {
            world.ref(Bank.CLERK).call(new Bank.Move(7));
            world.kill(Bank.BOB);
            world.settle();
            assertThat(world.trace().text(200))
                    .contains("the test -> /supervisor/clerk: Move[cents=7]")
                    .contains("/supervisor/clerk -> /supervisor/alice: Put[cents=-7]")
                    .contains("/supervisor/alice ..> /supervisor/clerk goes on")
                    .contains("*** kill /supervisor/bob")
                    .contains("(-) /supervisor/bob: Killed[]")
                    .contains("restarted bob");
            assertThat(world.trace().mermaid(200))
                    .startsWith("sequenceDiagram")
                    .contains("participant p0 as ")
                    .contains("->>")
                    .contains("Move[cents=7]")
                    .contains("Note over");
        }
    }

    @Test
    void a_diagram_has_no_name_that_would_break_it() {
        try (var world = World.seeded(35)) {
            var odd = world.node().spawn(Server.<String>of(() -> (_, _) -> {}).labelled("a;b#c\nd"));
            odd.send("hello");
            world.settle();
            assertThat(world.trace().mermaid(10)).contains(" as /a b c d\n").contains(": hello\n");
        }
    }

    @Test
    void a_probe_is_no_victim_and_no_part_of_the_system() {
        try (var world = World.swarm(32).start(Bank.TREE)) {
            var probe = world.<String>probe();
            assertThat(world.living()).doesNotContain(probe.pid());
            probe.send("hello");
            assertThat(probe.expect()).isEqualTo("hello");
        }
    }

    @Test
    void a_probe_may_be_there_before_the_tree_that_is_to_know_it() {
        try (var world = World.swarm(34)) {
            Probe<String> probe = world.probe();
            Server<String> teller = (message, _) -> probe.send(message);
            var root = Supervisor.oneForOne(Child.server(Name.<String>of("teller"), () -> teller));
            world.start(root);
            world.ref(Name.<String>of("teller")).send("hello");
            assertThat(probe.expect()).isEqualTo("hello");
            assertThatThrownBy(() -> world.start(root)).as("one root a node").hasMessageContaining("already");
            world.living().forEach(world::kill);
            world.settle();
            assertThat(world.node().await(Duration.ofMillis(1))).as("it ends with its root").isPresent();
        }
    }

    @Test
    void a_tree_that_does_not_start_says_why_and_may_be_tried_again() {
        try (var world = World.swarm(33)) {
            world.failStart(Bank.BOB, 1, BOOM);
            assertThatThrownBy(() -> world.start(Bank.TREE))
                    .hasMessageContaining("bob")
                    .hasMessageContaining("disk full");
            world.start(Bank.TREE);
            assertThat(world.ref(Bank.BOB).call(new Bank.Balance())).isEqualTo(100);
        }
    }
}
