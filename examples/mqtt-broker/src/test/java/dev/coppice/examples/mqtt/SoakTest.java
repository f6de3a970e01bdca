package dev.coppice.examples.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class SoakTest {

    @Nested
    class Some_rounds_of_load_and_harm {
        @Test
        @Tag("#136")
        @Tag("#138")
        void lose_nothing_leave_nothing_behind_and_stop_nobody() {
            var soak = Soak.of("--minutes", "0.05", "--frames", "0", "--round", "1", "--pairs", "4", "--hogs", "1");
            var report = soak.report();
            assertThat(report.violations()).as("seed %d\n%s", soak.seed, report.text()).isEmpty();
            assertThat(report.deeds().faults()).as("each kind of harm").containsOnlyKeys(Monkey.Fault.values());
            assertThat(report.received()).isGreaterThan(100);
            assertThat(report.growth().looks()).hasSizeGreaterThan(1);
            assertThat(report.hogs().share()).as("beside others on the machine: %s", report.hogs()).isGreaterThan(0.05);
        }
    }

    @Nested
    class Its_verdict {
        @Test
        @Tag("#138")
        void notices_actors_names_and_messages_that_stay() {
            try (var broker = TestBroker.start()) {
                var node = broker.node();
                long atRest = node.counters().actors();
                var names = node.names().keySet();
                assertThat(Cleaning.left(broker.broker(), node, atRest, names, 0)).isEmpty();
                try (var stays = RawClient.connected(broker.port(), "stays", true)) {
                    stays.ping();
                    stays.receive();
                    assertThat(Cleaning.left(broker.broker(), node, atRest, names, 0))
                            .hasSize(3)
                            .satisfiesExactly(
                                    left -> assertThat(left).startsWith(atRest + 2 + " actors instead of " + atRest),
                                    left -> assertThat(left).isEqualTo("name session:stays"),
                                    left -> assertThat(left).isEqualTo("1 sockets instead of 0"));
                }
            }
        }

        @Test
        @Tag("#138")
        void counts_links_monitors_timers_and_files() {
            try (var broker = TestBroker.start()) {
                var before = Vitals.of(broker.node());
                try (var client = RawClient.connected(broker.port(), "c", true)) {
                    client.ping();
                    client.receive();
                    var with = Vitals.of(broker.node());
                    assertThat(with.actors()).isEqualTo(before.actors() + 2);
                    assertThat(with.links()).as("each with its supervisor").isEqualTo(before.links() + 2);
                    assertThat(with.monitors()).as("each of the other").isEqualTo(before.monitors() + 2);
                    assertThat(with.timers())
                            .as("the session waits for the earlier connection")
                            .isEqualTo(before.timers() + 1);
                    assertThat(with.names()).isEqualTo(before.names() + 1);
                    assertThat(with.files()).as("both ends").isGreaterThanOrEqualTo(before.files() + 2);
                    assertThat(with.heap()).isPositive();
                    assertThat(with.threads()).isPositive();
                }
            }
        }
    }
}
