package dev.coppice.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/// Adds up what one round measures: operations, wall time and processor time of the measured sections, or a value given outright.
///
/// Processor time is user and system time of the whole process, JIT and garbage collection included.
final class Meter {
    private static final OperatingSystemMXBean OS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private final double scale;
    private final List<Object> kept = new ArrayList<>();

    private long operations;
    private long nanos;
    private long cpu;
    private double value = Double.NaN;
    private long begun;
    private long cpuBegun;

    /// @param scale of the workload's size: 1 for measuring, less to see whether it works
    Meter(double scale) {
        this.scale = scale;
    }

    /// How many of `full` this run does; at least `least`.
    int size(int full, int least) {
        return (int) Math.max(Math.min(least, full), full * scale);
    }

    int size(int full) {
        return size(full, 1);
    }

    void begin() {
        cpuBegun = OS.getProcessCpuTime();
        begun = System.nanoTime();
    }

    void end(long done) {
        nanos += System.nanoTime() - begun;
        cpu += OS.getProcessCpuTime() - cpuBegun;
        operations += done;
    }

    /// The round's result, when it is no rate.
    void value(double result) {
        value = result;
    }

    /// Holds something until the process ends, so that it counts as memory.
    void keep(Object thing) {
        kept.add(thing);
    }

    long elapsed() {
        return nanos;
    }

    long operations() {
        return operations;
    }

    void reset() {
        operations = 0;
        nanos = 0;
        cpu = 0;
        value = Double.NaN;
    }

    /// Operations a second, or the value given.
    double result() {
        return Double.isNaN(value) ? operations / (nanos / 1e9) : value;
    }

    /// Nanoseconds of processor time an operation; 0 when the workload has no operations.
    double cpuPerOperation() {
        return operations == 0 ? 0 : (double) cpu / operations;
    }

    long cpu() {
        return cpu;
    }
}
