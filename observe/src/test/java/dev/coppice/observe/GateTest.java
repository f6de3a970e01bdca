package dev.coppice.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.observe.Gate.Head;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GateTest {
    private static final String TOKEN = "0123456789abcdef";
    private static final String URI = "/api/actor?at=1&do=kill";
    private final Gate gate = new Gate(TOKEN, false, Optional.empty());

    private static Head head(
            String method,
            @Nullable String host,
            @Nullable String origin,
            @Nullable String site,
            @Nullable String token) {
        return new Head(
                method,
                URI,
                Optional.ofNullable(host),
                Optional.ofNullable(origin),
                Optional.ofNullable(site),
                Optional.ofNullable(token));
    }

    private static int status(Gate gate, Head head) {
        return gate.refuses(head).map(Gate.Refusal::status).orElse(200);
    }

    @Nested
    class A_host {
        @ParameterizedTest
        @ValueSource(
                strings = {"127.0.0.1:4000", "localhost:4000", "localhost", "[::1]:4000", "[::1]", "127.0.0.2:4000"})
        void of_the_loopback_is_let_in(String host) {
            assertThat(status(gate, head("GET", host, null, null, null))).isEqualTo(200);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "evil.example",
                    "127.0.0.1.evil.example:4000",
                    "localhost.evil:4000",
                    "10.0.0.1:4000",
                    "127.0.0.2.evil:1",
                    ""
                })
        void of_others_is_not_even_when_it_leads_here(String host) {
            assertThat(status(gate, head("GET", host, null, null, null))).isEqualTo(421);
        }

        @Test
        void must_be_said() {
            assertThat(status(gate, head("GET", null, null, null, null))).isEqualTo(421);
        }

        @Test
        void may_be_any_when_the_observer_was_told_to_listen_elsewhere() {
            var open = new Gate(TOKEN, false, Optional.of("0.0.0.0"));
            assertThat(status(open, head("GET", "ops.example:4000", null, null, null))).isEqualTo(200);
            assertThat(status(open, head("GET", "ops.example:4000", "http://evil.example", null, null))).isEqualTo(403);
        }
    }

    @Nested
    class Another_page {
        @ParameterizedTest
        @CsvSource({
            "http://evil.example,",
            "http://localhost:9999,",
            "null,",
            ",cross-site",
            ",same-site",
        })
        void is_kept_out_even_with_the_token(@Nullable String origin, @Nullable String site) {
            assertThat(status(gate, head("POST", "localhost:4000", origin, site, TOKEN))).isEqualTo(403);
            assertThat(status(gate, head("GET", "localhost:4000", origin, site, TOKEN))).isEqualTo(403);
        }

        @Test
        void may_link_to_the_page_itself() {
            var link =
                    new Head(
                            "GET",
                            "/",
                            Optional.of("localhost:4000"),
                            Optional.empty(),
                            Optional.of("cross-site"),
                            Optional.empty());
            assertThat(status(gate, link)).isEqualTo(200);
        }
    }

    @Nested
    class A_change {
        @Test
        void may_come_through_a_proxy_that_speaks_tls() {
            var open = new Gate(TOKEN, false, Optional.of("0.0.0.0"));
            assertThat(status(open, head("POST", "ops.example", "https://ops.example", "same-origin", TOKEN)))
                    .isEqualTo(200);
            assertThat(status(open, head("POST", "ops.example", "https://evil.example", null, TOKEN))).isEqualTo(403);
        }

        @Test
        void needs_the_token() {
            assertThat(status(gate, head("POST", "localhost", null, null, TOKEN))).isEqualTo(200);
            assertThat(status(gate, head("POST", "localhost", "http://localhost", "same-origin", TOKEN)))
                    .isEqualTo(200);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {"", "0123456789abcdeX", "0123456789abcde", "0123456789abcdef0", "\u00e90123456789abcde"})
        void is_refused_with_a_wrong_one(String wrong) {
            assertThat(status(gate, head("POST", "localhost", null, null, wrong))).isEqualTo(401);
        }

        @Test
        void is_refused_without_one_and_says_where_it_is() {
            assertThat(gate.refuses(head("POST", "localhost", null, null, null)))
                    .hasValueSatisfying(refusal -> assertThat(refusal.why()).contains("logged").doesNotContain(TOKEN));
        }

        @Test
        void is_refused_when_the_observer_is_read_only() {
            var readOnly = new Gate(TOKEN, true, Optional.empty());
            assertThat(status(readOnly, head("POST", "localhost", null, null, TOKEN))).isEqualTo(403);
            assertThat(status(readOnly, head("GET", "localhost", null, null, null))).isEqualTo(200);
        }

        @ParameterizedTest
        @ValueSource(strings = {"PUT", "DELETE", "OPTIONS", "TRACE", "<script>"})
        void comes_by_post_only(String method) {
            assertThat(status(gate, head(method, "localhost", null, null, TOKEN))).isEqualTo(405);
        }
    }

    @Nested
    class An_address {
        @Test
        void has_at_most_2000_characters() {
            var long_ =
                    new Head(
                            "GET",
                            "/" + "x".repeat(2_000),
                            Optional.of("localhost"),
                            Optional.empty(),
                            Optional.empty(),
                            Optional.empty());
            assertThat(status(gate, long_)).isEqualTo(414);
        }
    }
}
