package dev.coppice.conformance.differential;

import dev.coppice.conformance.differential.Scenario.Auto;
import dev.coppice.conformance.differential.Scenario.Outcome;
import dev.coppice.conformance.differential.Scenario.Peer;
import dev.coppice.conformance.differential.Scenario.Reason;
import dev.coppice.conformance.differential.Scenario.Restart;
import dev.coppice.conformance.differential.Scenario.Spec;
import dev.coppice.conformance.differential.Scenario.Step;
import dev.coppice.conformance.differential.Scenario.Strategy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/// Makes a scenario of a seed.
///
/// What it avoids is what has no one right answer, since the order of signals from different senders is open in Erlang as here. A group of
/// linked actors contains at most one worker of the tree, or two workers of one supervisor and nobody else; otherwise two supervisors,
/// or one twice, would learn of one crash in an open order; and of two that their supervisor stops, neither by a kill, which may overtake
/// the exit of the other (otp-differences). Only a peer that is never linked makes calls that end the callee, or
/// asks a supervisor: it cannot be ended by what it causes.
final class Generator {
    /// The one that calls, and is never linked.
    private static final String CALLER = "q";

    private final SplittableRandom chance;
    private final List<Peer> peers = new ArrayList<>();
    private final Map<String, List<Outcome>> plans = new HashMap<>();
    private final List<Step> steps = new ArrayList<>();

    /// The workers of each supervisor, those added later too.
    private final Map<String, List<String>> workers = new HashMap<>();

    private final List<Spec> supervisors = new ArrayList<>();

    /// Each label's group of linked ones.
    private final Map<String, Set<String>> linked = new HashMap<>();

    /// The workers that their supervisor kills to stop them.
    private final Set<String> brutal = new HashSet<>();

    private boolean paired;
    private int made;
    private int groups;

    private Generator(long seed) {
        this.chance = new SplittableRandom(seed);
    }

    static Scenario scenario(long seed) {
        return new Generator(seed).make();
    }

    private Scenario make() {
        var root = tree();
        peers.add(new Peer(CALLER, true));
        for (int i = 1 + chance.nextInt(3); i > 0; i--) {
            peers.add(new Peer("p" + i, chance.nextBoolean()));
        }
        if (chance.nextInt(2) == 0) {
            ties(1 + chance.nextInt(4));
        }
        aim();
        for (int i = chance.nextInt(10); i > 0; i--) {
            anything();
        }
        return new Scenario(root, peers, plans, steps);
    }

    // ---- the tree

    private Spec.Group tree() {
        var nested = chance.nextInt(100) < 45;
        return group(Restart.PERMANENT, nested ? 1 + chance.nextInt(2) : 0, Auto.NEVER);
    }

    private Spec.Group group(Restart restart, int depth, Auto above) {
        var label = "s" + groups++;
        var auto = chance.nextInt(6) == 0 ? pick(Auto.values()) : Auto.NEVER;
        var children = new ArrayList<Spec>();
        for (int i = 1 + chance.nextInt(4); i > 0; i--) {
            children.add(worker(label, auto));
        }
        if (depth > 0) {
            children.add(chance.nextInt(children.size() + 1), group(childGroup(), depth - 1, auto));
        }
        if (label.equals("s0") && chance.nextInt(10) < 4) {
            children.add(chance.nextInt(children.size() + 1), dynamic());
        }
        var group =
                new Spec.Group(
                        label,
                        restart,
                        pick(Strategy.ONE_FOR_ONE, Strategy.ONE_FOR_ALL, Strategy.REST_FOR_ONE),
                        intensity(),
                        period(),
                        auto,
                        restart != Restart.PERMANENT && above != Auto.NEVER && chance.nextBoolean(),
                        List.copyOf(children));
        supervisors.add(group);
        return group;
    }

    private Restart childGroup() {
        return chance.nextInt(4) == 0 ? Restart.TEMPORARY : Restart.PERMANENT;
    }

