package dev.coppice.otp;

import dev.coppice.kernel.Config;
import dev.coppice.kernel.ExitReason;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;
import org.slf4j.spi.NOPLoggingEventBuilder;

/// What a supervisor writes to the log: one line for each event in a child's life, and in a storm of them a count instead.
///
/// Confined to its supervisor.
final class Lines {
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    private final Logger log;
    private final String supervisor;
    private final Supplier<Config> config;
    private long begun;
    private int written;
    private long suppressed;
    private int restarts;
    private boolean storm;

    /// @param config says, at each line, how many there are in a minute before the others are only counted, and from which level on
    Lines(Class<?> kind, String supervisor, Supplier<Config> config) {
        this.log = LoggerFactory.getLogger(kind);
        this.supervisor = supervisor;
        this.config = config;
    }

    void restarting(long now, Child child, ExitReason why, Duration delay, Intensity intensity) {
        boolean admitted = admitted(now);
        restarts++;
        storm |= !admitted;
        if (admitted) {
            line(Level.WARN, child.id(), why)
                    .addKeyValue("delay", delay)
                    .addKeyValue("restarts", intensity.counted())
                    .log("restarting a child");
        }
    }

    void startFailed(long now, String child, ExitReason reason) {
        if (admitted(now)) {
            line(Level.ERROR, child, reason).log("a child did not start");
        }
    }

    void notStopped(long now, String child, ExitReason reason) {
        if (admitted(now)) {
            line(Level.ERROR, child, reason).log("a child did not stop in order");
        }
    }

    void unhealthy(long now, String child, String complaint) {
        if (admitted(now)) {
            at(Level.WARN)
                    .addKeyValue("supervisor", supervisor)
                    .addKeyValue("child", child)
                    .log("stopping a child that is not healthy: {}", complaint);
        }
    }

    void nameLost(long now, String child, RuntimeException why) {
        if (admitted(now)) {
            at(Level.WARN)
                    .addKeyValue("supervisor", supervisor)
                    .addKeyValue("child", child)
                    .log("the name of a child that does not run was taken: {}", why.getMessage());
        }
    }

    void unknown(long now, Object message) {
        if (admitted(now)) {
            at(Level.WARN)
                    .addKeyValue("supervisor", supervisor)
                    .log("dropped a message that is not understood, a {}", message.getClass().getName());
        }
    }

    void unroutable(long now, Exception why) {
        if (admitted(now)) {
            at(Level.WARN)
                    .addKeyValue("supervisor", supervisor)
                    .setCause(why)
                    .log("dropped a message: {}", why.getMessage());
        }
    }

    void handlerFailed(long now, Object handler, Exception thrown) {
        if (admitted(now)) {
            at(Level.ERROR)
                    .addKeyValue("events", supervisor)
                    .addKeyValue("handler", handler)
                    .setCause(thrown)
                    .log("a handler failed");
        }
    }

    void resumed(long now, Exception thrown) {
        if (admitted(now)) {
            at(Level.WARN)
                    .addKeyValue("actor", supervisor)
                    .setCause(thrown)
                    .log("a message failed; going on with the last good state");
        }
    }

    void deadJob(long now, WorkQueue.Dead<?> dead) {
        if (admitted(now)) {
            var line =
                    at(Level.ERROR)
                            .addKeyValue("queue", supervisor)
                            .addKeyValue("job", dead.id())
                            .addKeyValue("attempts", dead.attempts());
            var caused = dead.why() instanceof ExitReason.Crashed(Throwable cause) ? line.setCause(cause) : line;
            caused.log("giving a job up: {}", dead.why());
        }
    }

    /// Never suppressed: it comes once in a supervisor's life.
    void gaveUp(String child, ExitReason why, Intensity intensity) {
        summary();
        line(Level.ERROR, child, why).addKeyValue("intensity", intensity).log("giving up: more restarts than allowed");
    }

    /// Writes how many lines were left out, if any were.
    void summary() {
        if (suppressed > 0) {
            at(Level.WARN)
                    .addKeyValue("supervisor", supervisor)
                    .addKeyValue("suppressed", suppressed)
                    .log("left out lines like these");
            suppressed = 0;
        }
    }

    /// How many restarts there have been in this minute, once when they have become too many to be written one by one.
    OptionalInt storm() {
        var told = storm ? OptionalInt.of(restarts) : OptionalInt.empty();
        storm = false;
        return told;
    }

    boolean suppresses() {
        return suppressed > 0;
    }

    private boolean admitted(long now) {
        if (written == 0 || now - begun >= MINUTE) {
            summary();
            begun = now;
            written = 0;
            restarts = 0;
        }
        boolean admitted = written < config.get().loggedPerMinute();
        if (admitted) {
            written++;
        } else {
            suppressed++;
        }
        return admitted;
    }

    private LoggingEventBuilder at(Level level) {
        int severity =
                level == Level.ERROR
                        ? System.Logger.Level.ERROR.getSeverity()
                        : System.Logger.Level.WARNING.getSeverity();
        return severity >= config.get().loggedFrom().getSeverity()
                ? log.atLevel(level)
                : NOPLoggingEventBuilder.singleton();
    }

    private LoggingEventBuilder line(Level level, String child, ExitReason reason) {
        var line =
                at(level)
                        .addKeyValue("supervisor", supervisor)
                        .addKeyValue("child", child)
                        .addKeyValue("reason", reason);
        return reason instanceof ExitReason.Crashed(Throwable cause) && level == Level.ERROR
                ? line.setCause(cause)
                : line;
    }
}
