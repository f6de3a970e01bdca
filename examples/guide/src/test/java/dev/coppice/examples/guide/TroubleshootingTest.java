package dev.coppice.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.Node;
import dev.coppice.kernel.Self;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The code of `troubleshooting.md`.
@Tag("#143")
class TroubleshootingTest {
    @Test
    void where_to_look() {
        try (var node = Node.start()) {
            var pid =
                    node.spawn((Self<String> self) -> {
                        throw new IllegalStateException(self.receive());
                    });
            pid.send("broken");
            pid.await();
            IO.println(node.tree());
            node.crashes().forEach(IO::println);
            IO.println(node.counters());
            assertThat(node.crashes()).hasSize(1);
            assertThat(node.counters().unaccounted()).isZero();
        }
    }
}
