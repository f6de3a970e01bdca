package dev.coppice.examples.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.ResourceLeakDetector;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class FuzzTest {
    private static final long SEED = 20_261;

    @Nested
    class The_recordings {
        @Test
        void hold_every_packet_that_a_client_may_send() {
            var types =
                    Recorded.all().stream()
                            .flatMap(recorded -> recorded.packets().stream())
                            .map(packet -> (packet[0] & 0xf0) >> 4)
                            .distinct()
                            .sorted();
            assertThat(types)
                    .as("PUBREC and PUBCOMP come from a subscriber")
                    .containsExactly(1, 3, 4, 5, 6, 7, 8, 10, 12, 14);
        }
    }

    @Nested
    class The_mutator {
        @Test
        void makes_the_same_bytes_of_the_same_seed_and_others_of_another() {
            assertThat(connections(1)).isEqualTo(connections(1)).isNotEqualTo(connections(2));
        }

        private static String connections(long seed) {
            var random = new SplittableRandom(seed);
            var mutator = new Mutator(Recorded.all());
            return LongStream.range(0, 200)
                    .mapToObj(_ -> Arrays.deepToString(mutator.connection(random).toArray()))
                    .toList()
                    .toString();
        }
    }

    @Nested
    class Thousands_of_hostile_frames {
        @Test
        @Tag("#136")
        void crash_nothing_and_leave_nothing_behind_and_disturb_no_other_client() {
            var level = ResourceLeakDetector.getLevel();
            ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
            try (var broker = TestBroker.start("--max-queue", "200")) {
                var fuzz = Fuzz.run(broker.broker(), broker.node(), SEED, 5_000, 4);
                assertThat(fuzz.violations()).as(fuzz.toString()).isEmpty();
                assertThat(fuzz.frames()).isGreaterThanOrEqualTo(5_000);
                assertThat(fuzz.heard()).as("numbers that the bystanders exchanged").isGreaterThan(100);
            } finally {
                ResourceLeakDetector.setLevel(level);
            }
        }
    }
}
