package dev.coppice.observe;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/// The facts as lines of text. What actors are called is harmless in a terminal: control characters are shown as question marks.
final class Terminal {
    private Terminal() {}

    static List<String> lines(JsonNode node, JsonNode tree, JsonNode alarms, JsonNode health) {
        var lines = new ArrayList<String>();
        lines.add(
                String.format(
                        Locale.ROOT,
                        "%s: %,d actors, %,.0f messages/s, %,d waiting, %,d crashed, %,d dead letters, heap %,d MiB",
                        harmless(node.path("name").asString()),
                        node.path("actors").asLong(),
                        node.path("received").asDouble(),
                        node.path("queued").asLong(),
                        node.path("crashed").asLong(),
                        node.path("deadLetters").asLong(),
                        node.path("heapUsed").asLong() >> 20));
        for (var part : List.of("startup", "liveness", "readiness")) {
            var check = health.path(part);
            if (!check.path("up").asBoolean()) {
                all(check.path("reasons"))
                        .forEach(reason -> lines.add("NOT UP (" + part + "): " + harmless(reason.asString())));
            }
        }
        all(alarms)
                .forEach(alarm ->
                        lines.add(
                                "ALARM "
                                        + alarm.path("kind").asString()
                                        + " "
                                        + harmless(
                                                alarm.path("subject").asString()
                                                        + ": "
                                                        + alarm.path("detail").asString())));
        lines.add("");
        all(tree).forEach(branch -> lines.add("  ".repeat(branch.path("depth").asInt()) + line(branch.path("row"))));
        long more = node.path("actors").asLong() - tree.size();
        if (more > 0) {
            lines.add(String.format(Locale.ROOT, "... and %,d more (--lines shows more of them)", more));
        }
        return lines;
    }

    private static List<JsonNode> all(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).toList();
    }

    private static String line(JsonNode row) {
        var name = row.path("name").asString();
        var behaviour = row.path("behaviour").asString();
        var label = name.isEmpty() ? row.path("label").asString() + " " + row.path("id").asLong() : name;
        var line = new StringBuilder(mark(row.path("status").asString())).append(' ').append(label);
        if (!label.startsWith(behaviour)) {
            line.append("  ").append(behaviour);
        }
        if (row.path("queued").asLong() > 0) {
            line.append(String.format(Locale.ROOT, "  %,d queued", row.path("queued").asLong()));
        }
        if (row.path("restarts").asLong() > 0) {
            line.append(String.format(Locale.ROOT, "  %,d restarts", row.path("restarts").asLong()));
        }
        if (row.path("rate").asDouble() >= 0.1) {
            line.append(String.format(Locale.ROOT, "  %,.1f/s", row.path("rate").asDouble()));
        }
        return harmless(line.toString());
    }

    private static String mark(String status) {
        return switch (status) {
            case "idle" -> "-";
            case "running" -> "*";
            case "waiting" -> "~";
            case "suspended" -> "=";
            case "starting" -> "+";
            default -> "x";
        };
    }

    static String harmless(String text) {
        return text.codePoints()
                .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '?' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
