package dev.coppice.kernel.internal;

import dev.coppice.kernel.Cancellable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.slf4j.event.Level;

/// The resources that an actor owns: closed at its end, youngest first. Confined to the actor.
final class Possessions {
    private final List<AutoCloseable> resources = new ArrayList<>(1);

    static Possessions of(Cell<?> cell) {
        var made = cell.possessions;
        if (made == null) {
            cell.possessions = made = new Possessions();
        }
        return made;
    }

    Cancellable add(AutoCloseable resource) {
        resources.add(resource);
        return () -> resources.removeIf(owned -> owned == resource);
    }

    void closeAll(Cell<?> owner) {
        Runner.clearStrayInterrupt(Thread.currentThread());
        for (var resource : resources.reversed()) {
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
