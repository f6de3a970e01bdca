package dev.coppice.kernel.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.spi.Alarm;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// The heap against a list that is sorted at each look.
class AlarmHeapTest {

    private static final class Bell extends Alarm {
        @Override
        public void ring() {}

        @Override
        public String toString() {
            return at + "/" + sequence;
        }
    }

    @Nested
    class Whatever_is_added_taken_back_and_due {
        @Test
        void comes_in_the_order_of_time_and_then_of_arrival() {
            for (long seed = 0; seed < 300; seed++) {
                run(new SplittableRandom(seed), "seed " + seed);
            }
        }

        private static void run(SplittableRandom random, String seed) {
            var heap = new AlarmHeap(0);
            var model = new ArrayList<Alarm>();
            long now = 0;
            for (int step = 0; step < 500; step++) {
                switch (random.nextInt(4)) {
                    case 0, 1 -> add(heap, model, now + random.nextInt(100), seed);
                    case 2 -> takeBack(heap, model, random, seed);
                    default -> {
                        now += random.nextInt(10);
                        due(heap, model, now, seed);
                    }
                }
                assertThat(heap.earliest()).as(seed).isEqualTo(model.isEmpty() ? Long.MAX_VALUE : first(model).at);
            }
            due(heap, model, now + 1_000, seed);
            assertThat(model).as(seed).isEmpty();
        }

        private static void add(AlarmHeap heap, List<Alarm> model, long at, String seed) {
            var bell = new Bell();
            boolean earliest = heap.add(bell, at);
            model.add(bell);
            assertThat(earliest).as(seed).isEqualTo(first(model) == bell);
        }

        private static void takeBack(AlarmHeap heap, List<Alarm> model, SplittableRandom random, String seed) {
            if (!model.isEmpty()) {
                var bell = model.remove(random.nextInt(model.size()));
                assertThat(heap.remove(bell)).as(seed).isTrue();
                assertThat(heap.remove(bell)).as(seed).isFalse();
            }
        }

        private static void due(AlarmHeap heap, List<Alarm> model, long now, String seed) {
            for (var bell = heap.due(now); bell != null; bell = heap.due(now)) {
                assertThat(bell).as(seed).isSameAs(first(model));
                assertThat(bell.at).as(seed).isLessThanOrEqualTo(now);
                model.remove(bell);
            }
            assertThat(model.stream().filter(bell -> bell.at <= now)).as(seed).isEmpty();
        }

        private static Alarm first(List<Alarm> model) {
            return model.stream()
                    .min(Comparator.<Alarm>comparingLong(bell -> bell.at).thenComparingLong(bell -> bell.sequence))
                    .orElseThrow();
        }
    }
}
