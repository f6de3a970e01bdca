package dev.coppice.otp;

import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Done;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;

/// Locks by key. A lock is a child of the actor that holds it, for as long as it holds it: who waits waits for that child's end, and it
/// ends with its parent, whatever becomes of that.
final class KeyLocks<K> {
    private final ConcurrentHashMap<K, Pid<Done>> held = new ConcurrentHashMap<>();

    <R> R locked(Self<?> self, K key, Duration patience, Callable<R> work) throws Exception {
        var mine = self.spawn(Server.<Done>of(() -> (_, _) -> {}).labelled("lock"));
        try {
            take(self, key, patience, mine);
            return work.call();
        } finally {
            held.remove(key, mine);
            mine.exit(new ExitReason.Shutdown());
        }
    }

    private void take(Self<?> self, K key, Duration patience, Pid<Done> mine) {
        long deadline = self.nanoTime() + patience.toNanos();
        while (true) {
            var other = held.compute(key, (_, now) -> now != null && now.alive() ? now : mine);
            if (other.equals(mine)) {
                return;
            }
            if (other.info().parent().filter(self.pid()::equals).isPresent()) {
                throw new IllegalStateException("this actor holds the lock of " + key + " already");
            }
            var left = Duration.ofNanos(deadline - self.nanoTime());
            if (!left.isPositive() || other.await(left).isEmpty()) {
                throw new CallFailed(
                        new Failure.TimedOut(new Failure.Report(other.path(), patience, 0, "it locks " + key)));
            }
        }
    }
}
