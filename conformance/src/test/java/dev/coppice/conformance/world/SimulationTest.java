package dev.coppice.conformance.world;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.testkit.Chaos;
import dev.coppice.testkit.World;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("#134")
@Tag("#136")
class SimulationTest {

    /// The same that `./coppice simulate` runs for a hundred thousand seeds.
    @Test
    void a_thousand_seeds_of_everything_at_once_break_no_law_and_meet_every_fault() {
        var counts = new TreeMap<String, Long>();
        World.explore(
                1_000,
                world -> {
                    var simulation = new Simulation();
                    simulation.run(world);
                    simulation.counts().forEach((what, count) -> counts.merge(what, count, Long::sum));
                });
        assertThat(counts)
                .containsKeys(
                        Arrays.stream(Chaos.Fault.values()).map(fault -> "fault: " + fault).toArray(String[]::new));
        assertThat(
                        counts.entrySet().stream()
                                .filter(count -> count.getKey().startsWith("fault: "))
                                .mapToLong(Map.Entry::getValue)
                                .sum())
                .isGreaterThan(25_000);
    }
}
