package dev.coppice.conformance.differential;

import dev.coppice.conformance.differential.Scenario.Peer;
import dev.coppice.conformance.differential.Scenario.Spec;
import dev.coppice.conformance.differential.Scenario.Strategy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Makes a failing scenario smaller as long as it fails: leaves out steps, plans, children and peers, and makes what is left plainer.
/// What a step says about somebody who is left out is skipped by both sides.
final class Shrinker {
    private Shrinker() {}

    static Scenario shrink(Scenario failing, Predicate<Scenario> fails) {
        var smallest = failing;
        for (var next = smaller(smallest, fails); !next.equals(smallest); next = smaller(smallest, fails)) {
            smallest = next;
        }
        return smallest;
    }

    private static Scenario smaller(Scenario scenario, Predicate<Scenario> fails) {
        return candidates(scenario).filter(fails).findFirst().orElse(scenario);
    }

    private static Stream<Scenario> candidates(Scenario scenario) {
        return Stream.of(
                        without(scenario.steps()).map(scenario::with),
                        scenario.plans().keySet().stream()
                                .map(label -> {
                                    var plans = new HashMap<>(scenario.plans());
                                    plans.remove(label);
                                    return new Scenario(scenario.root(), scenario.peers(), plans, scenario.steps());
                                }),
                        without(scenario.peers())
                                .map(peers -> new Scenario(scenario.root(), peers, scenario.plans(), scenario.steps())),
                        scenario.peers().stream()
                                .filter(Peer::traps)
                                .map(peer -> {
                                    var peers = new ArrayList<>(scenario.peers());
                                    peers.set(peers.indexOf(peer), new Peer(peer.label(), false));
                                    return new Scenario(scenario.root(), peers, scenario.plans(), scenario.steps());
                                }),
                        plainer(scenario.root())
                                .map(root ->
                                        new Scenario(
                                                (Spec.Group) root,
                                                scenario.peers(),
                                                scenario.plans(),
                                                scenario.steps())))
                .flatMap(candidate -> candidate);
    }

    private static <T> Stream<List<T>> without(List<T> all) {
        return IntStream.range(0, all.size())
                .mapToObj(i -> {
                    var fewer = new ArrayList<>(all);
                    fewer.remove(i);
                    return List.copyOf(fewer);
                });
    }

    private static Stream<Spec> plainer(Spec spec) {
        return switch (spec) {
            case Spec.Dynamic _ -> Stream.of();
            case Spec.Worker(var label, var restart, var traps, var significant, var brutal) ->
                    traps || brutal
                            ? Stream.of(new Spec.Worker(label, restart, false, significant, false))
                            : Stream.of();
            case Spec.Group group ->
                    Stream.of(
                                    without(group.children()).map(children -> (Spec) with(group, children)),
                                    IntStream.range(0, group.children().size())
                                            .boxed()
                                            .flatMap(i ->
                                                    plainer(group.children().get(i))
                                                            .map(child -> {
                                                                var children = new ArrayList<>(group.children());
                                                                children.set(i, child);
                                                                return (Spec) with(group, children);
                                                            })),
                                    group.strategy() == Strategy.ONE_FOR_ONE
                                            ? Stream.<Spec>of()
                                            : Stream.<Spec>of(
                                                    new Spec.Group(
                                                            group.label(),
                                                            group.restart(),
                                                            Strategy.ONE_FOR_ONE,
                                                            group.intensity(),
                                                            group.period(),
                                                            group.auto(),
                                                            group.significant(),
                                                            group.children())))
                            .flatMap(candidate -> candidate);
        };
    }

    private static Spec.Group with(Spec.Group group, List<Spec> children) {
        return new Spec.Group(
                group.label(),
                group.restart(),
                group.strategy(),
                group.intensity(),
                group.period(),
                group.auto(),
                group.significant(),
                List.copyOf(children));
    }
}
