package dev.coppice.conformance.differential;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// What happens to one tree of supervisors and a few peers outside it, as a value that both sides can play.
///
/// Its text form is an Erlang term, so that the Erlang side needs no parser of its own.
///
/// @param plans how the first starts of a worker go, by its label; those after them succeed
/// @param steps one after another, each when everything is quiet
record Scenario(Spec.Group root, List<Peer> peers, Map<String, List<Outcome>> plans, List<Step> steps) {

    enum Strategy {
        ONE_FOR_ONE,
        ONE_FOR_ALL,
        REST_FOR_ONE,
        SIMPLE_ONE_FOR_ONE
    }

    enum Restart {
        PERMANENT,
        TRANSIENT,
        TEMPORARY
    }

    /// How an actor is made to end.
    enum Reason {
        NORMAL,
        SHUTDOWN,
        NOTED,
        BOOM,
        KILL
    }

    enum Outcome {
        OK,
        BOOM,
        SHUTDOWN,
        IGNORE;

        boolean fails() {
            return this == BOOM || this == SHUTDOWN;
        }
    }

    enum Auto {
        NEVER,
        ANY_SIGNIFICANT,
        ALL_SIGNIFICANT
    }

    /// A child of a supervisor, or the root.
    sealed interface Spec {
        String label();

        Restart restart();

        record Worker(String label, Restart restart, boolean traps, boolean significant, boolean brutal)
                implements Spec {}

        record Group(
                String label,
                Restart restart,
                Strategy strategy,
                int intensity,
                int period,
                Auto auto,
                boolean significant,
                List<Spec> children)
                implements Spec {}

        /// A supervisor of children that come and go; `children` is their restart type.
        record Dynamic(String label, Restart restart, int intensity, int period, Restart children) implements Spec {}
    }

    /// An actor outside the tree.
    record Peer(String label, boolean traps) {}

    /// Something that `by` does, unless it is dead.
    sealed interface Step {
        /// Nobody, for the passing of time.
        String by();

        record Die(String by, Reason reason) implements Step {}

        record Link(String by, String to) implements Step {}

        record Unlink(String by, String to) implements Step {}

        record Monitor(String by, String to) implements Step {}

        record Demonitor(String by, String to) implements Step {}

        record Exit(String by, String to, Reason reason) implements Step {}

        record Ping(String by, String to) implements Step {}

        /// The callee ends instead of answering.
        record CallDie(String by, String to, Reason reason) implements Step {}

        /// The callee answers and ends.
        record CallStop(String by, String to, Reason reason) implements Step {}

        record Add(String by, String supervisor, Spec.Worker child) implements Step {}

        record Terminate(String by, String supervisor, String child) implements Step {}

        record Restart(String by, String supervisor, String child) implements Step {}

        record Delete(String by, String supervisor, String child) implements Step {}

        /// A child of a dynamic supervisor.
        record Spawn(String by, String supervisor, String child, boolean traps) implements Step {}

        record Reap(String by, String supervisor, String child) implements Step {}

        record Advance(int seconds) implements Step {
            @Override
            public String by() {
                return "nobody";
            }
        }
    }

    // ---- who belongs where

    /// The supervisors, by label.
    Map<String, Spec> supervisors() {
        var all = new HashMap<String, Spec>();
        collect(root, all);
        return all;
    }

    private static void collect(Spec spec, Map<String, Spec> into) {
        switch (spec) {
            case Spec.Worker _ -> {}
            case Spec.Dynamic dynamic -> into.put(dynamic.label(), dynamic);
            case Spec.Group group -> {
                into.put(group.label(), group);
                group.children().forEach(child -> collect(child, into));
            }
        }
    }

    /// The supervisor of each child, those that come later too, by their labels.
    Map<String, String> parents() {
        var parents = new HashMap<String, String>();
        for (var supervisor : supervisors().values()) {
            if (supervisor instanceof Spec.Group group) {
                group.children().forEach(child -> parents.put(child.label(), group.label()));
            }
        }
        for (var step : steps) {
            switch (step) {
                case Step.Add(_, var supervisor, var child) -> parents.put(child.label(), supervisor);
                case Step.Spawn(_, var supervisor, var child, _) -> parents.put(child, supervisor);
                default -> {}
            }
        }
        return parents;
    }

