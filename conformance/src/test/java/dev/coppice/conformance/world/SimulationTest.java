package dev.coppice.conformance.world;

import dev.coppice.testkit.World;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("#134")
class SimulationTest {

    @Test
    void a_thousand_seeds_of_everything_at_once_break_no_law() {
        var begun = System.nanoTime();
        World.explore(Integer.getInteger("seeds", 100), new Simulation());
        System.out.println("took " + (System.nanoTime() - begun) / 1e9);
    }
}
