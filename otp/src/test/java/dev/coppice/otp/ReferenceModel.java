package dev.coppice.otp;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A supervisor told as a story, for comparison with [Decisions]: starts are plain calls, lists are changed in place, nothing is clever,
/// and no line is shared with the real one. It writes the same trace as [Puppets].
final class ReferenceModel {
    enum Strategy {
        ONE,
        ALL,
        REST
    }

    static final class Kid {
        final String id;
        final char type; // p, t, x
        final boolean significant;
        final long wait; // 0: no back-off; else the first wait, doubled each time up to eight times the first
        boolean running;
        @Nullable Object retry; // the retry that it waits for
        boolean counted;
        int failures;
        long started;

        Kid(String id, char type, boolean significant, long wait) {
            this.id = id;
            this.type = type;
            this.significant = significant;
            this.wait = wait;
        }
    }

    record Due(Kid kid, Object retry, long at) {}

    final Strategy strategy;
    final int intensity;
    final long period;
    final char auto; // n, y (any), l (all)
    final Function<String, Character> starts; // u up, f fails, i ignored, e escalates
    final List<Kid> kids = new ArrayList<>();
    final List<String> trace = new ArrayList<>();
    final List<Due> retries = new ArrayList<>();
    final List<Long> crashes = new ArrayList<>();
    long now;
    boolean over;

    ReferenceModel(Strategy strategy, int intensity, long period, char auto, Function<String, Character> starts) {
        this.strategy = strategy;
        this.intensity = intensity;
        this.period = period;
        this.auto = auto;
        this.starts = starts;
    }

    void boot() {
        for (Kid kid : List.copyOf(kids)) {
            char how = start(kid);
            if (how == 'f' || how == 'e') {
                stopAll();
                over = true;
                return;
            }
            if (how == 'i' && kid.type == 'x') {
                kids.remove(kid);
            }
        }
    }

    private char start(Kid kid) {
        char how = starts.apply(kid.id);
        trace.add((how == 'u' ? "+" : how == 'i' ? "." : "/") + kid.id);
        kid.running = how == 'u';
        kid.started = now;
        return how;
    }

    private void stop(Kid kid) {
        if (kid.running) {
            trace.add("-" + kid.id);
        }
        kid.running = false;
        kid.retry = null;
    }

    private void stopAll() {
        for (Kid kid : kids.reversed()) {
            stop(kid);
        }
    }

    private void end() {
        trace.add("END");
        over = true;
        stopAll();
    }

    void exits(Kid kid, boolean clean, boolean escalates) {
        kid.running = false;
        if (escalates) {
            end();
        } else if (kid.type == 'p' || (kid.type == 't' && !clean)) {
            if (kid.wait > 0 && now - kid.started >= kid.wait * 100) {
                kid.failures = 0;
            }
            fails(kid, true);
        } else {
            if (kid.type == 'x') {
                kids.remove(kid);
            }
            boolean left = kids.stream().anyMatch(k -> k.significant && (k.running || k.retry != null || awaited(k)));
            if (kid.significant && (auto == 'y' || (auto == 'l' && !left))) {
                end();
            }
        }
    }

    /// Not running, but some child that waits for its retry will bring it.
    private boolean awaited(Kid kid) {
        return brought.contains(kid) && kids.stream().anyMatch(k -> k.retry != null && covers(k, kid));
    }

    private final Set<Kid> brought = new LinkedHashSet<>();

    private boolean covers(Kid cause, Kid kid) {
        return switch (strategy) {
            case ONE -> cause == kid;
            case ALL -> true;
            case REST -> kids.indexOf(kid) >= kids.indexOf(cause);
        };
    }

    private boolean tooMany() {
        crashes.add(now);
        return crashes.stream().filter(at -> now - at <= period).count() > intensity;
    }

