package dev.coppice.examples.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The program as it is started: a JVM of its own.
class MainTest {
    private static final Pattern LISTENING = Pattern.compile("listening address=\"/127.0.0.1:(\\d+)\"");

    private static Process start(String... options) throws IOException {
        var java = ProcessHandle.current().info().command().orElse("java");
        var command =
                Stream.concat(
                                Stream.of(
                                        java,
                                        "-Dlogback.configurationFile=logback.xml",
                                        "-cp",
                                        System.getProperty("java.class.path"),
                                        Main.class.getName()),
                                Stream.of(options))
                        .toList();
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static int port(BufferedReader output) throws IOException {
        for (var line = output.readLine(); line != null; line = output.readLine()) {
            var found = LISTENING.matcher(line);
            if (found.find()) {
                return Integer.parseInt(found.group(1));
            }
        }
        throw new IllegalStateException("the broker ended before it listened");
    }

    @Nested
    class A_sigterm {
        @Test
        @Tag("#111")
        void ends_it_in_order_within_the_deadline_and_tells_each_event_in_a_line() throws Exception {
            var process = start("--port", "0", "--observer", "0");
            var output = process.inputReader(UTF_8);
            try (var client = RawClient.connected(port(output), "client", false)) {
                // The handle's way: Process.destroy would close the output, too.
                process.toHandle().destroy();
                assertThat(client.next()).as("its socket was closed, not left").isEmpty();
            }
            var lines = output.lines().toList();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as("128 + SIGTERM").isEqualTo(143);
            assertThat(lines)
                    .filteredOn(line -> line.contains(" connected "))
                    .hasSize(1)
                    .first()
                    .asString()
                    .contains("client=\"client\"", "clean=\"false\"", "present=\"false\"");
            assertThat(lines).filteredOn(line -> line.contains(" disconnected ")).hasSize(1);
            assertThat(lines).filteredOn(line -> line.contains("observer ends")).hasSize(1);
            assertThat(lines).noneMatch(line -> line.contains("ERROR") || line.contains("Exception"));
        }
    }

    @Nested
    class A_queue_that_retained_messages_fill {
        @Test
        void is_told_in_a_line_like_any_other() throws Exception {
            var process = start("--port", "0", "--observer", "off", "--max-queue", "1");
            var output = process.inputReader(UTF_8);
            try (var client = RawClient.connected(port(output), "client", true)) {
                for (var topic : List.of("r/1", "r/2")) {
                    client.send(0x31, RawClient.bytes(topic), new byte[] {1});
                }
                client.subscribe("r/+", 0);
                assertThat(client.receive().topic()).isEqualTo("r/1");
            }
            process.toHandle().destroy();
            assertThat(output.lines().filter(line -> line.contains("dropped: its queue is full")))
                    .hasSize(1)
                    .first()
                    .asString()
                    .contains("client=\"client\"", "topic=\"r/2\"");
        }
    }

    @Nested
    class A_port_in_use {
        @Test
        void ends_it_with_status_1_and_names_the_reason() throws Exception {
            try (var broker = TestBroker.start()) {
                var process = start("--port", "" + broker.port(), "--observer", "off");
                var lines = process.inputReader(UTF_8).lines().toList();
                assertThat(process.waitFor()).isEqualTo(1);
                assertThat(lines).anyMatch(line -> line.contains("Address already in use"));
            }
        }
    }

    @Nested
    class A_wrong_option {
        @Test
        void ends_it_with_the_remedy_and_not_with_a_stack() throws Exception {
            for (var options :
                    List.of(
                            List.of("--prot", "1"),
                            List.of("--port", "70000"),
                            List.of("--rules", "no-such-file"),
                            List.of("--max-queue", "0"),
                            List.of("--observer", "nowhere"),
                            List.of("--observer", "65536"))) {
                var process = start(options.toArray(String[]::new));
                var lines = process.inputReader(UTF_8).lines().toList();
                assertThat(process.waitFor()).isEqualTo(2);
                assertThat(lines).anyMatch(line -> line.contains(options.getFirst()));
                assertThat(lines).noneMatch(line -> line.contains("\tat "));
            }
        }
    }
}
