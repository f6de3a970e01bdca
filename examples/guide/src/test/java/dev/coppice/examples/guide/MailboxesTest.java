package dev.coppice.examples.guide;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.Mailbox;
import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Offer;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.otp.Stage;
import dev.coppice.testkit.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The code of `mailboxes.md`.
@Tag("#143")
class MailboxesTest {
    sealed interface Msg {}

    record Row(int n) implements Msg {}

    record Flush() implements Msg, Call<Flush, Integer> {}

    record Opened() implements Msg {}

    /// Writes what there is, at most 500 rows at once.
    static final class Writer implements Server<Msg> {
        final List<Integer> batches = new ArrayList<>();
        int written;

        @Override
        public void handle(Msg first, Self<Msg> self) {
            var batch = new ArrayList<Msg>();
            batch.add(first);
            batch.addAll(self.receiveBatch(499, Duration.ZERO));
            int rows = (int) batch.stream().filter(Row.class::isInstance).count();
            written += rows;
            batches.add(rows);
            for (var message : batch) {
                if (message instanceof Flush flush) {
                    self.reply(flush, written);
                }
            }
        }
    }

    @Test
    void bounds() {
        try (var world = World.seeded(3)) {
            var slow = Server.<Msg>of(() -> (message, self) -> self.receive(Flush.class, ofSeconds(60)));
            var patient = slow.mailbox(Mailbox.blocking(1_000).patience(ofSeconds(30)));
            var strict = slow.mailbox(Mailbox.rejecting(100));
            var prices = slow.mailbox(Mailbox.droppingOldest(1));
            var log = slow.mailbox(Mailbox.droppingNewest(10_000).droppable(message -> message instanceof Row));
            Ref<Msg> full = world.node().spawn(strict);
            full.send(new Row(0));
            world.settle();
            for (int i = 0; i < 100; i++) {
                full.send(new Row(i));
            }
            var said =
                    switch (full.offer(new Row(1))) {
                        case Offer.Accepted _ -> "taken";
                        case Offer.Full _ -> "full: shed the load here";
                        case Offer.Dead _ -> "gone";
                    };
            assertThat(said).startsWith("full");
            assertThat(List.of(patient, prices, log)).doesNotContainNull();
        }
    }

    @Test
    void batches() {
        try (var world = World.seeded(3)) {
            var writer = world.node().spawn(Server.of(Writer::new));
            for (int i = 0; i < 1_200; i++) {
                writer.send(new Row(i));
            }
            assertThat(writer.call(new Flush())).isEqualTo(1_200);
        }
    }

    static final class Connection implements Server<Msg> {
        private boolean open;

        @Override
        public void handle(Msg message, Self<Msg> self) {
            switch (message) {
                case Opened _ -> {
                    open = true;
                    self.unstash();
                }
                case Msg _ when !open -> self.stash(message);
                case Row _ -> {}
                case Flush flush -> self.reply(flush, 1);
            }
        }
    }

    @Test
    void what_comes_too_early_waits() {
        try (var world = World.seeded(3)) {
            var connection = world.node().spawn(Server.of(Connection::new).mailbox(Mailbox.unbounded().stash(100)));
            var early = connection.ask(new Flush());
            world.settle();
            assertThat(early.poll()).isEmpty();
            connection.send(new Opened());
            assertThat(early.get()).isOne();
        }
    }

    @Test
    void what_is_urgent_comes_first() {
        try (var world = World.seeded(3)) {
            var order = new ArrayList<Msg>();
            var urgent =
                    Server.<Msg>of(() ->
                                    (message, self) -> {
                                        order.add(message);
                                        self.receive(_ -> null, ofMillis(1));
                                    })
                            .mailbox(Mailbox.unbounded().urgent(Opened.class));
            var pid = world.node().spawn(urgent);
            pid.send(new Row(1));
            world.settle();
            pid.send(new Row(2));
            pid.send(new Row(3));
            pid.send(new Opened());
            world.advance(ofSeconds(1));
            assertThat(order.indexOf(new Opened())).isLessThan(order.indexOf(new Row(3)));
        }
    }

    @Test
    void demand() {
        try (var world = World.seeded(3)) {
            var node = world.node();
            var sums = new ArrayList<Integer>();
            var numbers = node.spawn(Stage.from(() -> IntStream.range(0, 10_000).iterator()));
            var squares = node.spawn(Stage.through(numbers, batch -> batch.stream().map(n -> n * n).toList()));
            var last = node.spawn(Stage.into(squares, sums::addAll).demand(1_000, 500));
            last.await();
            assertThat(sums).hasSize(10_000);
        }
    }

    @Test
    void the_alarm() {
        try (var world = World.seeded(3)) {
            var alarms = world.<NodeEvent>probe();
            world.node().subscribe(NodeEvent.HighWater.class, alarms);
            var stuck =
                    Server.<Msg>of(() -> (message, self) -> self.receive(Flush.class))
                            .mailbox(Mailbox.unbounded().highWater(1_000));
            var pid = world.node().spawn(stuck);
            for (int i = 0; i < 1_500; i++) {
                pid.send(new Row(i));
            }
            world.settle();
            assertThat(alarms.fish(NodeEvent.HighWater.class).pid()).isEqualTo(pid);
            pid.kill();
        }
    }
}
