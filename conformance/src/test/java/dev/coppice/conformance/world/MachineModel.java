package dev.coppice.conformance.world;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// gen_statem by the book (section 1.8 of the semantics), for [MachineModelTest]: lists and a clock, written without a look at the machine.
/// An event is a small program of letters; see [Script].
final class MachineModel {
    /// What an event does: `next` is the state to go to, or blank to keep it, or `!` to repeat it.
    record Script(String id, String next, boolean postpones, List<Script> inserts, List<Clock> clocks) {}

    /// Starts (`after` 0 or more), cancels (-1) or updates (-2) a time-out: `e`, `s`, or a name.
    record Clock(String which, int after, Script event) {}

    final List<String> log = new ArrayList<>();
    private String state = "a";
    private List<Script> queue = new ArrayList<>();
    private List<Script> putOff = new ArrayList<>();
    private final Map<String, Script> zero = new LinkedHashMap<>();
    private final Map<String, long[]> dueAt = new TreeMap<>();
    private final Map<String, Script> payload = new TreeMap<>();
    private long now;
    private long starts;

    /// Which events an entry of this state adds; set by the test.
    Map<String, List<Clock>> entries = Map.of();

    void begin() {
        log.add(">aa");
        clocks(entries.getOrDefault("a", List.of()));
        run();
    }

    void message(Script event) {
        handle(event);
        run();
    }

    void pass(long time) {
        long end = now + time;
        while (true) {
            String first = null;
            for (var which : dueAt.keySet()) {
                var due = dueAt.get(which);
                if (due[0] <= end
                        && (first == null
                                || due[0] < dueAt.get(first)[0]
                                || (due[0] == dueAt.get(first)[0] && due[1] < dueAt.get(first)[1]))) {
                    first = which;
                }
            }
            if (first == null) {
                now = end;
                return;
            }
            now = dueAt.remove(first)[0];
            message(payload.remove(first));
        }
    }

    private void run() {
        while (!queue.isEmpty() || !zero.isEmpty()) {
            if (!queue.isEmpty()) {
                handle(queue.removeFirst());
            } else {
                handle(zero.remove(zero.keySet().iterator().next()));
            }
        }
    }

    private void handle(Script event) {
        log.add(event.id() + state + now);
        var clocks = new ArrayList<>(event.clocks());
        boolean repeats = event.next().equals("!");
        String next = event.next().isBlank() || repeats ? state : event.next();
        boolean changes = !next.equals(state);
        if (changes || repeats) {
            log.add(">" + next + state);
            clocks.addAll(entries.getOrDefault(next, List.of()));
        }
        if (event.postpones()) {
            putOff.add(event);
        }
        if (changes) {
            var again = putOff;
            again.addAll(queue);
            queue = again;
            putOff = new ArrayList<>();
            end("s");
        }
        end("e");
        clocks(clocks);
        var inserted = new ArrayList<>(event.inserts());
        inserted.addAll(queue);
        queue = inserted;
        state = next;
    }

    private void end(String which) {
        zero.remove(which);
        dueAt.remove(which);
        payload.remove(which);
    }

    /// Of one time-out named twice, the first mention does not count.
    private void clocks(List<Clock> clocks) {
        for (int i = 0; i < clocks.size(); i++) {
            var clock = clocks.get(i);
            if (clocks.subList(i + 1, clocks.size()).stream().noneMatch(later -> later.which().equals(clock.which()))) {
                one(clock);
            }
        }
    }

    private void one(Clock clock) {
        if (clock.after() == -2 && payload.containsKey(clock.which())) {
            payload.put(clock.which(), clock.event());
        } else if (clock.after() == -2) {
            zero.put(clock.which(), clock.event());
        } else {
            end(clock.which());
            if (clock.after() == 0) {
                zero.put(clock.which(), clock.event());
            } else if (clock.after() > 0) {
                dueAt.put(clock.which(), new long[] {now + clock.after(), starts++});
                payload.put(clock.which(), clock.event());
            }
        }
    }
}
