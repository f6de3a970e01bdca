package dev.coppice.conformance.world;

import dev.coppice.testkit.World;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/// Same seed, same code, same run: compares the hashes of whole simulations, here and in a fresh JVM with other flags. Its own `main` is
/// what that JVM runs.
final class Determinism {
    /// Interpreted, another collector, one carrier, no compressed references: what a hidden dependence on time, identity hashes or
    /// threads would show in.
    private static final List<String> FLAGS =
            List.of(
                    "-Xint",
                    "-XX:+UseSerialGC",
                    "-Xmx512m",
                    "-Djdk.virtualThreadScheduler.parallelism=1",
                    "-XX:-UseCompressedOops");

    private Determinism() {}

    public static void main(String[] args) {
        hashes(Integer.parseInt(args[0])).forEach(System.out::println);
    }

    static List<Long> hashes(int seeds) {
        return LongStream.range(0, seeds).mapToObj(Determinism::hash).toList();
    }

    private static long hash(long seed) {
        var simulation = new Simulation();
        World.explore(seed, 1, simulation);
        return simulation.hash();
    }

    /// The hashes as a fresh JVM finds them.
    static List<Long> elsewhere(int seeds) throws IOException, InterruptedException {
        var command = new java.util.ArrayList<String>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(FLAGS);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Determinism.class.getName(), "" + seeds));
        var jvm = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        var output = new String(jvm.getInputStream().readAllBytes());
        if (!jvm.waitFor(5, TimeUnit.MINUTES) || jvm.exitValue() != 0) {
            jvm.destroyForcibly();
            throw new IllegalStateException("the fresh JVM failed: " + output);
        }
        return output.lines().map(Long::parseLong).toList();
    }

    static boolean check(int here, int there) throws IOException, InterruptedException {
        var first = hashes(here);
        boolean same = report(here + " seeds run twice in one JVM", first, hashes(here));
        return report(
                        there + " seeds in a fresh JVM with " + String.join(" ", FLAGS),
                        first.subList(0, there),
                        elsewhere(there))
                && same;
    }

    private static boolean report(String what, List<Long> first, List<Long> second) {
        var differ =
                LongStream.range(0, first.size())
                        .filter(seed -> !first.get((int) seed).equals(second.get((int) seed)))
                        .boxed()
                        .toList();
        System.out.println(what + ": " + (differ.isEmpty() ? "equal hashes" : "the seeds " + differ + " differ"));
        return differ.isEmpty();
    }
}
