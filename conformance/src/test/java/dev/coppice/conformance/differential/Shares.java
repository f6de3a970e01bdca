package dev.coppice.conformance.differential;

import dev.coppice.conformance.differential.Scenario.Reason;
import dev.coppice.conformance.differential.Scenario.Restart;
import dev.coppice.conformance.differential.Scenario.Step;
import dev.coppice.conformance.differential.Scenario.Strategy;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// How many scenarios met what. Counted is what happened on Erlang, not what was planned. Not safe for threads.
final class Shares {
    /// How a child ended, under what kind of supervisor.
    record End(Strategy strategy, Restart restart, Reason reason) {}

    private final Map<End, Integer> ends =
            new TreeMap<>(Comparator.comparing(End::strategy).thenComparing(End::restart).thenComparing(End::reason));
    private int scenarios;
    private int agreed;
    private int failingStarts;
    private int nested;
    private int ties;

    void add(Scenario scenario, List<String> erlang, boolean agrees) {
        scenarios++;
        agreed += agrees ? 1 : 0;
        failingStarts += erlang.stream().anyMatch(line -> line.contains("fail|")) ? 1 : 0;
        nested += scenario.nested() ? 1 : 0;
        ties += tied(scenario, erlang) ? 1 : 0;
        for (var end : ends(scenario, erlang)) {
            ends.merge(end, 1, Integer::sum);
        }
    }

    int scenarios() {
        return scenarios;
    }

    int agreed() {
        return agreed;
    }

    int percentFailingStarts() {
        return percent(failingStarts);
    }

    int percentNested() {
        return percent(nested);
    }

    int percentTies() {
        return percent(ties);
    }

    /// How many scenarios had an end of the kind that fewest had.
    int fewest() {
        return ends.size() < kinds() ? 0 : ends.values().stream().mapToInt(count -> count).min().orElse(0);
    }

    private static int kinds() {
        return Strategy.values().length * Restart.values().length * Reason.values().length;
    }

    private int percent(int part) {
        return scenarios == 0 ? 0 : 100 * part / scenarios;
    }

    private static boolean tied(Scenario scenario, List<String> erlang) {
        for (int i = 0; i < scenario.steps().size(); i++) {
            var step = scenario.steps().get(i);
            if ((step instanceof Step.Link || step instanceof Step.Monitor) && !erlang.get(i + 1).contains("skip")) {
                return true;
            }
        }
        return false;
    }

    private static Set<End> ends(Scenario scenario, List<String> erlang) {
        var ends = new HashSet<End>();
        var parents = scenario.parents();
        var types = scenario.types();
        for (int i = 0; i < scenario.steps().size(); i++) {
            var line = erlang.get(i + 1);
            ended(scenario.steps().get(i))
                    .filter(fatal -> types.containsKey(fatal.label()) && parents.containsKey(fatal.label()))
                    .filter(fatal ->
                            line.matches(
                                    "(.*,)?down\\|" + fatal.label() + "\\|\\d+\\|" + word(fatal.reason()) + "(,.*)?"))
                    .ifPresent(fatal ->
                            ends.add(
                                    new End(
                                            scenario.strategyOf(parents.get(fatal.label())),
                                            types.get(fatal.label()),
                                            fatal.reason())));
        }
        return ends;
    }

    private record Fatal(String label, Reason reason) {}

    private static Optional<Fatal> ended(Step step) {
        return switch (step) {
            case Step.Die(var by, var reason) -> Optional.of(new Fatal(by, reason));
            case Step.Exit(_, var to, var reason) -> Optional.of(new Fatal(to, reason));
            case Step.CallDie(_, var to, var reason) -> Optional.of(new Fatal(to, reason));
            case Step.CallStop(_, var to, var reason) -> Optional.of(new Fatal(to, reason));
            default -> Optional.empty();
        };
    }

    private static String word(Reason reason) {
        return switch (reason) {
            case NORMAL -> "normal";
            case SHUTDOWN -> "shutdown";
            case NOTED -> "shutdown:x";
            case BOOM -> "boom";
            case KILL -> "killed";
        };
    }

    @Override
    public String toString() {
        var text = new StringBuilder("strategy            restart    reason    scenarios\n");
        ends.forEach((end, count) ->
                text.append("%-19s %-10s %-9s %,9d%n".formatted(end.strategy(), end.restart(), end.reason(), count)));
        return text.append(
                        "%n%,d scenarios, %,d agreed; %d %% with failing starts, %d %% nested, %d %% with links or monitors; each of %d of %d (strategy, restart type, reason) in at least %,d%n"
                                .formatted(
                                        scenarios,
                                        agreed,
                                        percentFailingStarts(),
                                        percentNested(),
                                        percentTies(),
                                        ends.size(),
                                        kinds(),
                                        fewest()))
                .toString();
    }
}
