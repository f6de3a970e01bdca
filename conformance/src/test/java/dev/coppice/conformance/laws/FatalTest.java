package dev.coppice.conformance.laws;

import static dev.coppice.conformance.laws.Lab.LONG;
import static dev.coppice.conformance.laws.Lab.seconds;
import static dev.coppice.conformance.laws.Talk.echo;
import static dev.coppice.conformance.laws.Talk.puppet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.conformance.laws.Talk.Ask;
import dev.coppice.conformance.laws.Talk.Crashing;
import dev.coppice.conformance.laws.Talk.Mark;
import dev.coppice.conformance.laws.Talk.Note;
import dev.coppice.conformance.laws.Talk.Sync;
import dev.coppice.kernel.Config;
import dev.coppice.kernel.ExitReason.Crashed;
import dev.coppice.kernel.Mailbox;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.spi.Activation;
import dev.coppice.kernel.spi.Alarm;
import dev.coppice.kernel.spi.Scheduler;
import dev.coppice.kernel.spi.Waiting;
import dev.coppice.testkit.Seeded;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Law 12, second half: an error inside the kernel ends the node, and the log says so; and what is logged is limited.
@Tag("law-12")
@Tag("#80")
class FatalTest {

    /// A scheduler under which the kernel itself fails once, on demand, where no user code is on the stack.
    private static final class Failing implements Scheduler {
        private final Seeded seeded;
        private Optional<Error> next = Optional.empty();

        Failing(Seeded seeded) {
            this.seeded = seeded;
        }

        @Override
        public void pause(String point) {
            if (point.equals("rest") && next.isPresent()) {
                var error = next.get();
                next = Optional.empty();
                throw error;
            }
            seeded.pause(point);
        }

        @Override
        public void ready(Activation activation) {
            seeded.ready(activation);
        }

        @Override
        public void execute(Runnable job) {
            seeded.execute(job);
        }

        @Override
        public void suspend(Waiting waiting) {
            seeded.suspend(waiting);
        }

        @Override
        public void resume(Waiting waiting) {
            seeded.resume(waiting);
        }

        @Override
        public void schedule(Alarm alarm, long atNanos) {
            seeded.schedule(alarm, atNanos);
        }

        @Override
        public boolean cancel(Alarm alarm) {
            return seeded.cancel(alarm);
        }

        @Override
        public long nanoTime() {
            return seeded.nanoTime();
        }

        @Override
        public Instant wallTime() {
            return seeded.wallTime();
        }

        @Override
        public long random() {
            return seeded.random();
        }

        @Override
        public void close() {
            seeded.close();
        }
    }

    @Test
    void an_error_inside_the_kernel_ends_its_node_with_that_reason() {
        var seeded = Seeded.of(12);
        var failing = new Failing(seeded);
        var other = Node.start(Config.defaults().name("innocent").scheduler(() -> seeded));
        // The actor in which it happened is no good any more: the node goes on without it when its budget is spent.
        var node = Node.start(Config.defaults().name("fatal").closeBudget(seconds(1)).scheduler(() -> failing));
        var echo = other.spawn(echo());
        var victim = node.spawn(puppet());
        var bystander = node.spawn(puppet());
        seeded.settle();
        var error = new OutOfMemoryError("inside the kernel");
        failing.next = Optional.of(error);
        victim.send(new Mark(1));
        assertThat(node.await(LONG)).contains(new Crashed(error));
        assertThat(bystander.alive()).isFalse();
        assertThat(echo.call(new Ask("another node"))).isEqualTo("another node");
        other.close();
    }

    @Nested
    @Tag("#77")
    class Lines {
        /// What is written when nobody provides logging: the tests run without a provider.
        private List<String> linesOf(Runnable deed) {
            var before = System.err;
            var caught = new ByteArrayOutputStream();
            System.setErr(new PrintStream(caught, true));
            try {
                deed.run();
            } finally {
                System.setErr(before);
            }
            return caught.toString().lines().toList();
        }

