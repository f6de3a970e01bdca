package dev.coppice.otp;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.otp.Routing.LeastBusy;
import dev.coppice.otp.WorkQueue.Submit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The snippets of `docs/guide/pools.md`, compiled and run. When you change one, change the other.
@Tag("#143")
class PoolsGuideTest {
    record Square(long n) implements Call<Square, Long> {}

    static final class Squarer implements Server<Square> {
        @Override
        public void handle(Square square, Self<Square> self) {
            self.reply(square, square.n() * square.n());
        }
    }

    static final Name<Square> SQUARERS = Name.of("squarers");
    static final Name<WorkQueue.Msg<String>> OUTBOX = Name.of("outbox");
    static final Name<Entities.Msg<String, Cart>> CARTS = Name.of("carts");

    sealed interface Cart {}

    record Put(String item) implements Cart {}

    record Items() implements Cart, Call<Items, Integer> {}

    record CartOf(String key, Map<String, Integer> store) implements Server<Cart> {
        @Override
        public void handle(Cart message, Self<Cart> self) {
            switch (message) {
                case Put _ -> store.merge(key, 1, Integer::sum);
                case Items items -> self.reply(items, store.getOrDefault(key, 0));
            }
        }
    }

    sealed interface Msg {}

    record Heard(String news) implements Msg {}

    private final BlockingQueue<String> sent = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final Map<String, Integer> store = new ConcurrentHashMap<>();

    @Test
    void a_pool() {
        var tree =
                Supervisor.oneForOne(
                        Child.of(Pool.of(4, Server.of(Squarer::new)).routing(new LeastBusy<>()).named(SQUARERS)));
        try (var node = Node.start(tree)) {
            long nine = node.ref(SQUARERS).call(new Square(3));
            assertThat(nine).isEqualTo(9);
        }
    }

    @Test
    void a_work_queue() throws InterruptedException {
        var outbox =
                WorkQueue.<String>of(2, mail -> sent.add(mail))
                        .attempts(3)
                        .backoff(Backoff.between(ofMillis(50), ofSeconds(5)));
        try (var node = Node.start(outbox.named(OUTBOX))) {
            node.ref(OUTBOX).call(new Submit<>("hello"));
            assertThat(sent.poll(30, TimeUnit.SECONDS)).isEqualTo("hello");
        }
    }

    @Test
    void entities() {
        var carts = Entities.<String, Cart>of(key -> Server.of(() -> new CartOf(key, store))).idle(ofMinutes(5));
        try (var node = Node.start(carts.named(CARTS))) {
            Ref<Cart> cart = Entities.ref(node.ref(CARTS), "alice");
            cart.send(new Put("apple"));
            int items = cart.call(new Items());
            assertThat(items).isOne();
        }
    }

    static final Registry<String, Msg, Integer> PLAYERS = Registry.unique("players");
    static final Topic<String> NEWS = Topic.of("news");

    void player(Self<Msg> self) {
        PLAYERS.register(self, "alice", 1);
        NEWS.subscribe(self, "sport/#", Heard::new);
        self.ready();
        while (self.receive() instanceof Heard(var news)) {
            heard.add(news);
        }
    }

    @Test
    void a_registry_and_a_topic() throws InterruptedException {
        try (var node = Node.start()) {
            dev.coppice.kernel.Loop<Msg> loop = this::player;
            var player = node.spawn(loop.recipe().acknowledged());
            assertThat(PLAYERS.whereis("alice")).contains(player);
            assertThat(NEWS.publish("sport/tennis", "game, set")).isOne();
            assertThat(NEWS.publish("politics", "nothing new")).isZero();
            PLAYERS.ref("alice").send(new Heard("a word for alice"));
            assertThat(heard.poll(30, TimeUnit.SECONDS)).isEqualTo("game, set");
            assertThat(heard.poll(30, TimeUnit.SECONDS)).isEqualTo("a word for alice");
        }
        assertThat(PLAYERS.whereis("alice")).isEmpty();
        assertThat(NEWS.statistics().subscriptions()).isZero();
    }

    @Test
    void every_snippet_of_the_guide_stands_here() throws IOException {
        var here =
                Files.readString(Path.of("src/test/java/dev/coppice/otp/PoolsGuideTest.java"))
                        .lines()
                        .filter(line -> !line.contains("assertThat("))
                        .reduce("", (text, line) -> text + plain(line));
        var guide = Files.readString(Path.of("../docs/guide/pools.md"));
        var snippets =
                Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
                        .matcher(guide)
                        .results()
                        .map(snippet -> plain(snippet.group(1)))
                        .toList();
        assertThat(snippets).hasSize(4).allSatisfy(snippet -> assertThat(here).contains(snippet));
        assertThat(List.of("Pool", "WorkQueue", "Entities", "PartitionSupervisor", "Registry", "Group", "Topic"))
                .allSatisfy(word -> assertThat(guide).contains("`" + word + "`"));
    }

    private static String plain(String code) {
        return code.replaceAll("\\s+", "");
    }
}
