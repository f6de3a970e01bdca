package dev.coppice.kernel.internal;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.helpers.NOPLogger;

/// Structured lines: a message and key-values through SLF4J, or, where no provider is installed, on standard error, so that no crash is
/// lost. Control characters in values are made harmless.
final class Log {
    /// How many causes of causes are printed.
    private static final int CAUSES = 10;

    private final Logger logger;

    Log(String name) {
        this.logger = LoggerFactory.getLogger(name);
    }

    /// Never throws: values, causes and providers are not ours, and a line must not stop what it tells of.
    void line(Level level, String message, Map<String, ?> values, @Nullable Throwable cause) {
        try {
            write(level, message, values, cause);
        } catch (Throwable unprintable) {
            System.err.println(
                    level
                            + " "
                            + message
                            + " (its details cannot be printed: "
                            + unprintable.getClass().getName()
                            + ")");
        }
    }

    private void write(Level level, String message, Map<String, ?> values, @Nullable Throwable cause) {
        var clean = new LinkedHashMap<String, String>();
        values.forEach((key, value) -> clean.put(key, harmless(String.valueOf(value))));
        if (logger instanceof NOPLogger) {
            onStandardError(level, message, clean, cause);
            return;
        }
        var line = logger.atLevel(level);
        for (var entry : clean.entrySet()) {
            line = line.addKeyValue(entry.getKey(), entry.getValue());
        }
        if (cause != null) {
            line = line.setCause(cause);
        }
        line.log(message);
    }

    private static void onStandardError(
            Level level, String message, Map<String, String> values, @Nullable Throwable cause) {
        var line = new StringBuilder().append(level).append(' ').append(message);
        values.forEach((key, value) -> line.append(' ').append(key).append("=\"").append(value).append('"'));
        if (level.toInt() >= Level.WARN.toInt()) {
            System.err.println(line);
            if (cause != null) {
                print(cause, "", 0);
            }
        }
    }

    /// As `printStackTrace`, but what a throwable says of itself stays on its line: a message with line breaks forges no lines.
    private static void print(Throwable cause, String prefix, int depth) {
        System.err.println(prefix + harmless(cause.toString()));
        for (var frame : cause.getStackTrace()) {
            System.err.println("\tat " + frame);
        }
        var deeper = cause.getCause();
        if (deeper != null && depth < CAUSES) {
            print(deeper, "Caused by: ", depth + 1);
        }
    }

    private static String harmless(String value) {
        return value.codePoints().anyMatch(Log::harmful)
                ? value.codePoints()
                        .collect(
                                StringBuilder::new,
                                (text, c) -> text.appendCodePoint(harmful(c) ? '?' : c),
                                StringBuilder::append)
                        .toString()
                : value;
    }

    private static boolean harmful(int c) {
        return Character.isISOControl(c) || Character.getType(c) == Character.FORMAT;
    }
}
