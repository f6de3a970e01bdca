package dev.coppice.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The committed page: built from the sources that lie beside it, and all that it needs.
class BundleTest {
    private static final Path SOURCES = Path.of("src/page");
    private static final Path BUNDLE = Path.of("src/main/resources/dev/coppice/observe/page");
    private final Garden garden = Garden.open();

    @AfterEach
    void close() {
        garden.close();
    }

    @Nested
    class The_bundle {
        @Test
        void was_built_from_the_present_sources() throws Exception {
            var all = new ByteArrayOutputStream();
            try (var files = Files.list(SOURCES)) {
                for (var file : files.filter(Files::isRegularFile).sorted().toList()) {
                    all.write(Files.readAllBytes(file));
                }
            }
            var hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(all.toByteArray()));
            assertThat(Files.readString(BUNDLE.resolve("sources.sha256")).strip())
                    .as("the page's sources have changed: run ./coppice page, and commit what it makes")
                    .isEqualTo(hash);
        }

        @Test
        void asks_nobody_else_for_anything() throws IOException {
            for (var file : java.util.List.of("index.html", "app.css", "app.js")) {
                assertThat(Files.readString(BUNDLE.resolve(file)).replace("http://www.w3.org/", ""))
                        .as(file)
                        .doesNotContainPattern("https?://");
            }
            assertThat(Files.readString(BUNDLE.resolve("index.html"))).doesNotContain("<style", "onclick", "<script>");
        }

        @ParameterizedTest
        @CsvSource({"/,text/html", "/app.js,text/javascript", "/app.css,text/css", "/icon.svg,image/svg+xml"})
        void is_served(String path, String type) {
            var answer = garden.get(path);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("Content-Type"))
                    .hasValueSatisfying(is -> assertThat(is).startsWith(type));
            assertThat(answer.body()).isNotEmpty();
            assertThat(answer.body()).doesNotContain(Garden.TOKEN);
        }
    }
}
