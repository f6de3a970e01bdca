package dev.coppice.conformance.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `./coppice`, as somebody meets it who has just come.
class FrontDoorTest {
    @TempDir private Path elsewhere;

    /// What it says, to either stream.
    private String says(Path door) throws IOException, InterruptedException {
        var process =
                new ProcessBuilder(door.toString()).directory(elsewhere.toFile()).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes());
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    @Nested
    class Without_a_command {
        @Test
        void it_lists_them_from_wherever_it_is_called() throws Exception {
            assertThat(says(Tree.ROOT.resolve("coppice").toAbsolutePath()))
                    .startsWith("usage: ./coppice COMMAND")
                    .contains("  broker ", "  stress ", "  simulate ")
                    .doesNotContain("No such file");
        }

        @Test
        void it_does_the_same_through_links() throws Exception {
            var door = Tree.ROOT.resolve("coppice").toAbsolutePath();
            var bin = Files.createDirectory(elsewhere.resolve("a folder"));
            var link = Files.createSymbolicLink(bin.resolve("coppice"), door);
            var linkToLink = Files.createSymbolicLink(elsewhere.resolve("c"), bin.getFileName().resolve("coppice"));
            assertThat(says(link)).isEqualTo(says(door));
            assertThat(says(linkToLink)).isEqualTo(says(door));
        }
    }
}
