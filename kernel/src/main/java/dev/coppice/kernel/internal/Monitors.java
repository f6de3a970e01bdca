package dev.coppice.kernel.internal;

import dev.coppice.kernel.Cancellable;
import dev.coppice.kernel.Down;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.spi.Door;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Starts monitors. The dead, a free name and oneself are subjects too: the first two give their down at once, the last never.
final class Monitors {
    private Monitors() {}

    static Cancellable monitor(Cell<?> watcher, Ref<?> peer, Function<? super Down, ?> as) {
        var subject = actorOf(peer);
        var tie = Tie.monitor(subject == null ? watcher : subject, watcher, peer, as);
        if (subject == watcher) {
            return tie;
        }
        if (subject == null || !Ties.add(tie, subject)) {
            tie.fire(watcher, new ExitReason.NoProcess());
        }
        return tie;
    }

    private static @Nullable Cell<?> actorOf(Ref<?> peer) {
        return switch (peer) {
            case Cell<?> cell -> cell;
            case Named<?> named -> named.holder();
            case Via<?> via -> actorOf(via.target());
            case Door<?> door when door.behind().isPresent() -> actorOf(door.behind().get());
            case Door<?> door ->
                    door.actor()
                            .map(pid -> (Cell<?>) pid)
                            .orElseThrow(() ->
                                    new IllegalArgumentException(
                                            "there is no actor behind " + door + " to monitor; see Door.actor"));
        };
    }
}
