package dev.coppice.otp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.coppice.kernel.Name;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Server;
import dev.coppice.otp.Doer.Do;
import dev.coppice.otp.Doer.Msg;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("#67")
class PartitionSupervisorTest {
    private static final Name<Msg> CACHE = Name.of("cache");

    private final PartitionSupervisor<Msg> partitions = PartitionSupervisor.of(CACHE, 4, _ -> Server.of(Doer::new));

    @Nested
    class A_key {
        @Test
        void always_means_the_same_partition_and_keys_are_spread() {
            var counts = new int[4];
            IntStream.range(0, 4_000).forEach(key -> counts[partitions.names().indexOf(partitions.name(key))]++);
            assertThat(Arrays.stream(counts).min().orElseThrow()).isGreaterThan(800);
            assertThat(partitions.name("k")).isSameAs(partitions.name("k"));
            assertThat(partitions.name(-1)).isIn(partitions.names());
        }

        @Test
        void finds_its_partition_again_after_a_crash() {
            try (var node = Node.start(partitions)) {
                var ref = node.ref(partitions.name("k"));
                var first = ref.call(new Do<>(self -> self.pid()));
                ref.send(
                        new Do<>(_ -> {
                            throw new IllegalStateException("boom");
                        }));
                first.await();
                var second = ref.call(new Do<>(self -> self.pid()));
                assertThat(second).isNotEqualTo(first);
                assertThat(node.names()).containsOnlyKeys("cache-0", "cache-1", "cache-2", "cache-3");
            }
        }
    }

    @Nested
    class A_partition_supervisor {
        @Test
        void gives_up_when_partitions_fail_too_often() {
            try (var node = Node.start(partitions.intensity(0, java.time.Duration.ofSeconds(5)))) {
                node.ref(partitions.name("k"))
                        .send(
                                new Do<>(_ -> {
                                    throw new IllegalStateException("boom");
                                }));
                assertThat(node.await().toString()).contains("gave up");
            }
        }

        @Test
        void has_at_least_one_partition() {
            assertThatThrownBy(() -> PartitionSupervisor.of(CACHE, 0, _ -> Server.of(Doer::new)))
                    .hasMessage("partitions must be at least 1, was 0");
        }
    }
}
