package dev.coppice.otp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.ExitReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/// Strategy × restart type × reason × position, each cell typed by hand from the rules. The children are `a b c`; one of them, of the
/// type of the row, exits; its siblings are permanent. A cell says what is done, and behind `=` who is there afterwards: `a` runs, `(a)`
/// is kept without an actor.
@Tag("#66")
@Tag("#68")
class DecisionTableTest {

    // strategy, type, reason               | a exits                            | b exits                        | c
    // exits
    private static final String TABLE =
            """
            ONE_FOR_ONE  PERMANENT Normal     | +a = a b c                         | +b = a b c                     | +c = a b c
            ONE_FOR_ONE  PERMANENT Shutdown   | +a = a b c                         | +b = a b c                     | +c = a b c
            ONE_FOR_ONE  PERMANENT Killed     | +a = a b c                         | +b = a b c                     | +c = a b c
            ONE_FOR_ONE  PERMANENT NoProcess  | +a = a b c                         | +b = a b c                     | +c = a b c
            ONE_FOR_ONE  PERMANENT Crashed    | +a = a b c                         | +b = a b c                     | +c = a b c
            ONE_FOR_ONE  PERMANENT Escalation | END -c -b = (a) (b) (c)            | END -c -a = (a) (b) (c)        | END -b -a = (a) (b) (c)
            ONE_FOR_ONE  TRANSIENT Normal     | = (a) b c                          | = a (b) c                      | = a b (c)
            ONE_FOR_ONE  TRANSIENT Shutdown   | = (a) b c                          | = a (b) c                      | = a b (c)
            ONE_FOR_ONE  TRANSIENT Killed     | +a = a b c                         | +b = a b c                     | +c = a b c
            ONE_FOR_ONE  TRANSIENT NoProcess  | +a = a b c                         | +b = a b c                     | +c = a b c
            ONE_FOR_ONE  TRANSIENT Crashed    | +a = a b c                         | +b = a b c                     | +c = a b c
            ONE_FOR_ONE  TRANSIENT Escalation | END -c -b = (a) (b) (c)            | END -c -a = (a) (b) (c)        | END -b -a = (a) (b) (c)
            ONE_FOR_ONE  TEMPORARY Normal     | = b c                              | = a c                          | = a b
            ONE_FOR_ONE  TEMPORARY Shutdown   | = b c                              | = a c                          | = a b
            ONE_FOR_ONE  TEMPORARY Killed     | = b c                              | = a c                          | = a b
            ONE_FOR_ONE  TEMPORARY NoProcess  | = b c                              | = a c                          | = a b
            ONE_FOR_ONE  TEMPORARY Crashed    | = b c                              | = a c                          | = a b
            ONE_FOR_ONE  TEMPORARY Escalation | END -c -b = (a) (b) (c)            | END -c -a = (a) (b) (c)        | END -b -a = (a) (b) (c)
            ONE_FOR_ALL  PERMANENT Normal     | -c -b +a +b +c = a b c             | -c -a +a +b +c = a b c         | -b -a +a +b +c = a b c
            ONE_FOR_ALL  PERMANENT Shutdown   | -c -b +a +b +c = a b c             | -c -a +a +b +c = a b c         | -b -a +a +b +c = a b c
            ONE_FOR_ALL  PERMANENT Killed     | -c -b +a +b +c = a b c             | -c -a +a +b +c = a b c         | -b -a +a +b +c = a b c
            ONE_FOR_ALL  PERMANENT NoProcess  | -c -b +a +b +c = a b c             | -c -a +a +b +c = a b c         | -b -a +a +b +c = a b c
            ONE_FOR_ALL  PERMANENT Crashed    | -c -b +a +b +c = a b c             | -c -a +a +b +c = a b c         | -b -a +a +b +c = a b c
            ONE_FOR_ALL  PERMANENT Escalation | END -c -b = (a) (b) (c)            | END -c -a = (a) (b) (c)        | END -b -a = (a) (b) (c)
            ONE_FOR_ALL  TRANSIENT Normal     | = (a) b c                          | = a (b) c                      | = a b (c)
            ONE_FOR_ALL  TRANSIENT Shutdown   | = (a) b c                          | = a (b) c                      | = a b (c)
            ONE_FOR_ALL  TRANSIENT Killed     | -c -b +a +b +c = a b c             | -c -a +a +b +c = a b c         | -b -a +a +b +c = a b c
            ONE_FOR_ALL  TRANSIENT NoProcess  | -c -b +a +b +c = a b c             | -c -a +a +b +c = a b c         | -b -a +a +b +c = a b c
            ONE_FOR_ALL  TRANSIENT Crashed    | -c -b +a +b +c = a b c             | -c -a +a +b +c = a b c         | -b -a +a +b +c = a b c
            ONE_FOR_ALL  TRANSIENT Escalation | END -c -b = (a) (b) (c)            | END -c -a = (a) (b) (c)        | END -b -a = (a) (b) (c)
            ONE_FOR_ALL  TEMPORARY Normal     | = b c                              | = a c                          | = a b
            ONE_FOR_ALL  TEMPORARY Shutdown   | = b c                              | = a c                          | = a b
            ONE_FOR_ALL  TEMPORARY Killed     | = b c                              | = a c                          | = a b
            ONE_FOR_ALL  TEMPORARY NoProcess  | = b c                              | = a c                          | = a b
            ONE_FOR_ALL  TEMPORARY Crashed    | = b c                              | = a c                          | = a b
            ONE_FOR_ALL  TEMPORARY Escalation | END -c -b = (a) (b) (c)            | END -c -a = (a) (b) (c)        | END -b -a = (a) (b) (c)
            REST_FOR_ONE PERMANENT Normal     | -c -b +a +b +c = a b c             | -c +b +c = a b c               | +c = a b c
            REST_FOR_ONE PERMANENT Shutdown   | -c -b +a +b +c = a b c             | -c +b +c = a b c               | +c = a b c
            REST_FOR_ONE PERMANENT Killed     | -c -b +a +b +c = a b c             | -c +b +c = a b c               | +c = a b c
            REST_FOR_ONE PERMANENT NoProcess  | -c -b +a +b +c = a b c             | -c +b +c = a b c               | +c = a b c
            REST_FOR_ONE PERMANENT Crashed    | -c -b +a +b +c = a b c             | -c +b +c = a b c               | +c = a b c
            REST_FOR_ONE PERMANENT Escalation | END -c -b = (a) (b) (c)            | END -c -a = (a) (b) (c)        | END -b -a = (a) (b) (c)
            REST_FOR_ONE TRANSIENT Normal     | = (a) b c                          | = a (b) c                      | = a b (c)
            REST_FOR_ONE TRANSIENT Shutdown   | = (a) b c                          | = a (b) c                      | = a b (c)
            REST_FOR_ONE TRANSIENT Killed     | -c -b +a +b +c = a b c             | -c +b +c = a b c               | +c = a b c
            REST_FOR_ONE TRANSIENT NoProcess  | -c -b +a +b +c = a b c             | -c +b +c = a b c               | +c = a b c
            REST_FOR_ONE TRANSIENT Crashed    | -c -b +a +b +c = a b c             | -c +b +c = a b c               | +c = a b c
            REST_FOR_ONE TRANSIENT Escalation | END -c -b = (a) (b) (c)            | END -c -a = (a) (b) (c)        | END -b -a = (a) (b) (c)
            REST_FOR_ONE TEMPORARY Normal     | = b c                              | = a c                          | = a b
            REST_FOR_ONE TEMPORARY Shutdown   | = b c                              | = a c                          | = a b
            REST_FOR_ONE TEMPORARY Killed     | = b c                              | = a c                          | = a b
            REST_FOR_ONE TEMPORARY NoProcess  | = b c                              | = a c                          | = a b
            REST_FOR_ONE TEMPORARY Crashed    | = b c                              | = a c                          | = a b
            REST_FOR_ONE TEMPORARY Escalation | END -c -b = (a) (b) (c)            | END -c -a = (a) (b) (c)        | END -b -a = (a) (b) (c)
            """;

