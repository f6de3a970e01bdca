package dev.coppice.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
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
        void has_no_power_over_the_terminal() {
            garden.node.spawn(Garden.plant().labelled("\u001b[2Jcleared\u202e"));
            run(garden.address().toString());
            assertThat(out.toString()).contains("?[2Jcleared?").doesNotContain("\u001b", "\u202e");
        }
    }

    @Nested
    class A_wrong_address {
        @ParameterizedTest
        @ValueSource(strings = {"https://127.0.0.1:4000", "http://", "::", "ftp://x", "http://a b"})
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
        void missing_shows_the_usage() {
            assertThat(run()).isEqualTo(2);
            assertThat(err.toString()).contains("Missing required parameter").contains("URL");
        }
    }
}
