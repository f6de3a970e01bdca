package dev.coppice.observe;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;

/// What fills the heap, by class, counted by the JVM itself. It does not know whose an object is: so no actor has a figure, but a class of
/// messages or states that piles up stands at the top.
///
/// Counting collects the garbage first and stops the world for that long: only when somebody asks.
record HeapCount(long bytes, long millis, List<OfClass> classes) {
    private static final int SHOWN = 40;
    private static final Pattern LINE = Pattern.compile("\\s*\\d+:\\s+(\\d+)\\s+(\\d+)\\s+(\\S+).*");

    /// @param bytes of the objects themselves, without what they refer to
    record OfClass(String name, long instances, long bytes) {}

    static HeapCount count() {
        long begun = System.nanoTime();
        try {
            var text =
                    ManagementFactory.getPlatformMBeanServer()
                            .invoke(
                                    new ObjectName("com.sun.management:type=DiagnosticCommand"),
                                    "gcClassHistogram",
                                    new Object[] {new String[0]},
                                    new String[] {String[].class.getName()});
            return of(String.valueOf(text), (System.nanoTime() - begun) / 1_000_000);
        } catch (JMException e) {
            throw new IllegalStateException("this JVM does not count its heap: " + e.getMessage(), e);
        }
    }

    static HeapCount of(String text, long millis) {
        var all = new ArrayList<OfClass>();
        long bytes = 0;
        for (var line : text.lines().toList()) {
            var found = LINE.matcher(line);
            if (found.matches()) {
                var one =
                        new OfClass(
                                name(found.group(3)), Long.parseLong(found.group(1)), Long.parseLong(found.group(2)));
                bytes += one.bytes;
                if (all.size() < SHOWN) {
                    all.add(one);
                }
            }
        }
        return new HeapCount(bytes, millis, all);
    }

    /// As in the language: the JVM writes arrays its own way.
    private static String name(String of) {
        int depth = of.lastIndexOf('[') + 1;
        var element = of.substring(depth);
        var name =
                depth == 0
                        ? of
                        : switch (element.charAt(0)) {
                            case 'B' -> "byte";
                            case 'C' -> "char";
                            case 'D' -> "double";
                            case 'F' -> "float";
                            case 'I' -> "int";
                            case 'J' -> "long";
                            case 'S' -> "short";
                            case 'Z' -> "boolean";
                            default -> element.substring(1, element.length() - 1);
                        };
        return name + "[]".repeat(depth);
    }
}
