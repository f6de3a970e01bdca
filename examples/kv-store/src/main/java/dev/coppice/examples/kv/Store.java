package dev.coppice.examples.kv;

import dev.coppice.examples.kv.Partition.Changed;
import dev.coppice.examples.kv.Partition.Get;
import dev.coppice.examples.kv.Partition.Msg;
import dev.coppice.examples.kv.Partition.Put;
import dev.coppice.examples.kv.Partition.PutFor;
import dev.coppice.examples.kv.Partition.Replace;
import dev.coppice.examples.kv.Partition.Watch;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import dev.coppice.otp.Child;
import dev.coppice.otp.Supervisor;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// The keys, spread over partitions under a supervisor; and a story told with them.
public final class Store {
    private static final int PARTITIONS = 4;

    static final List<Name<Msg>> NAMES =
            IntStream.range(0, PARTITIONS).mapToObj(n -> Name.<Msg>of("partition-" + n)).toList();

    static final Supervisor TREE =
            Supervisor.oneForOne(NAMES.stream().map(name -> Child.server(name, Partition::new)).toArray(Child[]::new))
                    .intensity(3, Duration.ofSeconds(5));

    private final Node node;

    Store(Node node) {
        this.node = node;
    }

    /// Where this key lives. The ref follows restarts.
    Ref<Msg> at(String key) {
        return node.ref(name(key));
    }

    static Name<Msg> name(String key) {
        return NAMES.get(Math.floorMod(key.hashCode(), PARTITIONS));
    }

    /// A counter that many may increase at once: read, and replace if nobody was faster.
    int increase(String key) {
        while (true) {
            var before = at(key).call(new Get(key));
            int next = before.map(Integer::parseInt).orElse(0) + 1;
            if (at(key).call(new Replace(key, before, Integer.toString(next)))) {
                return next;
            }
        }
    }

    public static void main(String[] args) {
        try (var node = Node.start(TREE)) {
            var store = new Store(node);
            store.at("fruit").call(new Put("fruit", "apple"));
            IO.println("fruit is " + store.at("fruit").call(new Get("fruit")).orElse("missing"));

            var clerks =
                    IntStream.range(0, 10)
                            .mapToObj(_ -> node.spawn((Self<Object> _) -> increaseOften(store, "visits")))
                            .toList();
            clerks.forEach(Pid::await);
            IO.println("ten clerks counted " + store.at("visits").call(new Get("visits")).orElse("nothing"));

            var watcher = node.spawn((Self<Changed> self) -> follow(self, 2));
            store.at("session").call(new Watch("session", watcher));
            store.at("session").call(new PutFor("session", "alice", Duration.ofMillis(50)));
            watcher.await();

            node.whereis(name("fruit")).ifPresent(Store::crash);
            IO.println("after a crash of its partition fruit is " + read(store, "fruit").orElse("missing"));
        }
    }

    private static void crash(Pid<Msg> partition) {
        partition.kill();
        partition.await();
    }

    private static void increaseOften(Store store, String key) {
        for (int i = 0; i < 100; i++) {
            store.increase(key);
        }
    }

    private static Optional<String> read(Store store, String key) {
        return store.at(key).call(new Get(key));
    }

    private static void follow(Self<Changed> self, int changes) {
        for (int i = 0; i < changes; i++) {
            var changed = self.receive();
            IO.println(changed.key() + " is " + changed.value().orElse("over"));
        }
    }
}
