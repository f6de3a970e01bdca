package dev.coppice.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.otp.Child;
import dev.coppice.otp.Supervisor;
import dev.coppice.testkit.World;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The code of `getting-started.md` and `five-words.md`.
@Tag("#143")
class GettingStartedTest {

    sealed interface Inventory {}

    record Put(String item, int count) implements Inventory {}

    record Take(String item) implements Inventory, Call<Take, Boolean> {}

    record Count(String item) implements Inventory, Call<Count, Integer> {}

    static final class Shelf implements Server<Inventory> {
        private final Map<String, Integer> counts = new HashMap<>();

        @Override
        public void handle(Inventory message, Self<Inventory> self) {
            switch (message) {
                case Put(String item, int count) -> counts.merge(item, count, Integer::sum);
                case Take take -> self.reply(take, take(take.item()));
                case Count count -> self.reply(count, counts.getOrDefault(count.item(), 0));
            }
        }

        private boolean take(String item) {
            return counts.computeIfPresent(item, (_, n) -> n > 1 ? n - 1 : null) != null;
        }
    }

    @Test
    void a_server() {
        try (var node = Node.start()) {
            var shelf = node.spawn(Server.of(Shelf::new));
            shelf.send(new Put("apple", 2));
            boolean taken = shelf.call(new Take("apple"));
            int left = shelf.call(new Count("apple"));
            assertThat(taken).isTrue();
            assertThat(left).isOne();
        }
    }

    static final Name<Inventory> SHELF = Name.of("shelf");
    static final Supervisor TREE =
            Supervisor.oneForOne(Child.server(SHELF, Shelf::new)).intensity(3, Duration.ofSeconds(5));

    @Test
    void a_tree() {
        try (var node = Node.start(TREE)) {
            var shelf = node.ref(SHELF);
            shelf.send(new Put("pear", 1));
            assertThat(shelf.call(new Count("pear"))).isOne();
        }
    }

    @Test
    void a_test_of_it() {
        try (var world = World.seeded(42)) {
            world.start(TREE);
            world.ref(SHELF).send(new Put("pear", 1));
            world.crash(SHELF, new IllegalStateException("the shelf broke"));
            world.settle();
            int afterwards = world.ref(SHELF).call(new Count("pear"));
            assertThat(afterwards).isZero();
        }
    }

    // ---- the five words

    sealed interface Stack {}

    record Push(String value) implements Stack {}

    record Pop() implements Stack, Call<Pop, Optional<String>> {}

    /// A loop: its stack is its state.
    static void filled(Self<Stack> self, String top) {
        while (true) {
            switch (self.receive()) {
                case Push(String value) -> filled(self, value);
                case Pop pop -> {
                    self.reply(pop, Optional.of(top));
                    return;
                }
            }
        }
    }

    static void empty(Self<Stack> self) {
        while (true) {
            switch (self.receive()) {
                case Push(String value) -> filled(self, value);
                case Pop pop -> self.reply(pop, Optional.empty());
            }
        }
    }

    @Test
    void a_loop() {
        try (var node = Node.start()) {
            var stack = node.spawn(GettingStartedTest::empty);
            stack.send(new Push("a"));
            stack.send(new Push("b"));
            assertThat(stack.call(new Pop())).contains("b");
            assertThat(stack.call(new Pop())).contains("a");
            assertThat(stack.call(new Pop())).isEmpty();
        }
    }

    @Test
    void a_patience() {
        try (var node = Node.start()) {
            var silent = node.spawn((Self<Stack> self) -> self.receive(_ -> null));
            assertThatThrownBy(() -> silent.within(Duration.ofMillis(20)).call(new Pop()))
                    .isInstanceOf(CallFailed.class)
                    .hasMessageContaining("no answer");
        }
    }
}
