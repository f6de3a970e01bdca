package dev.coppice.observe;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.Config;
import dev.coppice.kernel.Done;
import dev.coppice.kernel.Mailbox;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Recipe;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.otp.Child;
import dev.coppice.otp.Supervisor;
import dev.coppice.otp.Sys;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A node with an observer and some plants, and a client that speaks to its port.
final class Garden implements AutoCloseable {
    static final Name<Msg> ROSE = Name.of("rose");

    /// What anybody may choose as a name, and nobody should.
    static final Name<Msg> HOSTILE = Name.of("<script>alert(1)<\\script>\"'&");

    static final String TOKEN = "a-token-for-tests";

    sealed interface Msg {}

    record Water(int litres) implements Msg, Call<Water, Integer> {}

    record Note(String text) implements Msg {}

    record Wither(RuntimeException cause) implements Msg {}

    /// Stands still until the latch is open.
    record Hold(CountDownLatch entered, CountDownLatch open) implements Msg {}

    /// Calls somebody and waits.
    record Ask(Pid<Msg> whom) implements Msg, Call<Ask, Done> {}

    /// Keeps what it was given.
    static final class Plant implements Server<Msg> {
        private int litres;

        @Override
        public void handle(Msg msg, Self<Msg> self) throws Exception {
            switch (msg) {
                case Water w -> self.reply(w, litres += w.litres());
                case Note _ -> {}
                case Wither(var cause) -> throw cause;
                case Hold(var entered, var open) -> {
                    entered.countDown();
                    open.await();
                }
                case Ask a -> {
                    a.whom().call(new Water(1));
                    self.done(a);
                }
            }
        }
    }

    static final JsonMapper JSON = new JsonMapper();

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    final Node node;
    final Pid<Observer.Msg> pid;

    private Garden(Node node, Pid<Observer.Msg> pid) {
        this.node = node;
        this.pid = pid;
    }

    static Garden open() {
        return open(observer -> observer);
    }

    static Garden open(UnaryOperator<Observer> change) {
        var node =
                Node.start(
                        Supervisor.oneForOne(Child.server(ROSE, Plant::new), Child.server(HOSTILE, Plant::new))
                                .intensity(100, java.time.Duration.ofSeconds(5)),
                        Config.defaults().name("garden").quiet());
        return new Garden(node, node.spawn(change.apply(Observer.on(0).token(TOKEN))));
    }

    static Recipe<Msg> plant() {
        return Server.of(Plant::new);
    }

    static Recipe<Msg> plant(Mailbox mailbox) {
        return plant().mailbox(mailbox);
    }

    /// After a look at everything.
    Facts facts() {
        var facts = pid.call(new Observer.GetFacts());
        facts.look();
        return facts;
    }

    /// As after a second.
    Facts tick() {
        pid.send(new Observer.Tick());
        return facts();
    }

    Pid<Msg> rose() {
        return node.whereis(ROSE).orElseThrow();
    }

    URI address() {
        return pid.call(new Observer.GetAddress()).orElseThrow();
    }

    URI at(String path) {
        return URI.create("http://127.0.0.1:" + address().getPort() + path);
    }

    HttpResponse<String> get(String path, String... headers) {
        return send(HttpRequest.newBuilder(at(path)), headers);
    }

    HttpResponse<String> post(String path, String... headers) {
        return send(HttpRequest.newBuilder(at(path)).POST(HttpRequest.BodyPublishers.noBody()), headers);
    }

    private static HttpResponse<String> send(HttpRequest.Builder request, String... headers) {
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (java.io.IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    JsonNode json(String path) {
        return JSON.readTree(get(path).body());
    }

    /// What a dead one leaves: waits for its end.
    static void gone(Pid<?> pid) {
        pid.await();
    }

    /// Until the supervisor has handled, and told, all that happened to its children before.
    void settleSupervisor() {
        Sys.of(node.root().orElseThrow()).status();
    }

    @Override
    public void close() {
        node.close();
    }
}
