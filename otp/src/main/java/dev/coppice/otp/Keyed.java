package dev.coppice.otp;

import dev.coppice.kernel.DeadLetter;
import dev.coppice.kernel.Offer;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.spi.Door;
import dev.coppice.kernel.spi.Envelope;
import java.util.Optional;

/// A ref by a registry's key: finds its holder at each use.
///
/// The holder may exit between look-up and delivery: then it is delivered to the dead, which is what happens to any message that is too
/// late, and its caller fails at once.
record Keyed<K, M, V>(Registry<K, M, V> registry, K key) implements Door<M> {

    @Override
    public Offer deliver(Envelope<M> envelope) {
        var holder = registry.whereis(key);
        if (holder.isPresent()) {
            return envelope.passTo(holder.get());
        }
        var nobody = new DeadLetter.Reason.NoProcess();
        envelope.drop(this, nobody);
        return new Offer.Dead(nobody);
    }

    @Override
    public Optional<Pid<?>> actor() {
        return registry.whereis(key).map(pid -> pid);
    }

    @Override
    public String toString() {
        return registry + "/" + key;
    }
}
