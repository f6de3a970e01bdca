package dev.coppice.examples.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("#138")
class SlopeTest {

    private static List<Long> series(int points, double slope, long noise, long seed) {
        var random = new SplittableRandom(seed);
        return LongStream.range(0, points)
                .mapToObj(i -> 1_000_000 + (long) (slope * i) + (noise == 0 ? 0 : random.nextLong(-noise, noise)))
                .toList();
    }

    @Nested
    class A_series {
        @Test
        void that_grows_under_noise_rises() {
            for (long seed = 0; seed < 100; seed++) {
                var slope = Slope.of(series(40, 100, 500, seed));
                assertThat(slope.perStep()).isBetween(50.0, 150.0);
                assertThat(slope.rises(1_000)).as("seed %d: %s", seed, slope).isTrue();
                assertThat(slope.rises(1_000_000)).as("more is tolerated").isFalse();
            }
        }

        @Test
        void that_only_wavers_does_not_rise() {
            long rising = LongStream.range(0, 200).filter(seed -> Slope.of(series(40, 0, 500, seed)).rises(0)).count();
            assertThat(rising).as("of 200 by chance").isLessThan(10);
        }

        @Test
        void that_falls_or_stands_does_not_rise() {
            assertThat(Slope.of(series(40, -100, 500, 1)).rises(0)).isFalse();
            assertThat(Slope.of(series(40, 0, 0, 1)).rises(0)).isFalse();
        }

        @Test
        void with_one_wild_point_has_the_slope_of_the_others() {
            var points = new java.util.ArrayList<>(series(40, 10, 0, 1));
            points.set(20, 90_000_000L);
            assertThat(Slope.of(points).perStep()).isBetween(9.0, 11.0);
        }

        @Test
        void too_short_to_say_does_not_rise() {
            assertThat(Slope.of(List.of(1L, 2L, 3L)).rises(0)).isFalse();
            assertThat(Slope.of(List.of()).rises(0)).isFalse();
        }
    }
}
