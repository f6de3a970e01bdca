package dev.coppice.conformance.world;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.Loop;
import dev.coppice.kernel.Mailbox;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Self;
import dev.coppice.testkit.Seeds;
import dev.coppice.testkit.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;

/// Bounded mailboxes with many senders and one that does not keep up.
@Tag("#21")
@Tag("#134")
class MailboxesTest {
    private record Item(int sender, int number) {}

    private static final Name<Item> SINK = Name.of("sink");

    private static Loop<Item> sink(List<Item> got) {
        return self -> {
            while (true) {
                got.add(self.receive());
            }
        };
    }

    private static Mailbox drawn(World world, int capacity) {
        return switch (world.chance().nextInt(4)) {
            case 0 -> Mailbox.blocking(capacity).patience(Duration.ofSeconds(60));
            case 1 -> Mailbox.rejecting(capacity);
            case 2 -> Mailbox.droppingNewest(capacity);
            default -> Mailbox.droppingOldest(capacity);
        };
    }

    private static void senders(World world, int senders, int each) {
        for (int s = 0; s < senders; s++) {
            int me = s;
            Loop<Item> body = self -> send(self, me, each);
            world.node().spawn(body);
        }
    }

    private static void send(Self<Item> self, int me, int each) {
        for (int i = 0; i < each; i++) {
            self.ref(SINK).send(new Item(me, i));
        }
    }

    @Seeds(200)
    @Tag("#22")
    void hold_no_more_than_their_bound_and_keep_each_senders_order(World world) {
        int capacity = 1 + world.chance().nextInt(4);
        int senders = 1 + world.chance().nextInt(4);
        var got = new ArrayList<Item>();
        var mailbox = drawn(world, capacity);
        world.node().spawn(sink(got).named(SINK).mailbox(mailbox));
        world.settle();
        world.pause(SINK);
        senders(world, senders, 8);
        world.settle();
        boolean blocks = mailbox.policy() == Mailbox.Policy.BLOCK;
        assertThat(world.node().counters().waiting()).isLessThanOrEqualTo(capacity + (blocks ? senders : 0));
        world.resume(SINK);
        world.settle();
        for (int s = 0; s < senders; s++) {
            int me = s;
            assertThat(got.stream().filter(item -> item.sender() == me).map(Item::number))
                    .isSorted()
                    .doesNotHaveDuplicates();
        }
        if (blocks) {
            assertThat(got).hasSize(8 * senders);
        }
        assertThat(got.size() + world.node().counters().deadLettered()).isEqualTo(8L * senders);
    }

    @Seeds(200)
    @Tag("#25")
    void let_the_senders_go_that_wait_when_their_owner_dies(World world) {
        int senders = 2 + world.chance().nextInt(4);
        world.node()
                .spawn(sink(new ArrayList<>()).named(SINK).mailbox(Mailbox.blocking(1).patience(Duration.ofHours(1))));
        world.settle();
        world.pause(SINK);
        senders(world, senders, 3);
        world.settle();
        var sink = world.pid(SINK);
        world.kill(sink);
        world.heal();
        world.settle();
        assertThat(world.living()).isEmpty();
        assertThat(world.elapsed()).isZero();
        assertThat(world.node().counters().deadLettered()).isEqualTo(3L * senders - world.node().counters().received());
    }
}
