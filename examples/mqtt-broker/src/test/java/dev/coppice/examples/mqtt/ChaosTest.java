package dev.coppice.examples.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class ChaosTest {

    @Nested
    class Sixty_kills {
        @Test
        void lose_no_acknowledged_message_and_leave_nothing_behind() {
            var chaos = Chaos.of("--kills", "60", "--rate", "10", "--publishers", "10", "--subscribers", "10");
            var result = chaos.result();
            assertThat(result.missing()).as("seed %d, %s", chaos.seed, result.kills()).isEmpty();
            assertThat(result.leftBehind()).as("seed %d, %s", chaos.seed, result.kills()).isEmpty();
            assertThat(result.acknowledged()).isGreaterThan(50);
            assertThat(result.kills().values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(60);
            assertThat(result.kills()).containsOnlyKeys(Chaos.Kind.values());
        }
    }
}
