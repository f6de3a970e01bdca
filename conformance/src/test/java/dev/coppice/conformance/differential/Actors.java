package dev.coppice.conformance.differential;

import dev.coppice.conformance.differential.Scenario.Reason;
import dev.coppice.conformance.differential.Scenario.Step;
import dev.coppice.kernel.Call;
import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Cancellable;
import dev.coppice.kernel.Down;
import dev.coppice.kernel.Exit;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Recipe;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.otp.Control;
import dev.coppice.otp.DynamicSupervisor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/// The workers and peers of a scenario: all run the same program, the counterpart of the one in `oracle.erl`.
final class Actors implements Server<Actors.Msg> {

    sealed interface Msg {}

    record Do(Step step) implements Msg {}

    record Ping() implements Msg, Call<Ping, String> {}

    record Die(Reason reason) implements Msg, Call<Die, String> {}

    record Stop(Reason reason) implements Msg, Call<Stop, String> {}

    record Left(Exit exit) implements Msg {}

    record Gone(String label, int number, Down down) implements Msg {}

    private final OnCoppice play;
    private final String label;
    private final boolean traps;
    private final Map<String, List<Cancellable>> monitors = new HashMap<>();
    private int number;
    private boolean byItself;

    private Actors(OnCoppice play, String label, boolean traps) {
        this.play = play;
        this.label = label;
        this.traps = traps;
    }

    static Recipe<Msg> worker(OnCoppice play, String label, boolean traps) {
        return Server.of(() -> new Actors(play, label, traps)).labelled(label);
    }

    @SuppressWarnings("unchecked") // only workers and peers do something in a scenario
    static void tell(Pid<?> actor, Step step) {
        ((Pid<Msg>) actor).send(new Do(step));
    }

    @Override
    public void init(Self<Msg> self) {
        number = play.attempt(label);
        switch (play.outcome(label, number)) {
            case OK -> {
                if (traps) {
                    self.trapExits(Left::new);
                }
                play.born(label, number, self.pid());
                say("start");
            }
            case BOOM -> {
                say("fail");
                throw new OnCoppice.Boom();
            }
            case SHUTDOWN -> {
                say("fail");
                self.stop(new ExitReason.Shutdown());
            }
            case IGNORE -> {
                say("ignore");
                self.stop();
            }
        }
    }

    @Override
    public void handle(Msg message, Self<Msg> self) {
        switch (message) {
            case Do(Step.Die(_, var reason)) -> die(reason, self);
            case Do(var step) -> act(step, self);
            case Ping ping -> self.reply(ping, "" + number);
            case Die(var reason) -> die(reason, self);
            case Stop stop -> {
                self.reply(stop, "ok");
                die(stop.reason(), self);
            }
            case Left(Exit(var from, var reason)) ->
                    got("exit", play.who(from).label(), play.who(from).number(), reason);
            case Gone(var of, var its, Down(_, var reason)) -> got("down", of, its, reason);
        }
    }

    /// otp-differences, "terminate on every exit": OTP runs it on an exit signal only in a process that traps exits.
    @Override
    public void terminate(ExitReason reason, Self<Msg> self) {
        if (traps || byItself) {
            play.log("term|" + label + "|" + number + "|" + OnCoppice.word(reason));
        }
    }

    private void say(String event) {
        play.log(event + "|" + label + "|" + number);
    }

    private void got(String what, String from, int its, ExitReason reason) {
        play.log(String.join("|", "got", label, "" + number, what, from, "" + its, OnCoppice.word(reason)));
    }

    private void die(Reason reason, Self<Msg> self) {
        byItself = true;
        switch (reason) {
            case NORMAL, SHUTDOWN, NOTED -> self.stop(ordered(reason));
            case BOOM -> throw new OnCoppice.Boom();
            case KILL -> self.pid().kill();
        }
    }

    private static ExitReason ordered(Reason reason) {
        return switch (reason) {
            case NORMAL -> new ExitReason.Normal();
            case SHUTDOWN -> new ExitReason.Shutdown();
            case NOTED -> new ExitReason.Shutdown("x");
            case BOOM -> new ExitReason.Crashed(new OnCoppice.Boom());
            case KILL -> new ExitReason.Killed();
        };
    }

    // ---- what one does to another

