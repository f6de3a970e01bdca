package dev.coppice.kernel.internal;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.coppice.kernel.Config;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/// The wait of a body inside `receive` on the kernel's own scheduler ([Rest]).
public final class RestStress {
    private static final LocalNode NODE = (LocalNode) LocalNode.start(Config.defaults().quiet());

    private RestStress() {}

    /// The actor is about to stop, and its mail arrives: whether it parks, whether it is unparked.
    @JCStressTest
    @State
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "it saw that the wait was over")
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "it parked and is unparked")
    @Outcome(expect = FORBIDDEN, desc = "it sleeps for ever, or is woken without need")
    public static class EndAgainstStop {
        private final Cell<Object> cell = Rig.runningIn(NODE);

        public EndAgainstStop() {
            cell.restBegins();
        }

        @Actor
        public void receiver(II_Result result) {
            result.r1 = cell.stops() ? 1 : 0;
        }

        @Actor
        public void sender(II_Result result) {
            result.r2 = cell.restEnds() ? 1 : 0;
        }
    }

    /// Mails come one by one, each when the one before has been taken: while the body goes to rest, stops, or has stopped.
    @JCStressTest(Mode.Termination)
    @State
    @Outcome(id = "TERMINATED", expect = ACCEPTABLE, desc = "it had all of them")
    @Outcome(id = "STALE", expect = FORBIDDEN, desc = "a lost wake-up: it waits beside its mail")
    public static class SendsAgainstWaits {
        private static final int MAILS = 1_000;

        /// After a take the next mail comes sooner or later, so that some meet each step of the wait.
        private static final int DELAYS = 20;

        private final Cell<Object> cell = Rig.runningIn(NODE);

        @Actor
        public void receiver() {
            var runner = Runner.enter();
            runner.begins(cell);
            for (int received = Rig.length(cell.take()); received < MAILS; received += Rig.length(cell.take())) {
                cell.awaitMail();
            }
            runner.runs(null);
        }

        @Signal
        public void sender() {
            for (int i = 0; i < MAILS; i++) {
                int looks = i % DELAYS;
                while (cell.queuedInWord() > 0 || looks-- > 0) {
                    Thread.onSpinWait();
                }
                cell.push(new Mail(i));
            }
        }
    }
}
