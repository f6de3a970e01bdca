package dev.coppice.otp;

import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Self.Gap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/// The children of a [DynamicSupervisor] and what is decided about them: no clock, no thread, no actor. Unlike [Tree] it is changed in
/// place, since it may hold a hundred thousand; every decision is one entry and constant time.
final class Herd {

    /// What is to be done about one child, in this order.
    sealed interface Order {
        /// Starts it in its entry; report with [#started], [#ignored] or [#notStarted].
        record Start(Entry entry) implements Order {}

        /// Brings [#again] by a message.
        record Retry(Entry entry, Duration delay) implements Order {}

        record Reserve(Child child, Gap gap) implements Order {}

        record Release(Child child) implements Order {}

        /// To be told.
        record Restarting(Child child, ExitReason why, Duration delay) implements Order {}

        record GaveUp(Child child, ExitReason why) implements Order {}

        /// The supervisor exits.
        record End(ExitReason reason) implements Order {}
    }

    /// One child through its incarnations.
    static final class Entry {
        final Child child;
        long pid;

        /// Counts the first starts, from 1 on.
        long number;

        boolean running;
        boolean counted;
        int failures;
        long since;
        ExitReason why = new ExitReason.Normal();

        Entry(Child child) {
            this.child = child;
        }
    }

    private final DynamicSupervisor rules;
    private final DoubleSupplier chance;

    /// By the pid of the last incarnation, in the order of the last starts.
    private final Map<Long, Entry> entries = new LinkedHashMap<>();

    /// Who holds or waits for which name: all of them are reserved by the same supervisor, so the kernel cannot tell them apart.
    private final Map<String, Entry> names = new HashMap<>();

    private long numbers;
    private Intensity intensity;

    Herd(DynamicSupervisor rules, DoubleSupplier chance) {
        this.rules = rules;
        this.chance = chance;
        this.intensity = rules.intensity();
    }

    boolean isFull() {
        return entries.size() >= rules.maxChildren();
    }

    int size() {
        return entries.size();
    }

    Intensity intensity() {
        return intensity;
    }

    /// In the order of their first starts.
    List<Entry> running() {
        return entries.values().stream()
                .filter(entry -> entry.running)
                .sorted(Comparator.comparingLong(entry -> entry.number))
                .toList();
    }

    Optional<Entry> find(long pid) {
        return Optional.ofNullable(entries.get(pid));
    }

    /// Whether another child has the name of this one.
    boolean nameTaken(Entry entry) {
        return entry.child.nameValue().map(names::get).filter(other -> other != entry).isPresent();
    }

    void started(Entry entry, long pid, long now) {
        entries.remove(entry.pid, entry);
        if (entry.number == 0) {
            entry.number = ++numbers;
        }
        entry.pid = pid;
        entry.running = true;
        entry.since = now;
        entries.put(pid, entry);
        entry.child.nameValue().ifPresent(name -> names.put(name, entry));
    }

    void ignored(Entry entry) {
        forget(entry);
    }

    /// Forgotten: terminated, or gone for good.
    void forget(Entry entry) {
        entries.remove(entry.pid, entry);
        entry.child.nameValue().ifPresent(name -> names.remove(name, entry));
        entry.running = false;
    }

    boolean knows(Entry entry) {
        return entries.get(entry.pid) == entry;
    }

    List<Order> exited(long pid, ExitReason reason, long now) {
        var entry = entries.get(pid);
        return entry == null || !entry.running ? List.of() : exited(entry, reason, now);
    }

    private List<Order> exited(Entry entry, ExitReason reason, long now) {
        entry.running = false;
        return switch (Verdict.of(entry.child.restart(), reason)) {
            case ESCALATE -> List.of(new Order.End(reason));
            // Nobody could start it again by an id: what is not restarted is forgotten.
            case KEEP, FORGET -> {
                forget(entry);
                yield List.of(new Order.Release(entry.child));
            }
            case RESTART -> {
                rules.backoff()
                        .filter(backoff -> now - entry.since >= backoff.resetAfter().toNanos())
                        .ifPresent(_ -> entry.failures = 0);
                yield failed(entry, reason, true, now);
            }
        };
    }

    List<Order> notStarted(Entry entry, ExitReason reason, long now) {
        return reason.escalates() ? List.of(new Order.End(reason)) : failed(entry, reason, false, now);
    }

    /// As in [Decisions]: a crash is counted at once, a failed start when its retry is served, unless a back-off delays that.
    private List<Order> failed(Entry entry, ExitReason why, boolean crashed, long now) {
        entry.why = why;
        var delay =
                rules.backoff()
                        .map(backoff -> backoff.delay(entry.failures, chance.getAsDouble()))
                        .orElse(Duration.ZERO);
        entry.counted = crashed || delay.isPositive();
        if (entry.counted && !count(now)) {
            return giveUp(entry);
        }
        var orders = new ArrayList<Order>();
        if (crashed) {
            orders.add(new Order.Restarting(entry.child, why, delay));
        }
        if (delay.isPositive()) {
            entry.failures++;
            orders.add(new Order.Reserve(entry.child, Gap.FAIL));
        }
        orders.add(crashed && delay.isZero() ? new Order.Start(entry) : new Order.Retry(entry, delay));
        return orders;
    }

    List<Order> again(Entry entry, long now) {
        if (!knows(entry) || entry.running) {
            return List.of();
        }
        return entry.counted || count(now) ? List.of(new Order.Start(entry)) : giveUp(entry);
    }

    private List<Order> giveUp(Entry entry) {
        return List.of(
                new Order.GaveUp(entry.child, entry.why),
                new Order.End(
                        new ExitReason.Shutdown(
                                "gave up: more than "
                                        + intensity
                                        + ", the last of \""
                                        + entry.child.id()
                                        + "\" after "
                                        + entry.why)));
    }

    private boolean count(long now) {
        intensity = intensity.count(now);
        return !intensity.exceeded();
    }
}
