package dev.coppice.otp;

import dev.coppice.kernel.Actor;
import dev.coppice.kernel.Exit;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Recipe;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.kernel.StartFailed;
import dev.coppice.otp.DynamicSupervisor.Start;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The interpreter of [Herd]. As [SupervisorServer], it takes anything and drops what it does not understand.
final class DynamicServer implements Server<Object>, Stateful<List<Pid<?>>> {

    record Incarnations(DynamicSupervisor rules) implements Server.Factory<DynamicServer>, Supervising {
        @Override
        public DynamicServer make() {
            return new DynamicServer(rules);
        }
    }

    record Left(Exit exit) {}

    record Again(Herd.Entry entry) {}

    record Calm() {}

    /// How one start went: the pid, or why not.
    private record Tried(Optional<Pid<?>> pid, ExitReason reason) {}

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final DynamicSupervisor rules;
    private final Map<Long, Pid<?>> pids = new HashMap<>();
    private Herd herd;
    private Self<Object> self;
    private Lines lines;
    private boolean calming;

    @SuppressWarnings("NullAway.Init") // the rest is set by init, before anything else
    private DynamicServer(DynamicSupervisor rules) {
        this.rules = rules;
    }

    @SuppressWarnings("unchecked") // it takes anything, so it takes every Msg
    static Recipe<DynamicSupervisor.Msg> recipe(DynamicSupervisor rules) {
        return (Recipe<DynamicSupervisor.Msg>) (Recipe<?>) Server.of(new Incarnations(rules));
    }

    @Override
    public void init(Self<Object> self) {
        this.self = self;
        this.herd = new Herd(rules, () -> (self.random() >>> 11) * 0x1.0p-53);
        this.lines = new Lines(DynamicSupervisor.class, self.pid().path(), self.node()::config);
        self.trapExits(Left::new);
    }

