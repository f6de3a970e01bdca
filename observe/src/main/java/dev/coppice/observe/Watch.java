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

    /// Of more only one for each alarm is remembered.
    private static final int RAISERS = 2_000;

    private final UnaryOperator<String> redaction;
    private volatile Alarms alarms = Alarms.NONE;
    private final Map<Raiser, Subject> subjects = new HashMap<>();

    /// Actors of one label have one path, and one alarm together.
    private record Raiser(Alarms.Id id, long pid) {}

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
            case NodeEvent.LowWater(var pid, _) ->
                    clear(new Raiser(new Alarms.Id(Kind.LONG_QUEUE, pid.path()), pid.id()), now);
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
        var id = new Alarms.Id(kind, info.path());
        alarms = alarms.raise(kind, info.path(), detail, Spots.at(pid), now);
        if (subjects.size() < RAISERS || nobodyRaises(id)) {
            subjects.put(new Raiser(id, pid.id()), new Subject(pid, info.received(), now));
        }
        subjects.keySet().removeIf(raiser -> !alarms.standing().containsKey(raiser.id));
    }

    /// It goes on: the calm starts anew.
    private void again(Kind kind, Pid<?> pid, Instant now) {
        subjects.computeIfPresent(
                new Raiser(new Alarms.Id(kind, pid.path()), pid.id()), (_, was) -> new Subject(pid, was.received, now));
    }

    /// Over for one of those who have raised it; for all when it was the last.
    private void clear(Raiser raiser, Instant now) {
        subjects.remove(raiser);
        if (nobodyRaises(raiser.id)) {
            alarms = alarms.clear(raiser.id.kind(), raiser.id.subject(), now);
        }
    }

    private boolean nobodyRaises(Alarms.Id id) {
        return subjects.keySet().stream().noneMatch(raiser -> raiser.id.equals(id));
    }

    /// A look at everybody whose alarm stands, and at the heap.
    void look(Instant now) {
        for (var standing : Map.copyOf(subjects).entrySet()) {
            if (over(standing.getKey().id.kind(), standing.getValue(), now)) {
                clear(standing.getKey(), now);
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
            alarms = alarms.clear(Kind.MEMORY, "node", now);
        }
    }
}
