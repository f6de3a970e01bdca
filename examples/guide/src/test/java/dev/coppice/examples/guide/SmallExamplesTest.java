package dev.coppice.examples.guide;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.coppice.kernel.Call;
import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.otp.Child;
import dev.coppice.otp.Child.Restart;
import dev.coppice.otp.Control;
import dev.coppice.otp.Supervisor;
import dev.coppice.otp.Task;
import dev.coppice.testkit.Probe;
import dev.coppice.testkit.World;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The small programs that every course begins with.
@Tag("#142")
class SmallExamplesTest {

    // ---- echo, which crashes and is started again, and asks a child

    sealed interface Echo {}

    record Say(String text) implements Echo, Call<Say, String> {}

    record SayTwice(String text) implements Echo, Call<SayTwice, String> {}

    static final Name<Echo> ECHO = Name.of("echo");

    static final class Echoing implements Server<Echo> {
        @Override
        public void handle(Echo message, Self<Echo> self) {
            switch (message) {
                case Say(String text) when text.isEmpty() -> throw new IllegalArgumentException("nothing to say");
                case Say say -> self.reply(say, say.text());
                case SayTwice twice -> {
                    var child = self.spawn(Server.of(Echoing::new));
                    self.reply(twice, child.call(new Say(twice.text())) + child.call(new Say(twice.text())));
                    child.stop();
                }
            }
        }
    }

    @Test
    void an_echo_that_crashes_is_started_again() {
        try (var node = Node.start(Supervisor.oneForOne(Child.server(ECHO, Echoing::new)))) {
            var echo = node.ref(ECHO);
            assertThat(echo.call(new Say("hello"))).isEqualTo("hello");
            assertThatThrownBy(() -> echo.call(new Say(""))).isInstanceOf(CallFailed.class);
            assertThat(echo.call(new Say("again"))).isEqualTo("again");
        }
    }

    @Test
    void an_echo_asks_its_child_which_ends_with_its_work() {
        try (var world = World.seeded(5)) {
            world.start(Supervisor.oneForOne(Child.server(ECHO, Echoing::new)));
            assertThat(world.ref(ECHO).call(new SayTwice("ho"))).isEqualTo("hoho");
            world.settle();
            assertThat(world.pid(ECHO).info().children()).isEmpty();
        }
    }

    // ---- ping-pong, with another and with itself

    record Ball(int left, Ref<Ball> back) {}

    static void play(Self<Ball> self, Probe<String> end) {
        while (true) {
            var ball = self.receive();
            if (ball.left() == 0) {
                end.send("over");
            } else {
                ball.back().send(new Ball(ball.left() - 1, self.pid()));
            }
        }
    }

    @Test
    void two_play_ping_pong() {
        try (var node = Node.start()) {
            var end = Probe.<String>in(node);
            Pid<Ball> one = node.spawn((Self<Ball> self) -> play(self, end));
            Pid<Ball> two = node.spawn((Self<Ball> self) -> play(self, end));
            one.send(new Ball(1_000, two));
            end.expectEqual("over");
        }
    }

    @Test
    void one_plays_with_itself() {
        try (var node = Node.start()) {
            var end = Probe.<String>in(node);
            Pid<Ball> one = node.spawn((Self<Ball> self) -> play(self, end));
            one.send(new Ball(1_000, one));
            end.expectEqual("over");
        }
    }

    // ---- a calculator

    sealed interface Key {}

    record Digits(double value) implements Key {}

    record Plus() implements Key {}

    record Times() implements Key {}

    record Equals() implements Key, Call<Equals, Double> {}

    /// In reverse Polish notation; a loop whose stack grows and shrinks.
    static void calculator(Self<Key> self) {
        var stack = new ArrayList<Double>();
        while (true) {
            switch (self.receive()) {
                case Digits(double value) -> stack.add(value);
                case Plus _ -> stack.add(stack.removeLast() + stack.removeLast());
                case Times _ -> stack.add(stack.removeLast() * stack.removeLast());
                case Equals equals -> self.reply(equals, stack.getLast());
            }
        }
    }

