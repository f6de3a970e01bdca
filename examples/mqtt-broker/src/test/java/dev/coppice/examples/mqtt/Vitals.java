package dev.coppice.examples.mqtt;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Pid;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import javax.management.JMException;
import javax.management.ObjectName;

/// What a node and its process hold at one quiet moment, after a full collection: whatever grows here from one quiet moment to the next is
/// a leak.
///
/// @param links each counted once
/// @param monitors and waits for an exit: ties between actors that are no links
/// @param threads platform and virtual ones, but for the carriers
/// @param carriers the threads on which the JDK runs virtual ones. Relief from hogs adds some, and the JDK keeps each for as long as
///     there is work now and then: a high-water mark of harm, below the 256 that the JDK allows, and no leak
/// @param heap bytes
/// @param files open file descriptors, sockets among them
record Vitals(
        long actors,
        long links,
        long monitors,
        long timers,
        long names,
        long threads,
        long carriers,
        long heap,
        long files) {
    private static final String TIE = "dev.coppice.kernel.internal.Tie";
    private static final String CARRIER = "jdk.internal.misc.CarrierThread";
    private static final Set<String> VIRTUAL =
            Set.of("java.lang.VirtualThread", "java.lang.ThreadBuilders$BoundVirtualThread");

    /// Collects everything first.
    static Vitals of(Node node) {
        var classes = histogram();
        long links = links(node);
        long platform = ManagementFactory.getThreadMXBean().getThreadCount();
        long carriers = classes.getOrDefault(CARRIER, 0L);
        long virtual = VIRTUAL.stream().mapToLong(name -> classes.getOrDefault(name, 0L)).sum();
        return new Vitals(
                node.counters().actors(),
                links,
                classes.getOrDefault(TIE, 0L) - links,
                node.counters().timers(),
                node.names().size(),
                platform - carriers + virtual,
                carriers,
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
                openFiles());
    }

    static long openFiles() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getOpenFileDescriptorCount()
                : 0;
    }

    /// By name, in the order of a report.
    Map<String, Long> values() {
        var all = new LinkedHashMap<String, Long>();
        all.put("actors", actors);
        all.put("links", links);
        all.put("monitors", monitors);
        all.put("timers", timers);
        all.put("names", names);
        all.put("threads", threads);
        all.put("carriers", carriers);
        all.put("heap", heap);
        all.put("files", files);
        return all;
    }

    private static long links(Node node) {
        return node.children().stream().mapToLong(Vitals::linkEnds).sum() / 2;
    }

    private static long linkEnds(Pid<?> pid) {
        var info = pid.info();
        return info.links().size() + info.children().stream().mapToLong(Vitals::linkEnds).sum();
    }

    /// How many objects of each class live, after a full collection: what `jcmd PID GC.class_histogram` prints, a line a class such as
    /// `   1:   2345   67890  java.lang.String (java.base@25)`.
    static Map<String, Long> histogram() {
        var counts = new HashMap<String, Long>();
        for (var line : histogramText().lines().toList()) {
            var words = line.strip().split("\\s+");
            if (words.length >= 4 && words[0].endsWith(":") && words[1].chars().allMatch(Character::isDigit)) {
                counts.merge(words[3], Long.parseLong(words[1]), Long::sum);
            }
        }
        return counts;
    }

    private static String histogramText() {
        try {
            return (String)
                    ManagementFactory.getPlatformMBeanServer()
                            .invoke(
                                    new ObjectName("com.sun.management:type=DiagnosticCommand"),
                                    "gcClassHistogram",
                                    new Object[] {new String[0]},
                                    new String[] {String[].class.getName()});
        } catch (JMException e) {
            throw new IllegalStateException(e);
        }
    }
}
