package dev.coppice.conformance.differential;

import dev.coppice.conformance.differential.Scenario.Reason;
import dev.coppice.conformance.differential.Scenario.Spec;
import dev.coppice.conformance.differential.Scenario.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What must be the same of what happened in a scenario: the events of each side, without the order that neither promises.
///
/// Kept in order are starts and ends of the children of one supervisor, step by step. What has no promised order, or is different on
/// purpose, has a rule below, each with its name.
final class Log {
    private final Scenario scenario;
    private final Map<String, Spec> supervisors;
    private final Map<String, String> parents;
    private final Set<String> paired;

    Log(Scenario scenario) {
        this.scenario = scenario;
        this.supervisors = scenario.supervisors();
        this.parents = scenario.parents();
        this.paired = paired();
    }

    /// One line a step, in a normal form.
    List<String> normal(List<String> steps) {
        var lines = new ArrayList<String>();
        for (int i = 0; i < steps.size(); i++) {
            var step =
                    i > 0 && i <= scenario.steps().size()
                            ? Optional.of(scenario.steps().get(i - 1))
                            : Optional.<Step>empty();
            lines.add(new Line(step, parse(steps.get(i))).normal());
        }
        return lines;
    }

    static List<String[]> parse(String line) {
        return line.isEmpty() ? List.of() : Arrays.stream(line.split(",")).map(event -> event.split("\\|")).toList();
    }

    private Set<String> paired() {
        var labels = new HashSet<String>();
        for (var step : scenario.steps()) {
            if (step instanceof Step.Link(var by, var to) && parents.containsKey(by) && parents.containsKey(to)) {
                labels.add(by);
                labels.add(to);
            }
        }
        return labels;
    }

    private final class Line {
        private final List<String[]> events;

        /// The supervisor that this step killed.
        private final Optional<String> killed;

        private final Set<String> dead;
        private final Map<String, List<String>> parts = new TreeMap<>();

        Line(Optional<Step> step, List<String[]> events) {
            this.events = events;
            this.killed =
                    step.flatMap(done ->
                                    done instanceof Step.Exit(_, var to, var reason) && reason == Reason.KILL
                                            ? Optional.of(to)
                                            : Optional.empty())
                            .filter(supervisors::containsKey);
            this.dead =
                    events.stream()
                            .filter(event -> event[0].equals("down"))
                            .map(event -> event[1] + "#" + event[2])
                            .collect(Collectors.toSet());
        }

        String normal() {
            for (var event : events) {
                switch (event[0]) {
                    case "start", "fail", "ignore" -> add(home(event[1]), event[0] + " " + event[1] + "#" + event[2]);
                    case "term", "down" ->
                            add(
                                    loose(event[1]) ? "~" : home(event[1]),
                                    event[0] + " " + event[1] + "#" + event[2] + " " + reason(event[1], event[3]));
                    case "got" -> got(event);
                    case "has" -> add("in " + event[1], has(event));
                    default -> add("!", String.join(" ", event));
                }
            }
            parts.replaceAll((part, events) -> unordered(part) ? events.stream().sorted().toList() : events);
            return parts.entrySet().stream()
                    .map(part -> part.getKey() + ": " + String.join(", ", part.getValue()))
                    .collect(Collectors.joining("; "));
        }

        /// "The exit or the down first": one that is linked with another and monitors it gets two notices of one end, in an open order.
        private static boolean unordered(String part) {
            return part.equals("~") || part.contains(" of ");
        }

        private void add(String part, String event) {
            parts.computeIfAbsent(part, _ -> new ArrayList<>()).add(event);
        }

        private String home(String label) {
            return parents.getOrDefault(label, "~");
        }

        /// "A message that raced with its receiver's end": whoever ended in this step may have handled it before or not.
        private void got(String[] event) {
            var receiver = event[1] + "#" + event[2];
            if (!dead.contains(receiver)) {
                add(receiver + " of " + event[4] + "#" + event[5], event[3] + " " + reason(event[4], event[6]));
            }
        }

        /// Three ends have no place in the order of a supervisor's own deeds: that of a worker linked with a sibling, which its sibling
        /// ends; that of a child of a dynamic supervisor, which stops all at once; that of a child whose supervisor was killed.
        private boolean loose(String label) {
            return paired.contains(label)
                    || supervisors.get(parents.getOrDefault(label, "")) instanceof Spec.Dynamic
                    || orphaned(label);
        }

        private boolean orphaned(String label) {
            for (var above = parents.get(label); above != null; above = parents.get(above)) {
                if (killed.isPresent() && killed.get().equals(above)) {
                    return true;
                }
            }
            return false;
        }

        /// otp-differences, "what an actor started belongs to it": the children of a killed supervisor are stopped, with `shutdown`, where
        /// those of OTP get its `killed` by their links. And so on to the peers that are linked with them.
        private String reason(String label, String reason) {
            var touched =
                    killed.isPresent()
                            && (orphaned(label) || !parents.containsKey(label) && !supervisors.containsKey(label));
            return touched && (reason.equals("killed") || reason.equals("shutdown")) ? "ended" : reason;
        }

        /// The children of a dynamic supervisor have no order.
        private String has(String[] event) {
            var children = Arrays.stream(event).skip(3);
            if (supervisors.get(event[1]) instanceof Spec.Dynamic) {
                children = children.sorted(Comparator.naturalOrder());
            }
            return event[2] + " of " + children.collect(Collectors.joining(" "));
        }
    }
}
