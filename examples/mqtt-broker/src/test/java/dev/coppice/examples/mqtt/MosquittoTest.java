package dev.coppice.examples.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The command line clients that everybody has. Where they are missing this is skipped, and says so.
class MosquittoTest {
    private final TestBroker broker = TestBroker.start();
    private final List<Process> started = new ArrayList<>();

    @BeforeAll
    static void are_installed() {
        boolean installed =
                Stream.of(System.getenv("PATH").split(":"))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "mosquitto_sub")));
        assumeTrue(
                installed, "mosquitto_sub is not in PATH: sh tools/install-test-tools.sh installs mosquitto-clients");
    }

    @AfterEach
    void close() {
        started.forEach(Process::destroyForcibly);
        broker.close();
    }

    private Process run(String command, String... options) throws IOException {
        var line =
                Stream.concat(Stream.of(command, "-h", "127.0.0.1", "-p", "" + broker.port()), Stream.of(options))
                        .toList();
        var process = new ProcessBuilder(line).redirectErrorStream(true).start();
        started.add(process);
        return process;
    }

    private void publish(String... options) throws Exception {
        assertThat(run("mosquitto_pub", options).waitFor()).isZero();
    }

    /// Returns when the broker has its subscription: what the client says of it stays in its buffer.
    private BufferedReader subscribe(String client, String... options) throws IOException {
        var process =
                run("mosquitto_sub", Stream.concat(Stream.of("-i", client), Stream.of(options)).toArray(String[]::new));
        assertThat(Chaos.eventually(() -> !broker.broker().store().subscriptions(client).isEmpty())).isTrue();
        return process.inputReader(UTF_8);
    }

    @Nested
    class Delivery {
        @ParameterizedTest
        @ValueSource(strings = {"0", "1", "2"})
        void goes_through_a_wildcard_at_each_qos(String qos) throws Exception {
            var subscriber = subscribe("s", "-v", "-t", "house/+/temperature", "-q", qos, "-C", "2");
            publish("-t", "house/kitchen/humidity", "-m", "unseen", "-q", qos);
            publish("-t", "house/kitchen/temperature", "-m", "21", "-q", qos);
            publish("-t", "house/cellar/temperature", "-m", "12", "-q", qos);
            assertThat(subscriber.lines())
                    .containsExactly("house/kitchen/temperature 21", "house/cellar/temperature 12");
        }

        @Test
        void brings_what_is_retained() throws Exception {
            publish("-t", "state", "-m", "on", "-r", "-q", "1");
            assertThat(run("mosquitto_sub", "-t", "state", "-C", "1").inputReader(UTF_8).lines()).containsExactly("on");
        }

        @Test
        void brings_what_came_while_a_persistent_client_was_away() throws Exception {
            assertThat(run("mosquitto_sub", "-t", "news", "-q", "2", "-i", "reader", "-c", "-E").waitFor()).isZero();
            publish("-t", "news", "-m", "one", "-q", "1");
            publish("-t", "news", "-m", "two", "-q", "2");
            var again =
                    run("mosquitto_sub", "-t", "news", "-q", "2", "-i", "reader", "-c", "-C", "2").inputReader(UTF_8);
            assertThat(again.lines()).containsExactly("one", "two");
        }
    }

    @Nested
    class A_will {
        @Test
        void is_published_when_the_client_is_killed() throws Exception {
            var watcher = subscribe("watcher", "-t", "will/#", "-C", "1");
            subscribe("mortal", "-t", "x", "--will-topic", "will/x", "--will-payload", "gone");
            started.getLast().destroyForcibly();
            assertThat(watcher.lines()).containsExactly("gone");
        }
    }

    @Nested
    class A_refusal {
        @Test
        void of_a_subscription_is_understood() throws Exception {
            var output = run("mosquitto_sub", "-t", "test/nosubscribe", "-d").inputReader(UTF_8);
            assertThat(output.lines()).anyMatch(line -> line.contains("128") || line.contains("denied"));
        }

        @Test
        void of_another_version_is_understood() throws Exception {
            for (var version : List.of("mqttv5", "mqttv31")) {
                assertThat(run("mosquitto_pub", "-V", version, "-t", "t", "-m", "m").waitFor()).isNotZero();
            }
            publish("-V", "mqttv311", "-t", "t", "-m", "m");
        }
    }
}
