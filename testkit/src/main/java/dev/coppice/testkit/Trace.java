package dev.coppice.testkit;

import dev.coppice.kernel.DeadLetter;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.NodeEvent;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// What happened in a [World], oldest first. The newest few thousand happenings are kept; the hash covers all.
public final class Trace {
    private static final int KEPT = 4_000;

    private final ArrayDeque<Happening> kept = new ArrayDeque<>();
    private long left;
    private boolean frozen;
    private long hash = 17;

    Trace() {}

    /// What comes from now on explains nothing.
    void freeze() {
        frozen = true;
    }

    void add(Happening happening) {
        if (frozen) {
            return;
        }
        kept.addLast(happening);
        if (kept.size() > KEPT) {
            kept.removeFirst();
            left++;
        }
    }

    /// Only what is the same in every run of the same seed goes in: no identities, no addresses.
    void hash(long what) {
        hash = hash * 1_000_003 + what;
    }

    long hash() {
        return hash;
    }

    public List<Happening> happenings() {
        return List.copyOf(kept);
    }

    /// As lines of text, the newest so many.
    public String text(int lines) {
        var text = new StringBuilder();
        int skip = Math.max(0, kept.size() - lines);
        if (left + skip > 0) {
            text.append("  … ").append(left + skip).append(" earlier happenings left out\n");
        }
        kept.stream().skip(skip).forEach(happening -> text.append(line(happening)).append('\n'));
        return text.toString();
    }

    @Override
    public String toString() {
        return text(KEPT);
    }

    private static String line(Happening happening) {
        return "  %12s  %s".formatted(time(happening.at()), said(happening));
    }

    static String time(Duration at) {
        return String.format(Locale.ROOT, "%,.3f ms", at.toNanos() / 1e6);
    }

    private static String said(Happening happening) {
        return switch (happening) {
            case Happening.Sent(_, var by, var to, var message) -> by + " -> " + to + ": " + brief(message);
            case Happening.Received(_, var who, var message) -> who + " receives " + brief(message);
            case Happening.Answered(_, var by, var who) -> by + " ..> " + who + " goes on";
            case Happening.Told(_, var event) -> said(event);
            case Happening.Did(_, var what) -> "*** " + what;
        };
    }

    private static String brief(Object message) {
        var text = text(message);
        return text.length() > 120 ? text.substring(0, 119) + "…" : text;
    }

    /// A failure is told even when somebody in it cannot say what it is.
    private static String text(Object what) {
        try {
            return String.valueOf(what);
        } catch (RuntimeException | StackOverflowError unprintable) {
            return what.getClass().getName() + " (its toString failed: " + unprintable.getClass().getName() + ")";
        }
    }

    private static String said(NodeEvent event) {
        return switch (event) {
            case NodeEvent.Spawned(_, var path) -> "(+) " + path;
            case NodeEvent.Exited(_, var path, var reason) -> "(-) " + path + ": " + text(reason);
            case NodeEvent.Restarted(_, var child, var pid, _) -> "restarted " + child + " as #" + pid.id();
            case NodeEvent.GaveUp(var supervisor, var child, var why) ->
                    supervisor.path() + " gives up over " + child + ": " + text(why);
            case NodeEvent.Undelivered(DeadLetter(var to, var message, var reason, _)) ->
                    "(x) " + brief(message) + " to " + to + ": " + text(reason);
            case NodeEvent.Crashed(var report) ->
                    "crash of " + report.path() + report.lastMessage().map(last -> " over " + last).orElse("");
            default -> text(event);
        };
    }

    // ---- as a diagram

    /// As a Mermaid sequence diagram of the newest so many arrows: paste it where Mermaid is rendered.
    public String mermaid(int arrows) {
        var names = new LinkedHashMap<String, String>();
        var lines =
                kept.stream()
                        .filter(happening -> !(happening instanceof Happening.Received))
                        .skip(
                                Math.max(
                                        0,
                                        kept.stream().filter(h -> !(h instanceof Happening.Received)).count() - arrows))
                        .map(happening -> arrow(happening, names))
                        .filter(line -> !line.isEmpty())
                        .collect(Collectors.joining("\n"));
        var who =
                names.entrySet().stream()
                        .map(name -> "  participant " + name.getValue() + " as " + plain(name.getKey()))
                        .collect(Collectors.joining("\n"));
        return "sequenceDiagram\n" + who + "\n" + lines + "\n";
    }

    private static String arrow(Happening happening, Map<String, String> names) {
        return switch (happening) {
            case Happening.Received _ -> "";
            case Happening.Sent(_, var by, var to, var message) ->
                    "  " + id(by, names) + "->>" + id(to, names) + ": " + plain(brief(message));
            case Happening.Answered(_, var by, var who) -> "  " + id(by, names) + "-->>" + id(who, names) + ": answers";
            case Happening.Told(_, NodeEvent.Exited(_, var path, var reason)) ->
                    "  Note over " + id(path, names) + ": exits, " + kind(reason);
            case Happening.Told(_, NodeEvent.Spawned(_, var path)) -> "  Note over " + id(path, names) + ": starts";
            case Happening.Told _ -> "";
            case Happening.Did(_, var what) -> "  Note over " + id("the test", names) + ": " + plain(what);
        };
    }

    /// Without what means something to Mermaid.
    private static String plain(String text) {
        return text.replaceAll("[;:#\\n]", " ");
    }

    private static String kind(ExitReason reason) {
        return reason.getClass().getSimpleName();
    }

    private static String id(String who, Map<String, String> names) {
        return names.computeIfAbsent(who, _ -> "p" + names.size());
    }
}
