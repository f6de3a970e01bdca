package dev.coppice.examples.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.Config;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The leak verdict of `./coppice soak`.
@Tag("#138")
class GrowthTest {
    private static final int LOOKS = 40;
    private static final long MEGABYTE = 1 << 20;

    /// Looks that only waver, but for one vital that grows by so much a look from one look to another and then stays.
    private static List<Vitals> looks(String growing, long step, int from, int to) {
        var chance = new SplittableRandom(7);
        var looks = new ArrayList<Vitals>();
        for (int i = 0; i < LOOKS; i++) {
            long grown = step * Math.clamp(i - from, 0, to - from);
            looks.add(
                    new Vitals(
                            about(100, chance) + (growing.equals("actors") ? grown : 0),
                            about(90, chance) + (growing.equals("links") ? grown : 0),
                            about(50, chance) + (growing.equals("monitors") ? grown : 0),
                            about(10, chance) + (growing.equals("timers") ? grown : 0),
                            about(20, chance) + (growing.equals("names") ? grown : 0),
                            about(80, chance) + (growing.equals("threads") ? grown : 0),
                            about(12, chance) + (growing.equals("carriers") ? grown : 0),
                            40 * MEGABYTE + chance.nextLong(MEGABYTE) + (growing.equals("heap") ? grown * MEGABYTE : 0),
                            about(60, chance) + (growing.equals("files") ? grown : 0)));
        }
        return looks;
    }

    private static long about(long value, SplittableRandom chance) {
        return value + chance.nextLong(-1, 2);
    }

    @Nested
    class The_verdict {
        @ParameterizedTest
        @ValueSource(strings = {"actors", "links", "monitors", "timers", "names", "threads", "heap", "files"})
        void is_red_for_the_one_kind_that_grows_by_one_a_look(String kind) {
            assertThat(Growth.of(looks(kind, 1, 0, LOOKS)).leaks())
                    .singleElement()
                    .asString()
                    .startsWith(kind + " grow: ");
        }

        @Test
        void is_green_where_all_only_waver() {
            assertThat(Growth.of(looks("none", 0, 0, LOOKS)).leaks()).isEmpty();
            assertThat(Growth.of(List.of()).leaks()).isEmpty();
        }

        @Test
        void is_green_for_what_grew_in_the_beginning_only() {
            assertThat(Growth.of(looks("threads", 15, 0, LOOKS / 4)).leaks()).isEmpty();
        }

        @Test
        void is_red_for_what_begins_to_grow_in_the_middle() {
            assertThat(Growth.of(looks("timers", 1, LOOKS / 2, LOOKS)).leaks()).hasSize(1);
        }

        @Test
        void lets_the_pool_of_carriers_fill_up_and_not_overflow() {
            assertThat(Growth.of(looks("carriers", 5, 0, LOOKS)).leaks()).isEmpty();
            assertThat(Growth.of(looks("carriers", 10, 0, LOOKS)).leaks())
                    .singleElement()
                    .asString()
                    .contains("carriers are more than the 256");
        }
    }

    /// What a broken program keeps, one of each kind at a time.
    private static final class Plants implements AutoCloseable {
        private final List<byte[]> heap = new ArrayList<>();
        private final List<InputStream> files = new ArrayList<>();
        private final CountDownLatch over = new CountDownLatch(1);
        private final Pid<Object> keeper;
        private int planted;

        Plants(Node node) {
            keeper =
                    node.spawn(
                            Server.<Object>of(() ->
                                    (message, self) -> {
                                        plant(self);
                                        ((CountDownLatch) message).countDown();
                                    }));
        }

        private void plant(Self<Object> self) {
            Name<String> name = Name.of("plant-" + planted++);
            var child = self.spawnLinked(Server.<String>of(() -> (_, _) -> {}).named(name));
            self.monitor(child, down -> down);
            self.sendAfter(Duration.ofDays(1), "never");
        }

        void one() throws Exception {
            var planted = new CountDownLatch(1);
            keeper.send(planted);
            planted.await();
            Thread.startVirtualThread(this::stay);
            heap.add(new byte[512 * 1024]);
            files.add(Files.newInputStream(Path.of(System.getProperty("java.home"), "release")));
        }

        private void stay() {
            try {
                over.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() throws IOException {
            over.countDown();
            for (var file : files) {
                file.close();
            }
        }
    }

    @Nested
    class A_leak_of_every_kind {
        @Test
        void is_seen_where_it_is_and_not_where_it_is_not() throws Exception {
            try (var node = Node.start(Config.defaults().quiet());
                    var plants = new Plants(node)) {
                assertThat(Growth.of(look(node, () -> {})).leaks()).as("nothing leaks").isEmpty();
                assertThat(Growth.of(look(node, plants::one)).leaks())
                        .extracting(leak -> leak.substring(0, leak.indexOf(' ')))
                        .containsExactly("actors", "links", "monitors", "timers", "names", "threads", "heap", "files");
            }
        }

        private interface Step {
            void run() throws Exception;
        }

        private static List<Vitals> look(Node node, Step between) throws Exception {
            var looks = new ArrayList<Vitals>();
            for (int i = 0; i < 10; i++) {
                between.run();
                looks.add(Vitals.of(node));
            }
            return looks;
        }
    }
}
