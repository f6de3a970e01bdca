package dev.coppice.kernel.internal;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import dev.coppice.kernel.Server;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/// What an actor handles stands with whoever runs it ([Runner]), which goes on to others.
public final class DeliveryStress {
    private DeliveryStress() {}

    /// A killer looks for the request that its victim holds while the thread goes on to another actor.
    @JCStressTest
    @State
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "the victim's own request, or none")
    @Outcome(
            expect = FORBIDDEN,
            desc = "a request that another actor holds: it would be failed for a death that is none of its business")
    public static class KillerAgainstTheNextActor {
        private static final Server<Object> SERVER = (_, _) -> {};

        private final Runner runner = new Runner();
        private final Cell<Object> victim = Rig.numbered(1, SERVER);
        private final Cell<Object> other = Rig.numbered(2, SERVER);

        public KillerAgainstTheNextActor() {
            victim.push(new Mail("the runner is its last one"));
            Activity.run(victim, runner);
        }

        @Actor
        public void thread() {
            for (int i = 0; i < 4; i++) {
                victim.push(new Request<>("of the victim", null));
                Activity.run(victim, runner);
                other.push(new Request<>("of the other", null));
                Activity.run(other, runner);
            }
        }

        @Actor
        public void killer(I_Result result) {
            for (int i = 0; i < 16; i++) {
                var seen = victim.delivery();
                result.r1 += seen != null && seen.message.equals("of the other") ? 1 : 0;
            }
        }
    }
}
