package dev.coppice.benchmarks;

import java.util.List;

/// The systems by their names in the table.
final class Systems {
    static final List<String> OURS = List.of("coppice", "coppice-loop");
    static final List<String> PEERS = List.of("pekko", "pekko-tuned", "erlang", "threads", "floor");

    private Systems() {}

    /// Starts one that runs in this JVM.
    static Actors<?, ?> start(String name) {
        return switch (name) {
            case "coppice" -> new Coppice();
            case "coppice-loop" -> new CoppiceLoops();
            case "pekko" -> new Pekko(false);
            case "pekko-tuned" -> new Pekko(true);
            case "threads" -> new Threads();
            default -> throw new IllegalArgumentException("no system of this JVM is called " + name);
        };
    }
}
