package dev.coppice.conformance.rig;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.Config;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/// Very many actors, side by side and below each other, in a process of its own. Prints what came of them.
final class Multitude {
    sealed interface Msg {}

    record Touch(CountDownLatch touched) implements Msg {}

    /// Has so many children of its own, each of whom has a generation less below it.
    record Grow(int children, int generations, CountDownLatch grown) implements Msg {}

    record Ask() implements Msg, Call<Ask, Integer> {}

    private Multitude() {}

    static final class Actor implements Server<Msg> {
        private int messages;

        @Override
        public void handle(Msg message, Self<Msg> self) {
            messages++;
            switch (message) {
                case Touch(var touched) -> touched.countDown();
                case Grow(int children, int generations, var grown) -> {
                    for (int i = 0; i < children && generations > 0; i++) {
                        self.spawn(Server.of(Actor::new)).send(new Grow(children, generations - 1, grown));
                    }
                    grown.countDown();
                }
                case Ask ask -> self.reply(ask, messages);
            }
        }
    }

    public static void main(String[] args) throws Exception {
        int size = Integer.parseInt(args[1]);
        var node = Node.start(Config.defaults().quiet().closeBudget(Duration.ofMinutes(5)));
        switch (args[0]) {
            case "flat" -> flat(node, size);
            case "wide" -> grow(node, size, 1);
            case "deep" -> grow(node, 1, size);
            default -> throw new IllegalArgumentException("no such shape: " + args[0]);
        }
        node.close();
        var counters = node.counters();
        System.out.println(
                counters.actors()
                        + " left, "
                        + node.abandoned().size()
                        + " abandoned, "
                        + counters.crashed()
                        + " crashed, "
                        + counters.unaccounted()
                        + " messages unaccounted for");
        System.exit(0);
    }

    private static void flat(Node node, int size) throws InterruptedException {
        var touched = new CountDownLatch(size);
        Pid<Msg> last = node.spawn(Server.of(Actor::new));
        for (int i = 0; i < size; i++) {
            last = node.spawn(Server.of(Actor::new));
            last.send(new Touch(touched));
        }
        touched.await();
        System.out.println(node.counters().actors() - 1 + " live, the last has heard " + last.call(new Ask()));
    }

    private static void grow(Node node, int children, int generations) throws InterruptedException {
        var grown = new CountDownLatch(children * generations + 1);
        var top = node.spawn(Server.<Msg>of(Actor::new));
        top.send(new Grow(children, generations, grown));
        grown.await();
        System.out.println(node.counters().actors() - 1 + " live, the first has heard " + top.call(new Ask()));
        top.stop();
        top.await();
        System.out.println(node.counters().actors() + " live without it");
    }
}