    private Spec.Dynamic dynamic() {
        var dynamic =
                new Spec.Dynamic(
                        "d" + groups++,
                        pick(Restart.PERMANENT, Restart.PERMANENT, Restart.TRANSIENT, Restart.TEMPORARY),
                        intensity(),
                        period(),
                        pick(Restart.values()));
        supervisors.add(dynamic);
        return dynamic;
    }

    private Spec.Worker worker(String supervisor, Auto auto) {
        var label = "w" + made++;
        var restart = pick(Restart.values());
        workers.computeIfAbsent(supervisor, _ -> new ArrayList<>()).add(label);
        plan(label, Outcome.IGNORE);
        var killed = chance.nextInt(8) == 0;
        if (killed) {
            brutal.add(label);
        }
        return new Spec.Worker(
                label,
                restart,
                chance.nextInt(4) == 0,
                restart != Restart.PERMANENT && auto != Auto.NEVER && chance.nextBoolean(),
                killed);
    }

    /// The first start seldom fails: little would be left of the scenario.
    ///
    /// @param ignore the outcome of a restart that ends in order
    private void plan(String label, Outcome ignore) {
        if (chance.nextInt(100) < 65 && !paired) {
            var outcomes = new ArrayList<Outcome>();
            outcomes.add(chance.nextInt(30) == 0 ? pick(Outcome.values()) : Outcome.OK);
            for (int i = 1 + chance.nextInt(4); i > 0; i--) {
                outcomes.add(pick(Outcome.BOOM, Outcome.BOOM, Outcome.SHUTDOWN, ignore, Outcome.OK));
            }
            plans.put(label, List.copyOf(outcomes));
        }
    }

    private int intensity() {
        return chance.nextInt(4) == 0 ? 10 : chance.nextInt(4);
    }

    private int period() {
        return chance.nextBoolean() ? 60 : 3600;
    }

    // ---- the steps

    /// One end of a worker of every strategy, restart type and reason, all as likely, before the scenario has gone its own ways.
    private void aim() {
        var dynamics = supervisors.stream().filter(Spec.Dynamic.class::isInstance).toList();
        if (!dynamics.isEmpty()) {
            var label = dynamics.getFirst().label();
            for (int i = 1 + chance.nextInt(3); i > 0; i--) {
                spawn(label);
            }
            end(pick(workers.get(label)));
        }
        end(anyWorker());
    }

    private void anything() {
        switch (chance.nextInt(16)) {
            case 0, 1, 2, 3, 4 -> end(anyWorker());
            case 5 -> steps.add(new Step.Die(anyPeer(), pick(Reason.values())));
            case 6, 7 -> ties(1);
            case 8 -> steps.add(new Step.Advance(pick(600, 20_000)));
            case 9 -> steps.add(new Step.Ping(anyPeer(), anyOne()));
            case 10, 11, 12, 13 -> ask(pick(supervisors));
            case 14 -> hurtSupervisor(pick(supervisors).label());
            default -> dynamic(pick(supervisors)).ifPresentOrElse(this::spawn, () -> end(anyWorker()));
        }
    }

    private static Optional<String> dynamic(Spec supervisor) {
        return supervisor instanceof Spec.Dynamic ? Optional.of(supervisor.label()) : Optional.empty();
    }

    /// Ends a worker, in one of the ways that there are.
    private void end(String worker) {
        var reason = pick(Reason.values());
        steps.add(
                switch (chance.nextInt(6)) {
                    case 0 -> new Step.Exit(anyPeer(), worker, reason);
                    case 1 -> new Step.CallDie(CALLER, worker, reason);
                    case 2 ->
                            reason == Reason.KILL || reason == Reason.BOOM
                                    ? new Step.Die(worker, reason)
                                    : new Step.CallStop(CALLER, worker, reason);
                    default -> new Step.Die(worker, reason);
                });
    }

