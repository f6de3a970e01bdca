package dev.coppice.otp;

import dev.coppice.kernel.Exit;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Recipe;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.kernel.StartFailed;
import dev.coppice.otp.Control.ChildInfo;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The one interpreter of [Decisions]: does what they say, on the kernel's exported API alone.
///
/// Its mailbox takes anything, so that no message that strayed in can break it: the public part of its protocol is [Control], the rest
/// are the notices below.
final class SupervisorServer implements Server<Object>, Stateful<List<ChildInfo>> {

    /// The factory; known by its type, see [Supervising].
    record Incarnations(Supervisor rules) implements Server.Factory<SupervisorServer>, Supervising {
        @Override
        public SupervisorServer make() {
            return new SupervisorServer(rules);
        }
    }

    /// A linked actor has exited.
    record Left(Exit exit) {}

    /// The time of a retry has come. Nobody outside this package can make one.
    record Again(String id, long ticket) {}

    /// A minute after lines were left out of the log.
    record Calm() {}

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final Supervisor rules;
    private final Map<Long, Pid<?>> pids = new HashMap<>();

    /// Decided and not yet done, in order. What is left when this supervisor is told to exit in between goes before the other children.
    private final ArrayDeque<Action.Stop> stops = new ArrayDeque<>();

    private Tree tree;
    private Self<Object> self;
    private Health health;
    private Lines lines;
    private boolean calming;

    @SuppressWarnings("NullAway.Init") // the rest is set by init, before anything else
    private SupervisorServer(Supervisor rules) {
        this.rules = rules;
    }

    @SuppressWarnings("unchecked") // it takes anything, so it takes every Control
    static Recipe<Control> recipe(Supervisor rules) {
        return (Recipe<Control>) (Recipe<?>) Server.of(new Incarnations(rules));
    }

    @Override
    public void init(Self<Object> self) {
        this.self = self;
        this.health = new Health(self);
        this.lines = new Lines(Supervisor.class, self.pid().path(), self.node()::config);
        this.tree = Tree.of(rules, self.random());
        self.trapExits(Left::new);
        feed(new Event.Boot());
    }

    @Override
    public void handle(Object message, Self<Object> self) {
        switch (message) {
            case Left(Exit(var from, var reason)) -> left(from, reason);
            case Again(var id, var ticket) -> feed(new Event.Again(id, ticket));
            case Health.Beat beat -> health.beat(beat);
            case Health.Pinged pinged -> health.pinged(pinged).ifPresent(this::cure);
            case Gathering.Heard heard -> heard.gathering().heard(heard);
            case Control request -> serve(request);
            case Calm() -> calm();
            default -> lines.unknown(self.nanoTime(), message);
        }
        if (lines.suppresses() && !calming) {
            calming = true;
            self.sendAfter(MINUTE, new Calm());
            lines.storm()
                    .ifPresent(
                            restarts -> self.node().publish(new NodeEvent.RestartStorm(self.pid(), restarts, MINUTE)));
        }
    }

    /// Newest first.
    @Override
    public List<ChildInfo> state() {
        return tree.slots().reversed().stream().map(this::info).toList();
    }

    @Override
    public void terminate(ExitReason reason, Self<Object> self) {
        if (tree != null) {
            while (!stops.isEmpty()) {
                var _ = stop(stops.getFirst());
            }
            feed(new Event.Quit());
            lines.summary();
        }
    }

    private void calm() {
        calming = false;
        lines.summary();
    }

    private void left(Pid<?> from, ExitReason reason) {
        forget(from.id());
        feed(new Event.Exited(from.id(), reason));
    }

    private Optional<Pid<?>> forget(long pid) {
        health.forget(pid);
        return Optional.ofNullable(pids.remove(pid));
    }