    // strategy, what the siblings are      | a crashes                          | b crashes                      | c
    // crashes
    private static final String SIBLINGS =
            """
            ONE_FOR_ONE  TEMPORARY            | +a = a b c                         | +b = a b c                     | +c = a b c
            ONE_FOR_ALL  TEMPORARY            | -c -b +a = a                       | -c -a +b = b                   | -b -a +c = c
            REST_FOR_ONE TEMPORARY            | -c -b +a = a                       | -c +b = a b                    | +c = a b c
            ONE_FOR_ONE  TRANSIENT            | +a = a b c                         | +b = a b c                     | +c = a b c
            ONE_FOR_ALL  TRANSIENT            | -c -b +a +b +c = a b c             | -c -a +a +b +c = a b c         | -b -a +a +b +c = a b c
            REST_FOR_ONE TRANSIENT            | -c -b +a +b +c = a b c             | -c +b +c = a b c               | +c = a b c
            """;

    private static final List<String> IDS = List.of("a", "b", "c");

    @Nested
    class A_child_that_exits {

        @TestFactory
        List<DynamicTest> is_treated_as_its_cell_says() {
            var tests = new ArrayList<DynamicTest>();
            for (var row : TABLE.strip().lines().toList()) {
                var cells = row.split("\\|");
                var head = cells[0].strip().split(" +");
                for (int i = 0; i < 3; i++) {
                    var child = IDS.get(i);
                    var expected = cells[i + 1].strip();
                    tests.add(
                            DynamicTest.dynamicTest(
                                    cells[0].strip() + " " + child,
                                    () ->
                                            check(
                                                    head[0],
                                                    child,
                                                    Child.Restart.valueOf(head[1]),
                                                    Child.Restart.PERMANENT,
                                                    reason(head[2]),
                                                    expected)));
                }
            }
            assertThat(tests).hasSize(3 * 3 * 6 * 3);
            return tests;
        }
    }

