package dev.coppice.observe;

import dev.coppice.observe.Alarm.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The alarms of a node as a value: those that stand, and the last ones that stood. Every change gives a new value.
///
/// @param standing in the order in which they were raised
/// @param past newest first
record Alarms(Map<Id, Alarm> standing, List<Alarm> past) {
    static final Alarms NONE = new Alarms(Map.of(), List.of());

    /// More than these stand or are remembered only as a number in the log.
    private static final int LIMIT = 1_000;

    private static final int PAST = 100;

    /// What makes an alarm the same as another.
    record Id(Kind kind, String subject) {}

    Alarms {
        standing = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(standing));
        past = List.copyOf(past);
    }

    boolean stands(Kind kind, String subject) {
        return standing.containsKey(new Id(kind, subject));
    }

    Alarms raise(Kind kind, String subject, String detail, String at, Instant now) {
        var id = new Id(kind, subject);
        var before = standing.get(id);
        if (before == null && standing.size() >= LIMIT) {
            return this;
        }
        var raised = before == null ? now : before.raised();
        int times = before == null ? 1 : before.times() + 1;
        var next = new LinkedHashMap<>(standing);
        next.put(id, new Alarm(kind, subject, detail, raised, times, at, Optional.empty()));
        return new Alarms(next, past);
    }

    Alarms clear(Kind kind, String subject, Instant now) {
        var id = new Id(kind, subject);
        var was = standing.get(id);
        if (was == null) {
            return this;
        }
        var next = new LinkedHashMap<>(standing);
        next.remove(id);
        var over = new ArrayList<Alarm>();
        over.add(new Alarm(kind, subject, was.detail(), was.raised(), was.times(), was.at(), Optional.of(now)));
        over.addAll(past.subList(0, Math.min(past.size(), PAST - 1)));
        return new Alarms(next, over);
    }

    List<Alarm> list() {
        return List.copyOf(standing.values());
    }
}
