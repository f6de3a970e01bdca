package dev.coppice.conformance.laws;

import static dev.coppice.conformance.laws.Lab.LONG;
import static dev.coppice.conformance.laws.Lab.failure;
import static dev.coppice.conformance.laws.Lab.millis;
import static dev.coppice.conformance.laws.Talk.echo;
import static dev.coppice.conformance.laws.Talk.loop;
import static dev.coppice.conformance.laws.Talk.puppet;
import static dev.coppice.conformance.laws.Talk.server;
import static dev.coppice.conformance.laws.Talk.shutdown;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.HotSpotDiagnosticMXBean;
import dev.coppice.conformance.laws.Talk.Ask;
import dev.coppice.conformance.laws.Talk.Do;
import dev.coppice.conformance.laws.Talk.DoNow;
import dev.coppice.conformance.laws.Talk.Mark;
import dev.coppice.conformance.laws.Talk.Sync;
import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Done;
import dev.coppice.kernel.ExitReason.Killed;
import dev.coppice.kernel.ExitReason.Shutdown;
import dev.coppice.kernel.Failure.Exited;
import dev.coppice.kernel.Failure.TimedOut;
import dev.coppice.kernel.Loop;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Recipe;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.testkit.Probe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/// Laws 9 and 10 and design section 5 on real threads: foreign blocks, hogs, shared files, rest.
@Tag("law-9")
@Tag("law-10")
class RealThreadsTest {
    private static final int CORES = Runtime.getRuntime().availableProcessors();

