package dev.coppice.kernel.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The scheduler of one place, alone.
class PlacesTest {

    @Nested
    class Work_that_comes_while_the_last_worker_ends {
        @Test
        @Tag("#135")
        void is_not_left_behind() {
            var places = Outsider.placesWithoutWatchdog();
            assertThat(new Outsider(places).bringsWork(60_000)).as("all was done").isTrue();
            assertThat(places.anyWork()).isFalse();
        }
    }
}
