package dev.coppice.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Mailbox;
import dev.coppice.kernel.Server;
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

        @Test
        void of_calls_and_waits_shows_who_called_whom_and_who_handed_its_place_on() throws Exception {
            try (var garden = Garden.open();
                    var recording = new Recording()) {
                recording.enable("dev.coppice.Call").withoutThreshold();
                recording.enable("dev.coppice.HandOff");
                recording.start();
                var facts = garden.facts();
                assertThat(facts.flight().taps()).isTrue();
                // Of a class of its own: one that was seen to block in foreign code runs beside the places, and has
                // none to hand on.
                var gardener =
                        garden.node.spawn(
                                Server.<Garden.Ask>of(() ->
                                                (ask, self) -> {
                                                    ask.whom().call(new Water(1));
                                                    self.done(ask);
                                                })
                                        .labelled("gardener"));
                var open = new CountDownLatch(1);
                var entered = new CountDownLatch(1);
                garden.rose().send(new Hold(entered, open));
                entered.await();
                var asked = gardener.ask(new Garden.Ask(garden.rose()));
                while (gardener.info().waitsFor().isEmpty()) {
                    Thread.onSpinWait();
                }
                open.countDown();
                asked.await();
                // The rose answers before it has told of a call, and takes the next one after that.
                garden.rose().call(new Water(2));
                gardener.stop();
                Garden.gone(gardener);
                recording.stop();
                var file = folder.resolve("calls.jfr");
                recording.dump(file);
                assertThat(print(file))
                        .contains("dev.coppice.Call", "dev.coppice.HandOff")
                        .contains("caller = \"/gardener\"", "Garden$Water", "caller = \"outside\"")
                        .containsPattern("waited = [0-9]")
                        .doesNotContain("litres=1");
            }
        }

        @Test
        void taps_the_node_only_as_long_as_it_wants_calls() {
            try (var garden = Garden.open()) {
                var facts = garden.facts();
                assertThat(facts.flight().taps()).isFalse();
                try (var other = new Recording()) {
                    other.enable("dev.coppice.Spawn");
                    other.start();
                    facts.flight().look();
                    assertThat(facts.flight().taps()).as("spawns need no tap").isFalse();
                }
                try (var recording = new Recording()) {
                    recording.enable("dev.coppice.Call");
                    recording.start();
                    assertThat(facts.flight().taps()).isTrue();
                }
                assertThat(facts.flight().taps()).isFalse();
            }
        }

        @Test
        void with_our_profile_takes_pinned_threads_calls_and_hand_offs_and_can_leave_calls_out() throws Exception {
            var profile = Objects.requireNonNull(Facts.class.getResourceAsStream("coppice.jfc"));
            var settings = Configuration.create(new InputStreamReader(profile, StandardCharsets.UTF_8)).getSettings();
            assertThat(settings)
                    .containsEntry("dev.coppice.Call#enabled", "true")
                    .containsEntry("dev.coppice.HandOff#enabled", "true")
                    .containsEntry("jdk.VirtualThreadPinned#enabled", "true");
            var here = folder.resolve("coppice.jfc");
            java.nio.file.Files.copy(Objects.requireNonNull(Facts.class.getResourceAsStream("coppice.jfc")), here);
            var quiet = folder.resolve("quiet.jfc");
            var jfr = Path.of(System.getProperty("java.home"), "bin", "jfr");
            var process =
                    new ProcessBuilder(
                                    jfr.toString(),
                                    "configure",
                                    "--input",
                                    here.toString(),
                                    "--output",
                                    quiet.toString(),
                                    "calls=false")
                            .redirectErrorStream(true)
                            .start();
            var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(said).isZero();
            assertThat(Configuration.create(quiet).getSettings())
                    .containsEntry("dev.coppice.Call#enabled", "false")
                    .containsEntry("dev.coppice.HandOff#enabled", "false")
                    .containsEntry("dev.coppice.Spawn#enabled", "true");
        }
    }
}
