package dev.coppice.conformance.laws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.Actor;
import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Config;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.spi.Waiting;
import dev.coppice.testkit.Leaks;
import dev.coppice.testkit.Probe;
import dev.coppice.testkit.Seeded;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;

/// What a test of a law works with: nodes on one scheduler, probes, and foreign blocks that work on both.
final class Lab {
    /// Long enough for any test on a busy machine; costs nothing when all is well.
    static final Duration LONG = Duration.ofSeconds(20);

    private final Optional<Seeded> seeded;
    private final List<Node> nodes = new ArrayList<>();
    private final List<Gate> gates = new ArrayList<>();
    private boolean messy;

    private Lab(Optional<Seeded> seeded) {
        this.seeded = seeded;
    }

    static Lab production() {
        return new Lab(Optional.empty());
    }

    static Lab on(Seeded seeded) {
        return new Lab(Optional.of(seeded));
    }

    boolean isSeeded() {
        return seeded.isPresent();
    }

    /// The seeded scheduler; for tests that run on it only.
    Seeded world() {
        return seeded.orElseThrow();
    }

    Config config() {
        return seeded.map(world -> Config.defaults().scheduler(() -> world)).orElseGet(Config::defaults);
    }

    /// The node of this test.
    Node node() {
        return nodes.isEmpty() ? node(config()) : nodes.getFirst();
    }

    Node node(Config config) {
        nodes.add(Node.start(config));
        return nodes.getLast();
    }

    Node node(Actor<?> root, Config config) {
        nodes.add(Node.start(root, config));
        return nodes.getLast();
    }

    <M> Probe<M> probe() {
        return Probe.<M>in(node()).patience(LONG);
    }

    Pid<Talk> puppet() {
        return node().spawn(Talk.puppet());
    }

    /// An actor that waits in foreign code and has reached it.
    Pid<Talk> stuckAt(Gate gate, Actor<Talk> actor) {
        var pid = node().spawn(actor);
        stick(gate, pid);
        return pid;
    }

    /// Makes an actor wait in foreign code; returns when it does.
    void stick(Gate gate, Ref<Talk> ref) {
        var probe = this.<String>probe();
        ref.send(
                new Talk.Do(_ -> {
                    probe.send("in");
                    gate.pass();
                }));
        probe.expectEqual("in");
        probe.pid().kill();
        gone(probe.pid());
    }

    /// Why this has no answer.
    static Failure failure(Supplier<?> call) {
        try {
            var answer = call.get();
            throw new AssertionError("expected a failure, was answered " + answer);
        } catch (CallFailed failed) {
            return failed.failure();
        }
    }

    static Duration millis(long millis) {
        return Duration.ofMillis(millis);
    }

    static Duration seconds(long seconds) {
        return Duration.ofSeconds(seconds);
    }

    /// Asserts that nothing since `before` waited for a time-out: no virtual time has passed.
    void assertNoTimePassed(Duration before) {
        seeded.ifPresent(world -> assertThat(world.elapsed()).isEqualTo(before));
    }

    /// Virtual time so far; nothing in production.
    Duration elapsed() {
        return seeded.map(Seeded::elapsed).orElse(Duration.ZERO);
    }

    /// Waits for an actor's end.
    ExitReason gone(Pid<?> pid) {
        return pid.await(LONG).orElseThrow(() -> new AssertionError(pid.path() + " has not exited: " + pid.info()));
    }

    /// This test leaves actors that cannot be ended: no search for leaks.
    void leavesAMess() {
        messy = true;
    }

    /// A foreign block: code that waits for something that the kernel knows nothing of.
    Gate gate() {
        gates.add(seeded.<Gate>map(SeededGate::new).orElseGet(LatchGate::new));
        return gates.getLast();
    }

    void close(boolean passed) {
        RuntimeException failure = null;
        if (!passed) {
            gates.forEach(Gate::open);
        }
        for (var node : nodes) {
            try {
                node.close();
            } catch (RuntimeException e) {
                failure = e;
            }
        }
        if (!passed || messy) {
            return;
        }
        if (failure != null) {
            throw failure;
        }
        for (var node : nodes) {
            assertThat(node.abandoned()).isEmpty();
            seeded.ifPresentOrElse(world -> Leaks.assertNone(node, world), () -> Leaks.assertNone(node));
        }
    }

    /// A door in foreign code: whoever passes waits until it is open. Interrupts do not end the wait.
    interface Gate {
        void pass();

        void open();
    }

    private static final class LatchGate implements Gate {
        private final CountDownLatch latch = new CountDownLatch(1);

        @Override
        public void pass() {
            var interrupted = false;
            while (true) {
                try {
                    latch.await();
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void open() {
            latch.countDown();
        }
    }

    private static final class SeededGate implements Gate {
        private final Seeded seeded;
        private final List<Entry> waiting = new ArrayList<>();
        private boolean open;

        SeededGate(Seeded seeded) {
            this.seeded = seeded;
        }

        @Override
        public void pass() {
            if (!open) {
                var entry = new Entry();
                waiting.add(entry);
                seeded.suspend(entry);
            }
        }

        @Override
        public void open() {
            open = true;
            waiting.forEach(entry -> {
                entry.over = true;
                seeded.resume(entry);
            });
            waiting.clear();
        }

        private static final class Entry extends Waiting {
            private volatile boolean over;

            @Override
            public boolean over() {
                return over;
            }

            @Override
            public void ring() {}

            @Override
            public String toString() {
                return "a foreign block";
            }
        }
    }
}
