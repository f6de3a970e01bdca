package dev.coppice.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.observe.Alarm.Kind;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("#107")
class AlarmsTest {
    private static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");

    private static Alarms raised(Alarms alarms, String subject, int second) {
        return alarms.raise(Kind.LONG_QUEUE, subject, "detail " + second, "1.2", T0.plusSeconds(second));
    }

    @Nested
    class Raise {
        @Test
        void makes_one_alarm_of_many_and_counts_them() {
            var alarms = raised(raised(raised(Alarms.NONE, "/a", 0), "/b", 1), "/a", 2);
            assertThat(alarms.list())
                    .containsExactly(
                            new Alarm(Kind.LONG_QUEUE, "/a", "detail 2", T0, 2, "1.2", Optional.empty()),
                            new Alarm(
                                    Kind.LONG_QUEUE, "/b", "detail 1", T0.plusSeconds(1), 1, "1.2", Optional.empty()));
            assertThat(alarms.past()).isEmpty();
        }

        @Test
        void keeps_at_most_a_thousand() {
            var alarms = Alarms.NONE;
            for (int i = 0; i < 1_100; i++) {
                alarms = raised(alarms, "/" + i, i);
            }
            assertThat(alarms.list()).hasSize(1_000);
            assertThat(raised(alarms, "/5", 2_000).list()).hasSize(1_000).anyMatch(alarm -> alarm.times() == 2);
        }
    }

    @Nested
    class Clear {
        @Test
        void moves_it_to_the_past_with_the_time() {
            var alarms = raised(Alarms.NONE, "/a", 0).clear(Kind.LONG_QUEUE, "/a", T0.plusSeconds(9));
            assertThat(alarms.list()).isEmpty();
            assertThat(alarms.past())
                    .singleElement()
                    .satisfies(alarm -> assertThat(alarm.cleared()).contains(T0.plusSeconds(9)));
            assertThat(raised(alarms, "/a", 10).list().getFirst().times()).as("a new one").isEqualTo(1);
        }

        @Test
        void of_what_does_not_stand_changes_nothing() {
            var alarms = raised(Alarms.NONE, "/a", 0);
            assertThat(alarms.clear(Kind.HOG, "/a", T0)).isSameAs(alarms);
            assertThat(alarms.clear(Kind.LONG_QUEUE, "/b", T0)).isSameAs(alarms);
        }

        @Test
        void remembers_the_last_hundred() {
            var alarms = Alarms.NONE;
            for (int i = 0; i < 150; i++) {
                alarms = raised(alarms, "/" + i, i).clear(Kind.LONG_QUEUE, "/" + i, T0);
            }
            assertThat(alarms.past()).hasSize(100).first().extracting(Alarm::subject).isEqualTo("/149");
        }
    }

    @Nested
    class Memory {
        private final Watch watch = new Watch(text -> text);

        private boolean stands(long percent) {
            watch.memory(new Machine.Heap(percent, 100), T0);
            return watch.alarms().stands(Kind.MEMORY, "node");
        }

        @Test
        void is_raised_at_nine_tenths_and_cleared_below_eight() {
            assertThat(stands(89)).isFalse();
            assertThat(stands(90)).isTrue();
            assertThat(stands(85)).as("neither: it stays").isTrue();
            assertThat(stands(79)).isFalse();
            assertThat(stands(85)).as("neither: it stays away").isFalse();
            assertThat(watch.alarms().past()).hasSize(1);
        }
    }
}