    /// To a supervisor, an exit of somebody else is nothing; a kill is the end.
    private void hurtSupervisor(String label) {
        steps.add(new Step.Exit(CALLER, label, pick(Reason.values())));
    }

    private void ties(int number) {
        for (int i = 0; i < number; i++) {
            var one = chance.nextBoolean() ? anyPeer() : anyWorker();
            var other = anyOne();
            if (!one.equals(other)) {
                switch (chance.nextInt(8)) {
                    case 0, 1, 2 -> link(one, other);
                    case 3 -> steps.add(new Step.Unlink(one, other));
                    case 4 -> steps.add(new Step.Demonitor(one, other));
                    default ->
                            steps.add(
                                    new Step.Monitor(one, chance.nextInt(6) == 0 ? pick(supervisors).label() : other));
                }
            }
        }
    }

    private void link(String one, String other) {
        if (one.equals(CALLER) || other.equals(CALLER)) {
            return;
        }
        var together = new HashSet<>(group(one));
        together.addAll(group(other));
        var inTree = together.stream().filter(label -> label.startsWith("w")).toList();
        var pair =
                together.size() == 2
                        && inTree.size() == 2
                        && supervisorOf(one).equals(supervisorOf(other))
                        && inTree.stream().noneMatch(brutal::contains);
        if (inTree.size() <= 1 || pair) {
            together.forEach(label -> linked.put(label, together));
            if (pair) {
                // The retry of a failed start is a message of the supervisor to itself: it would race with the other's
                // exit.
                paired = true;
                plans.clear();
            }
            steps.add(new Step.Link(one, other));
        }
    }

    private Set<String> group(String label) {
        return linked.getOrDefault(label, Set.of(label));
    }

    private String supervisorOf(String worker) {
        return workers.entrySet().stream()
                .filter(entry -> entry.getValue().contains(worker))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse("none");
    }

    private void ask(Spec supervisor) {
        var label = supervisor.label();
        if (supervisor instanceof Spec.Group group) {
            var child = pick(workers.get(label));
            switch (chance.nextInt(8)) {
                case 0, 1 -> steps.add(new Step.Add(CALLER, label, worker(label, group.auto())));
                case 2, 3, 4 -> steps.add(new Step.Terminate(CALLER, label, pick(group.children()).label()));
                case 5, 6 ->
                        steps.add(
                                new Step.Restart(
                                        CALLER,
                                        label,
                                        chance.nextInt(4) == 0 ? pick(group.children()).label() : child));
                default -> steps.add(new Step.Delete(CALLER, label, child));
            }
        } else if (chance.nextBoolean() || !workers.containsKey(label)) {
            spawn(label);
        } else {
            steps.add(new Step.Reap(CALLER, label, pick(workers.get(label))));
        }
    }

    private void spawn(String dynamic) {
        var label = "w" + made++;
        workers.computeIfAbsent(dynamic, _ -> new ArrayList<>()).add(label);
        // otp-differences: a simple_one_for_one supervisor whose child says `ignore` at a restart is broken from then
        // on, up to OTP 25 at least.
        plan(label, Outcome.BOOM);
        steps.add(new Step.Spawn(CALLER, dynamic, label, chance.nextInt(4) == 0));
    }

    // ---- picks

    private String anyPeer() {
        return pick(peers).label();
    }

    private String anyWorker() {
        var of = pick(supervisors.stream().map(Spec::label).filter(workers::containsKey).toList());
        return pick(workers.get(of));
    }

    private String anyOne() {
        return chance.nextInt(3) == 0 ? anyPeer() : anyWorker();
    }

    private int pick(int one, int other) {
        return chance.nextBoolean() ? one : other;
    }

    @SafeVarargs
    private final <T> T pick(T... all) {
        return all[chance.nextInt(all.length)];
    }

    private <T> T pick(List<? extends T> all) {
        return all.get(chance.nextInt(all.size()));
    }
}
