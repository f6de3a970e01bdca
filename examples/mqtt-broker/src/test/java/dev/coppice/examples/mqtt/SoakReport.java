package dev.coppice.examples.mqtt;

import dev.coppice.kernel.Counters;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What a soak came to, on a page.
///
/// @param counters at the last look, when all is quiet
/// @param kept old objects by class
/// @param violations but for those of the hogs, which know what else runs on the machine
record SoakReport(
        double seconds,
        Growth growth,
        Map<String, Long> kept,
        Monkey.Deeds deeds,
        String attack,
        Counters counters,
        Map<String, Long> deadLetters,
        long meantCrashes,
        long received,
        long repeated,
        long reconnections,
        Hogs hogs,
        List<String> violations) {
    /// How many old objects of one of our classes are no leak: so many actors live through the whole run, or are restarted in it.
    static final long OLD_OBJECTS = 30;

    List<String> all() {
        return Stream.concat(violations.stream(), hogs.violations().stream()).toList();
    }

    String text() {
        var text = new StringBuilder();
        line(text, "violations", all().size() + all().stream().map("\n  "::concat).collect(Collectors.joining()));
        line(text, "time", "%.0f s in %d rounds".formatted(seconds, growth.looks().size()));
        line(
                text,
                "messages",
                "%,d received by the bystanders, each in its order (%,.0f/s); %,d repetitions, %,d reconnections"
                        .formatted(received, received / seconds, repeated, reconnections));
        line(
                text,
                "node",
                "%,d accepted, %,d received, %,d dead letters, %,d unaccounted for; %,d actors spawned"
                        .formatted(
                                counters.accepted(),
                                counters.received(),
                                counters.deadLettered(),
                                counters.unaccounted(),
                                counters.spawned()));
        line(text, "hostile", attack);
        line(text, "faults", sorted(deeds.faults()) + "; killed: " + sorted(deeds.kills()));
        line(text, "crashes", "%,d meant, the rest are violations".formatted(meantCrashes));
        line(text, "dead letters", deadLetters.toString());
        line(text, "hogs", hogs.toString());
        growth.slopes().forEach((name, slope) -> line(text, name, vital(name, slope)));
        line(text, "old objects", kept.isEmpty() ? "none was sampled" : oldest());
        return text.toString();
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append("%-13s %s%n".formatted(name, value));
    }

    private static <K extends Comparable<K>, V> Map<K, V> sorted(Map<K, V> map) {
        return new TreeMap<>(map);
    }

    private String vital(String name, Slope slope) {
        var looks = growth.looks();
        return "%,d at the first look, %,d at the last, %,d at most; slope %+.2f a round (99 %%: %+.2f to %+.2f)"
                .formatted(
                        looks.getFirst().values().get(name),
                        looks.getLast().values().get(name),
                        looks.stream().mapToLong(look -> look.values().get(name)).max().orElseThrow(),
                        slope.perStep(),
                        slope.low(),
                        slope.high());
    }

    private String oldest() {
        long ours =
                kept.entrySet().stream()
                        .filter(e -> e.getKey().startsWith("dev.coppice."))
                        .mapToLong(Map.Entry::getValue)
                        .sum();
        return ours
                + " of ours; "
                + kept.entrySet().stream()
                        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                        .limit(6)
                        .map(e -> e.getKey() + " " + e.getValue())
                        .collect(Collectors.joining(", "));
    }
}
