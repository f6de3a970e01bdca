package dev.coppice.observe;

import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Pid;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/// What happens in a node, as events of the JDK's flight recorder: made only while a recording wants them.
final class FlightEvents {
    private FlightEvents() {}

    /// What all have in common.
    @Category("Coppice")
    @StackTrace(false)
    abstract static class OfActor extends Event {
        @Label("Actor")
        String actor = "";

        @Label("Number")
        long pid;

        void commit(Pid<?> whom) {
            if (shouldCommit()) {
                commit(whom, whom.path());
            }
        }

        void commit(Pid<?> whom, String path) {
            pid = whom.id();
            actor = path;
            commit();
        }
    }

    @Name("dev.coppice.Spawn")
    @Label("Actor started")
    static final class Spawn extends OfActor {}

    @Name("dev.coppice.Exit")
    @Label("Actor exited")
    static final class Exit extends OfActor {
        @Label("Reason")
        String reason = "";
    }

    @Name("dev.coppice.Restart")
    @Label("Actor restarted")
    static final class Restart extends OfActor {
        @Label("Supervisor")
        String supervisor = "";

        @Label("Why")
        String why = "";
    }

    @Name("dev.coppice.SlowHandler")
    @Label("Slow handler")
    static final class SlowHandler extends OfActor {
        @Label("Doing")
        String doing = "";

        @Timespan(Timespan.NANOSECONDS)
        @Label("Since")
        long since;

        @Label("Stack")
        String stack = "";
    }

    @Name("dev.coppice.Unkillable")
    @Label("Unkillable actor")
    static final class Unkillable extends OfActor {
        @Timespan(Timespan.NANOSECONDS)
        @Label("Since")
        long since;
    }

    @Name("dev.coppice.HighWater")
    @Label("Mailbox above its high-water mark")
    static final class HighWater extends OfActor {
        @Label("Queued")
        int queued;
    }

    @Name("dev.coppice.DeadLetter")
    @Label("Dead letter")
    @Description("The message's type only: what it says may be secret")
    static final class Letter extends OfActor {
        @Label("Type")
        String type = "";

        @Label("Reason")
        String reason = "";
    }

    @Name("dev.coppice.CallTimedOut")
    @Label("Call timed out")
    static final class TimedOut extends OfActor {
        @Timespan(Timespan.NANOSECONDS)
        @Label("Patience")
        long patience;

        @Label("Report")
        String report = "";
    }

    /// Off unless a recording names it, as ours does: each message pays for it. Its time is from the send to the end of the handler; an answer that is given later, or by another, is not waited for.
    @Name("dev.coppice.Call")
    @Enabled(false)
    @Label("Call")
    @Description("The message's type only: what it says may be secret")
    static final class Called extends OfActor {
        @Label("Caller")
        String caller = "";

        @Label("Type")
        String type = "";

        @Timespan(Timespan.NANOSECONDS)
        @Label("Waited in the mailbox")
        long queued;

        @Label("Thrown")
        String thrown = "";
    }

    @Name("dev.coppice.HandOff")
    @Enabled(false)
    @Label("Handler waited, its place ran others")
    static final class HandOff extends OfActor {
        @Label("Doing")
        String doing = "";

        @Timespan(Timespan.NANOSECONDS)
        @Label("Waited")
        long waited;

        @Label("Found a place again at once")
        boolean placed;
    }

    /// Whether a recording wants what only a tap can tell.
    static boolean followsMessages() {
        return new Called().isEnabled() || new HandOff().isEnabled();
    }

    static void handedOn(Pid<?> by, long nanos, boolean placed) {
        var told = new HandOff();
        if (told.shouldCommit()) {
            told.doing = by.info().doing().orElse("");
            told.waited = nanos;
            told.placed = placed;
            told.commit(by, by.path());
        }
    }

    /// Runs where the event happens: quick, and without user code unless a recording runs.
    static void record(NodeEvent event) {
        switch (event) {
            case NodeEvent.Spawned(var pid, var path) -> {
                var told = new Spawn();
                if (told.shouldCommit()) {
                    told.commit(pid, path);
                }
            }
            case NodeEvent.Exited exited -> exit(exited);
            case NodeEvent.Restarted restarted -> restart(restarted);
            case NodeEvent.SlowHandler slow -> slow(slow);
            case NodeEvent.Unkillable(var pid, var since, _, _) -> {
                var told = new Unkillable();
                told.since = since.toNanos();
                told.commit(pid);
            }
            case NodeEvent.HighWater(var pid, int queued) -> {
                var told = new HighWater();
                told.queued = queued;
                told.commit(pid);
            }
            case NodeEvent.Undelivered undelivered -> letter(undelivered);
            case NodeEvent.TimedOut timedOut -> timedOut(timedOut);
            default -> {}
        }
    }

    private static void exit(NodeEvent.Exited event) {
        var told = new Exit();
        if (told.shouldCommit()) {
            told.reason = event.reason().toString();
            told.commit(event.pid(), event.path());
        }
    }

    private static void restart(NodeEvent.Restarted event) {
        var told = new Restart();
        if (told.shouldCommit()) {
            told.supervisor = event.supervisor().path();
            told.why = event.why().toString();
            told.commit(event.pid());
        }
    }

    private static void slow(NodeEvent.SlowHandler event) {
        var told = new SlowHandler();
        if (told.shouldCommit()) {
            told.doing = event.doing();
            told.since = event.since().toNanos();
            told.stack = String.join("\n", event.stack().stream().limit(20).map(String::valueOf).toList());
            told.commit(event.pid());
        }
    }

    private static void letter(NodeEvent.Undelivered event) {
        var told = new Letter();
        if (told.shouldCommit()) {
            var letter = event.letter();
            told.type = letter.message().getClass().getName();
            told.reason = letter.reason().getClass().getSimpleName();
            if (letter.to() instanceof Pid<?> pid) {
                told.commit(pid);
            } else {
                told.actor = letter.to().toString();
                told.commit();
            }
        }
    }

    private static void timedOut(NodeEvent.TimedOut event) {
        var told = new TimedOut();
        if (told.shouldCommit()) {
            told.patience = event.report().patience().toNanos();
            told.report = event.report().toString();
            told.actor = event.report().callee();
            event.callee().ifPresent(pid -> told.pid = pid.id());
            told.commit();
        }
    }
}