    /// The child is known until it has gone: when this supervisor is told to exit meanwhile, it stops it with the others. One that has
    /// ended in order just now could not answer, and was not sick.
    private void cure(Health.Sick sick) {
        lines.unhealthy(self.nanoTime(), sick.child().id(), sick.complaint());
        var why =
                new ExitReason.Crashed(
                        new Unhealthy("the child \"" + sick.child().id() + "\" is not healthy: " + sick.complaint()));
        var order = new Shutdowns.Order(sick.pid(), sick.child().shutdown(), why);
        var reason = Shutdowns.together(List.of(order), self::nanoTime).getFirst();
        forget(sick.pid().id());
        feed(new Event.Exited(sick.pid().id(), reason.clean() || reason.escalates() ? reason : why));
    }

    // ---- requests

    private void serve(Control request) {
        switch (request) {
            case Control.WhichChildren which -> self.reply(which, state());
            case Control.WhichChild which -> self.reply(which, tree.find(which.id()).map(this::info));
            case Control.CountChildren count -> self.reply(count, count());
            case Control.GetChild get -> self.reply(get, tree.find(get.id()).map(Slot::child));
            case Control.StartChild start ->
                    self.reply(start, Answers.start(answer(new Event.Add(start.child())), this::pid));
            case Control.TerminateChild terminate ->
                    self.reply(terminate, Answers.terminate(answer(new Event.Terminate(terminate.id()))));
            case Control.RestartChild restart ->
                    self.reply(restart, Answers.restart(answer(new Event.Restart(restart.id())), this::pid));
            case Control.DeleteChild delete ->
                    self.reply(delete, Answers.delete(answer(new Event.Delete(delete.id())), this::pid));
            case Control.Ready ready -> ready(ready);
        }
    }

    private Action.Result answer(Event event) {
        return feed(event).orElseThrow(() -> new IllegalStateException("no answer to " + event));
    }

    private ChildInfo info(Slot slot) {
        Control.State state =
                switch (slot.phase()) {
                    case Slot.Running(var pid) -> new Control.State.Running(pid(pid));
                    case Slot.Waiting _ -> new Control.State.Restarting();
                    case Slot.Pending _, Slot.Gone _ -> new Control.State.Stopped();
                };
        return new ChildInfo(slot.id(), state, slot.child().isSupervisor());
    }

    private Control.Count count() {
        var slots = tree.slots();
        int supervisors = (int) slots.stream().filter(slot -> slot.child().isSupervisor()).count();
        int active = (int) slots.stream().filter(slot -> slot.is(Slot.Running.class)).count();
        return new Control.Count(slots.size(), active, supervisors, slots.size() - supervisors);
    }

    private Pid<?> pid(long id) {
        return Optional.ofNullable(pids.get(id))
                .orElseThrow(() -> new IllegalStateException("the child's pid " + id + " is unknown"));
    }

    private void ready(Control.Ready request) {
        var notReady = tree.slots().stream().filter(slot -> !ready(slot)).map(Slot::id).toList();
        var supervisors =
                tree.slots().stream()
                        .filter(slot -> slot.is(Slot.Running.class) && slot.child().supervisor().isPresent())
                        .toList();
        if (supervisors.isEmpty()) {
            self.reply(request, new Control.Readiness(notReady.isEmpty(), notReady));
        } else {
            var gathering = new Gathering(self.defer(request), notReady);
            supervisors.forEach(slot -> info(slot).pid().ifPresent(pid -> gathering.ask(self, slot.id(), pid)));
        }
    }

    /// A child that has ended for good is not missed.
    private boolean ready(Slot slot) {
        return switch (slot.phase()) {
            case Slot.Running(var pid) -> health.ready(pid);
            case Slot.Gone _ -> true;
            case Slot.Waiting _, Slot.Pending _ -> false;
        };
    }

    // ---- decisions

    /// Decides, does what was decided, and goes on with what came of it, until nothing more does.
    private Optional<Action.Result> feed(Event first) {
        var events = new ArrayDeque<Event>(List.of(first));
        Optional<Action.Result> answer = Optional.empty();
        while (!events.isEmpty()) {
            var decision = Decisions.decide(tree, events.poll(), self.nanoTime());
            tree = decision.tree();
            remember(decision.actions());
            for (var action : decision.actions()) {
                switch (action) {
                    case Action.Start(var child) -> events.add(start(child));
                    case Action.Answer(var result) -> answer = Optional.of(result);
                    default -> perform(action);
                }
            }
        }
        return answer;
    }

