package dev.coppice.benchmarks;

import static dev.coppice.benchmarks.Goal.dreamOver;
import static dev.coppice.benchmarks.Goal.over;
import static dev.coppice.benchmarks.Goal.value;

import dev.coppice.benchmarks.Workload.Kind;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// All workloads, in the order of the table.
final class Workloads {
    private static final String RATE = "op/s";
    private static final Set<String> ALL = ordered("coppice coppice-loop pekko pekko-tuned erlang threads");
    private static final Set<String> SERVERS = ordered("coppice pekko pekko-tuned erlang threads");
    private static final Set<String> LOOPS = ordered("coppice-loop pekko pekko-tuned erlang threads");
    private static final Set<String> OTP = ordered("coppice coppice-loop pekko pekko-tuned erlang");
    private static final Set<String> SELECTIVE = ordered("coppice coppice-loop erlang");
    private static final Set<String> JVM = ordered("coppice coppice-loop pekko threads");

    static final List<String> QUICK =
            List.of(
                    "ping-pong",
                    "tell-1",
                    "tell-100",
                    "ring-10k",
                    "pairs-1k",
                    "spawn",
                    "call-in-handler",
                    "fib",
                    "idle-memory");

    static final List<Workload> LIST =
            List.of(
                    rate("ping-pong", ALL, Pairs::one, over("pekko", 2.5, 3.5), over("erlang", 3, 5)),
                    rate("tell-1", ALL, Tells::one, over("pekko", 2.5, 4), over("erlang", 4, 6)),
                    rate("tell-4", ALL, Tells::four, over("pekko", 2.5, 4), over("erlang", 5, 8)),
                    rate("tell-100", ALL, Tells::hundred, over("pekko", 2.5, 4), over("erlang", 5, 8)),
                    rate("fan-out", ALL, FanOuts::tenThousand, dreamOver("pekko", 2), dreamOver("erlang", 2)),
                    rate("ring-100", ALL, Rings::hundred, over("pekko", 2.5, 4), over("erlang", 4, 7)),
                    rate("ring-10k", ALL, Rings::tenThousand, over("pekko", 6, 12), over("erlang", 4, 7)),
                    rate(
                            "pairs-1k",
                            ALL,
                            Pairs::thousand,
                            over("pekko", 1),
                            over("pekko-tuned", 0.9, 1.5),
                            over("erlang", 5, 8)),
                    rate("spawn", SERVERS, Spawns::plain, over("pekko", 8, 25), over("erlang", 5, 12)),
                    rate("spawn-supervised", SERVERS, Spawns::supervised, over("pekko", 8, 25), over("erlang", 5, 12)),
                    rate("spawn-init", ALL, Spawns::started, dreamOver("pekko", 5), dreamOver("erlang", 3)),
                    rate(
                            "spawn-loop",
                            LOOPS,
                            Spawns::plain,
                            dreamOver("pekko", 5).by("coppice-loop"),
                            dreamOver("erlang", 3).by("coppice-loop")),
                    less(
                            "idle-memory",
                            "",
                            Kind.COLD,
                            "B",
                            ALL,
                            Rests::memory,
                            value(200, 130),
                            value(1_100, 900).by("coppice-loop")),
                    less(
                            "idle-memory-10m",
                            "idle-memory",
                            Kind.COLD,
                            "B",
                            Set.of("coppice"),
                            Rests::memoryOfTenMillion,
                            value(200, 130)),
                    rate("call-outside", ALL, Calls::outside, over("pekko", 2, 10), dreamOver("erlang", 1)),
                    rate("call-virtual", ALL, Calls::virtual, over("pekko", 8, 15), over("erlang", 1, 1.5)),
                    rate("call-1k", ALL, Calls::thousand, over("pekko", 3, 5), over("erlang", 4, 6)),
                    rate("call-in-handler", ALL, Calls::inHandler, over("pekko", 15, 30), over("erlang", 1, 1.5)),
                    rate("call-in-handler-1k", ALL, Calls::inHandlers, over("pekko", 3, 4), over("erlang", 4, 5)),
                    rate("select-10k", SELECTIVE, Selects::pastTenThousand, over("erlang", 1, 1.5)),
                    rate("select-100k", SELECTIVE, Selects::pastHundredThousand, over("erlang", 1, 1.5)),
                    rate(
                            "call-long-mailbox",
                            SELECTIVE,
                            Selects::callPastHundredThousand,
                            over("call-in-handler", 0.9, 0.9)),
                    rate("bounded", ALL, Tells::bounded, over("pekko", 2, 4), over("erlang", 2, 3)),
                    rate("fib", ALL, Trees::fib, over("pekko", 8, 20), over("erlang", 5, 8)),
                    rate("restart", OTP, Restarts::one, over("pekko", 5, 10), over("erlang", 1, 3)),
                    hogs("hogs", Hogs::asCores),
                    hogs("hogs-8x", Hogs::eightfold),
                    hogs("hogs-call", Hogs::besideCalls),
                    hogs("hogs-8x-call", Hogs::eightfoldBesideCalls),
                    less("foreign-block", "", Kind.COLD, "ms", JVM, Blocks::foreign, value(300, 100)),
                    less("idle-cpu", "", Kind.COLD, "% of a core", ALL, Rests::cpu, value(0.1, 0.05)),
                    less("start-up", "", Kind.PROCESS, "ms", SERVERS, null, over("pekko", 3)),
                    less(
                            "start-up-aot",
                            "start-up",
                            Kind.PROCESS,
                            "ms",
                            ordered("coppice pekko"),
                            null,
                            dreamOver("floor", 1 / 1.3)),
                    less(
                            "timers",
                            "",
                            Kind.SINGLE,
                            "ns CPU",
                            OTP,
                            Timers::million,
                            dreamOver("pekko", 1),
                            dreamOver("erlang", 1)),
                    new Workload(
                            "shutdown-100k",
                            "shutdown-100k",
                            Kind.SINGLE,
                            RATE,
                            true,
                            OTP,
                            List.of(dreamOver("pekko", 1), dreamOver("erlang", 1)),
                            Shutdowns::tree));

    private Workloads() {}

    /// Those of the table, then the points of the curves.
    static Stream<Workload> all() {
        return Stream.concat(LIST.stream(), Curves.LIST.stream());
    }

    static Workload named(String name) {
        return all().filter(workload -> workload.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no workload is called " + name));
    }

    private static Workload rate(String name, Set<String> systems, Batch.On batch, Goal... goals) {
        return new Workload(name, name, Kind.RATE, RATE, true, withFloor(name, systems), List.of(goals), batch);
    }

    private static Workload hogs(String name, Batch.On batch) {
        var goals = List.of(value(150, 50), value(150, 50).by("coppice-loop"));
        return new Workload(name, "hogs", Kind.COLD, "ms", false, ALL, goals, batch);
    }

    private static Workload less(
            String name,
            String row,
            Kind kind,
            String unit,
            Set<String> systems,
            Batch.@Nullable On batch,
            Goal... goals) {
        var named = row.isEmpty() ? name : row;
        return new Workload(name, named, kind, unit, false, withFloor(name, systems), List.of(goals), batch);
    }

    private static Set<String> withFloor(String name, Set<String> systems) {
        if (!Floors.has(name)) {
            return systems;
        }
        var all = new LinkedHashSet<>(systems);
        all.add("floor");
        return all;
    }

    private static Set<String> ordered(String names) {
        return new LinkedHashSet<>(List.of(names.split(" ")));
    }
}
