package dev.coppice.conformance.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Plays a scenario on Coppice and compares with what Erlang did.
final class Comparison {
    private Comparison() {}

    /// The first line that differs, and both logs.
    record Divergence(Scenario scenario, List<String> erlang, List<String> coppice) {
        @Override
        public String toString() {
            var text = new StringBuilder("scenario:\n  ").append(scenario.term()).append('\n');
            for (int i = 0; i < Math.max(erlang.size(), coppice.size()); i++) {
                var theirs = i < erlang.size() ? erlang.get(i) : "(nothing)";
                var ours = i < coppice.size() ? coppice.get(i) : "(nothing)";
                text.append(i == 0 ? "start" : i > scenario.steps().size() ? "end" : "step " + i).append('\n');
                if (theirs.equals(ours)) {
                    text.append("    both     ").append(theirs).append('\n');
                } else {
                    text.append("  ! Erlang   ").append(theirs).append('\n');
                    text.append("  ! Coppice  ").append(ours).append('\n');
                }
            }
            return text.toString();
        }
    }

    /// Nothing when they agree.
    ///
    /// @param schedule the seed of the world in which Coppice plays
    static Optional<Divergence> compare(Scenario scenario, List<String> erlang, long schedule) {
        var log = new Log(scenario);
        var theirs = log.normal(erlang);
        var ours = log.normal(played(scenario, schedule));
        return theirs.equals(ours) ? Optional.empty() : Optional.of(new Divergence(scenario, theirs, ours));
    }

    /// An oracle of the world that is broken, or a hang, is a divergence too.
    private static List<String> played(Scenario scenario, long schedule) {
        try {
            return OnCoppice.play(scenario, schedule);
        } catch (AssertionError | IllegalStateException broken) {
            return new ArrayList<>(List.of("?" + broken.toString().replaceAll("[,|\n]", ";")));
        }
    }

    /// The smallest part of the scenario that still diverges.
    static Divergence shrunk(Divergence found, long schedule, OnErlang erlang) {
        var smallest =
                Shrinker.shrink(
                        found.scenario(),
                        candidate -> compare(candidate, erlang.play(candidate), schedule).isPresent());
        return compare(smallest, erlang.play(smallest), schedule).orElse(found);
    }
}