    @Override
    public void handle(Object message, Self<Object> self) {
        switch (message) {
            case Left(Exit(var from, var reason)) -> {
                pids.remove(from.id());
                perform(herd.exited(from.id(), reason, self.nanoTime()));
            }
            case Again(var entry) -> perform(herd.again(entry, self.nanoTime()));
            case DynamicSupervisor.Msg request -> serve(request);
            case Calm() -> {
                calming = false;
                lines.summary();
            }
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

    @Override
    public List<Pid<?>> state() {
        return herd.running().stream().<Pid<?>>map(entry -> pid(entry.pid)).toList();
    }

    @Override
    public void terminate(ExitReason reason, Self<Object> self) {
        if (herd != null) {
            stop(herd.running());
            lines.summary();
        }
    }

    // ---- requests

    private void serve(DynamicSupervisor.Msg request) {
        switch (request) {
            case DynamicSupervisor.StartChild<?> start -> start(start);
            case DynamicSupervisor.TerminateChild terminate -> self.reply(terminate, terminate(terminate.pid()));
            case DynamicSupervisor.WhichChildren which -> self.reply(which, state());
            case DynamicSupervisor.CountChildren count ->
                    self.reply(count, new DynamicSupervisor.Count(herd.size(), pids.size()));
        }
    }

    private <N> void start(DynamicSupervisor.StartChild<N> request) {
        self.reply(request, herd.isFull() ? new Start.Full<>(rules.maxChildren()) : made(request.actor()));
    }

    /// The recipe is made by code of others, which must not harm this supervisor's other children. Other errors pass: the end of an
    /// actor is one.
    private <N> Start<N> made(Actor<N> actor) {
        Herd.Entry entry;
        try {
            entry = new Herd.Entry(rules.child(actor));
        } catch (Exception | AssertionError | LinkageError | StackOverflowError wrong) {
            return new Start.NotStarted<>(new ExitReason.Crashed(wrong));
        }
        return add(entry);
    }

    private <N> Start<N> add(Herd.Entry entry) {
        if (herd.nameTaken(entry)) {
            return new Start.NotStarted<>(
                    new ExitReason.Crashed(
                            new StartFailed.NameTaken(entry.child.id(), "another child of " + self.pid().path())));
        }
        var tried = spawn(entry);
        if (tried.pid.isPresent()) {
            @SuppressWarnings("unchecked") // started from the actor of the request, whose protocol is N
            var pid = (Pid<N>) tried.pid.get();
            return new Start.Started<>(pid);
        }
        release(entry.child);
        if (tried.reason instanceof ExitReason.Normal) {
            return new Start.Ignored<>();
        }
        lines.startFailed(self.nanoTime(), entry.child.id(), tried.reason);
        return new Start.NotStarted<>(tried.reason);
    }

    private boolean terminate(Pid<?> pid) {
        var entry = herd.find(pid.id());
        entry.ifPresent(found -> {
            if (found.running) {
                stop(List.of(found));
            }
            herd.forget(found);
            release(found.child);
        });
        return entry.isPresent();
    }

    // ---- decisions

    private void perform(List<Herd.Order> orders) {
        for (var order : orders) {
            switch (order) {
                case Herd.Order.Start(var entry) -> restart(entry);
                case Herd.Order.Retry(var entry, var delay) -> retry(new Again(entry), delay);
                case Herd.Order.Reserve(var child, var gap) -> reserve(child, gap);
                case Herd.Order.Release(var child) -> release(child);
                case Herd.Order.Restarting(var child, var why, var delay) ->
                        lines.restarting(self.nanoTime(), child, why, delay, herd.intensity());
                case Herd.Order.GaveUp(var child, var why) -> {
                    lines.gaveUp(child.id(), why, herd.intensity());
                    self.node().publish(new NodeEvent.GaveUp(self.pid(), child.id(), why));
                }
                case Herd.Order.End(var reason) -> self.stop(reason);
            }
        }
    }

    private void restart(Herd.Entry entry) {
        var why = entry.why;
        var tried = spawn(entry);
        if (tried.pid.isPresent()) {
            self.node().publish(new NodeEvent.Restarted(self.pid(), entry.child.id(), tried.pid.get(), why));
        } else if (tried.reason instanceof ExitReason.Normal) {
            herd.ignored(entry);
            release(entry.child);
        } else {
            lines.startFailed(self.nanoTime(), entry.child.id(), tried.reason);
            perform(herd.notStarted(entry, tried.reason, self.nanoTime()));
        }
    }

    private Tried spawn(Herd.Entry entry) {
        try {
            entry.child.name().ifPresent(name -> self.reserve(name, Self.Gap.WAIT));
            var pid = self.spawnLinked(entry.child.recipe());
            pids.put(pid.id(), pid);
            herd.started(entry, pid.id(), self.nanoTime());
            return new Tried(Optional.of(pid), new ExitReason.Normal());
        } catch (StartFailed failed) {
            return new Tried(Optional.empty(), failed.reason());
        } catch (RuntimeException taken) {
            return new Tried(Optional.empty(), new ExitReason.Crashed(taken));
        }
    }

    /// All together: children with the same limit share its deadline. They are known until they have gone: when this supervisor is told
    /// to exit meanwhile, it stops them with the others.
    private void stop(List<Herd.Entry> entries) {
        var orders =
                entries.stream()
                        .map(entry ->
                                new Shutdowns.Order(pid(entry.pid), entry.child.shutdown(), new ExitReason.Shutdown()))
                        .toList();
        var reasons = Shutdowns.together(orders, self::nanoTime);
        entries.forEach(entry -> pids.remove(entry.pid));
        for (int i = 0; i < orders.size(); i++) {
            if (!Shutdowns.asTold(orders.get(i), reasons.get(i))) {
                lines.notStopped(self.nanoTime(), entries.get(i).child.id(), reasons.get(i));
            }
        }
    }

    private Pid<?> pid(long id) {
        return Optional.ofNullable(pids.get(id))
                .orElseThrow(() -> new IllegalStateException("the child's pid " + id + " is unknown"));
    }

    private void retry(Again again, Duration delay) {
        if (delay.isPositive()) {
            self.sendAfter(delay, again);
        } else {
            self.pid().send(again);
        }
    }

    private void reserve(Child child, Self.Gap gap) {
        try {
            child.name().ifPresent(name -> self.reserve(name, gap));
        } catch (RuntimeException taken) {
            lines.nameLost(self.nanoTime(), child.id(), taken);
        }
    }

    private void release(Child child) {
        child.name().ifPresent(self::release);
    }
}
