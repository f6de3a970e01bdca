package dev.coppice.conformance.rig;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Failures that a process must have to itself, each in a JVM of 64 megabytes.
@Tag("#80")
class RigTest {

    private static List<String> rig(String kind) throws IOException, InterruptedException {
        var command =
                List.of(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-Xmx64m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Rig.class.getName(),
                        kind);
        var errors = Files.createTempFile("rig", ".err");
        try {
            var jvm = new ProcessBuilder(command).redirectError(errors.toFile()).start();
            var said = new String(jvm.getInputStream().readAllBytes());
            var ended = jvm.waitFor(2, TimeUnit.MINUTES);
            assertThat(ended && jvm.exitValue() == 0).as(said + Files.readString(errors)).isTrue();
            return said.lines().toList();
        } finally {
            Files.delete(errors);
        }
    }

    @Nested
    class A_process_out_of_memory {
        @Test
        void ends_the_actor_that_took_it_and_nobody_else() throws Exception {
            assertThat(rig("memory"))
                    .containsExactly(
                            "victim: OutOfMemoryError",
                            "next: well, with 0 hoarded",
                            "victim: OutOfMemoryError",
                            "next: well, with 0 hoarded",
                            "victim: OutOfMemoryError",
                            "next: well, with 0 hoarded",
                            "neighbour: well, with 0 hoarded, true");
        }
    }

    @Nested
    class A_thousand_overflown_stacks {
        @Test
        void end_a_thousand_actors_and_not_the_process() throws Exception {
            assertThat(rig("recursion")).containsExactly("overflown: 1000", "next: well, with 0 hoarded");
        }
    }

    @Nested
    @Tag("#21")
    class A_flood_for_one_who_is_stuck {
        @Test
        void stays_within_the_bound_of_its_mailbox() throws Exception {
            assertThat(rig("flood"))
                    .containsExactly(
                            "waiting: 1000", "dead letters: true, some told: true", "next: well, with 0 hoarded");
        }
    }
}
