package dev.coppice.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/// The twin of the mailbox: what jcstress must find in the planted ones and must not find in the sound one.
public final class TwinStress {
    private TwinStress() {}

    /// Whether the mail is in good hands: taken, or its sender wakes the actor, or the actor does not rest.
    abstract static class SendAgainstRest {
        private final Twin twin;
        private boolean wakes;
        private boolean rests;
        private int taken;

        SendAgainstRest(Twin twin) {
            this.twin = twin;
        }

        final void send() {
            wakes = twin.push(1);
        }

        final void receive() {
            taken = twin.take();
            rests = twin.rest();
        }

        final void judge(II_Result result) {
            boolean lost = taken == 0 && rests && !wakes;
            result.r1 = lost ? 1 : 0;
            result.r2 = taken + twin.take();
        }
    }

    @JCStressTest
    @State
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "the mail is seen")
    @Outcome(id = "1, 1", expect = FORBIDDEN, desc = "a lost wake-up")
    @Outcome(expect = FORBIDDEN, desc = "lost or doubled mail")
    public static class Sound extends SendAgainstRest {
        public Sound() {
            super(new Twin.Sound());
        }

        @Actor
        public void sender() {
            send();
        }

        @Actor
        public void receiver() {
            receive();
        }

        @Arbiter
        public void quiet(II_Result result) {
            judge(result);
        }
    }

    @JCStressTest
    @State
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "the mail is seen")
    @Outcome(id = "1, 1", expect = FORBIDDEN, desc = "the planted lost wake-up")
    @Outcome(expect = FORBIDDEN, desc = "lost or doubled mail")
    public static class LostWakeUp extends SendAgainstRest {
        public LostWakeUp() {
            super(new Twin.LostWakeUp());
        }

        @Actor
        public void sender() {
            send();
        }

        @Actor
        public void receiver() {
            receive();
        }

        @Arbiter
        public void quiet(II_Result result) {
            judge(result);
        }
    }

    @JCStressTest
    @State
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "the mail is seen")
    @Outcome(id = "1, 1", expect = FORBIDDEN, desc = "a lost wake-up, for want of the planted fence")
    @Outcome(expect = FORBIDDEN, desc = "lost or doubled mail")
    public static class MissingFence extends SendAgainstRest {
        public MissingFence() {
            super(new Twin.MissingFence());
        }

        @Actor
        public void sender() {
            send();
        }

        @Actor
        public void receiver() {
            receive();
        }

        @Arbiter
        public void quiet(II_Result result) {
            judge(result);
        }
    }
}
