package dev.coppice.kernel.internal;

import dev.coppice.kernel.Cancellable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;

/// What an actor owns and few have: its timers, and the resources that are closed at its end, youngest first. Confined to the actor; reports
/// read the timers racily.
final class Possessions {
    private final List<AutoCloseable> resources = new ArrayList<>(0);

    /// The youngest; each has the next older one.
    @Nullable ActorTimer timers;

    static Possessions of(Cell<?> cell) {
        var made = cell.possessions;
        if (made == null) {
            cell.possessions = made = new Possessions();
        }
        return made;
    }

    static @Nullable ActorTimer timers(Cell<?> cell) {
        var made = cell.possessions;
        return made == null ? null : made.timers;
    }

    Cancellable add(AutoCloseable resource) {
        resources.add(resource);
        return () -> resources.removeIf(owned -> owned == resource);
    }

    void closeAll(Cell<?> owner) {
        Runner.clearStrayInterrupt(Thread.currentThread());
        while (!resources.isEmpty()) {
            var resource = resources.removeLast(); // a close may take others out
            try {
                resource.close();
            } catch (Throwable failed) {
                owner.node.observers.line(
                        Level.WARN,
                        "a resource did not close",
                        Map.of("actor", owner.label(), "resource", resource.getClass().getName(), "failure", failed));
            }
        }
    }
}
