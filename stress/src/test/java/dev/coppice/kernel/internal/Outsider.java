package dev.coppice.kernel.internal;

import dev.coppice.kernel.Config;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;

/// Brings work to a scheduler, one actor at a time, just when the only worker runs dry and is about to end: a pause, another
/// in each round and longest some microseconds, aims at the moment between the worker's first look at the queues and its giving the place
/// back. A worker that does not look again leaves about one of five thousand behind.
final class Outsider {
    private static final long LIMIT = 5_000_000_000L;
    private static final int LONGEST = 14;

    private final Places places;
    private volatile int done;

    Outsider(Places places) {
        this.places = places;
    }

    /// Nobody looks after work that is left behind.
    ///
    /// @param count with more than one, a worker without work looks out for some before it ends
    static Places placesWithoutWatchdog(int count) {
        var places = new Places((LocalNode) Node.start(Config.defaults().quiet()), count);
        places.close();
        return places;
    }

    /// Whether all of it was done; ends at the first that was not.
    boolean bringsWork(int rounds) {
        for (int round = 1; round <= rounds; round++) {
            var job = job();
            pause(round);
            places.ready(job);
            if (!isDone(round)) {
                return false;
            }
        }
        return true;
    }

    private Cell<?> job() {
        var cell = Rig.numbered(1, new Job());
        cell.push(new Mail("work"));
        return cell;
    }

    /// Between nothing and a power of two, the power another each time.
    private void pause(int round) {
        int longest = (1 << round % LONGEST) - 1;
        for (int i = round * 0x9E3779B9 >>> 8 & longest; i > 0; i--) {
            int _ = done;
        }
    }

    private boolean isDone(int round) {
        long limit = System.nanoTime() + LIMIT;
        while (done < round) {
            if (System.nanoTime() - limit > 0) {
                return false;
            }
        }
        return true;
    }

    private final class Job implements Server<Object> {
        @Override
        @SuppressWarnings("NonAtomicVolatileUpdate") // one at a time
        public void handle(Object message, Self<Object> self) {
            done++;
        }
    }
}