    private void act(Step step, Self<Msg> self) {
        switch (step) {
            case Step.Link(_, var to) -> with(to, other -> self.link(other.pid()));
            case Step.Unlink(_, var to) -> with(to, other -> self.unlink(other.pid()));
            case Step.Monitor(_, var to) ->
                    with(
                            to,
                            other ->
                                    monitors.computeIfAbsent(to, _ -> new ArrayList<>())
                                            .add(
                                                    self.monitor(
                                                            other.pid(), down -> new Gone(to, other.number(), down))));
            case Step.Demonitor(_, var to) ->
                    with(
                            to,
                            _ -> {
                                monitors.getOrDefault(to, List.of()).forEach(Cancellable::cancel);
                                monitors.remove(to);
                            });
            case Step.Exit(_, var to, var reason) -> with(to, other -> exit(other.pid(), reason));
            case Step.Ping(_, var to) -> call(to, new Ping());
            case Step.CallDie(_, var to, var reason) -> call(to, new Die(reason));
            case Step.CallStop(_, var to, var reason) -> call(to, new Stop(reason));
            case Step.Add(_, var to, var child) ->
                    control(to, pid -> name(pid.call(new Control.StartChild(play.child(child)))));
            case Step.Terminate(_, var to, var child) ->
                    control(to, pid -> name(pid.call(new Control.TerminateChild(child))));
            case Step.Restart(_, var to, var child) ->
                    control(to, pid -> name(pid.call(new Control.RestartChild(child))));
            case Step.Delete(_, var to, var child) ->
                    control(to, pid -> name(pid.call(new Control.DeleteChild(child))));
            case Step.Spawn(_, var to, var child, var itTraps) ->
                    with(to, other -> answer(() -> spawn(other.pid(), child, itTraps)));
            case Step.Reap(_, var to, var child) ->
                    with(to, other -> with(child, victim -> answer(() -> reap(other.pid(), victim.pid()))));
            case Step.Die _, Step.Advance _ -> throw new IllegalStateException("not done to another: " + step);
        }
    }

    private void with(String other, Consumer<OnCoppice.Known> deed) {
        play.last(other).ifPresentOrElse(deed, () -> play.log("skip"));
    }

    private static void exit(Pid<?> pid, Reason reason) {
        if (reason == Reason.KILL) {
            pid.kill();
        } else {
            pid.exit(ordered(reason));
        }
    }

    @SuppressWarnings("unchecked") // only workers and peers are called
    private void call(String to, Call<? extends Msg, String> request) {
        with(to, other -> answer(() -> ((Pid<Msg>) other.pid()).call(request)));
    }

    @SuppressWarnings("unchecked") // the scenario says that it is a supervisor
    private void control(String to, Function<Pid<Control>, String> deed) {
        with(to, other -> answer(() -> deed.apply((Pid<Control>) other.pid())));
    }

    private void answer(Supplier<String> result) {
        String text;
        try {
            text = result.get();
        } catch (CallFailed failed) {
            text =
                    switch (failed.failure()) {
                        case Failure.Exited(var reason) -> OnCoppice.word(reason);
                        case Failure.Cycle _ -> "cycle";
                        default -> "?" + failed.failure().getClass().getSimpleName();
                    };
        }
        play.log("res|" + label + "|" + text);
    }

    private static String name(Object result) {
        return switch (result) {
            case Control.Started _ -> "started";
            case Control.Ignored() -> "ignored";
            case Control.NotStarted _ -> "failed";
            case Control.AlreadyStarted _ -> "already_started";
            case Control.AlreadyPresent() -> "already_present";
            case Control.Terminated(), Control.Deleted() -> "ok";
            case Control.Running _ -> "running";
            case Control.Restarting() -> "restarting";
            case Control.NotFound() -> "not_found";
            default -> "?" + result;
        };
    }

    @SuppressWarnings("unchecked") // the scenario says that it is a dynamic supervisor
    private String spawn(Pid<?> supervisor, String child, boolean itTraps) {
        var start =
                ((Pid<DynamicSupervisor.Msg>) supervisor)
                        .call(new DynamicSupervisor.StartChild<>(worker(play, child, itTraps)));
        return switch (start) {
            case DynamicSupervisor.Start.Started<Msg> _ -> "started";
            case DynamicSupervisor.Start.Ignored<Msg>() -> "ignored";
            case DynamicSupervisor.Start.NotStarted<Msg> _ -> "failed";
            case DynamicSupervisor.Start.Full<Msg> _ -> "?full";
        };
    }

    /// otp-differences, "terminating a child that is gone already": OTP says ok for any dead process, Coppice that it is not known.
    @SuppressWarnings("unchecked") // the scenario says that it is a dynamic supervisor
    private static String reap(Pid<?> supervisor, Pid<?> child) {
        var dead = !child.alive();
        var found = ((Pid<DynamicSupervisor.Msg>) supervisor).call(new DynamicSupervisor.TerminateChild(child));
        return found || dead ? "ok" : "not_found";
    }
}
