package dev.coppice.examples.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.coppice.kernel.Mailbox;
import dev.coppice.testkit.Seeds;
import dev.coppice.testkit.World;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("#142")
class PipelineTest {

    /// Under every order of moves: no mailbox above its bound, nothing lost, nothing twice.
    @Seeds(50)
    void a_bounded_line_holds_no_more_than_its_bounds_and_loses_nothing(World world) {
        var result = Pipeline.run(world.node(), 100, Stage.bounded(3), number -> "00" + number);
        assertThat(result.beforeHash()).isLessThanOrEqualTo(3);
        assertThat(result.beforeSieve()).isLessThanOrEqualTo(3);
        assertThat(result.found().keySet()).containsExactlyElementsOf(IntStream.range(0, 100).boxed().toList());
        assertThat(world.node().counters().deadLettered()).isZero();
        assertThat(world.elapsed()).as("nobody waited for a time-out").isZero();
    }

    @Seeds(50)
    void a_line_that_breaks_ends_as_a_whole_and_says_why(World world) {
        assertThatThrownBy(() -> Pipeline.run(world.node(), 100, Stage.bounded(3), PipelineTest::breaksAtTen))
                .hasMessageContaining("the line broke")
                .hasMessageContaining("no hash of 10");
        world.settle();
        assertThat(world.node().children()).isEmpty();
    }

    private static String breaksAtTen(String number) {
        if (number.equals("10")) {
            throw new IllegalArgumentException("no hash of " + number);
        }
        return "00" + number;
    }

    @Test
    void an_unbounded_line_lets_the_source_run_ahead() {
        try (var world = World.seeded(42)) {
            var result = Pipeline.run(world.node(), 100, Mailbox.unbounded(), number -> "ff" + number);
            assertThat(result.found()).isEmpty();
            assertThat(result.beforeHash()).isGreaterThan(3);
        }
    }

    @Test
    void the_program_tells_how_much_waited() {
        var before = System.out;
        var told = new ByteArrayOutputStream();
        System.setOut(new PrintStream(told, true));
        try {
            Pipeline.main(new String[0]);
        } finally {
            System.setOut(before);
        }
        assertThat(told.toString().lines())
                .anyMatch(line -> line.matches("5000 numbers, [1-9]\\d* hashes begin with 00"))
                .anyMatch(line -> line.matches("mailboxes of 8: at most [0-8] numbers waited before the slow stage"))
                .contains("the same result: true");
    }
}
