package dev.coppice.kernel.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What the watchdog's canary decides, with two cores, looked at each millisecond.
@Tag("#94")
class CanaryTest {
    private static final int CORES = 2;
    private static final int FIRST = 3 * CORES;
    private static final long MILLI = 1_000_000;

    private final Jvm jvm = new Jvm();
    private final Canary canary = new Canary(jvm, CORES, jvm.now);

    /// A JVM that uses both cores, unless a test has it otherwise.
    private static final class Jvm implements Canary.Carriers {
        private final Queue<Runnable> waiting = new ArrayDeque<>();
        private final List<Integer> raises = new ArrayList<>();
        private final List<Integer> lowered = new ArrayList<>();
        private long now = Long.MAX_VALUE - 20 * MILLI; // the clock runs over
        private long cpu;
        private long cpuPerMilli = CORES * MILLI;
        private long received;
        private int messagesPerMilli;
        private int standing;
        private int missing;
        private int kicks;
        private boolean hogged;

        @Override
        public void send(Runnable canary) {
            waiting.add(canary);
        }

        @Override
        public long cpu() {
            return cpu;
        }

        @Override
        public int missing() {
            return missing;
        }

        @Override
        public int raise(int step) {
            raises.add(step);
            return step;
        }

        @Override
        public void lower(int step) {
            lowered.add(step);
        }

        @Override
        public void kick() {
            kicks++;
        }

        private void passes(long millis) {
            now += millis * MILLI;
            cpu += millis * cpuPerMilli;
            received += millis * messagesPerMilli;
            while (!hogged && !waiting.isEmpty()) {
                waiting.remove().run();
            }
        }
    }

    private void looks(int millis) {
        for (int i = 0; i < millis; i++) {
            jvm.passes(1);
            canary.look(jvm.now, jvm.standing, jvm.received);
        }
    }

    private void raiseOnce() {
        jvm.hogged = true;
        while (canary.raised() == 0) {
            looks(1);
        }
        jvm.hogged = false;
        looks(1);
    }

    @Nested
    class An_alarm {
        @Test
        void is_raised_when_it_is_late_and_much_cpu_went_into_no_message() {
            jvm.hogged = true;
            looks(22);
            assertThat(jvm.raises).containsExactly(FIRST);
            assertThat(canary.raised()).isEqualTo(FIRST);
        }

        @Test
        void is_repeated_with_twice_as_many_each_time_while_nothing_gets_better() {
            jvm.hogged = true;
            looks(22 + 25 + 70);
            assertThat(jvm.raises).startsWith(FIRST, 2 * FIRST, 6 * FIRST);
        }

        @Test
        void is_not_raised_while_it_is_quick() {
            looks(3_000);
            assertThat(jvm.raises).isEmpty();
            assertThat(canary.away()).isFalse();
        }

        @Test
        void is_not_raised_when_others_have_the_cores() {
            jvm.hogged = true;
            jvm.cpuPerMilli = 0;
            looks(3_000);
            assertThat(jvm.raises).isEmpty();
            assertThat(canary.away()).as("still waited for").isTrue();
        }

        @Test
        void is_not_raised_where_the_cpu_time_cannot_be_had() {
            jvm.hogged = true;
            jvm.cpu = -1;
            jvm.cpuPerMilli = 0;
            looks(3_000);
            assertThat(jvm.raises).isEmpty();
        }

        @Test
        void is_not_raised_while_the_cpu_goes_into_messages() {
            jvm.hogged = true;
            jvm.messagesPerMilli = CORES;
            looks(3_000);
            assertThat(jvm.raises).isEmpty();
        }

        @Test
        void is_not_raised_when_the_whole_jvm_stood_still() {
            looks(1); // sent
            jvm.hogged = true;
            jvm.passes(500);
            canary.look(jvm.now, 0, jvm.received);
            looks(8);
            assertThat(jvm.raises).isEmpty();
        }

        @Test
        void wakes_carriers_that_may_run_and_do_not_before_it_asks_for_more() {
            jvm.hogged = true;
            jvm.missing = 1;
            looks(22);
            assertThat(jvm.kicks).isEqualTo(1);
            assertThat(jvm.raises).isEmpty();
            jvm.missing = 0;
            looks(9);
            assertThat(jvm.raises).containsExactly(FIRST);
        }
    }

    @Nested
    class A_relief {
        @Test
        void is_taken_back_by_halves_when_it_has_been_calm_for_a_second_each_time() {
            raiseOnce();
            looks(998);
            assertThat(jvm.lowered).isEmpty();
            looks(5_000);
            assertThat(jvm.lowered).containsExactly(3, 2, 1);
            assertThat(canary.raised()).isZero();
        }

        @Test
        void stays_while_places_stand_still() {
            raiseOnce();
            jvm.standing = CORES;
            looks(5_000);
            assertThat(jvm.lowered).isEmpty();
        }

        @Test
        void is_on_trial_on_a_node_that_works() {
            raiseOnce();
            jvm.messagesPerMilli = 10 * CORES;
            jvm.standing = CORES; // with more carriers than cores they only wait for their core
            looks(90);
            assertThat(jvm.lowered).isEmpty();
            looks(300);
            assertThat(canary.raised()).isZero();
        }

        @Test
        void is_on_a_longer_trial_when_its_alarm_came_back_soon() {
            raiseOnce();
            jvm.messagesPerMilli = 10 * CORES;
            looks(400);
            assertThat(canary.raised()).isZero();
            jvm.messagesPerMilli = 0;
            raiseOnce();
            jvm.messagesPerMilli = 10 * CORES;
            looks(390);
            assertThat(canary.raised()).isEqualTo(FIRST);
            looks(20);
            assertThat(canary.raised()).isLessThan(FIRST);
        }

        @Test
        void is_taken_back_when_the_node_ends() {
            raiseOnce();
            canary.stop();
            assertThat(jvm.lowered).containsExactly(FIRST);
            assertThat(canary.raised()).isZero();
        }
    }
}