    @Nested
    class The_siblings_of_a_permanent_child_that_crashes {

        @TestFactory
        List<DynamicTest> are_treated_as_their_cell_says() {
            var tests = new ArrayList<DynamicTest>();
            for (var row : SIBLINGS.strip().lines().toList()) {
                var cells = row.split("\\|");
                var head = cells[0].strip().split(" +");
                for (int i = 0; i < 3; i++) {
                    var child = IDS.get(i);
                    var expected = cells[i + 1].strip();
                    tests.add(
                            DynamicTest.dynamicTest(
                                    cells[0].strip() + " " + child,
                                    () ->
                                            check(
                                                    head[0],
                                                    child,
                                                    Child.Restart.PERMANENT,
                                                    Child.Restart.valueOf(head[1]),
                                                    Puppets.CRASH,
                                                    expected)));
                }
            }
            assertThat(tests).hasSize(3 * 2 * 3);
            return tests;
        }
    }

    private static void check(
            String strategy,
            String exits,
            Child.Restart type,
            Child.Restart siblings,
            ExitReason reason,
            String expected) {
        var children =
                IDS.stream().map(id -> Puppets.child(id, id.equals(exits) ? type : siblings)).toArray(Child[]::new);
        var puppets = Puppets.up(supervisor(strategy, children).intensity(1, Duration.ofSeconds(5)));

        puppets.exits(exits, reason);

        assertThat((puppets.trace() + " = " + puppets.state()).strip()).isEqualTo(expected);
        assertThat(puppets.ended).isEqualTo(expected.startsWith("END") ? reason : null);
        assertThat(puppets.retries).as("no start failed").isEmpty();
    }

    private static Supervisor supervisor(String strategy, Child... children) {
        return switch (Supervisor.Strategy.valueOf(strategy)) {
            case ONE_FOR_ONE -> Supervisor.oneForOne(children);
            case ONE_FOR_ALL -> Supervisor.oneForAll(children);
            case REST_FOR_ONE -> Supervisor.restForOne(children);
        };
    }

    private static ExitReason reason(String word) {
        return switch (word) {
            case "Normal" -> new ExitReason.Normal();
            case "Shutdown" -> new ExitReason.Shutdown("done");
            case "Killed" -> new ExitReason.Killed();
            case "NoProcess" -> new ExitReason.NoProcess();
            case "Crashed" -> Puppets.CRASH;
            case "Escalation" -> Puppets.ESCALATION;
            default -> throw new IllegalArgumentException(word);
        };
    }
}
