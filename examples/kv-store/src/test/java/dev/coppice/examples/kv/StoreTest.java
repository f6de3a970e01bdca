package dev.coppice.examples.kv;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.examples.kv.Partition.Changed;
import dev.coppice.examples.kv.Partition.Delete;
import dev.coppice.examples.kv.Partition.Get;
import dev.coppice.examples.kv.Partition.Put;
import dev.coppice.examples.kv.Partition.PutFor;
import dev.coppice.examples.kv.Partition.Replace;
import dev.coppice.examples.kv.Partition.Watch;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Self;
import dev.coppice.testkit.Probe;
import dev.coppice.testkit.Seeds;
import dev.coppice.testkit.World;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("#142")
class StoreTest {
    private final World world = World.seeded(42);
    private Store store = new Store(world.node());

    @BeforeEach
    void start() {
        world.node().spawn(Store.TREE);
        store = new Store(world.node());
    }

    @AfterEach
    void close() {
        world.close();
    }

    private Optional<String> get(String key) {
        return store.at(key).call(new Get(key));
    }

    @Nested
    class A_key {
        @Test
        void holds_what_was_put_last() {
            assertThat(store.at("a").call(new Put("a", "1"))).isEmpty();
            assertThat(store.at("a").call(new Put("a", "2"))).contains("1");
            assertThat(get("a")).contains("2");
            assertThat(get("b")).isEmpty();
            assertThat(store.at("a").call(new Delete("a"))).contains("2");
            assertThat(get("a")).isEmpty();
        }

        @Test
        void is_replaced_only_when_it_is_as_expected() {
            assertThat(store.at("a").call(new Replace("a", Optional.of("x"), "1"))).isFalse();
            assertThat(get("a")).isEmpty();
            assertThat(store.at("a").call(new Replace("a", Optional.empty(), "1"))).isTrue();
            assertThat(get("a")).contains("1");
        }

        @Test
        void expires_but_not_a_younger_value() {
            store.at("a").call(new PutFor("a", "old", Duration.ofSeconds(10)));
            world.advance(Duration.ofSeconds(9));
            assertThat(get("a")).contains("old");
            store.at("a").call(new PutFor("a", "new", Duration.ofSeconds(10)));
            world.advance(Duration.ofSeconds(9));
            assertThat(get("a")).contains("new");
            world.advance(Duration.ofSeconds(1));
            assertThat(get("a")).isEmpty();
        }

        @Test
        void survives_the_crash_of_another_partition_but_not_of_its_own() {
            var keys = IntStream.range(0, 20).mapToObj(n -> "key-" + n).toList();
            keys.forEach(key -> store.at(key).call(new Put(key, "1")));
            world.kill(Store.name("key-0"));
            world.settle();
            assertThat(keys)
                    .allSatisfy(key ->
                            assertThat(get(key).isEmpty())
                                    .as(key)
                                    .isEqualTo(Store.name(key).equals(Store.name("key-0"))));
        }
    }

    @Nested
    class A_watcher {
        @Test
        void hears_each_change_of_its_key_until_it_exits() {
            Probe<Changed> watcher = world.probe();
            store.at("a").call(new Watch("a", watcher.pid()));
            store.at("a").call(new Watch("a", watcher.pid()));
            store.at("a").call(new PutFor("a", "1", Duration.ofSeconds(1)));
            store.at("b").call(new Put("b", "2"));
            world.advance(Duration.ofSeconds(2));
            store.at("a").call(new Delete("a"));
            watcher.expectEqual(new Changed("a", Optional.of("1")));
            watcher.expectEqual(new Changed("a", Optional.empty()));
            watcher.expectNothing(Duration.ofMillis(1));
            watcher.pid().kill();
            world.settle();
            store.at("a").call(new Put("a", "3"));
            assertThat(world.node().counters().deadLettered()).isZero();
        }
    }

    /// Under every order of moves no increase is lost.
    @Seeds(50)
    void clerks_who_race_lose_no_increase(World swarm) {
        swarm.start(Store.TREE);
        var shared = new Store(swarm.node());
        var clerks =
                IntStream.range(0, 5)
                        .mapToObj(_ ->
                                swarm.node()
                                        .spawn((Self<Object> _) -> {
                                            for (int i = 0; i < 5; i++) {
                                                shared.increase("n");
                                            }
                                        }))
                        .toList();
        clerks.forEach(Pid::await);
        assertThat(shared.at("n").call(new Get("n"))).contains("25");
    }

    @Test
    void the_program_tells_its_story() {
        var before = System.out;
        var told = new ByteArrayOutputStream();
        System.setOut(new PrintStream(told, true));
        try {
            Store.main(new String[0]);
        } finally {
            System.setOut(before);
        }
        assertThat(told.toString().lines().filter(line -> !line.contains(" ERROR ")))
                .contains(
                        "fruit is apple",
                        "ten clerks counted 1000",
                        "session is alice",
                        "session is over",
                        "after a crash of its partition fruit is missing");
    }
}
