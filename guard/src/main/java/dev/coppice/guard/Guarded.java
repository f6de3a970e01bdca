package dev.coppice.guard;

import static java.util.Objects.requireNonNull;

import dev.coppice.kernel.Offer;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.spi.Door;
import dev.coppice.kernel.spi.Envelope;
import java.util.Optional;

/// A ref with a guard before it: sends, offers, calls and asks go through the guard. Made by [Guard#around].
///
/// Monitors and the node are those of the ref behind it. It lives as long as it is used: it owns no actor, no thread and no timer at rest.
public final class Guarded<M, S> implements Door<M> {
    private final Passage<S> passage;
    private final Ref<M> behind;

    Guarded(Passage<S> passage, Ref<M> behind) {
        this.passage = passage;
        this.behind = requireNonNull(behind, "ref");
    }

    /// Another ref behind the same guard: the two share its permits and statistics.
    public <N> Guarded<N, S> also(Ref<N> other) {
        return new Guarded<>(passage, other);
    }

    /// What the guard is like at this moment.
    public S status() {
        return passage.status();
    }

    @Override
    public Offer deliver(Envelope<M> envelope) {
        return passage.pass(envelope, this, behind);
    }

    @Override
    public Optional<Ref<?>> behind() {
        return Optional.of(behind);
    }

    @Override
    public String toString() {
        return passage + " before " + behind;
    }
}
