package dev.coppice.otp;

import dev.coppice.kernel.Escalation;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Loop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Plays the interpreter of [Decisions] without a thread: children are numbers, time is a field, and what happens is written down:
/// `+a` started, `/a` a start that failed, `.a` a start that was ignored, `-a` stopped, `~a` waits for a retry, `END` the supervisor's exit.
final class Puppets {
    enum Start {
        UP,
        FAILS,
        IGNORED,
        ESCALATES
    }

    static final ExitReason CRASH = new ExitReason.Crashed(new IllegalStateException("boom"));
    static final ExitReason ESCALATION = new ExitReason.Crashed(new Escalation("no cure"));

    record Due(String id, long ticket, long at) {}

    final Map<String, Long> pids = new LinkedHashMap<>();
    final List<String> trace = new ArrayList<>();
    final List<Action> actions = new ArrayList<>();
    final List<Due> retries = new ArrayList<>();
    Function<String, Start> starts = _ -> Start.UP;
    Tree tree;
    long now;
    Action.@Nullable Result answer;
    @Nullable ExitReason ended;
    @Nullable ExitReason failed;
    private long lastPid;

    Puppets(Supervisor rules) {
        tree = Tree.of(rules, 42);
    }

    static Puppets up(Supervisor rules) {
        var puppets = new Puppets(rules);
        puppets.feed(new Event.Boot());
        puppets.trace.clear();
        puppets.actions.clear();
        return puppets;
    }

    static Child child(String id) {
        return Child.of(id, (Loop<Object>) Puppets::nothing);
    }

    private static void nothing(dev.coppice.kernel.Self<Object> self) {}

    static Child child(String id, Child.Restart restart) {
        return child(id).restart(restart);
    }

    Puppets starts(Function<String, Start> starts) {
        this.starts = starts;
        return this;
    }

    /// The child of this id exits by itself.
    void exits(String id, ExitReason reason) {
        feed(
                new Event.Exited(
                        Optional.ofNullable(pids.remove(id)).orElseThrow(() -> new NoSuchElementException(id)),
                        reason));
    }

    /// Delivers the next retry, at its time.
    void again() {
        var due = retries.removeFirst();
        now = Math.max(now, due.at);
        feed(new Event.Again(due.id, due.ticket));
    }

    Action.@Nullable Result ask(Event event) {
        answer = null;
        feed(event);
        return answer;
    }

    void advance(Duration by) {
        now += by.toNanos();
    }

    void feed(Event first) {
        var events = new ArrayDeque<>(List.of(first));
        while (!events.isEmpty()) {
            var decision = Decisions.decide(tree, events.poll(), now);
            tree = decision.tree();
            actions.addAll(decision.actions());
            for (var action : decision.actions()) {
                perform(action, events);
            }
        }
    }

    private void perform(Action action, ArrayDeque<Event> events) {
        switch (action) {
            case Action.Start(var child) -> events.add(start(child.id()));
            case Action.Stop(var victims) ->
                    victims.forEach(victim -> {
                        trace.add("-" + victim.child().id());
                        pids.remove(victim.child().id());
                    });
            case Action.Retry(var id, var ticket, var delay) -> {
                trace.add("~" + id);
                retries.add(new Due(id, ticket, now + delay.toNanos()));
            }
            case Action.End(var reason) -> {
                trace.add("END");
                ended = reason;
                events.add(new Event.Quit());
            }
            case Action.Fail(_, var reason) -> failed = reason;
            case Action.Answer(var result) -> answer = result;
            case Action.Reserve _,
                    Action.Release _,
                    Action.Restarting _,
                    Action.Restarted _,
                    Action.StartFailure _,
                    Action.GaveUp _ -> {}
        }
    }

    private Event start(String id) {
        return switch (starts.apply(id)) {
            case UP -> {
                trace.add("+" + id);
                pids.put(id, ++lastPid);
                yield new Event.Started(id, lastPid);
            }
            case FAILS -> {
                trace.add("/" + id);
                yield new Event.NotStarted(id, CRASH);
            }
            case ESCALATES -> {
                trace.add("/" + id);
                yield new Event.NotStarted(id, ESCALATION);
            }
            case IGNORED -> {
                trace.add("." + id);
                yield new Event.Ignored(id);
            }
        };
    }

    String trace() {
        return String.join(" ", trace);
    }

    /// All children in order: `a` runs, `(a)` does not, `a?` is restarting.
    String state() {
        return String.join(" ", tree.slots().stream().map(Puppets::state).toList());
    }

    private static String state(Slot slot) {
        return switch (slot.phase()) {
            case Slot.Running _ -> slot.id();
            case Slot.Waiting _ -> slot.id() + "?";
            case Slot.Pending _, Slot.Gone _ -> "(" + slot.id() + ")";
        };
    }

    <A extends Action> List<A> actions(Class<A> kind) {
        return actions.stream().filter(kind::isInstance).map(kind::cast).toList();
    }
}