    @Test
    void a_calculator_calculates() {
        try (var node = Node.start()) {
            var calculator = node.spawn(SmallExamplesTest::calculator);
            List.of(new Digits(2), new Digits(3), new Plus(), new Digits(4), new Times()).forEach(calculator::send);
            assertThat(calculator.call(new Equals())).isEqualTo(20.0);
        }
    }

    // ---- merge sort, a task for each half

    record Sort(List<Integer> numbers) implements Call<Sort, List<Integer>> {}

    static List<Integer> sorted(Node node, List<Integer> numbers) {
        if (numbers.size() < 2) {
            return numbers;
        }
        int middle = numbers.size() / 2;
        var left = Task.async(node, () -> sorted(node, numbers.subList(0, middle)));
        return merged(sorted(node, numbers.subList(middle, numbers.size())), left.get());
    }

    static List<Integer> merged(List<Integer> one, List<Integer> other) {
        var all = new ArrayList<Integer>(one.size() + other.size());
        int i = 0;
        for (int n : other) {
            while (i < one.size() && one.get(i) <= n) {
                all.add(one.get(i++));
            }
            all.add(n);
        }
        all.addAll(one.subList(i, one.size()));
        return all;
    }

    @Test
    void a_merge_sort_sorts() {
        try (var node = Node.start()) {
            assertThat(sorted(node, List.of(5, 3, 9, 1, 7, 2, 8, 4, 6))).isSorted().hasSize(9);
        }
    }

    // ---- what is critical takes the others with it

    static final Name<Echo> CRITICAL = Name.of("critical");
    static final Name<Echo> EXTRA = Name.of("extra");
    static final Name<Control> TREE = Name.of("tree");

    @Test
    void a_critical_child_ends_the_tree_and_another_does_not() {
        var tree =
                Supervisor.oneForOne(
                                Child.server(CRITICAL, Echoing::new).restart(Restart.TEMPORARY).significant(),
                                Child.server(EXTRA, Echoing::new).restart(Restart.TEMPORARY))
                        .autoShutdown(Supervisor.AutoShutdown.ANY_SIGNIFICANT);
        try (var world = World.seeded(5)) {
            world.start(tree.named(TREE));
            world.crash(EXTRA, new IllegalStateException("nice to have"));
            world.settle();
            assertThat(world.ref(CRITICAL).call(new Say("still here"))).isEqualTo("still here");
            world.crash(CRITICAL, new IllegalStateException("cannot do without"));
            world.advance(ofSeconds(1));
            assertThat(world.node().whereis(TREE)).isEmpty();
            assertThat(world.node().whereis(EXTRA)).isEmpty();
        }
    }

    // ---- an HTTP server

    static HttpServer serve(Ref<Echo> echo) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext(
                "/",
                exchange -> {
                    try (exchange) {
                        var answer = answer(echo, exchange.getRequestURI().getPath().substring(1));
                        var body = answer.orElse("").getBytes(StandardCharsets.UTF_8);
                        exchange.sendResponseHeaders(
                                answer.isPresent() ? 200 : 503, body.length == 0 ? -1 : body.length);
                        if (body.length > 0) {
                            exchange.getResponseBody().write(body);
                        }
                    }
                });
        server.start();
        return server;
    }

    private static Optional<String> answer(Ref<Echo> echo, String text) {
        try {
            return Optional.of(echo.call(new Say(text)));
        } catch (CallFailed failed) {
            return Optional.empty();
        }
    }

    @Test
    void an_http_server_asks_an_actor() throws Exception {
        try (var node = Node.start(Supervisor.oneForOne(Child.server(ECHO, Echoing::new)));
                var client = HttpClient.newHttpClient()) {
            var server = serve(node.ref(ECHO));
            try {
                var base = "http://localhost:" + server.getAddress().getPort() + "/";
                assertThat(get(client, base + "hello").body()).isEqualTo("hello");
                assertThat(get(client, base).statusCode()).isEqualTo(503);
                assertThat(get(client, base + "again").body()).isEqualTo("again");
            } finally {
                server.stop(0);
            }
        }
    }

    private static HttpResponse<String> get(HttpClient client, String uri) throws Exception {
        return client.send(HttpRequest.newBuilder(URI.create(uri)).build(), HttpResponse.BodyHandlers.ofString());
    }
}
