package dev.coppice.conformance.differential;

import dev.coppice.conformance.differential.Scenario.Spec;
import dev.coppice.conformance.differential.Scenario.Step;
import dev.coppice.kernel.Exit;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.kernel.StartFailed;
import dev.coppice.otp.Child;
import dev.coppice.otp.Control;
import dev.coppice.otp.DynamicSupervisor;
import dev.coppice.otp.Supervisor;
import dev.coppice.testkit.Oracle;
import dev.coppice.testkit.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Plays a scenario on Coppice, in a [World]: quiet is when nobody can move, and time passes only when the scenario says so.
///
/// Its answer has the form of `oracle.erl`: one line a step, of the events in the order in which they happened.
final class OnCoppice implements Oracle {

    /// What the actors of a scenario throw.
    static final class Boom extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Boom() {
            super("boom", null, false, false);
        }
    }

    /// One incarnation of a label.
    record Known(String label, int number, Pid<?> pid) {}

    private final Scenario scenario;
    private final Map<String, Spec> supervisors;
    private final Map<String, Integer> attempts = new HashMap<>();
    private final Map<String, Known> current = new TreeMap<>();
    private final Map<Long, Known> known = new HashMap<>();
    private final List<String> lines = new ArrayList<>();
    private List<String> events = new ArrayList<>();

    private OnCoppice(Scenario scenario) {
        this.scenario = scenario;
        this.supervisors = scenario.supervisors();
    }

    static List<String> play(Scenario scenario, long schedule) {
        var play = new OnCoppice(scenario);
        try (var world = World.seeded(schedule).config(config -> config.quiet()).oracle(play)) {
            play.play(world);
        }
        return play.lines;
    }

    private void play(World world) {
        scenario.peers().forEach(peer -> world.node().spawn(Actors.worker(this, peer.label(), peer.traps())));
        Pid<Parent.Msg> parent = world.node().spawn(Server.of(() -> new Parent(this)).labelled("parent"));
        parent.send(new Parent.Grow());
        settle(world);
        for (var step : scenario.steps()) {
            if (step instanceof Step.Advance(var seconds)) {
                world.advance(Duration.ofSeconds(seconds));
            } else {
                alive(step.by()).ifPresentOrElse(by -> Actors.tell(by, step), () -> log("skip"));
            }
            settle(world);
        }
        parent.send(new Parent.Fell());
        settle(world);
    }

    private void settle(World world) {
        world.settle();
        if (!events.isEmpty()) {
            // Asked all together, since each wait of the test's own thread is a switch of threads.
            var answers = new ArrayList<Supplier<String>>();
            for (var label : new TreeMap<>(supervisors).keySet()) {
                alive(label).ifPresent(pid -> answers.add(children(label, pid)));
            }
            answers.forEach(answer -> log(answer.get()));
        }
        lines.add(String.join(",", events));
        events = new ArrayList<>();
    }

    private Supplier<String> children(String label, Pid<?> pid) {
        return supervisors.get(label) instanceof Spec.Group ? ofGroup(label, pid) : ofDynamic(label, pid);
    }

    @SuppressWarnings("unchecked") // the label says what it is
    private Supplier<String> ofGroup(String label, Pid<?> pid) {
        var supervisor = (Pid<Control>) pid;
        var count = supervisor.ask(new Control.CountChildren());
        var which = supervisor.ask(new Control.WhichChildren());
        return () ->
                has(label, count.get().active(), which.get().stream().map(child -> child.id() + "=" + state(child)));
    }

    @SuppressWarnings("unchecked") // the label says what it is
    private Supplier<String> ofDynamic(String label, Pid<?> pid) {
        var supervisor = (Pid<DynamicSupervisor.Msg>) pid;
        var count = supervisor.ask(new DynamicSupervisor.CountChildren());
        var which = supervisor.ask(new DynamicSupervisor.WhichChildren());
        return () ->
                has(
                        label,
                        count.get().active(),
                        which.get().stream().map(child -> who(child).label() + "=" + who(child).number()));
    }

    private static String has(String label, int active, Stream<String> children) {
        return Stream.concat(Stream.of("has", label, "" + active), children).collect(Collectors.joining("|"));
    }

    private String state(Control.ChildInfo child) {
        return switch (child.state()) {
            case Control.State.Running(var pid) -> "" + who(pid).number();
            case Control.State.Restarting() -> "restarting";
            case Control.State.Stopped() -> "undefined";
        };
    }

    // ---- the book

    void log(String event) {
        events.add(event);
    }

    int attempt(String label) {
        return attempts.merge(label, 1, Integer::sum);
    }

    Scenario.Outcome outcome(String label, int attempt) {
        var plan = scenario.plans().getOrDefault(label, List.of());
        return attempt <= plan.size() ? plan.get(attempt - 1) : Scenario.Outcome.OK;
    }

    void born(String label, int number, Pid<?> pid) {
        var incarnation = new Known(label, number, pid);
        current.put(label, incarnation);
        known.put(pid.id(), incarnation);
    }

    Known who(Pid<?> pid) {
        return known.getOrDefault(pid.id(), new Known("nobody", 0, pid));
    }

    /// The last incarnation, dead or alive.
    Optional<Known> last(String label) {
        return Optional.ofNullable(current.get(label));
    }

    private Optional<Pid<?>> alive(String label) {
        return last(label).<Pid<?>>map(Known::pid).filter(Pid::alive);
    }

    @Override
    public void saw(Node node, NodeEvent event) {
        switch (event) {
            case NodeEvent.Spawned(var pid, var path) -> {
                var label = path.substring(path.lastIndexOf('/') + 1);
                if (supervisors.containsKey(label)) {
                    var number = attempt(label);
                    log("start|" + label + "|" + number);
                    born(label, number, pid);
                }
            }
            case NodeEvent.Exited(var pid, _, var reason) -> {
                var gone = who(pid);
                if (gone.number() > 0) {
                    log("down|" + gone.label() + "|" + gone.number() + "|" + word(reason));
                }
            }
            default -> {}
        }
    }

    static String word(ExitReason reason) {
        return switch (reason) {
            case ExitReason.Normal() -> "normal";
            // Only a worker's note is part of a scenario; supervisors note why they gave up.
            case ExitReason.Shutdown(var note) -> note.equals("x") ? "shutdown:x" : "shutdown";
            case ExitReason.Killed() -> "killed";
            case ExitReason.NoProcess() -> "noproc";
            case ExitReason.NoConnection() -> "noconnection";
            case ExitReason.Crashed(Boom _) -> "boom";
            case ExitReason.Crashed(StartFailed _) -> "failed";
            case ExitReason.Crashed(var other) -> "?" + other.toString().replaceAll("[,|\n]", ";");
        };
    }

    // ---- the tree

    private Supervisor tree(Spec.Group group) {
        var children = group.children().stream().map(this::child).toArray(Child[]::new);
        var supervisor =
                switch (group.strategy()) {
                    case ONE_FOR_ONE -> Supervisor.oneForOne(children);
                    case ONE_FOR_ALL -> Supervisor.oneForAll(children);
                    case REST_FOR_ONE -> Supervisor.restForOne(children);
                    case SIMPLE_ONE_FOR_ONE -> throw new IllegalArgumentException("not of a group: " + group);
                };
        return supervisor
                .intensity(group.intensity(), Duration.ofSeconds(group.period()))
                .autoShutdown(Supervisor.AutoShutdown.valueOf(group.auto().name()));
    }

    Child child(Spec spec) {
        var child =
                switch (spec) {
                    case Spec.Worker worker -> child(worker);
                    case Spec.Group group -> {
                        var nested = Child.of(group.label(), tree(group).labelled(group.label()));
                        yield group.significant() ? nested.significant() : nested;
                    }
                    case Spec.Dynamic(var label, _, var intensity, var period, var restart) ->
                            Child.of(
                                    label,
                                    DynamicSupervisor.of()
                                            .intensity(intensity, Duration.ofSeconds(period))
                                            .restart(Child.Restart.valueOf(restart.name()))
                                            .labelled(label));
                };
        return child.restart(Child.Restart.valueOf(spec.restart().name()));
    }

    private Child child(Spec.Worker worker) {
        var child = Child.of(worker.label(), Actors.worker(this, worker.label(), worker.traps()));
        if (worker.brutal()) {
            child = child.shutdown(Child.Shutdown.brutal());
        }
        return worker.significant() ? child.significant() : child;
    }

    /// Starts the tree and is told of its end, as the process that calls `supervisor:start_link`.
    private static final class Parent implements Server<Parent.Msg> {
        sealed interface Msg {}

        record Grow() implements Msg {}

        record Fell() implements Msg {}

        record Ended(Exit exit) implements Msg {}

        private final OnCoppice play;
        private Optional<Pid<?>> root = Optional.empty();

        Parent(OnCoppice play) {
            this.play = play;
        }

        @Override
        public void handle(Msg message, Self<Msg> self) {
            switch (message) {
                case Grow() -> {
                    self.trapExits(Ended::new);
                    try {
                        root =
                                Optional.of(
                                        self.spawnLinked(
                                                play.tree(play.scenario.root())
                                                        .labelled(play.scenario.root().label())));
                    } catch (StartFailed failed) {
                        // Its exit has been logged as an event.
                        root = Optional.empty();
                    }
                }
                case Fell() -> root.ifPresent(pid -> pid.exit(new ExitReason.Shutdown()));
                case Ended _ -> {}
            }
        }
    }
}
