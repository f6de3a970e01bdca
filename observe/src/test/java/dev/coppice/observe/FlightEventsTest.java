package dev.coppice.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Mailbox;
import dev.coppice.observe.Garden.Hold;
import dev.coppice.observe.Garden.Note;
import dev.coppice.observe.Garden.Water;
import dev.coppice.observe.Garden.Wither;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import jdk.jfr.Configuration;
import jdk.jfr.Recording;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("#101")
class FlightEventsTest {
    @TempDir private Path folder;

    /// What `jfr print` shows of it.
    private static String print(Path recording) throws Exception {
        var jfr = Path.of(System.getProperty("java.home"), "bin", "jfr");
        var process =
                new ProcessBuilder(jfr.toString(), "print", "--categories", "Coppice", recording.toString())
                        .redirectErrorStream(true)
                        .start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Nested
    class A_recording {
        @Test
        void with_our_profile_has_what_happened() throws Exception {
            var profile = Objects.requireNonNull(Facts.class.getResourceAsStream("coppice.jfc"));
            var open = new CountDownLatch(1);
            try (var garden = Garden.open();
                    var recording =
                            new Recording(
                                    Configuration.create(new InputStreamReader(profile, StandardCharsets.UTF_8)))) {
                recording.start();
                var rose = garden.rose();
                rose.send(new Wither(new IllegalStateException("dry")));
                Garden.gone(rose);
                garden.node.ref(Garden.ROSE).call(new Water(1));
                rose.send(new Note("secret"));
                var stuck = garden.node.spawn(Garden.plant(Mailbox.unbounded().highWater(5)).labelled("stuck"));
                var entered = new CountDownLatch(1);
                stuck.send(new Hold(entered, open));
                entered.await();
                for (int i = 0; i < 10; i++) {
                    stuck.send(new Note("n"));
                }
                assertThatThrownBy(() -> stuck.within(Duration.ofMillis(1)).call(new Water(1)))
                        .isInstanceOf(CallFailed.class);
                open.countDown();
                stuck.stop();
                Garden.gone(stuck);
                recording.stop();
                var file = folder.resolve("garden.jfr");
                recording.dump(file);
                assertThat(print(file))
                        .contains(
                                "dev.coppice.Spawn",
                                "dev.coppice.Exit",
                                "dev.coppice.Restart",
                                "dev.coppice.HighWater",
                                "dev.coppice.DeadLetter",
                                "dev.coppice.CallTimedOut")
                        .contains("IllegalStateException: dry", "/stuck", "rose")
                        .doesNotContain("secret");
            } finally {
                open.countDown();
            }
        }
    }
}
