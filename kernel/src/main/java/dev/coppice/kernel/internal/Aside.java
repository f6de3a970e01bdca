package dev.coppice.kernel.internal;

import dev.coppice.kernel.Loop;
import dev.coppice.kernel.spi.Waiting;
import java.io.Serial;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// What a body that waits in `receive` does before and after it stops, kept out of the code in which it stops.
///
/// A waiting loop keeps its stack as it stands. A compiled method's frame has room for all that was inlined into it, used or not. And when
/// any of that code proves to be other than the compiler took it for, those who stop until it is compiled again keep frames of the
/// interpreter, four times as large.
final class Aside {
    private Aside() {}

    /// What a worker does before a loop begins on it.
    static @Nullable Cell<?> drains(Worker worker) {
        return Far.drains(worker);
    }

    static void handsOn(Places places, @Nullable Worker worker) {
        Far.handsOn(places, worker);
    }

    static long begins(Cell<?> resting) {
        return Far.begins(resting);
    }

    static void ends(Cell<?> rested, long since) {
        Far.ends(rested, since);
    }

    /// A body has received a batch and goes on, since it has mail.
    static void givesWay(Cell<?> cell) {
        Far.givesWay(cell);
    }

    static void goesOn(Places places, @Nullable Worker worker) {
        Far.goesOn(places, worker);
    }

    /// After a wake-up: whether to park again. One that is interrupted waits here to the end, and has its flag again after that.
    static boolean waitsOn(Waiting waiting) {
        return Far.waitsOn(waiting);
    }

    /// The same, for one that waits without an object.
    static boolean waitsOn(Cell<?> resting) {
        return Far.waitsOn(resting);
    }

    /// HotSpot inlines no method of an exception class into what others have inlined: for this only it is one, and nobody throws it.
    private static final class Far extends Throwable {
        @Serial private static final long serialVersionUID = 1;

        private Far() {}

        static void handsOn(Places places, @Nullable Worker worker) {
            if (worker != null) {
                places.handOn(worker);
            }
        }

        static @Nullable Cell<?> drains(Worker worker) {
            return worker.drain();
        }

        static long begins(Cell<?> resting) {
            return Rest.begins(resting);
        }

        static void ends(Cell<?> rested, long since) {
            Rest.ends(rested, since);
        }

        static void givesWay(Cell<?> cell) {
            var runner = Runner.current();
            if (runner != null
                    && cell.body instanceof Loop<?>
                    && !cell.node.simulated
                    && Thread.currentThread().isVirtual()) {
                runner.givesWay();
            }
        }

        static boolean waitsOn(Cell<?> resting) {
            if (!Thread.interrupted()) {
                return !resting.restIsOver();
            }
            while (!resting.restIsOver()) {
                LockSupport.park();
                Thread.interrupted();
            }
            Thread.currentThread().interrupt();
            return false;
        }

        static void goesOn(Places places, @Nullable Worker worker) {
            if (worker != null) {
                places.goOn(worker);
            }
        }

        static boolean waitsOn(Waiting waiting) {
            if (!Thread.interrupted()) {
                return !waiting.over();
            }
            waiting.interrupted();
            while (!waiting.over()) {
                LockSupport.park();
                if (Thread.interrupted()) {
                    waiting.interrupted();
                }
            }
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
