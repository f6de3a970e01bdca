package dev.coppice.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A process that has been set up for one workload and measures a round whenever it is asked.
final class Contestant implements AutoCloseable {
    private static final long PATIENCE_MINUTES = 5;
    private static final String END = "";

    private final String system;
    private final Process process;
    private final Writer in;
    private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();

    /// Returns when it is warm.
    Contestant(String system, ProcessBuilder builder) throws IOException, InterruptedException {
        this.system = system;
        this.process = builder.start();
        this.in = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
        Thread.ofVirtual().start(this::read);
        try {
            expect("ready");
        } catch (IllegalStateException notReady) {
            close();
            throw notReady;
        }
    }

    private void read() {
        try (var out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            out.lines().forEach(lines::add);
        } catch (IOException | java.io.UncheckedIOException broken) {
            lines.add("broken: " + broken);
        }
        lines.add(END);
    }

    String system() {
        return system;
    }

    Result.Sample round() throws IOException, InterruptedException {
        in.write("round\n");
        in.flush();
        var words = expect("result").split(" ");
        return new Result.Sample(Double.parseDouble(words[1]), Double.parseDouble(words[2]));
    }

    /// The next line that begins so; what else the process prints is none of ours.
    private String expect(String word) throws InterruptedException {
        while (true) {
            var line = lines.poll(PATIENCE_MINUTES, TimeUnit.MINUTES);
            if (line == null) {
                throw new IllegalStateException(system + " said nothing for " + PATIENCE_MINUTES + " minutes");
            }
            if (line.equals(END) && !process.isAlive()) {
                throw new IllegalStateException(
                        system + " ended with status " + process.exitValue() + " before its " + word);
            }
            if (line.startsWith(word)) {
                return line;
            }
        }
    }

    @Override
    public void close() throws InterruptedException {
        try {
            in.close();
        } catch (IOException alreadyGone) {
            // It ended by itself; what it had to say has been read.
        }
        if (!process.waitFor(5, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }
}