    /// The restart type of each worker of the tree.
    Map<String, Restart> types() {
        var types = new HashMap<String, Restart>();
        for (var supervisor : supervisors().values()) {
            if (supervisor instanceof Spec.Group group) {
                group.children().forEach(child -> types.put(child.label(), child.restart()));
            }
        }
        for (var step : steps) {
            switch (step) {
                case Step.Add(_, _, var child) -> types.put(child.label(), child.restart());
                case Step.Spawn(_, var supervisor, var child, _) -> {
                    if (supervisors().get(supervisor) instanceof Spec.Dynamic dynamic) {
                        types.put(child, dynamic.children());
                    }
                }
                default -> {}
            }
        }
        return types;
    }

    Strategy strategyOf(String supervisor) {
        return supervisors().get(supervisor) instanceof Spec.Group group
                ? group.strategy()
                : Strategy.SIMPLE_ONE_FOR_ONE;
    }

    boolean nested() {
        return supervisors().size() > 1;
    }

    Scenario with(List<Step> others) {
        return new Scenario(root, peers, plans, others);
    }

    // ---- as a term

    String term() {
        return "{scenario,%s,%s,%s,%s}."
                .formatted(
                        term(root),
                        list(peers.stream().map(peer -> "{%s,%s}".formatted(peer.label, peer.traps)).toList()),
                        list(
                                plans.entrySet().stream()
                                        .sorted(Map.Entry.comparingByKey())
                                        .map(plan ->
                                                "{%s,%s}"
                                                        .formatted(
                                                                plan.getKey(),
                                                                list(
                                                                        plan.getValue().stream()
                                                                                .map(Scenario::word)
                                                                                .toList())))
                                        .toList()),
                        list(steps.stream().map(Scenario::term).toList()));
    }

    private static String term(Spec spec) {
        return switch (spec) {
            case Spec.Worker(var label, var restart, var traps, var significant, var brutal) ->
                    tuple("w", label, word(restart), traps, significant, brutal);
            case Spec.Dynamic(var label, var restart, var intensity, var period, var children) ->
                    tuple("d", label, word(restart), intensity, period, word(children));
            case Spec.Group(
                            var label,
                            var restart,
                            var strategy,
                            var intensity,
                            var period,
                            var auto,
                            var significant,
                            var children) ->
                    tuple(
                            "s",
                            label,
                            word(restart),
                            word(strategy),
                            intensity,
                            period,
                            word(auto),
                            significant,
                            list(children.stream().map(Scenario::term).toList()));
        };
    }

    private static String term(Step step) {
        return switch (step) {
            case Step.Die(var by, var reason) -> tuple("die", by, word(reason));
            case Step.Link(var by, var to) -> tuple("link", by, to);
            case Step.Unlink(var by, var to) -> tuple("unlink", by, to);
            case Step.Monitor(var by, var to) -> tuple("monitor", by, to);
            case Step.Demonitor(var by, var to) -> tuple("demonitor", by, to);
            case Step.Exit(var by, var to, var reason) -> tuple("exit", by, to, word(reason));
            case Step.Ping(var by, var to) -> tuple("call", by, to, "ping");
            case Step.CallDie(var by, var to, var reason) -> tuple("call", by, to, tuple("die", word(reason)));
            case Step.CallStop(var by, var to, var reason) -> tuple("call", by, to, tuple("stop", word(reason)));
            case Step.Add(var by, var supervisor, var child) -> tuple("add", by, supervisor, term(child));
            case Step.Terminate(var by, var supervisor, var child) -> tuple("terminate", by, supervisor, child);
            case Step.Restart(var by, var supervisor, var child) -> tuple("restart", by, supervisor, child);
            case Step.Delete(var by, var supervisor, var child) -> tuple("delete", by, supervisor, child);
            case Step.Spawn(var by, var supervisor, var child, var traps) ->
                    tuple("spawn", by, supervisor, child, traps);
            case Step.Reap(var by, var supervisor, var child) -> tuple("reap", by, supervisor, child);
            case Step.Advance(var seconds) -> tuple("advance", seconds);
        };
    }

    private static String word(Reason reason) {
        return reason == Reason.NOTED ? "'shutdown:x'" : reason.name().toLowerCase(Locale.ROOT);
    }

    private static String word(Enum<?> word) {
        return word.name().toLowerCase(Locale.ROOT);
    }

    private static String tuple(Object... parts) {
        return Arrays.stream(parts).map(String::valueOf).collect(Collectors.joining(",", "{", "}"));
    }

    private static String list(List<String> parts) {
        return parts.stream().collect(Collectors.joining(",", "[", "]"));
    }

    @Override
    public String toString() {
        return term();
    }
}
