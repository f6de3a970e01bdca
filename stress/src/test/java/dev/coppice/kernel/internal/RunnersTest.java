package dev.coppice.kernel.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunnersTest {

    @Nested
    class The_table {
        @ParameterizedTest
        @ValueSource(ints = {1, 2, 64})
        void finds_whoever_is_entered_and_nobody_else(int width) {
            var random = new Random(width);
            var runners = new Runners(width);
            var entered = new HashMap<Thread, Runner>();
            var all = new ArrayList<Thread>();
            for (int i = 0; i < 400; i++) {
                all.add(Thread.ofVirtual().unstarted(() -> {}));
            }
            for (int step = 0; step < 20_000; step++) {
                // Grows, then shrinks, then grows again.
                var thread = all.get(random.nextInt(step / 5_000 % 2 == 0 ? all.size() : 20));
                var runner = entered.remove(thread);
                if (runner == null) {
                    runner = RunnersStress.on(thread);
                    runners.enter(runner, thread);
                    entered.put(thread, runner);
                } else {
                    runners.leave(runner, thread);
                    runner.thread = null;
                }
                assertThat(runners.of(thread)).as("step " + step).isSameAs(entered.get(thread));
                if (step % 500 == 0) {
                    for (var each : all) {
                        assertThat(runners.of(each)).as("step " + step).isSameAs(entered.get(each));
                    }
                }
            }
        }
    }
}
