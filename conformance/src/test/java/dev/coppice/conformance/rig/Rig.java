package dev.coppice.conformance.rig;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.Config;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Mailbox;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.otp.Child;
import dev.coppice.otp.Supervisor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/// What is done to a process of its own: one that may be left without memory. Prints what came of it.
final class Rig {
    sealed interface Msg {}

    record Ask() implements Msg, Call<Ask, String> {}

    /// Takes memory until there is none.
    record Hoard() implements Msg {}

    /// Calls itself until the stack is full.
    record Descend() implements Msg {}

    record Stay(CountDownLatch begun, CountDownLatch until) implements Msg {}

    record Drop(byte[] weight) implements Msg {}

    private static final Name<Msg> VICTIM = Name.of("victim");
    private static final Name<Msg> NEIGHBOUR = Name.of("neighbour");

    private Rig() {}

    static final class Actor implements Server<Msg> {
        private final List<byte[]> hoard = new ArrayList<>();

        @Override
        public void handle(Msg message, Self<Msg> self) throws Exception {
            switch (message) {
                case Ask ask -> self.reply(ask, "well, with " + hoard.size() + " hoarded");
                case Hoard() -> {
                    while (true) {
                        hoard.add(new byte[1 << 20]);
                    }
                }
                case Descend() -> descend(0);
                case Stay(var begun, var until) -> {
                    begun.countDown();
                    until.await();
                }
                case Drop _ -> {}
            }
        }

        private static int descend(int depth) {
            return depth < 0 ? 0 : descend(depth + 1) + 1;
        }
    }

    public static void main(String[] args) throws Exception {
        switch (args[0]) {
            case "memory" -> memory();
            case "recursion" -> recursion();
            case "flood" -> flood();
            default -> throw new IllegalArgumentException("no such rig: " + args[0]);
        }
    }

    private static Config config() {
        return Config.defaults().quiet();
    }

    private static String kind(ExitReason reason) {
        return (reason instanceof ExitReason.Crashed(var cause) ? cause : reason).getClass().getSimpleName();
    }

    private static void memory() {
        var tree =
                Supervisor.oneForOne(Child.server(VICTIM, Actor::new), Child.server(NEIGHBOUR, Actor::new))
                        .intensity(5, Duration.ofMinutes(1));
        try (var node = Node.start(tree, config())) {
            var neighbour = node.whereis(NEIGHBOUR).orElseThrow();
            for (int i = 0; i < 3; i++) {
                var victim = node.whereis(VICTIM).orElseThrow();
                victim.send(new Hoard());
                System.out.println("victim: " + kind(victim.await()));
                System.out.println("next: " + node.ref(VICTIM).within(Duration.ofMinutes(1)).call(new Ask()));
            }
            System.out.println("neighbour: " + neighbour.call(new Ask()) + ", " + neighbour.alive());
        }
    }

    private static void recursion() {
        try (var node = Node.start(config())) {
            var all = new ArrayList<Pid<Msg>>();
            for (int i = 0; i < 1_000; i++) {
                all.add(node.spawn(Server.<Msg>of(Actor::new)));
            }
            all.forEach(pid -> pid.send(new Descend()));
            var ends = new AtomicInteger();
            all.forEach(pid -> {
                if (kind(pid.await()).equals("StackOverflowError")) {
                    ends.incrementAndGet();
                }
            });
            System.out.println("overflown: " + ends);
            System.out.println("next: " + node.spawn(Server.<Msg>of(Actor::new)).call(new Ask()));
        }
    }

    /// A gigabyte for one who does not move, in a heap of 64 megabytes.
    private static void flood() throws InterruptedException {
        try (var node = Node.start(config())) {
            var begun = new CountDownLatch(1);
            var until = new CountDownLatch(1);
            var stuck = node.spawn(Server.<Msg>of(Actor::new).mailbox(Mailbox.droppingOldest(1_000)));
            stuck.send(new Stay(begun, until));
            begun.await();
            var letters = new AtomicInteger();
            var ear =
                    node.spawn(
                            Server.<NodeEvent.Undelivered>of(() -> (letter, _) -> letters.incrementAndGet())
                                    .mailbox(Mailbox.droppingNewest(1_000)));
            var subscription = node.subscribe(NodeEvent.Undelivered.class, ear);
            for (int i = 0; i < 1_000_000; i++) {
                stuck.send(new Drop(new byte[1_000]));
            }
            var counters = node.counters();
            subscription.cancel();
            System.out.println("waiting: " + stuck.info().queued());
            System.out.println(
                    "dead letters: " + (counters.deadLettered() >= 999_000) + ", some told: " + (letters.get() > 0));
            until.countDown();
            System.out.println("next: " + stuck.within(Duration.ofMinutes(1)).call(new Ask()));
        }
    }
}
