package dev.coppice.conformance.differential;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Plays scenarios on the real Erlang/OTP: one machine, which reads them from its standard input and answers with what happened.
final class OnErlang implements AutoCloseable {
    private final Process machine;
    private final BufferedReader answers;

    private OnErlang(Process machine) {
        this.machine = machine;
        this.answers = machine.inputReader(UTF_8);
    }

    /// Whether `erl` and `erlc` are in the PATH.
    static boolean installed() {
        return Stream.of("erl", "erlc").allMatch(OnErlang::inPath);
    }

    private static boolean inPath(String program) {
        return Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    /// Compiles the interpreter into this folder.
    static void compile(Path folder) throws IOException, InterruptedException {
        try (var source = OnErlang.class.getResourceAsStream("oracle.erl")) {
            Files.write(folder.resolve("oracle.erl"), source.readAllBytes());
        }
        var compiler =
                new ProcessBuilder("erlc", "oracle.erl").directory(folder.toFile()).redirectErrorStream(true).start();
        var said = new String(compiler.getInputStream().readAllBytes(), UTF_8);
        if (compiler.waitFor() != 0) {
            throw new IOException("erlc oracle.erl failed:\n" + said);
        }
    }

    /// A machine that runs what was compiled into this folder.
    static OnErlang start(Path folder) throws IOException {
        var command =
                List.of("erl", "+S", "1:1", "-noshell", "-kernel", "logger_level", "none", "-s", "oracle", "main");
        return new OnErlang(
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectError(folder.resolve("errors").toFile())
                        .start());
    }

    /// What happened in each, in each step. The scenarios are written by a thread of their own, since the machine answers meanwhile.
    List<List<String>> play(List<Scenario> scenarios) {
        var writer = Thread.ofVirtual().start(() -> write(scenarios));
        var logs = new ArrayList<List<String>>();
        try {
            for (var scenario : scenarios) {
                logs.add(answer(scenario));
            }
            writer.join();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException("interrupted while Erlang plays", interrupted);
        }
        return logs;
    }

    List<String> play(Scenario scenario) {
        return play(List.of(scenario)).getFirst();
    }

    private void write(List<Scenario> scenarios) {
        try {
            var input = machine.outputWriter(UTF_8);
            for (var scenario : scenarios) {
                input.write(scenario.term() + "\n");
            }
            input.flush();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    private List<String> answer(Scenario scenario) throws IOException {
        var steps = new ArrayList<String>();
        for (var line = answers.readLine(); ; line = answers.readLine()) {
            if (line == null) {
                throw new IOException("Erlang ended, with status " + status() + ", while it played " + scenario.term());
            }
            if (line.equals(".")) {
                return steps;
            }
            steps.add(line);
        }
    }

    private String status() {
        try {
            return String.valueOf(machine.waitFor());
        } catch (InterruptedException interrupted) {
            return "unknown";
        }
    }

    @Override
    public void close() {
        machine.destroyForcibly();
    }
}
