package dev.coppice.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// All that was measured, and what it says about the goals. Pure.
final class Results {
    private final List<Result> all = new ArrayList<>();

    void add(List<Result> some) {
        all.addAll(some);
    }

    /// Without what was measured beside a workload.
    Stream<Result> ofSystems() {
        return all.stream().filter(result -> result.workload().systems().contains(result.system()));
    }

    Optional<Result> of(String workload, String system) {
        return all.stream()
                .filter(result -> result.workload().name().equals(workload) && result.system().equals(system))
                .findFirst();
    }

    /// Of our systems the one that the workload is about.
    static String ours(Workload workload) {
        return workload.systems().contains("coppice") ? "coppice" : "coppice-loop";
    }

    /// How many times better we are than this one.
    Optional<Double> ratio(Workload workload, String ours, String other) {
        return of(workload.name(), ours)
                .flatMap(mine ->
                        of(workload.name(), other).map(theirs -> workload.ratio(mine.median(), theirs.median())))
                .filter(Double::isFinite); // of two that use nothing, none is better
    }

    /// What a goal came to: a multiple, or the value itself.
    Optional<Double> reached(Workload workload, Goal goal) {
        if (goal.absolute()) {
            return of(workload.name(), goal.of()).map(Result::median);
        }
        return ratio(workload, goal.of(), goal.against());
    }

    /// Whether a value is as good as the one that was asked for; true when nothing was.
    static boolean holds(Workload workload, Goal goal, double asked, double reached) {
        boolean higher = !goal.absolute() || workload.higherIsBetter();
        return Double.isNaN(asked) || (higher ? reached >= asked : reached <= asked);
    }

    /// A line for each goal that was measured, and how many rows hold.
    List<String> verdicts() {
        List<String> lines = new ArrayList<>();
        List<String> rows = new ArrayList<>();
        List<String> missed = new ArrayList<>();
        for (var workload : Workloads.LIST) {
            for (var goal : workload.goals()) {
                reached(workload, goal)
                        .ifPresent(value -> {
                            boolean held = holds(workload, goal, goal.target(), value);
                            lines.add(verdict(workload, goal, value, held));
                            if (!Double.isNaN(goal.target())) {
                                rows.add(workload.row());
                                if (!held) {
                                    missed.add(workload.row());
                                }
                            }
                        });
            }
        }
        long of = rows.stream().distinct().count();
        if (of > 0) {
            lines.add("%d of %d rows hold".formatted(of - missed.stream().distinct().count(), of));
        }
        return lines;
    }

    private static String verdict(Workload workload, Goal goal, double value, boolean held) {
        var who = goal.of().equals("coppice") ? "" : " (" + goal.of() + ")";
        var what = goal.absolute() ? workload.unit() : "× " + goal.against();
        var target =
                Double.isNaN(goal.target())
                        ? "published"
                        : "target " + Text.plain(goal.target()) + (held ? " holds" : " MISSED");
        var moonshot =
                Double.isNaN(goal.moonshot())
                        ? ""
                        : ", moonshot "
                                + Text.plain(goal.moonshot())
                                + (holds(workload, goal, goal.moonshot(), value) ? " reached" : " not yet");
        return String.format(
                Locale.ROOT,
                "  %-34s %8s %-14s %s%s",
                workload.name() + who,
                Text.plain(value),
                what,
                target,
                moonshot);
    }
}