    /// How many virtual threads of this node a thread dump shows.
    static long virtualThreads(Node node) {
        try {
            var file = Files.createTempDirectory("threads").resolve("dump.txt");
            ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                    .dumpThreads(file.toString(), HotSpotDiagnosticMXBean.ThreadDumpFormat.TEXT_PLAIN);
            try (var lines = Files.lines(file)) {
                return lines.filter(line ->
                                line.startsWith("#")
                                        && line.contains("\"" + node.config().name() + "-")
                                        && line.contains(" virtual"))
                        .count();
            } finally {
                Files.delete(file);
                Files.delete(file.getParent());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A real foreign wait of this length: nobody ever releases it.
    private static void foreignBlock(Duration length) throws InterruptedException {
        new Semaphore(0).tryAcquire(length.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Nested
    @Tag("#81")
    @Tag("#94")
    class ForeignBlocks {
        @Laws(Laws.On.PRODUCTION)
        void five_thousand_handlers_in_a_50_ms_block_finish_together(Lab lab) {
            var node = lab.node();
            Recipe<Talk> recipe = server((_, _) -> foreignBlock(millis(50)));
            var pids = IntStream.range(0, 5_000).mapToObj(_ -> node.spawn(recipe)).toList();
            var best = Long.MAX_VALUE;
            for (int round = 0; round < 3; round++) {
                var begin = System.nanoTime();
                pids.forEach(pid -> pid.send(new Mark(0)));
                pids.forEach(pid -> pid.within(LONG).call(new Sync()));
                var took = (System.nanoTime() - begin) / 1_000_000;
                best = Math.min(best, took);
                System.out.println("5,000 handlers in a foreign 50 ms block, round " + round + ": " + took + " ms");
            }
            assertThat(best).isLessThan(2_000);
        }

        @Laws(Laws.On.PRODUCTION)
        void others_go_on_beside_blocked_handlers(Lab lab) {
            var gate = lab.gate();
            for (int i = 0; i < 4 * CORES; i++) {
                lab.puppet().send(new Do(_ -> gate.pass()));
            }
            var echo = lab.node().spawn(echo());
            for (int i = 0; i < 100; i++) {
                assertThat(echo.call(new Ask("beside"))).isEqualTo("beside");
            }
            gate.open();
        }

        /// Both places have an owner, one blocks, and the other has work of its own without end.
        @Laws(Laws.On.PRODUCTION)
        void what_stands_behind_one_goes_on_beside_others_that_never_run_dry(Lab lab) {
            var node = lab.node(lab.config().places(2));
            var gate = lab.gate();
            var probe = Probe.<String>in(node).patience(LONG);
            var busy = node.spawn(server((message, self) -> self.pid().send(message)));
            busy.send(new Mark(0));
            for (int i = 0; i < 20; i++) {
                var behind = node.spawn(server((_, _) -> probe.send("came")));
                var blocks =
                        node.spawn(
                                server((_, _) -> {
                                    behind.send(new Mark(1));
                                    gate.pass();
                                }));
                blocks.send(new Mark(2));
                probe.expectEqual("came");
            }
            gate.open();
            busy.kill();
        }

        @Laws(Laws.On.PRODUCTION)
        void others_go_on_when_as_many_block_as_there_can_be_places(Lab lab) {
            var node = lab.node(lab.config().places(64));
            var gate = lab.gate();
            var inside = new CountDownLatch(64);
            for (int i = 0; i < 64; i++) {
                node.spawn(
                                server((_, _) -> {
                                    inside.countDown();
                                    gate.pass();
                                }))
                        .send(new Mark(i));
            }
            assertThat(node.spawn(echo()).within(LONG).call(new Ask("beside"))).isEqualTo("beside");
            gate.open();
        }

        /// There are 64 places at most.
        @Laws(Laws.On.PRODUCTION)
        void others_go_on_beside_hundreds_of_loops_that_block_at_once(Lab lab) {
            var gate = lab.gate();
            Loop<Talk> blocks = _ -> gate.pass();
            for (int i = 0; i < 300; i++) {
                lab.node().spawn(blocks);
            }
            assertThat(lab.node().spawn(echo()).within(LONG).call(new Ask("beside"))).isEqualTo("beside");
            gate.open();
        }

        @Laws(Laws.On.PRODUCTION)
        void others_go_on_beside_hundreds_of_loops_that_block_when_they_have_waited(Lab lab) {
            var gate = lab.gate();
            Loop<Talk> blocks =
                    self -> {
                        self.done((Sync) self.receive());
                        self.receive();
                        gate.pass();
                    };
            var loops = IntStream.range(0, 300).mapToObj(_ -> lab.node().spawn(blocks)).toList();
            loops.forEach(loop -> loop.within(LONG).call(new Sync()));
            for (int i = 0; i < 300; i++) {
                loops.get(i).send(new Mark(i));
                assertThat(lab.node().spawn(echo()).within(LONG).call(new Ask("beside"))).isEqualTo("beside");
            }
            gate.open();
        }
    }

    /// A class initializer pins its carrier on JDK 25, and so does waiting for that of another thread.
    /// Two locks, taken in opposite orders: the kernel cannot undo it, but says who hangs where, and the others go on.
    @Nested
    @Tag("#81")
    class ADeadlockByLocks {
        private final ReentrantLock left = new ReentrantLock();
        private final ReentrantLock right = new ReentrantLock();
        private final CountDownLatch bothHold = new CountDownLatch(2);

        private Pid<Talk> embrace(Lab lab, ReentrantLock first, ReentrantLock second) {
            var pid = lab.puppet();
            pid.send(
                    new Do(_ -> {
                        first.lockInterruptibly();
                        try {
                            bothHold.countDown();
                            bothHold.await();
                            second.lockInterruptibly();
                            second.unlock();
                        } finally {
                            first.unlock();
                        }
                    }));
            return pid;
        }

        @Laws(Laws.On.PRODUCTION)
        void is_reported_with_both_stacks_and_ended_by_a_kill(Lab lab) {
            var node = lab.node(lab.config().slowHandler(millis(50)));
            var events = lab.<NodeEvent.SlowHandler>probe();
            node.subscribe(NodeEvent.SlowHandler.class, events);
            var one = embrace(lab, left, right);
            var other = embrace(lab, right, left);
            var stuck = new HashSet<Pid<?>>();
            for (int i = 0; i < 2; i++) {
                var event = events.fish(it -> it.pid().equals(one) || it.pid().equals(other) ? it : null);
                stuck.add(event.pid());
                assertThat(event.stack()).anyMatch(frame -> frame.getMethodName().equals("lockInterruptibly"));
            }
            assertThat(stuck).isEqualTo(Set.of(one, other));
            assertThat(failure(() -> one.within(millis(20)).call(new Ask("?")))).isInstanceOf(TimedOut.class);
            assertThat(node.spawn(echo()).within(LONG).call(new Ask("beside"))).isEqualTo("beside");
            one.kill();
            assertThat(lab.gone(one)).isEqualTo(new Killed());
            assertThat(other.within(LONG).call(new Sync())).as("it has both locks now").isEqualTo(Done.DONE);
        }
    }

    @Nested
    @Tag("#81")
    class PinnedCarriers {
        private static final CountDownLatch BEGUN = new CountDownLatch(1);
        private static final CountDownLatch UNTIL = new CountDownLatch(1);

        private static final class Slow {
            static {
                BEGUN.countDown();
                try {
                    UNTIL.await();
                } catch (InterruptedException interrupted) {
                    throw new AssertionError(interrupted);
                }
            }

            private static void touch() {}
        }

        @Laws(Laws.On.PRODUCTION)
        void more_than_there_are_cores_let_others_go_on(Lab lab) throws InterruptedException {
            try {
                var echo = lab.node().spawn(echo());
                for (int i = 0; i < CORES + 2; i++) {
                    lab.puppet().send(new Do(_ -> Slow.touch()));
                }
                BEGUN.await();
                assertThat(echo.within(LONG).call(new Ask("beside"))).isEqualTo("beside");
                assertThat(UNTIL.getCount()).isEqualTo(1);
            } finally {
                UNTIL.countDown();
            }
        }
    }

    @Nested
    @Tag("#81")
    class ActorsThatAlwaysHaveWork {
        /// A relay of virtual threads that the kernel has never heard of; each starts the next.
        private static void relay(int left, CountDownLatch done) {
            if (left == 0) {
                done.countDown();
            } else {
                Thread.ofVirtual().start(() -> relay(left - 1, done));
            }
        }

        @Laws(Laws.On.PRODUCTION)
        void leave_the_carriers_to_other_virtual_threads_now_and_then(Lab lab) throws InterruptedException {
            var over = new AtomicBoolean();
            for (int i = 0; i < 4 * CORES; i++) {
                Server<Talk> restless =
                        (msg, self) -> {
                            if (!over.get()) {
                                self.pid().send(msg);
                            }
                        };
                lab.node().spawn(Server.of(() -> restless)).send(new Mark(0));
            }
            try {
                var done = new CountDownLatch(1);
                relay(20, done);
                assertThat(done.await(60, TimeUnit.SECONDS)).isTrue();
            } finally {
                over.set(true);
            }
        }
    }

    @Nested
    @Tag("#81")
    class Hogs {
        private final AtomicBoolean stop = new AtomicBoolean();

        /// As many endless loops as there are cores, all of them running.
        private Set<Pid<?>> hog(Lab lab) {
            var running = new CountDownLatch(1);
            var hogs = new HashSet<Pid<?>>();
            for (int i = 0; i < CORES; i++) {
                var hog = lab.puppet();
                hogs.add(hog);
                hog.send(
                        new Do(_ -> {
                            running.countDown();
                            while (!stop.get()) {
                                Thread.onSpinWait();
                            }
                        }));
            }
            try {
                running.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return hogs;
        }

        private void returns(Lab lab, Recipe<Talk> callee) {
            try {
                var server = lab.node().spawn(callee);
                hog(lab);
                var begin = System.nanoTime();
                assertThat(server.within(LONG).call(new Ask("behind hogs"))).isEqualTo("behind hogs");
                System.out.println(
                        "a call behind " + CORES + " hogs: " + (System.nanoTime() - begin) / 1_000_000 + " ms");
            } finally {
                stop.set(true);
            }
        }

        @Laws(Laws.On.PRODUCTION)
        void let_a_server_answer(Lab lab) {
            returns(lab, echo());
        }

        @Laws(Laws.On.PRODUCTION)
        @Tag("#81")
        void are_reported_with_their_stack(Lab lab) {
            var node = lab.node(lab.config().slowHandler(millis(50)));
            var events = lab.<NodeEvent.SlowHandler>probe();
            node.subscribe(NodeEvent.SlowHandler.class, events);
            try {
                var hogs = hog(lab);
                var seen = new HashSet<Pid<?>>();
                for (int i = 0; i < CORES; i++) {
                    var event = events.fish(it -> hogs.contains(it.pid()) ? it : null);
                    assertThat(seen.add(event.pid())).as("each once").isTrue();
                    assertThat(event.since()).isGreaterThanOrEqualTo(millis(50));
                    assertThat(event.stack()).anyMatch(frame -> frame.getClassName().contains("RealThreadsTest"));
                }
            } finally {
                stop.set(true);
            }
        }

        @Laws(Laws.On.PRODUCTION)
        void let_a_loop_answer(Lab lab) {
            returns(lab, loop((message, self) -> self.reply((Ask) message, ((Ask) message).text())));
        }

        /// They hold no place that stands still, so nothing but the canary tells of them.
        @Laws(Laws.On.PRODUCTION)
        void let_a_loop_answer_when_they_are_loops_that_have_waited(Lab lab) {
            for (int round = 0; round < 5; round++) {
                var until = new AtomicBoolean();
                try {
                    var server =
                            lab.node()
                                    .spawn(loop((message, self) -> self.reply((Ask) message, ((Ask) message).text())));
                    for (int i = 0; i < CORES; i++) {
                        var hog =
                                lab.node()
                                        .spawn(
                                                loop((_, _) -> {
                                                    while (!until.get()) {
                                                        Thread.onSpinWait();
                                                    }
                                                }));
                        hog.send(new Ask("begin"));
                    }
                    assertThat(server.within(LONG).call(new Ask("behind loops"))).isEqualTo("behind loops");
                } finally {
                    until.set(true);
                }
            }
        }

        /// They are no hogs: each message is short. But there is always one more.
        @Laws(Laws.On.PRODUCTION)
        void let_others_run_when_they_are_loops_that_never_wait(Lab lab) {
            besideLoops(lab, loop((message, self) -> self.pid().send(message)));
        }

        @Laws(Laws.On.PRODUCTION)
        void let_others_run_when_they_are_loops_beside_the_places_that_never_wait(Lab lab) {
            besideLoops(lab, loop((message, self) -> self.pid().send(message)).blocking());
        }

        private static void besideLoops(Lab lab, Recipe<Talk> recipe) {
            var loops = new ArrayList<Pid<Talk>>();
            for (int i = 0; i < 2 * CORES; i++) {
                var loop = lab.node().spawn(recipe);
                loop.send(new Mark(i));
                loops.add(loop);
            }
            var server = lab.node().spawn(echo());
            for (int i = 0; i < 20; i++) {
                assertThat(server.within(LONG).call(new Ask("beside"))).isEqualTo("beside");
            }
            loops.forEach(Pid::kill);
        }

        @Laws(Laws.On.PRODUCTION)
        @Tag("#81")
        void are_not_what_a_loop_is_that_handles_many_messages(Lab lab) {
            var node = lab.node(lab.config().slowHandler(millis(300)));
            var events = Probe.<NodeEvent.SlowHandler>in(node).patience(LONG);
            node.subscribe(NodeEvent.SlowHandler.class, events);
            for (var recipe : List.of(shortHandlers(), shortHandlers().blocking())) {
                var loop = node.spawn(recipe);
                for (int i = 0; i < 500; i++) {
                    loop.send(new Mark(i));
                }
                loop.within(LONG).call(new Sync());
            }
            events.expectNothing(millis(20));
        }

        private static Recipe<Talk> shortHandlers() {
            return loop((_, _) -> {
                for (long end = System.nanoTime() + 1_000_000; System.nanoTime() < end; ) {
                    Thread.onSpinWait();
                }
            });
        }

        @Laws(Laws.On.PRODUCTION)
        void let_a_handler_call(Lab lab) {
            var echo = lab.node().spawn(echo());
            returns(lab, server((message, self) -> self.reply((Ask) message, echo.within(LONG).call((Ask) message))));
        }
    }

    @Nested
    @Tag("#10")
    class SharedFiles {
        @Laws(Laws.On.PRODUCTION)
        void a_channel_shared_with_others_survives_an_ordered_stop(Lab lab) throws IOException {
            var file = Files.createTempFile("shared", ".bin");
            var node = lab.node();
            try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                var writers =
                        IntStream.range(0, 8)
                                .mapToObj(n ->
                                        node.spawn(
                                                server((_, self) -> {
                                                    for (int i = 0; i < 2_000; i++) {
                                                        channel.write(ByteBuffer.allocate(512), n * 512L);
                                                    }
                                                    self.pid().send(new Mark(0));
                                                })))
                                .toList();
                writers.forEach(pid -> pid.send(new Mark(0)));
                writers.forEach(pid -> {
                    pid.exit(shutdown("in the middle of a write"));
                    assertThat(lab.gone(pid)).isEqualTo(shutdown("in the middle of a write"));
                });
                assertThat(channel.isOpen()).isTrue();
                assertThat(channel.write(ByteBuffer.allocate(1), 0)).isEqualTo(1);
            } finally {
                Files.delete(file);
            }
        }
    }

    @Nested
    @Tag("#97")
    class AtRest {
        @Laws(Laws.On.PRODUCTION)
        void a_hundred_thousand_servers_hold_no_virtual_thread(Lab lab) {
            var node = lab.node(lab.config().name("at-rest"));
            var last = new AtomicReference<Pid<Talk>>();
            for (int i = 0; i < 100_000; i++) {
                last.set(node.spawn(echo()));
                if (i % 1_000 == 0) {
                    last.get().send(new Mark(i));
                }
            }
            assertThat(last.get().call(new Ask("awake"))).isEqualTo("awake");
            assertThat(node.counters().actors()).isEqualTo(100_000);
            // The workers end when there is no work: a moment's grace, on a kernel wait.
            for (int i = 0; i < 100 && virtualThreads(node) > 0; i++) {
                last.get().await(millis(20));
            }
            assertThat(virtualThreads(node)).isZero();
        }

        @Laws(Laws.On.PRODUCTION)
        void a_closed_node_leaves_no_thread_at_all(Lab lab) {
            var node = lab.node(lab.config().name("gone-for-good"));
            node.spawn(puppet().pinned()).call(new Sync());
            node.spawn(loop((_, _) -> {})).call(new Sync());
            node.close();
            for (long end = System.nanoTime() + millis(5_000).toNanos();
                    threads(node) > 0 && System.nanoTime() < end; ) {
                Thread.onSpinWait();
            }
            assertThat(threads(node)).isZero();
        }

        private long threads(Node node) {
            return virtualThreads(node)
                    + Thread.getAllStackTraces().keySet().stream()
                            .filter(thread -> thread.getName().startsWith(node.config().name()))
                            .count();
        }
    }

    @Nested
    @Tag("#86")
    @Tag("law-7")
    class Restarts {
        @Laws(Laws.On.PRODUCTION)
        void a_call_across_a_restart_succeeds(Lab lab) {
            Name<Talk> name = Name.of("restarted");
            var keeper = lab.puppet();
            keeper.call(
                    new DoNow(self -> {
                        self.reserve(name, Self.Gap.WAIT);
                        self.spawn(echo().named(name));
                    }));
            for (int i = 0; i < 50; i++) {
                var one = lab.node().whereis(name).orElseThrow();
                one.exit(shutdown("restart " + i));
                // While it goes, between the two, or at the new one: the call finds an incarnation.
                var answers = lab.<String>probe();
                lab.puppet()
                        .send(
                                new Do(self -> {
                                    while (true) {
                                        try {
                                            answers.send(self.ref(name).call(new Ask("across")));
                                            return;
                                        } catch (CallFailed failed) {
                                            // Only the old incarnation's own end may fail it.
                                            if (!(failed.failure() instanceof Exited(Shutdown _))) {
                                                throw failed;
                                            }
                                        }
                                    }
                                }));
                lab.gone(one);
                keeper.call(new DoNow(self -> self.spawn(echo().named(name))));
                answers.expectEqual("across");
            }
        }
    }
}