    private void fails(Kid kid, boolean crashed) {
        if (kid.wait == 0 && !crashed) {
            later(kid, 0, false);
        } else if (tooMany()) {
            end();
        } else if (kid.wait == 0) {
            down(kid);
            up(kid);
        } else {
            long wait = Math.min(kid.wait * 8, kid.wait << Math.min(kid.failures, 10));
            kid.failures++;
            later(kid, wait, true);
            if (crashed) {
                down(kid);
            }
        }
    }

    private void later(Kid kid, long wait, boolean counted) {
        trace.add("~" + kid.id);
        kid.retry = new Object();
        kid.counted = counted;
        retries.add(new Due(kid, kid.retry, now + wait));
    }

    void again(Due due) {
        now = Math.max(now, due.at);
        Kid kid = due.kid;
        if (over || !kids.contains(kid) || kid.retry != due.retry) {
            return;
        }
        if (!kid.counted && tooMany()) {
            end();
            return;
        }
        kid.retry = null;
        down(kid);
        up(kid);
    }

    private void down(Kid cause) {
        brought.add(cause);
        for (Kid kid : List.copyOf(kids).reversed()) {
            if (kid != cause && covers(cause, kid)) {
                stop(kid);
            }
        }
        for (Kid kid : List.copyOf(kids)) {
            if (kid != cause && covers(cause, kid)) {
                brought.add(kid);
                if (kid.type == 'x') {
                    kids.remove(kid);
                }
            }
        }
    }

    private void up(Kid cause) {
        for (Kid kid : List.copyOf(kids)) {
            if (covers(cause, kid)) {
                char how = start(kid);
                brought.remove(kid);
                if (how == 'f') {
                    fails(kid, false);
                    return;
                }
                if (how == 'e') {
                    end();
                    return;
                }
                if (how == 'i' && kid.type == 'x') {
                    kids.remove(kid);
                }
            }
        }
    }

    String add(Kid kid) {
        Kid known = find(kid.id);
        if (known != null) {
            return known.running ? "Running" : "Present";
        }
        if (kid.significant && auto == 'n') {
            return "Invalid";
        }
        kids.add(kid);
        char how = start(kid);
        if (how == 'f' || how == 'e' || (how == 'i' && kid.type == 'x')) {
            kids.remove(kid);
        }
        return how == 'u' ? "Started" : how == 'i' ? "Ignored" : "NotStarted";
    }

    String terminate(String id) {
        Kid kid = find(id);
        if (kid == null) {
            return "NotFound";
        }
        stop(kid);
        brought.remove(kid);
        if (kid.type == 'x') {
            kids.remove(kid);
        }
        abandon();
        return "Done";
    }

    /// Whoever waited only for a retry that was taken back will not be brought up by a later one.
    private void abandon() {
        brought.removeIf(k -> kids.stream().noneMatch(w -> w.retry != null && covers(w, k)));
    }

    String restart(String id) {
        Kid kid = find(id);
        if (kid == null) {
            return "NotFound";
        }
        if (kid.running) {
            return "Running";
        }
        if (kid.retry != null) {
            return "Restarting";
        }
        char how = start(kid);
        brought.remove(kid);
        if (how == 'i' && kid.type == 'x') {
            kids.remove(kid);
        }
        return how == 'u' ? "Started" : how == 'i' ? "Ignored" : "NotStarted";
    }

    String delete(String id) {
        Kid kid = find(id);
        if (kid == null) {
            return "NotFound";
        }
        if (kid.running) {
            return "Running";
        }
        if (kid.retry != null) {
            return "Restarting";
        }
        kids.remove(kid);
        brought.remove(kid);
        return "Done";
    }

    @Nullable Kid find(String id) {
        return kids.stream().filter(kid -> kid.id.equals(id)).findFirst().orElse(null);
    }

    String state() {
        return String.join(
                " ",
                kids.stream()
                        .map(kid -> kid.running ? kid.id : kid.retry != null ? kid.id + "?" : "(" + kid.id + ")")
                        .toList());
    }
}
