package dev.coppice.conformance.rig;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Numbers that only a process of its own can hold: the heap says what an actor may cost.
@Tag("#138")
class MultitudeTest {
    private static final String NOTHING = "0 left, 0 abandoned, 0 crashed, 0 messages unaccounted for";

    private static List<String> multitude(String heap, String shape, int size)
            throws IOException, InterruptedException {
        var command =
                List.of(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-Xmx" + heap,
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Multitude.class.getName(),
                        shape,
                        "" + size);
        var jvm = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        var said = new String(jvm.getInputStream().readAllBytes());
        var ended = jvm.waitFor(3, TimeUnit.MINUTES);
        assertThat(ended && jvm.exitValue() == 0).as(said).isTrue();
        return said.lines().toList();
    }

    @Nested
    class A_million_actors {
        @Test
        @Tag("#97")
        void live_at_once_in_half_a_gigabyte_and_end_with_their_node() throws Exception {
            assertThat(multitude("512m", "flat", 1_000_000))
                    .containsExactly("1000000 live, the last has heard 2", NOTHING);
        }
    }

    @Nested
    class A_tree {
        @Test
        void a_hundred_thousand_wide_stops_with_its_top() throws Exception {
            assertThat(multitude("128m", "wide", 100_000))
                    .containsExactly("100000 live, the first has heard 2", "0 live without it", NOTHING);
        }

        @Test
        @Tag("#82")
        void ten_thousand_deep_stops_with_its_top() throws Exception {
            assertThat(multitude("256m", "deep", 10_000))
                    .containsExactly("10000 live, the first has heard 2", "0 live without it", NOTHING);
        }
    }
}
