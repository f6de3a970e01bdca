package dev.coppice.examples.guide;

import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.otp.Task;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The code of `from-completablefuture.md`.
@Tag("#143")
class FromFuturesTest {
    record Price(String item) implements Call<Price, Integer> {}

    static Server<Price> prices(int factor) {
        return (price, self) -> self.reply(price, price.item().length() * factor);
    }

    sealed interface Basket {}

    record Total(List<String> items) implements Basket, Call<Total, Integer> {}

    /// Straight-line: a call waits, and holds no thread of the machine.
    record Baskets(Ref<Price> prices) implements Server<Basket> {
        @Override
        public void handle(Basket message, Self<Basket> self) {
            switch (message) {
                case Total total -> {
                    int sum = 0;
                    for (var item : total.items()) {
                        sum += prices.call(new Price(item));
                    }
                    self.reply(total, sum);
                }
            }
        }
    }

    @Test
    void then_compose_is_the_next_line() {
        try (var node = Node.start()) {
            var prices = node.spawn(Server.of(() -> prices(10)));
            var baskets = node.spawn(Server.of(() -> new Baskets(prices)));
            int total = baskets.call(new Total(List.of("tea", "milk")));
            assertThat(total).isEqualTo(70);
        }
    }

    @Test
    void all_of_is_ask_then_get() {
        try (var node = Node.start()) {
            var one = node.spawn(Server.of(() -> prices(10)));
            var other = node.spawn(Server.of(() -> prices(9)));
            var asked = List.of(one.ask(new Price("tea")), other.ask(new Price("tea")));
            int cheapest = asked.stream().mapToInt(pending -> pending.get()).min().orElseThrow();
            assertThat(cheapest).isEqualTo(27);
        }
    }

    @Test
    void a_request_is_a_future_for_those_who_need_one() throws Exception {
        try (var node = Node.start()) {
            var prices = node.spawn(Server.of(() -> prices(10)));
            CompletableFuture<String> text =
                    prices.ask(new Price("tea")).future().thenApply(price -> "tea costs " + price);
            assertThat(text.get(30, TimeUnit.SECONDS)).isEqualTo("tea costs 30");
        }
    }

    // ---- futures of others

    sealed interface Page {}

    record Load(String path) implements Page {}

    record Loaded(Outcome<String> body) implements Page {}

    record Shown() implements Page, Call<Shown, String> {}

    interface Http {
        CompletableFuture<String> get(String path);
    }

    static final class Browser implements Server<Page> {
        private final Http http;
        private String shown = "";

        Browser(Http http) {
            this.http = http;
        }

        @Override
        public void handle(Page message, Self<Page> self) {
            switch (message) {
                case Load(String path) -> self.pipe(http.get(path), Loaded::new);
                case Loaded(var body) -> shown = body.orElse(why -> "sorry: " + why.message());
                case Shown question -> self.reply(question, shown);
            }
        }
    }

    @Test
    void a_future_of_another_library_arrives_as_a_message() {
        try (var node = Node.start()) {
            var browser =
                    node.spawn(
                            Server.of(() -> new Browser(path -> CompletableFuture.completedFuture("<" + path + ">"))));
            browser.send(new Load("home"));
            while (browser.call(new Shown()).isEmpty()) {
                Thread.onSpinWait();
            }
            assertThat(browser.call(new Shown())).isEqualTo("<home>");
        }
    }

    @Test
    void work_beside_is_a_task() {
        try (var node = Node.start()) {
            record Go() implements Call<Go, Integer> {}
            var worker =
                    node.spawn(
                            Server.<Go>of(() ->
                                    (go, self) -> {
                                        var left = Task.async(self, () -> fib(15));
                                        var right = Task.async(self, () -> fib(14));
                                        self.reply(go, left.get() + right.get());
                                    }));
            assertThat(worker.call(new Go())).isEqualTo(fib(16));
        }
    }

    static int fib(int n) {
        return n < 2 ? n : fib(n - 1) + fib(n - 2);
    }

    @Test
    void a_time_out_is_a_property_of_the_ref() {
        try (var node = Node.start()) {
            var prices = node.spawn(Server.of(() -> prices(10)));
            int price = prices.within(ofMillis(5_000)).call(new Price("tea"));
            assertThat(price).isEqualTo(30);
        }
    }
}
