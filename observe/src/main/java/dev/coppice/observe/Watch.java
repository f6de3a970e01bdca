package dev.coppice.observe;

import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Pid;
import dev.coppice.observe.Alarm.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;

/// Raises and clears the alarms, from events and from looks at those who raised them. Confined to the observer's actor; what it has
/// decided is read by anybody.
final class Watch {
    private static final Duration CALM = Duration.ofMinutes(1);
    private static final Duration REMEMBERED = Duration.ofMinutes(10);

    private final UnaryOperator<String> redaction;
    private volatile Alarms alarms = Alarms.NONE;
    private final Map<Alarms.Id, Subject> subjects = new HashMap<>();

    /// Who an alarm is about, and what it had received when it was raised last.
    private record Subject(Pid<?> pid, long received, Instant last) {}

    /// @param redaction of what an exception says
    Watch(UnaryOperator<String> redaction) {
        this.redaction = redaction;
    }

    Alarms alarms() {
        return alarms;
    }

    void hear(NodeEvent event, Instant now) {
        switch (event) {
            case NodeEvent.HighWater(var pid, int queued) ->
                    raise(Kind.LONG_QUEUE, pid, queued + " messages wait", now);
            case NodeEvent.LowWater(var pid, _) -> clear(Kind.LONG_QUEUE, pid.path(), now);
            case NodeEvent.SlowHandler(var pid, var doing, var since, _) ->
                    raise(Kind.HOG, pid, "has worked on " + doing + " for " + since.toMillis() + " ms", now);
            case NodeEvent.Unkillable(var pid, var since, _, var holdsUp) ->
                    raise(
                            Kind.UNKILLABLE,
                            pid,
                            "was killed "
                                    + since.toMillis()
                                    + " ms ago and goes on; holds up "
                                    + holdsUp.size()
                                    + " others",
                            now);
            case NodeEvent.RestartStorm(var pid, int restarts, var within) ->
                    raise(Kind.RESTART_STORM, pid, restarts + " restarts within " + within.toSeconds() + " s", now);
            case NodeEvent.Restarted(var pid, _, _, _) -> again(Kind.RESTART_STORM, pid, now);
            case NodeEvent.GaveUp(var pid, var child, var why) ->
                    raise(Kind.GAVE_UP, pid, "over " + child + ": " + redaction.apply(why.toString()), now);
            default -> {}
        }
    }

    private void raise(Kind kind, Pid<?> pid, String detail, Instant now) {
        var info = pid.info();
        alarms = alarms.raise(kind, info.path(), detail, Spots.at(pid), now);
        subjects.put(new Alarms.Id(kind, info.path()), new Subject(pid, info.received(), now));
        subjects.keySet().retainAll(alarms.standing().keySet());
    }

    /// It goes on: the calm starts anew.
    private void again(Kind kind, Pid<?> pid, Instant now) {
        subjects.computeIfPresent(new Alarms.Id(kind, pid.path()), (_, was) -> new Subject(pid, was.received, now));
    }

    private void clear(Kind kind, String subject, Instant now) {
        alarms = alarms.clear(kind, subject, now);
        subjects.remove(new Alarms.Id(kind, subject));
    }

    /// A look at everybody whose alarm stands, and at the heap.
    void look(Instant now) {
        for (var standing : Map.copyOf(subjects).entrySet()) {
            if (over(standing.getKey().kind(), standing.getValue(), now)) {
                clear(standing.getKey().kind(), standing.getKey().subject(), now);
            }
        }
        memory(Machine.Heap.now(), now);
    }

    private static boolean over(Kind kind, Subject subject, Instant now) {
        return switch (kind) {
            case LONG_QUEUE, UNKILLABLE -> !subject.pid.alive();
            case HOG -> !subject.pid.alive() || wentOn(subject);
            case RESTART_STORM -> !subject.pid.alive() || now.isAfter(subject.last.plus(CALM));
            case GAVE_UP -> now.isAfter(subject.last.plus(REMEMBERED));
            case MEMORY -> false;
        };
    }

    private static boolean wentOn(Subject subject) {
        var info = subject.pid.info();
        return info.received() != subject.received || info.doing().isEmpty();
    }

    /// With hysteresis: raised at nine tenths, cleared below eight.
    void memory(Machine.Heap heap, Instant now) {
        if (heap.share() >= 0.9) {
            if (!alarms.stands(Kind.MEMORY, "node")) {
                alarms = alarms.raise(Kind.MEMORY, "node", heap + " after the last collection", "", now);
            }
        } else if (heap.share() < 0.8) {
            clear(Kind.MEMORY, "node", now);
        }
    }
}
