package dev.coppice.conformance.differential;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/// What Erlang did in the first few hundred scenarios, kept for machines without it: for each a line with its term, a line a step, and
/// a line ".".
final class Golden {
    static final int SCENARIOS = 300;
    private static final String PLACE =
            "conformance/src/test/resources/dev/coppice/conformance/differential/golden.txt";

    /// @param seed of the scenario, and of the world that plays it
    record Entry(long seed, String term, List<String> erlang) {}

    private Golden() {}

    static List<Entry> read() throws IOException {
        try (var file = Golden.class.getResourceAsStream("golden.txt")) {
            var entries = new ArrayList<Entry>();
            var lines = new String(file.readAllBytes(), UTF_8).lines().iterator();
            while (lines.hasNext()) {
                var term = lines.next();
                var steps = new ArrayList<String>();
                for (var line = lines.next(); !line.equals("."); line = lines.next()) {
                    steps.add(line);
                }
                entries.add(new Entry(entries.size(), term, steps));
            }
            return entries;
        }
    }

    static void write(Path machine) throws IOException {
        var scenarios = LongStream.range(0, SCENARIOS).mapToObj(Generator::scenario).toList();
        var text = new StringBuilder();
        try (var erlang = OnErlang.start(machine)) {
            var logs = erlang.play(scenarios);
            for (int i = 0; i < scenarios.size(); i++) {
                text.append(scenarios.get(i).term()).append('\n');
                logs.get(i).forEach(line -> text.append(line).append('\n'));
                text.append(".\n");
            }
        }
        Files.writeString(Path.of(PLACE), text);
        System.out.println(PLACE + ": " + SCENARIOS + " scenarios, " + text.length() + " characters");
    }
}
