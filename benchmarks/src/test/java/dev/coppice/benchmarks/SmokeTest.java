package dev.coppice.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Every workload on Coppice, a few hundred operations of each: no numbers, only whether it works.
class SmokeTest {
    private static final double SCALE = 0.0002;

    static Stream<Arguments> ours() {
        return Workloads.all()
                .filter(workload -> workload.kind() != Workload.Kind.PROCESS)
                .flatMap(workload ->
                        Systems.OURS.stream()
                                .filter(workload.systems()::contains)
                                .map(system -> arguments(workload.name(), system)));
    }

    static Stream<String> floors() {
        return Workloads.LIST.stream().map(Workload::name).filter(Floors::has);
    }

    private static Batch batch(Batch.On on, Coppice coppice, Meter meter) throws Exception {
        return on.of(coppice, meter);
    }

    @Nested
    class Running {

        @ParameterizedTest
        @MethodSource("dev.coppice.benchmarks.SmokeTest#ours")
        void does_its_work_twice_and_loses_nothing(String name, String system) throws Exception {
            var workload = Workloads.named(name);
            var meter = new Meter(SCALE);
            try (var coppice = (Coppice) Systems.start(system)) {
                var batch = batch(workload.batch(), coppice, meter);
                batch.run();
                meter.reset();
                batch.run();

                if (workload.kind() == Workload.Kind.RATE) {
                    assertThat(meter.operations()).isPositive();
                    assertThat(meter.result()).isPositive().isFinite();
                }
                assertThat(coppice.node.crashes().size()).isEqualTo(name.equals("restart") ? 2 : 0);
                assertThat(coppice.node.counters().deadLetters()).isEmpty();
            }
        }

        @ParameterizedTest
        @MethodSource("dev.coppice.benchmarks.SmokeTest#floors")
        void has_a_floor_that_runs(String name) throws Exception {
            var meter = new Meter(SCALE);

            Floors.of(name, meter).run();

            assertThat(meter.operations()).isNotNegative();
        }
    }
}
