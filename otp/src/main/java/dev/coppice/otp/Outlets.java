package dev.coppice.otp;

import dev.coppice.kernel.Cancellable;
import dev.coppice.otp.Stage.Subscription;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The consumers of one stage, and what each has asked for. Confined to the stage.
///
/// Gives what there is: shared, largest demand first; or broadcast, as much as all have asked for.
final class Outlets<T> {
    private static final class Outlet<T> {
        final Subscription<T> of;
        final Cancellable monitor;
        long asked;

        Outlet(Subscription<T> of, Cancellable monitor) {
            this.of = of;
            this.monitor = monitor;
        }

        long asked() {
            return asked;
        }
    }

    private final boolean broadcast;
    private final Map<Subscription<?>, Outlet<T>> outlets = new LinkedHashMap<>();
    private long given;

    Outlets(boolean broadcast) {
        this.broadcast = broadcast;
    }

    void add(Subscription<T> of, Cancellable monitor) {
        remove(of);
        outlets.put(of, new Outlet<>(of, monitor));
    }

    /// What an unknown one asks for is late, and harmless.
    void ask(Subscription<?> of, int items) {
        var outlet = outlets.get(of);
        if (outlet != null) {
            outlet.asked += items;
        }
    }

    void remove(Subscription<?> of) {
        var gone = outlets.remove(of);
        if (gone != null) {
            gone.monitor.cancel();
        }
    }

    /// How many items could be given now.
    long wanted() {
        var asked = outlets.values().stream().mapToLong(Outlet::asked);
        return broadcast ? asked.min().orElse(0) : asked.sum();
    }

    /// Everything that was asked for and not given.
    long asked() {
        return outlets.values().stream().mapToLong(Outlet::asked).sum();
    }

    long given() {
        return given;
    }

    int size() {
        return outlets.size();
    }

    /// Takes out of the buffer what somebody wants, and gives it.
    void give(ArrayDeque<T> buffer) {
        for (long wanted = wanted(); wanted > 0 && !buffer.isEmpty(); wanted = wanted()) {
            if (broadcast) {
                var items = taken(buffer, wanted);
                outlets.values().forEach(outlet -> give(outlet, items));
            } else {
                var first = mostWanting();
                give(first, taken(buffer, first.asked));
            }
        }
    }

    private Outlet<T> mostWanting() {
        return outlets.values().stream().max(Comparator.comparingLong(Outlet::asked)).orElseThrow();
    }

    private static <T> List<T> taken(ArrayDeque<T> buffer, long most) {
        var items = new ArrayList<T>();
        for (@Nullable T next = buffer.poll(); next != null; next = items.size() < most ? buffer.poll() : null) {
            items.add(next);
        }
        return List.copyOf(items);
    }

    private void give(Outlet<T> outlet, List<T> items) {
        outlet.asked -= items.size();
        given += items.size();
        outlet.of.to().send(new Stage.Items<>(outlet.of, items));
    }

    /// Tells all that there is no more.
    void end() {
        outlets.values().forEach(outlet -> outlet.of.to().send(new Stage.Ended<>(outlet.of)));
    }
}
