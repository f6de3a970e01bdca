package dev.coppice.conformance.world;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("#134")
class DeterminismTest {

    @Test
    void a_seed_goes_the_same_way_twice_in_one_jvm_and_each_seed_its_own() {
        var hashes = Determinism.hashes(20);
        assertThat(Determinism.hashes(20)).isEqualTo(hashes);
        assertThat(new HashSet<>(hashes)).hasSize(20);
    }

    @Test
    void a_seed_goes_the_same_way_in_a_fresh_jvm_interpreted_with_another_collector_on_one_carrier() throws Exception {
        assertThat(Determinism.elsewhere(5)).isEqualTo(Determinism.hashes(5));
    }
}
