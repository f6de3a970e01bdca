package dev.coppice.examples.mqtt;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// What a real client sent in one connection, packet by packet.
///
/// @param client who sent it: the command line
record Recorded(String client, List<byte[]> packets) {
    static final String FILE = "recorded.txt";

    /// The recordings that [Recorder] made: a line `# client` for each connection, then a line of hex for each packet.
    static List<Recorded> all() {
        try (var file = Optional.ofNullable(Recorded.class.getResourceAsStream(FILE)).orElseThrow()) {
            return parse(new String(file.readAllBytes(), UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<Recorded> parse(String text) {
        var all = new ArrayList<Recorded>();
        for (var line : text.lines().toList()) {
            if (line.startsWith("# ")) {
                all.add(new Recorded(line.substring(2), new ArrayList<>()));
            } else if (!line.isBlank()) {
                all.getLast().packets().add(HexFormat.of().parseHex(line));
            }
        }
        return all;
    }

    String text() {
        var text = new StringBuilder("# " + client + "\n");
        packets.forEach(packet -> text.append(HexFormat.of().formatHex(packet)).append("\n"));
        return text.toString();
    }
}
