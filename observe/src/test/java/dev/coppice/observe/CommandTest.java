package dev.coppice.observe;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("#104")
class CommandTest {
    private final Garden garden = Garden.open();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @AfterEach
    void close() {
        garden.close();
    }

    private int run(String... args) {
        return Command.run(new PrintWriter(out), new PrintWriter(err), args);
    }

    @Nested
    class The_tree {
        @Test
        void is_shown_indented_with_what_matters() {
            garden.facts();
            assertThat(run(garden.address().toString())).isZero();
            assertThat(out.toString().lines().toList())
                    .anySatisfy(line -> assertThat(line).startsWith("garden: ").contains("actors"))
                    .anyMatch("  - rose  Plant"::equals)
                    .anyMatch(line -> line.startsWith("- supervisor"));
            assertThat(err.toString()).isEmpty();
        }

        @Test
        void is_json_for_programs() {
            assertThat(run("127.0.0.1:" + garden.address().getPort(), "--json")).isZero();
            var json = Garden.JSON.readTree(out.toString());
            assertThat(json.at("/node/name").asString()).isEqualTo("garden");
            assertThat(json.at("/tree").findValuesAsString("name")).contains("rose", Garden.HOSTILE.value());
        }

        @Test
        void is_cut_where_it_is_told_to_be() {
            garden.facts();
            run(garden.address().toString(), "--lines", "1");
            assertThat(out.toString()).contains("more (--lines").doesNotContain("rose");
        }

        @Test
        void is_written_the_same_in_every_country() {
            var here = Locale.getDefault();
            Locale.setDefault(Locale.GERMANY);
            try {
                var node = Garden.JSON.readTree("{\"name\": \"garden\", \"actors\": 1234, \"received\": 5678}");
                var tree =
                        Garden.JSON.readTree("[{\"row\": {\"name\": \"rose\", \"queued\": 1234, \"rate\": 1234.5}}]");
                var none = Garden.JSON.readTree("[]");
                assertThat(Terminal.lines(node, tree, none, none))
                        .anySatisfy(line -> assertThat(line).contains("1,234 actors, 5,678 messages/s"))
                        .anySatisfy(line -> assertThat(line).contains("1,234 queued", "1,234.5/s"))
                        .anySatisfy(line -> assertThat(line).contains("and 1,233 more"));
            } finally {
                Locale.setDefault(here);
            }
        }

        @Test
        void has_no_power_over_the_terminal() {
            garden.node.spawn(Garden.plant().labelled("\u001b[2Jcleared\u202e"));
            run(garden.address().toString());
            assertThat(out.toString()).contains("?[2Jcleared?").doesNotContain("\u001b", "\u202e");
        }
    }

    @Nested
    class A_wrong_address {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "https://127.0.0.1:4000",
                    "http://",
                    "::",
                    "ftp://x",
                    "http://a b",
                    "127.0.0.1:99999",
                    "http://127.0.0.1:0/"
                })
        void is_said_to_be_wrong(String url) {
            assertThat(run(url)).isEqualTo(2);
            assertThat(err.toString()).contains("the URL must be like").doesNotContain("\tat ");
        }

        @Test
        void where_nobody_listens_is_named() throws Exception {
            int free;
            try (var socket = new ServerSocket(0)) {
                free = socket.getLocalPort();
            }
            assertThat(run("http://127.0.0.1:" + free)).isEqualTo(1);
            assertThat(err.toString()).contains("nobody listens at http://127.0.0.1:" + free);
        }

        @Test
        void where_nobody_has_time_shows_no_empty_node() throws Exception {
            var busy = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
            busy.createContext(
                    "/",
                    exchange -> {
                        try (exchange) {
                            var body =
                                    "{\"error\": \"too many requests at once; try again\"}"
                                            .getBytes(StandardCharsets.UTF_8);
                            exchange.sendResponseHeaders(503, body.length);
                            exchange.getResponseBody().write(body);
                        }
                    });
            busy.start();
            try {
                assertThat(run("127.0.0.1:" + busy.getAddress().getPort())).isEqualTo(1);
            } finally {
                busy.stop(0);
            }
            assertThat(err.toString()).contains("/api/node was answered with status 503");
            assertThat(out.toString()).isEmpty();
        }

        @Test
        void missing_shows_the_usage() {
            assertThat(run()).isEqualTo(2);
            assertThat(err.toString()).contains("Missing required parameter").contains("URL");
        }
    }
}
