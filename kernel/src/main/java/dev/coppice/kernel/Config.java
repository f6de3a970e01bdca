package dev.coppice.kernel;

import static java.util.Objects.requireNonNull;

import dev.coppice.kernel.spi.Scheduler;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The limits of a node, each with its default. Immutable; the withers return a changed copy. [Settings] lays system properties and
/// environment variables over it; limits and the level of the log can change while the node runs: [Node#reconfigure].
public final class Config {
    private static final int MOST_PLACES = 64;

    private String name = "coppice";
    private Duration patience = Duration.ofSeconds(5);
    private Duration closeBudget = Duration.ofSeconds(30);
    private Duration unkillableAfter = Duration.ofSeconds(5);
    private Duration slowHandler = Duration.ofSeconds(1);
    private int keptCrashes = 100;
    private int loggedPerMinute = 10;
    private int places = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, MOST_PLACES);
    private System.Logger.Level loggedFrom = System.Logger.Level.ALL;
    private boolean haltOnFatal;
    private List<Carrier<?>> carrying = List.of();
    private @Nullable Supplier<? extends Scheduler> scheduler;

    private Config() {}

    public static Config defaults() {
        return new Config();
    }

    private Config with(Consumer<Config> change) {
        var copy = new Config();
        copy.name = name;
        copy.patience = patience;
        copy.closeBudget = closeBudget;
        copy.unkillableAfter = unkillableAfter;
        copy.slowHandler = slowHandler;
        copy.keptCrashes = keptCrashes;
        copy.loggedPerMinute = loggedPerMinute;
        copy.places = places;
        copy.loggedFrom = loggedFrom;
        copy.haltOnFatal = haltOnFatal;
        copy.carrying = carrying;
        copy.scheduler = scheduler;
        change.accept(copy);
        return copy;
    }

    /// The node's name in logs; `coppice`.
    public Config name(String name) {
        requireNonNull(name, "name");
        return with(copy -> copy.name = name);
    }

    /// How long a call waits when nothing else is said; 5 s.
    public Config patience(Duration limit) {
        var checked = Limits.positive("patience", limit);
        return with(copy -> copy.patience = checked);
    }

    /// How long closing may take; 30 s.
    public Config closeBudget(Duration limit) {
        var checked = Limits.positive("closeBudget", limit);
        return with(copy -> copy.closeBudget = checked);
    }

    /// How long after a kill the alarm is raised; 5 s.
    public Config unkillableAfter(Duration limit) {
        var checked = Limits.positive("unkillableAfter", limit);
        return with(copy -> copy.unkillableAfter = checked);
    }

    /// How long a handler may run before it is reported; 1 s.
    public Config slowHandler(Duration limit) {
        var checked = Limits.positive("slowHandler", limit);
        return with(copy -> copy.slowHandler = checked);
    }

    /// How many crash reports are kept; 100.
    public Config keptCrashes(int reports) {
        Limits.positive("keptCrashes", reports);
        return with(copy -> copy.keptCrashes = reports);
    }

    /// How many dead letters, and how many crashes, are logged one by one in a minute before a summary takes over; 10.
    public Config loggedPerMinute(int lines) {
        Limits.positive("loggedPerMinute", lines);
        return with(copy -> copy.loggedPerMinute = lines);
    }

    /// Writes no line to the log: for tests that crash on purpose. Events, counts and crash reports stay. Off.
    public Config quiet() {
        return loggedFrom(System.Logger.Level.OFF);
    }

    /// Writes no line below this level to the log, whatever the log's own settings would let through; everything.
    public Config loggedFrom(System.Logger.Level level) {
        requireNonNull(level, "level");
        return with(copy -> copy.loggedFrom = level);
    }

    /// How many handlers run at once, at most 64; the number of processors.
    public Config places(int places) {
        if (places < 1 || places > MOST_PLACES) {
            throw new IllegalArgumentException("places must be between 1 and " + MOST_PLACES + ", was " + places);
        }
        return with(copy -> copy.places = places);
    }

    /// Halts the JVM with status 134 when an error inside the kernel has ended the node; off.
    public Config haltOnFatal() {
        return with(copy -> copy.haltOnFatal = true);
    }

    /// What travels with messages beside them: traces, tenants, the context of logs; nothing.
    public Config carrying(Carrier<?>... carriers) {
        return with(copy -> copy.carrying = List.of(carriers));
    }

    /// Another scheduler, for tests; the node closes it.
    public Config scheduler(Supplier<? extends Scheduler> scheduler) {
        return with(copy -> copy.scheduler = scheduler);
    }

    public String name() {
        return name;
    }

    public Duration patience() {
        return patience;
    }

    public Duration closeBudget() {
        return closeBudget;
    }

    public Duration unkillableAfter() {
        return unkillableAfter;
    }

    public Duration slowHandler() {
        return slowHandler;
    }

    public int keptCrashes() {
        return keptCrashes;
    }

    public int loggedPerMinute() {
        return loggedPerMinute;
    }

    public System.Logger.Level loggedFrom() {
        return loggedFrom;
    }

    public boolean isQuiet() {
        return loggedFrom == System.Logger.Level.OFF;
    }

    public int places() {
        return places;
    }

    public boolean haltsOnFatal() {
        return haltOnFatal;
    }

    public List<Carrier<?>> carrying() {
        return carrying;
    }

    public @Nullable Supplier<? extends Scheduler> scheduler() {
        return scheduler;
    }

    /// Every key that can be set from outside ([Settings]) with its value.
    public SortedMap<String, String> dump() {
        var dump = new TreeMap<String, String>();
        ConfigKeys.ALL.forEach(key -> dump.put(ConfigKeys.PREFIX + "." + key.name(), key.show(this)));
        return dump;
    }

    /// Whether a node that runs with this one may go on with another.
    ///
    /// @throws IllegalArgumentException that names what cannot change
    public Config changedTo(Config next) {
        for (var key : ConfigKeys.ALL) {
            if (key.fixed() && !key.show(this).equals(key.show(next))) {
                throw new IllegalArgumentException(
                        key.name()
                                + " cannot change while the node runs, from "
                                + key.show(this)
                                + " to "
                                + key.show(next));
            }
        }
        if (scheduler != next.scheduler || !carrying.equals(next.carrying)) {
            throw new IllegalArgumentException("scheduler and carrying cannot change while the node runs");
        }
        return next;
    }

    @Override
    public String toString() {
        return "Config" + dump();
    }
}
