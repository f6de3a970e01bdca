package dev.coppice.guard;

import dev.coppice.guard.Work.Do;
import dev.coppice.guard.Work.Fate;
import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Loop;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// Many actors that call a guarded ref, each a few times, and take every failure; and what came of it.
final class Crowd {
    final AtomicInteger asked = new AtomicInteger();
    final AtomicInteger answered = new AtomicInteger();
    final AtomicInteger refused = new AtomicInteger();
    final AtomicInteger late = new AtomicInteger();
    final AtomicInteger failed = new AtomicInteger();

    private final Ref<Work> guarded;
    private final int calls;
    private final Duration pause;
    private final Runnable check;

    /// @param check run after each call
    Crowd(Ref<Work> guarded, int calls, Duration pause, Runnable check) {
        this.guarded = guarded;
        this.calls = calls;
        this.pause = pause;
        this.check = check;
    }

    List<Pid<Object>> gather(Node node, int callers) {
        var all = new ArrayList<Pid<Object>>();
        for (int i = 0; i < callers; i++) {
            Loop<Object> loop = this::run;
            all.add(node.spawn(loop.recipe().labelled("caller")));
        }
        return all;
    }

    private void run(Self<Object> self) {
        for (int i = 0; i < calls; i++) {
            self.receive(Duration.ofNanos(Math.floorMod(self.random(), pause.toNanos())));
            call(fate(self.random()));
            check.run();
        }
    }

    /// Three of four are good; crashes are rare, since each fails all that the callee holds.
    private static Fate fate(long random) {
        int n = (int) Math.floorMod(random, 100L);
        return n < 50 ? Fate.ANSWER : n < 75 ? Fate.LATER : n < 87 ? Fate.SILENCE : n < 99 ? Fate.NEVER : Fate.CRASH;
    }

    private void call(Fate fate) {
        asked.incrementAndGet();
        try {
            var _ = guarded.call(new Do(fate));
            answered.incrementAndGet();
        } catch (CallFailed e) {
            switch (e.failure()) {
                case Failure.Refused _ -> refused.incrementAndGet();
                case Failure.TimedOut _ -> late.incrementAndGet();
                case Failure.Exited _, Failure.Unanswered _ -> failed.incrementAndGet();
                case Failure.Cycle _, Failure.Interrupted _ -> throw e;
            }
        }
    }

    int ended() {
        return answered.get() + refused.get() + late.get() + failed.get();
    }

    @Override
    public String toString() {
        return asked
                + " asked, "
                + answered
                + " answered, "
                + refused
                + " refused, "
                + late
                + " late, "
                + failed
                + " failed";
    }
}
