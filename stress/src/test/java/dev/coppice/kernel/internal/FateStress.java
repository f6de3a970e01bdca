package dev.coppice.kernel.internal;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.kernel.internal.Rig.Counted;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/// The exit word ([Fate]) and the word by which a kill interrupts exactly its victim's code ([Cell]).
public final class FateStress {
    private static final Cell<?> PARTNER = Rig.NODE.guardian();

    private FateStress() {}

    private static ExitReason note(String note) {
        return new ExitReason.Shutdown(note);
    }

    /// Which of two exits counts, nudges.
    @JCStressTest
    @State
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "the first exit, one nudge")
    @Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "the second exit, one nudge")
    @Outcome(expect = FORBIDDEN, desc = "two exits count, or none")
    public static class TwoExits {
        private final Cell<Object> actor = Rig.running(new Counted());

        @Actor
        public void one() {
            actor.exitSignal(PARTNER, note("1"));
        }

        @Actor
        public void other() {
            actor.exitSignal(PARTNER, note("2"));
        }

        @Arbiter
        public void quiet(II_Result result) {
            result.r1 =
                    actor.fate() instanceof Fate.Told(ExitReason.Shutdown(String note)) ? Integer.parseInt(note) : 0;
            result.r2 = Rig.length(actor.take());
        }
    }

    /// Told (1), trapping (2) or neither; nudges; trapped exits.
    @JCStressTest
    @State
    @Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "the exit came first")
    @Outcome(id = "2, 0, 1", expect = ACCEPTABLE, desc = "it was trapped")
    @Outcome(expect = FORBIDDEN, desc = "an exit that is lost, or counts twice")
    public static class ExitAgainstTrapping {
        private final Cell<Object> parent = Rig.running(new Counted());
        private final Cell<Object> actor = Rig.childOf(parent);

        @Actor
        public void trapper() {
            actor.casFate(null, new Fate.Trapping(exit -> exit));
        }

        @Actor
        public void partner() {
            actor.exitSignal(PARTNER, note("1"));
        }

        @Arbiter
        public void quiet(III_Result result) {
            result.r1 = actor.fate() instanceof Fate.Told ? 1 : actor.fate() instanceof Fate.Trapping ? 2 : 0;
            for (var mail = actor.take(); mail != null; mail = mail.next) {
                result.r2 += mail instanceof Signal.Nudge ? 1 : 0;
                result.r3 += mail instanceof Signal.Exited ? 1 : 0;
            }
        }
    }

    /// Whether the exit word says killed.
    @JCStressTest
    @State
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "a kill overrides")
    @Outcome(expect = FORBIDDEN)
    public static class KillAgainstExit {
        private final Cell<Object> actor = Rig.running(new Counted());

        @Actor
        public void killer() {
            actor.killFirmly();
        }

        @Actor
        public void partner() {
            actor.exitSignal(PARTNER, note("1"));
        }

        @Arbiter
        public void quiet(I_Result result) {
            result.r1 = actor.fate() instanceof Fate.Killed ? 1 : 0;
        }
    }

    /// Whether it is gone, with its own reason; what is left in the mailbox.
    @JCStressTest
    @State
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "gone for good, nothing left")
    @Outcome(expect = FORBIDDEN, desc = "a dead actor that is killed again, or a mail in a dead mailbox")
    public static class KillAgainstTheEnd {
        private final Cell<Object> actor = Rig.running(new Counted());

        @Actor
        public void killer() {
            actor.killFirmly();
        }

        @Actor
        public void self() {
            Dying.discard(actor, note("1"));
        }

        @Arbiter
        public void quiet(II_Result result) {
            result.r1 = actor.goneReason().equals(note("1")) ? 1 : 0;
            result.r2 = Rig.length(actor.take());
        }
    }

    /// A kill comes while the actor runs and goes to rest: whether its thread is interrupted after it has left the actor.
    @JCStressTest
    @State
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "an interrupt reached the actor or nobody")
    @Outcome(expect = FORBIDDEN, desc = "it reached whatever the thread did next")
    public static class KillAgainstGoingToRest {
        private final Cell<Object> actor = Rig.running(new Calm());

        @Actor
        public void worker(I_Result result) {
            actor.run();
            result.r1 = Thread.interrupted() ? 1 : 0;
        }

        @Actor
        public void killer() {
            actor.killFirmly();
        }
    }

    /// A kill comes while the actor runs and goes to rest: whether somebody will see to its end.
    @JCStressTest
    @State
    @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "it saw its exit and is gone")
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "it rested, and was woken for its end")
    @Outcome(expect = FORBIDDEN, desc = "a killed actor that nobody wakes")
    public static class KillAgainstResting {
        private final Calm body = new Calm();
        private final Cell<Object> actor = Rig.running(body);

        @Actor
        public void worker() {
            actor.run();
        }

        @Actor
        public void killer() {
            actor.killFirmly();
        }

        @Arbiter
        public void quiet(II_Result result) {
            result.r1 = actor.isGone() ? 1 : 0;
            result.r2 = body.wakes.count();
        }
    }

    /// A server that does nothing.
    private static final class Calm implements Server<Object>, Rig.Wakes {
        private final Counted wakes = new Counted();

        @Override
        public void handle(Object message, Self<Object> self) {}

        @Override
        public void ready(Cell<?> cell) {
            wakes.ready(cell);
        }
    }
}
