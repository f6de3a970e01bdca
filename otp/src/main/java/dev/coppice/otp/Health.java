package dev.coppice.otp;

import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Self;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The health of a supervisor's running children: asks them in their intervals and counts the failures. Confined to the supervisor.
final class Health {

    enum Kind {
        STARTUP,
        LIVENESS,
        READINESS
    }

    /// It is time to ask.
    record Beat(long pid, Kind kind) {}

    /// What it said.
    record Pinged(long pid, Kind kind, Optional<String> complaint) {}

    /// A child that is to be stopped.
    record Sick(Child child, Pid<?> pid, String complaint) {}

    private static final class Vitals {
        final Child child;
        final Pid<?> pid;
        final Map<Kind, Integer> failures = new EnumMap<>(Kind.class);
        boolean up;
        boolean ready;

        Vitals(Child child, Pid<?> pid) {
            this.child = child;
            this.pid = pid;
            this.up = child.startup().isEmpty();
            this.ready = child.readiness().isEmpty();
        }
    }

    private final Self<Object> self;
    private final Map<Long, Vitals> watched = new HashMap<>();

    Health(Self<Object> self) {
        this.self = self;
    }

    void watch(Child child, Pid<?> pid) {
        if (child.isChecked()) {
            var vitals = new Vitals(child, pid);
            watched.put(pid.id(), vitals);
            if (vitals.up) {
                begin(vitals);
            } else {
                schedule(vitals, Kind.STARTUP);
            }
        }
    }

    void forget(long pid) {
        if (!watched.isEmpty()) {
            watched.remove(pid);
        }
    }

    /// Whether a running child says that it is ready, or need not say so.
    boolean ready(long pid) {
        var vitals = watched.get(pid);
        return vitals == null || (vitals.up && vitals.ready);
    }

    void beat(Beat beat) {
        var vitals = watched.get(beat.pid);
        if (vitals != null) {
            check(vitals, beat.kind)
                    .ifPresent(check ->
                            check.send(self, vitals.pid, complaint -> new Pinged(beat.pid, beat.kind, complaint)));
        }
    }

    /// Counts an answer; a child that failed too often comes back, to be stopped.
    Optional<Sick> pinged(Pinged answer) {
        var vitals = watched.get(answer.pid);
        if (vitals == null) {
            return Optional.empty();
        }
        int failures = answer.complaint.isPresent() ? vitals.failures.getOrDefault(answer.kind, 0) + 1 : 0;
        vitals.failures.put(answer.kind, failures);
        boolean tooOften = check(vitals, answer.kind).map(check -> failures >= check.failures()).orElse(false);
        return switch (answer.kind) {
            case READINESS -> {
                vitals.ready = failures == 0 || (vitals.ready && !tooOften);
                schedule(vitals, Kind.READINESS);
                yield Optional.empty();
            }
            case STARTUP, LIVENESS -> judge(vitals, answer, failures, tooOften);
        };
    }

    private Optional<Sick> judge(Vitals vitals, Pinged answer, int failures, boolean tooOften) {
        if (tooOften) {
            return Optional.of(new Sick(vitals.child, vitals.pid, complaint(answer, failures)));
        }
        if (answer.kind == Kind.STARTUP && failures == 0) {
            vitals.up = true;
            begin(vitals);
        } else {
            schedule(vitals, answer.kind);
        }
        return Optional.empty();
    }

    private static String complaint(Pinged answer, int failures) {
        return "its "
                + answer.kind.name().toLowerCase(Locale.ROOT)
                + " check failed "
                + failures
                + (failures == 1 ? " time: " : " times in a row: ")
                + answer.complaint.orElse("");
    }

    private void begin(Vitals vitals) {
        schedule(vitals, Kind.LIVENESS);
        schedule(vitals, Kind.READINESS);
    }

    private void schedule(Vitals vitals, Kind kind) {
        check(vitals, kind).ifPresent(check -> self.sendAfter(check.interval(), new Beat(vitals.pid.id(), kind)));
    }

    private static Optional<HealthCheck> check(Vitals vitals, Kind kind) {
        return switch (kind) {
            case STARTUP -> vitals.child.startup();
            case LIVENESS -> vitals.child.liveness();
            case READINESS -> vitals.child.readiness();
        };
    }
}
