package dev.coppice.benchmarks;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// A process that measures one workload on one system: sets it up, warms it up, says `ready`, then answers each line that it reads with
/// `result VALUE CPU`, until there are no more. The Erlang program speaks the same way.
final class Child {
    /// The longest warm-up, in warm-ups as they are told.
    static final int MOST = 2;

    private static final long LOOK = 500_000_000;

    /// The compiler has hardly anything to do when it takes less than such a part of a processor.
    private static final int HARDLY = 10;

    private final Workload workload;
    private final Meter meter;
    private final long warmUp;
    private final long round;
    private final Batch batch;

    Child(String system, Workload workload, double scale, long warmUpMillis, long roundMillis) throws Exception {
        this.workload = workload;
        this.meter = new Meter(scale);
        this.warmUp = warmUpMillis * 1_000_000;
        this.round = roundMillis * 1_000_000;
        this.batch = system.equals("floor") ? Floors.of(workload.name(), meter) : batch(workload, system, meter);
    }

    private static Batch batch(Workload workload, String system, Meter meter) throws Exception {
        var on = workload.batch();
        if (on == null) {
            throw new IllegalArgumentException(workload.name() + " is measured from outside");
        }
        return on.of(Systems.start(system), meter);
    }

    /// @param args the system, the workload, the scale, the milliseconds of warm-up and of a round
    public static void main(String[] args) throws Exception {
        var child =
                new Child(
                        args[0],
                        Workloads.named(args[1]),
                        Double.parseDouble(args[2]),
                        Long.parseLong(args[3]),
                        Long.parseLong(args[4]));
        child.warmUp();
        System.out.println("ready");
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (in.readLine() != null) {
            child.round();
            System.out.printf(Locale.ROOT, "result %.3f %.1f%n", child.meter.result(), child.meter.cpuPerOperation());
        }
        System.exit(0);
    }

    private void warmUp() throws Exception {
        switch (workload.kind()) {
            case RATE -> settle();
            case SINGLE -> {
                for (int i = 0; i < 3; i++) {
                    batch.run();
                }
            }
            case COLD, PROCESS -> {}
        }
    }

    /// Warms up for as long as it was told, and then goes on until the compiler has hardly anything left to do: some workloads touch so
    /// much code that a few seconds of them measure the compiler, which has the same processors.
    private void settle() throws Exception {
        fill(warmUp);
        long end = System.nanoTime() + (MOST - 1) * warmUp;
        long before = compiling();
        for (boolean busy = true; busy && System.nanoTime() - end < 0; ) {
            long begun = System.nanoTime();
            fill(LOOK);
            long now = compiling();
            busy = (now - before) * 1_000_000 > (System.nanoTime() - begun) / HARDLY;
            before = now;
        }
    }

    private static long compiling() {
        return ManagementFactory.getCompilationMXBean().getTotalCompilationTime();
    }

    private void round() throws Exception {
        System.gc();
        meter.reset();
        if (workload.kind() == Workload.Kind.RATE) {
            fill(round);
        } else {
            batch.run();
        }
    }

    /// At least one batch, then more until the time is over.
    private void fill(long nanos) throws Exception {
        long until = System.nanoTime() + nanos;
        do {
            batch.run();
        } while (System.nanoTime() - until < 0);
    }
}