    private void remember(List<Action> actions) {
        for (var action : actions) {
            if (action instanceof Action.Stop stop) {
                stops.add(stop);
            }
        }
    }

    private void perform(Action action) {
        switch (action) {
            case Action.Stop stop -> stop(stop).ifPresent(self::stop);
            case Action.Retry(var id, var ticket, var delay) -> retry(new Again(id, ticket), delay);
            case Action.Reserve(var child, var gap) -> reserve(child, gap);
            case Action.Release(var child) -> child.name().ifPresent(self::release);
            case Action.Restarting(var child, var why, var delay, var intensity) ->
                    lines.restarting(self.nanoTime(), child, why, delay, intensity);
            case Action.Restarted(var child, var pid, var why) ->
                    self.node().publish(new NodeEvent.Restarted(self.pid(), child.id(), pid(pid), why));
            case Action.StartFailure(var child, var reason) -> lines.startFailed(self.nanoTime(), child.id(), reason);
            case Action.GaveUp(var child, var why, var intensity) -> {
                lines.gaveUp(child.id(), why, intensity);
                self.node().publish(new NodeEvent.GaveUp(self.pid(), child.id(), why));
            }
            case Action.End(var reason) -> self.stop(reason);
            case Action.Fail(var child, var reason) -> fail(child, reason);
            case Action.Start _, Action.Answer _ -> throw new IllegalStateException("done by feed: " + action);
        }
    }

    /// Reserves the name first, so that nobody takes it between two incarnations.
    private Event start(Child child) {
        try {
            if (child.name().isPresent()) {
                self.reserve(child.name().get(), Self.Gap.WAIT);
            }
            var pid = self.spawnLinked(child.recipe());
            pids.put(pid.id(), pid);
            health.watch(child, pid);
            return new Event.Started(child.id(), pid.id());
        } catch (StartFailed failed) {
            return failed.reason() instanceof ExitReason.Normal
                    ? new Event.Ignored(child.id())
                    : new Event.NotStarted(child.id(), failed.reason());
        } catch (RuntimeException taken) {
            return new Event.NotStarted(child.id(), new ExitReason.Crashed(taken));
        }
    }

    /// The reason of one that has escalated meanwhile: its own notice comes too late.
    private Optional<ExitReason> stop(Action.Stop stop) {
        var victims = stop.victims();
        var orders =
                victims.stream()
                        .map(victim ->
                                new Shutdowns.Order(
                                        pid(victim.pid()), victim.child().shutdown(), new ExitReason.Shutdown()))
                        .toList();
        var reasons = Shutdowns.together(orders, self::nanoTime);
        victims.forEach(victim -> forget(victim.pid()));
        stops.remove(stop);
        for (int i = 0; i < orders.size(); i++) {
            if (!Shutdowns.asTold(orders.get(i), reasons.get(i))) {
                lines.notStopped(self.nanoTime(), victims.get(i).child().id(), reasons.get(i));
            }
        }
        return reasons.stream().filter(ExitReason::escalates).findFirst();
    }

    private void retry(Again again, Duration delay) {
        if (delay.isPositive()) {
            self.sendAfter(delay, again);
        } else {
            self.pid().send(again);
        }
    }

    /// A name that somebody else took while its child was down is missed at the child's next start.
    private void reserve(Child child, Self.Gap gap) {
        try {
            child.name().ifPresent(name -> self.reserve(name, gap));
        } catch (RuntimeException taken) {
            lines.nameLost(self.nanoTime(), child.id(), taken);
        }
    }

    private void fail(Child child, ExitReason reason) {
        if (reason.escalates()) {
            self.stop(reason);
        }
        throw new StartFailed("the child \"" + child.id() + "\" of " + self.pid().path(), reason);
    }
}