        @Laws(Laws.On.SEEDED)
        @Tag("#41")
        @Tag("law-17")
        void dead_letters_are_logged_ten_a_minute_then_summed_up(Lab lab) {
            var dead = lab.puppet();
            dead.kill();
            lab.gone(dead);
            var lines =
                    linesOf(() -> {
                        for (int i = 0; i < 50; i++) {
                            dead.send(new Mark(i));
                        }
                        lab.world().advance(seconds(61));
                        dead.send(new Note("the next minute"));
                    });
            assertThat(lines).filteredOn(line -> line.contains("dead letter ")).hasSize(11);
            assertThat(lines)
                    .filteredOn(line -> line.contains("more dead letters"))
                    .singleElement()
                    .satisfies(line -> assertThat(line).contains("40"));
            assertThat(lines).filteredOn(line -> line.contains("the next minute")).hasSize(1);
        }

        @Laws(Laws.On.SEEDED)
        @Tag("#78")
        void crashes_are_logged_with_their_stack_and_never_lost_without_a_provider(Lab lab) {
            var lines =
                    linesOf(() -> {
                        for (int i = 0; i < 30; i++) {
                            var pid = lab.puppet();
                            pid.send(new Crashing("crash " + i));
                            lab.gone(pid);
                        }
                        lab.world().advance(seconds(61));
                    });
            assertThat(lines).filteredOn(line -> line.contains("actor crashed")).hasSize(10);
            assertThat(lines)
                    .filteredOn(line -> line.contains("more crashes"))
                    .singleElement()
                    .satisfies(line -> assertThat(line).contains("20"));
            assertThat(lines).anyMatch(line -> line.contains("crash 0") && line.contains("Boom"));
            assertThat(lines).anyMatch(line -> line.startsWith("\tat ") && line.contains("Talk"));
        }

        @Laws(Laws.On.SEEDED)
        @Tag("#101")
        @Tag("law-17")
        void mailboxes_that_swell_and_shrink_are_logged_ten_a_minute_then_summed_up(Lab lab) {
            var lines =
                    linesOf(() -> {
                        for (int i = 0; i < 30; i++) {
                            var gate = lab.gate();
                            var pid = lab.stuckAt(gate, puppet().mailbox(Mailbox.unbounded().highWater(4)));
                            for (int n = 0; n < 6; n++) {
                                pid.send(new Mark(n));
                            }
                            gate.open();
                            pid.call(new Sync());
                            pid.kill();
                            lab.gone(pid);
                        }
                        lab.world().advance(seconds(61));
                        var gate = lab.gate();
                        var pid = lab.stuckAt(gate, puppet().mailbox(Mailbox.unbounded().highWater(4)));
                        for (int n = 0; n < 6; n++) {
                            pid.send(new Mark(n));
                        }
                        gate.open();
                        pid.call(new Sync());
                    });
            assertThat(lines)
                    .filteredOn(line -> line.contains("mailbox above its high-water mark"))
                    .as("ten, and one in the next minute")
                    .hasSize(11);
            assertThat(lines)
                    .filteredOn(line -> line.contains("more mailboxes above their high-water mark"))
                    .singleElement()
                    .satisfies(line -> assertThat(line).contains("20"));
        }

        @Laws(Laws.On.SEEDED)
        @Tag("#78")
        void text_from_messages_cannot_forge_lines(Lab lab) {
            var lines =
                    linesOf(() -> {
                        var pid = lab.puppet();
                        pid.send(new Crashing("x\nERROR forged\r\u001b[2J"));
                        lab.gone(pid);
                        pid.send(new Note("y\nERROR forged"));
                    });
            assertThat(lines)
                    .filteredOn(line -> !line.startsWith("\t"))
                    .noneMatch(line -> line.startsWith("ERROR forged"));
            assertThat(lines).noneMatch(line -> line.contains("\u001b"));
        }
    }
}
