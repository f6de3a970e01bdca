package dev.coppice.kernel.internal;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.stream.Stream;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/// The table of who runs on a thread ([Runners]): each actor here looks only for what it has entered itself.
public final class RunnersStress {
    private static final Thread[] THREADS =
            Stream.generate(() -> Thread.ofVirtual().unstarted(() -> {})).limit(16).toArray(Thread[]::new);

    private RunnersStress() {}

    static Runner on(Thread thread) {
        var runner = new Runner();
        runner.thread = thread;
        return runner;
    }

    /// A table one short of being copied.
    static Runners nearlyFull() {
        var runners = new Runners(1);
        for (int i = 2; i < 9; i++) {
            runners.enter(on(THREADS[i]), THREADS[i]);
        }
        return runners;
    }

    private static int found(Runners runners, Runner mine, Thread thread) {
        return runners.of(thread) == mine ? 1 : 0;
    }

    /// Two enter, and the table is copied for one of them: whether each finds itself.
    @JCStressTest
    @State
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "both find themselves")
    @Outcome(expect = FORBIDDEN)
    public static class TwoEnter {
        private final Runners runners = nearlyFull();
        private final Runner one = on(THREADS[0]);
        private final Runner other = on(THREADS[1]);

        @Actor
        public void one(II_Result result) {
            runners.enter(one, THREADS[0]);
            result.r1 = found(runners, one, THREADS[0]);
        }

        @Actor
        public void other(II_Result result) {
            runners.enter(other, THREADS[1]);
            result.r2 = found(runners, other, THREADS[1]);
        }
    }

    /// One looks, while another leaves a place in front of it or elsewhere and enters again.
    @JCStressTest
    @State
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "found all the time")
    @Outcome(expect = FORBIDDEN)
    public static class LookAgainstLeave {
        private final Runners runners = nearlyFull();
        private final Runner one = on(THREADS[0]);
        private final Runner other = on(THREADS[1]);

        public LookAgainstLeave() {
            runners.enter(other, THREADS[1]);
            runners.enter(one, THREADS[0]);
        }

        @Actor
        public void looks(II_Result result) {
            result.r1 = found(runners, one, THREADS[0]);
        }

        @Actor
        public void leaves(II_Result result) {
            runners.leave(other, THREADS[1]);
            runners.enter(other, THREADS[1]);
            result.r2 = found(runners, other, THREADS[1]);
        }
    }
}
