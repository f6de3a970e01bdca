package dev.coppice.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.kernel.StartFailed;
import dev.coppice.observe.Garden.Note;
import dev.coppice.observe.Garden.Water;
import dev.coppice.observe.Garden.Wither;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebTest {
    private Garden garden = Garden.open();

    @AfterEach
    void close() {
        garden.close();
    }

    private String at(String name) {
        return garden.json("/api/search?q=" + name).at("/rows/0/at").asString();
    }

    private java.net.http.HttpResponse<String> act(String at, String what) {
        return garden.post("/api/actor?at=" + at + "&do=" + what, Gate.TOKEN, Garden.TOKEN);
    }

    @Nested
    @Tag("#104")
    class The_tree {
        @Test
        void is_told_level_by_level() {
            var top = garden.json("/api/tree").at("/rows");
            assertThat(top.findValuesAsString("path")).contains("/observer");
            var root = "" + garden.node.root().orElseThrow().id();
            var plants = garden.json("/api/tree?at=" + root).at("/rows");
            assertThat(plants.findValuesAsString("name")).containsExactly("rose", Garden.HOSTILE.value());
            assertThat(plants.findValuesAsString("at")).allMatch(at -> at.startsWith(root + "."));
        }

        @Test
        void is_told_page_by_page() {
            var root = garden.node.root().orElseThrow().id();
            var page = garden.json("/api/tree?at=" + root + "&offset=1&limit=1");
            assertThat(page.at("/total").asInt()).isEqualTo(2);
            assertThat(page.at("/rows").findValuesAsString("name")).containsExactly(Garden.HOSTILE.value());
            assertThat(garden.json("/api/tree?at=" + root + "&offset=999").at("/rows")).isEmpty();
        }

        @Test
        void as_lines_says_where_to_find_each_actor() {
            var lines = garden.json("/api/lines");
            assertThat(lines).hasSizeGreaterThan(3);
            for (var line : lines) {
                var found = garden.json("/api/actor?at=" + line.at("/row/at").asString());
                assertThat(found.at("/row/path")).isEqualTo(line.at("/row/path"));
            }
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "at=99999999999999999999999999",
                    "at=-1",
                    "at=1.2.3.4.5",
                    "at=%3Cscript%3E",
                    "at=.",
                    "at=1..",
                    "at=%00"
                })
        void says_that_nobody_is_there_whatever_is_asked(String query) {
            var answer = garden.get("/api/tree?" + query);
            assertThat(answer.statusCode()).isEqualTo(404);
            assertThat(Garden.JSON.readTree(answer.body()).at("/error").asString()).contains("no actor is at");
        }

        @ParameterizedTest
        @ValueSource(strings = {"offset=-5&limit=-5", "offset=x&limit=99999999999999", "&&==&offset", "limit=%ZZ"})
        void takes_nonsense_for_the_default(String query) throws IOException {
            // A raw socket: a client library would refuse to send some of it.
            assertThat(raw("GET /api/tree?" + query + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                    .containsAnyOf("HTTP/1.1 200", "HTTP/1.1 400")
                    .doesNotContain("\tat ");
        }
    }

    private String raw(String request) throws IOException {
        try (var socket = new Socket("127.0.0.1", garden.address().getPort())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Nested
    class Names_and_messages {
        @Test
        void of_hostile_people_are_data_in_json_and_never_a_type_that_runs() {
            var first = garden.rose();
            first.send(new Wither(new IllegalStateException("<img src=x onerror=alert(1)>")));
            Garden.gone(first);
            for (var path :
                    java.util.List.of(
                            "/api/search?q=script",
                            "/api/crashes",
                            "/api/lines",
                            "/api/top?by=<script>".replace("<", "%3C").replace(">", "%3E"))) {
                var answer = garden.get(path);
                assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
                assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
                assertThat(answer.headers().firstValue("Content-Security-Policy"))
                        .hasValueSatisfying(
                                policy -> assertThat(policy).contains("default-src 'none'").doesNotContain("unsafe"));
                Garden.JSON.readTree(answer.body());
            }
            assertThat(garden.json("/api/search?q=script").at("/rows/0/name").asString())
                    .isEqualTo(Garden.HOSTILE.value());
        }
    }

    @Nested
    @Tag("#103")
    class A_deed {
        @Test
        void without_the_token_changes_nothing() {
            var rose = garden.rose();
            for (var answer :
                    java.util.List.of(
                            garden.post("/api/actor?at=" + at("rose") + "&do=kill"),
                            garden.post("/api/actor?at=" + at("rose") + "&do=kill", Gate.TOKEN, "wrong"),
                            garden.post("/api/actor?at=" + at("rose") + "&do=kill&token=" + Garden.TOKEN))) {
                assertThat(answer.statusCode()).isEqualTo(401);
                assertThat(answer.body()).doesNotContain(Garden.TOKEN);
            }
            assertThat(rose.alive()).isTrue();
            assertThat(garden.rose()).isEqualTo(rose);
        }

        @Test
        void from_another_page_changes_nothing() throws IOException {
            var rose = garden.rose();
            assertThat(
                            raw(
                                    "POST /api/actor?at="
                                            + at("rose")
                                            + "&do=kill HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n"
                                            + Gate.TOKEN
                                            + ": "
                                            + Garden.TOKEN
                                            + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 403");
            assertThat(raw("GET /api/node HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 421");
            assertThat(rose.alive()).isTrue();
        }

        @Test
        void of_a_get_is_none() {
            var rose = garden.rose();
            assertThat(garden.get("/api/actor?at=" + at("rose") + "&do=kill", Gate.TOKEN, Garden.TOKEN).statusCode())
                    .isEqualTo(200);
            assertThat(rose.alive()).isTrue();
        }

        @Test
        void of_a_read_only_observer_is_refused() {
            garden.close();
            garden = Garden.open(Observer::readOnly);
            assertThat(act(at("rose"), "kill").statusCode()).isEqualTo(403);
            assertThat(garden.rose().alive()).isTrue();
            assertThat(garden.json("/api/node").at("/readOnly").asBoolean()).isTrue();
        }

        @Test
        void kills_and_the_supervisor_starts_another() {
            var rose = garden.rose();
            assertThat(act(at("rose"), "kill").statusCode()).isEqualTo(200);
            Garden.gone(rose);
            garden.node.ref(Garden.ROSE).call(new Water(1));
            assertThat(garden.rose()).isNotEqualTo(rose);
        }

        @Test
        void restarts_in_order_and_says_as_whom() {
            var rose = garden.rose();
            var answer = act(at("rose"), "restart");
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(Garden.JSON.readTree(answer.body()).at("/what").asString())
                    .contains("restarted as")
                    .contains("rose");
            assertThat(rose.alive()).isFalse();
            assertThat(garden.node.crashes()).isEmpty();
        }

        @Test
        void restarts_one_that_takes_longer_to_stop_than_anybody_waits() throws Exception {
            var entered = new java.util.concurrent.CountDownLatch(1);
            var open = new java.util.concurrent.CountDownLatch(1);
            var rose = garden.rose();
            rose.send(new Garden.Hold(entered, open));
            entered.await();
            var answer = act(at("rose"), "restart");
            open.countDown();
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).contains("then another is started");
            Garden.gone(rose);
            garden.settleSupervisor();
            assertThat(garden.node.whereis(Garden.ROSE)).isPresent();
        }

        @Test
        void that_cannot_be_done_says_why() {
            var single = garden.node.spawn(Garden.plant());
            var answer = act("" + single.id(), "restart");
            assertThat(answer.statusCode()).isEqualTo(409);
            assertThat(answer.body()).contains("kill this one");
            assertThat(single.alive()).isTrue();
            assertThat(act("" + single.id(), "dance").statusCode()).isEqualTo(400);
            assertThat(act("77777777", "kill").statusCode()).isEqualTo(404);
            assertThat(garden.post("/api/node", Gate.TOKEN, Garden.TOKEN).statusCode()).isEqualTo(405);
        }

        @Test
        void takes_nobody_for_a_supervisor_who_is_only_called_so() {
            var called = garden.node.spawn(Server.of(SupervisorServer::new));
            var child = called.call(new Plants());
            var answer = act(called.id() + "." + child.id(), "restart");
            assertThat(answer.body()).contains("only a child of a Supervisor can be restarted");
            assertThat(called.call(new Plants()).alive()).isTrue();
            assertThat(garden.node.crashes()).isEmpty();
        }

        /// A request that is none of a supervisor's.
        record Plants() implements Call<Plants, Pid<Garden.Msg>> {}

        static final class SupervisorServer implements Server<Plants> {
            @Override
            public void handle(Plants plants, Self<Plants> self) {
                self.reply(plants, self.spawn(Garden.plant()));
            }
        }

        @Test
        void suspends_and_resumes() {
            assertThat(act(at("rose"), "suspend").statusCode()).isEqualTo(200);
            garden.rose().send(new Note("waits"));
            var row = garden.json("/api/actor?at=" + at("rose"));
            assertThat(row.at("/row/status").asString()).isEqualTo("suspended");
            assertThat(row.at("/row/queued").asInt()).isEqualTo(1);
            assertThat(act(at("rose"), "resume").statusCode()).isEqualTo(200);
            assertThat(garden.rose().call(new Water(3))).isEqualTo(3);
        }

        @Test
        void stops_in_order() {
            var single = garden.node.spawn(Garden.plant());
            assertThat(act("" + single.id(), "stop").statusCode()).isEqualTo(200);
            assertThat(single.await()).isEqualTo(new dev.coppice.kernel.ExitReason.Normal());
        }
    }

    @Nested
    @Tag("#103")
    class An_actor {
        @Test
        void shows_its_inside_when_asked() {
            var root = "" + garden.node.root().orElseThrow().id();
            var view = garden.json("/api/actor?at=" + root + "&inside=true");
            assertThat(view.at("/inside/silent").asString()).isEmpty();
            assertThat(view.at("/links")).hasSize(2);
            assertThat(view.at("/row/behaviour").asString()).isEqualTo("SupervisorServer");
            assertThat(garden.json("/api/actor?at=" + at("rose")).at("/restartable").asBoolean()).isTrue();
        }

        @Test
        void that_is_busy_says_so_instead() throws Exception {
            var entered = new java.util.concurrent.CountDownLatch(1);
            var open = new java.util.concurrent.CountDownLatch(1);
            garden.rose().send(new Garden.Hold(entered, open));
            entered.await();
            var silent = garden.json("/api/actor?at=" + at("rose") + "&inside=true").at("/inside/silent").asString();
            open.countDown();
            assertThat(silent).contains("no answer").contains("Hold");
        }
    }

    @Nested
    class Every_route {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "/api/node",
                    "/api/tree",
                    "/api/lines",
                    "/api/search?q=x",
                    "/api/top",
                    "/api/kinds",
                    "/api/letters",
                    "/api/crashes",
                    "/api/alarms",
                    "/api/waits",
                    "/api/history",
                    "/api/scheduler",
                    "/health",
                    "/health/start",
                    "/health/live",
                    "/health/ready"
                })
        void answers_with_json(String path) {
            garden.tick();
            var answer = garden.get(path);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            Garden.JSON.readTree(answer.body());
        }

        @ParameterizedTest
        @ValueSource(strings = {"/api/", "/api/nothing", "/../../etc/passwd", "/page/app.js", "/app.js/", "/%2e%2e/x"})
        void that_is_none_is_404(String path) {
            var answer = garden.get(path);
            assertThat(answer.statusCode()).isEqualTo(404);
            assertThat(answer.body()).contains("nothing is at");
        }
    }

    @Nested
    class A_stream {
        private HttpResponse<java.io.InputStream> open() throws Exception {
            return HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(garden.at("/api/stream")).build(),
                            HttpResponse.BodyHandlers.ofInputStream());
        }

        @Test
        void tells_the_state_at_once_and_after_each_tick() throws Exception {
            try (var lines = new BufferedReader(new InputStreamReader(open().body(), StandardCharsets.UTF_8))) {
                assertThat(lines.readLine()).isEqualTo("event: node");
                assertThat(Garden.JSON.readTree(lines.readLine().substring("data: ".length())).at("/name").asString())
                        .isEqualTo("garden");
                assertThat(lines.readLine()).isEmpty();
                assertThat(lines.readLine()).isEqualTo("event: node");
            }
        }

        @Test
        void beyond_the_limit_is_refused_and_the_others_stay() throws Exception {
            garden.close();
            garden = Garden.open(observer -> observer.streams(2));
            try (var one = open().body();
                    var two = open().body()) {
                one.read();
                two.read();
                var third = open();
                assertThat(third.statusCode()).isEqualTo(503);
                assertThat(garden.get("/api/node").statusCode()).isEqualTo(200);
                assertThat(one.read()).isPositive();
            }
        }

        @Test
        void ends_with_the_node() throws Exception {
            try (var body = open().body()) {
                body.read();
                garden.node.close();
                assertThat(body.readAllBytes()).isNotNull();
            } catch (IOException closed) {
                assertThat(closed).hasMessageContaining("clos");
            }
        }
    }

    @Nested
    class A_port {
        @Test
        void in_use_fails_the_start_and_names_it() {
            int port = garden.address().getPort();
            assertThatThrownBy(() -> garden.node.spawn(Server.of(() -> new ObserverServer(Observer.on(port)))))
                    .isInstanceOf(StartFailed.class)
                    .hasStackTraceContaining("cannot listen on 127.0.0.1:" + port);
        }

        @ParameterizedTest
        @ValueSource(ints = {-1, 65_536, Integer.MAX_VALUE})
        void out_of_range_is_refused_by_name(int port) {
            assertThatThrownBy(() -> Observer.on(port))
                    .hasMessageContaining("port must be between 0 and 65535, was " + port);
        }

        @Test
        void is_not_opened_without_a_page() {
            garden.close();
            garden = Garden.open(_ -> Observer.withoutPage());
            assertThat(garden.pid.call(new Observer.GetAddress())).isEmpty();
            assertThat(garden.facts().census().actors()).isPositive();
        }

        @Test
        void opens_whatever_the_token_is_made_of() {
            garden.close();
            var token = "{a}%41^b&c+d#e\"<f\\>|`";
            garden = Garden.open(observer -> observer.token(token));
            assertThat(garden.address().getFragment()).isEqualTo("token=" + token);
            assertThat(garden.address().getRawFragment().substring("token=".length())).doesNotContain("&", "#", "+");
            assertThat(garden.post("/api/trace?do=end", Gate.TOKEN, token).statusCode()).isEqualTo(200);
        }

        @ParameterizedTest
        @ValueSource(strings = {"127.0.0.1", "localhost", "127.0.0.2", "::1", "[::1]"})
        void is_found_where_its_address_says(String bind) throws Exception {
            garden.close();
            try {
                garden = Garden.open(observer -> observer.bind(bind));
            } catch (StartFailed none) {
                assumeTrue(false, "this machine has no " + bind);
            }
            var node = HttpRequest.newBuilder(garden.address().resolve("/api/node")).build();
            var answer = HttpClient.newHttpClient().send(node, HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
        }

        @Test
        void listens_on_the_loopback_only() {
            assertThat(garden.address().getHost()).isEqualTo("127.0.0.1");
            assertThat(garden.address().getFragment()).isEqualTo("token=" + Garden.TOKEN);
        }
    }
}
