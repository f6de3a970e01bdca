package dev.coppice.testkit;

import dev.coppice.kernel.DeadLetter;
import dev.coppice.kernel.Offer;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.spi.Alarm;
import dev.coppice.kernel.spi.Door;
import dev.coppice.kernel.spi.Envelope;
import dev.coppice.kernel.spi.Scheduler;
import java.time.Duration;
import java.util.Optional;

/// A ref by way of a bad network: of what is sent through it some gets lost, some comes twice, some comes late and so behind what was sent
/// after it. The kernel itself does none of this; a protocol that is to survive it is tested here.
///
/// ```java
/// var far = Unreliable.of(world.ref(STORE)).losing(0.1).doubling(0.1).delaying(0.5, Duration.ofMillis(20));
/// ```
///
/// **Failure.** What is lost is a dead letter `Dropped`; a lost request's caller is told nothing, so that its time-out ends it. Of a
/// doubled request the second is one that nobody waits for, and `via` functions of a doubled message run on its sender. The sender of
/// anything is told that it was accepted. What is still on its way when a [World] closes is a dead letter of the closed node.
///
/// **Chance** comes from the node's scheduler, so that in a [World] the same seed does the same. Immutable; the withers return a changed
/// copy.
public final class Unreliable<M> implements Door<M> {
    private final Ref<M> to;
    private final double lost;
    private final double doubled;
    private final double late;
    private final Duration delay;

    private Unreliable(Ref<M> to, double lost, double doubled, double late, Duration delay) {
        this.to = to;
        this.lost = share("losing", lost);
        this.doubled = share("doubling", doubled);
        this.late = share("delaying", late);
        this.delay = delay;
    }

    private static double share(String what, double share) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException(what + " takes a share between 0 and 1, was " + share);
        }
        return share;
    }

    /// Reliable as yet.
    public static <M> Unreliable<M> of(Ref<M> to) {
        return new Unreliable<>(to, 0, 0, 0, Duration.ZERO);
    }

    /// Loses this share of the messages.
    public Unreliable<M> losing(double share) {
        return new Unreliable<>(to, share, doubled, late, delay);
    }

    /// Delivers this share of the messages twice.
    public Unreliable<M> doubling(double share) {
        return new Unreliable<>(to, lost, share, late, delay);
    }

    /// Delays this share of the messages, each by a random time up to the longest: what is sent meanwhile overtakes.
    public Unreliable<M> delaying(double share, Duration longest) {
        if (longest.isNegative() || longest.isZero()) {
            throw new IllegalArgumentException("delaying takes a longest delay above zero, was " + longest);
        }
        return new Unreliable<>(to, lost, doubled, share, Times.valid("delaying", longest));
    }

    @Override
    public Offer deliver(Envelope<M> envelope) {
        var scheduler = Scheduler.of(Door.nodeOf(to));
        if (strikes(lost, scheduler)) {
            lose(envelope);
            return new Offer.Accepted();
        }
        // Taken out before the envelope goes, and sent behind it: the one that is answered comes first.
        var again = strikes(doubled, scheduler) ? Optional.of(envelope.message()) : Optional.<M>empty();
        travel(() -> envelope.passTo(to), scheduler);
        again.ifPresent(message -> travel(() -> to.offer(message), scheduler));
        return new Offer.Accepted();
    }

    /// The caller of a request keeps waiting for the one that stays here.
    private void lose(Envelope<M> envelope) {
        envelope.intercept(_ -> {}).drop(this, new DeadLetter.Reason.Dropped("lost by " + this));
    }

    private void travel(Runnable arrive, Scheduler scheduler) {
        if (!strikes(late, scheduler)) {
            arrive.run();
            return;
        }
        long wait = 1 + (long) (chance(scheduler) * delay.toNanos());
        scheduler.schedule(new Arrival(arrive, scheduler), scheduler.nanoTime() + wait);
    }

    /// What is on its way.
    static final class Arrival extends Alarm {
        private final Runnable arrive;
        private final Scheduler scheduler;

        private Arrival(Runnable arrive, Scheduler scheduler) {
            this.arrive = arrive;
            this.scheduler = scheduler;
        }

        /// Not on the thread of the alarms: a full mailbox may wait, and the functions of a mailbox may throw.
        @Override
        public void ring() {
            scheduler.execute(arrive);
        }

        /// At once, when the scheduler runs nothing more.
        void arrive() {
            arrive.run();
        }
    }

    private static boolean strikes(double share, Scheduler scheduler) {
        return share > 0 && chance(scheduler) < share;
    }

    /// In `[0, 1)`.
    private static double chance(Scheduler scheduler) {
        return (scheduler.random() >>> 11) * 0x1.0p-53;
    }

    @Override
    public Optional<Ref<?>> behind() {
        return Optional.of(to);
    }

    @Override
    public String toString() {
        return "unreliable way to " + to;
    }
}
