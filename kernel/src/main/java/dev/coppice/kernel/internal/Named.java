package dev.coppice.kernel.internal;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.DeadLetter;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Offer;
import dev.coppice.kernel.Pending;
import dev.coppice.kernel.Ref;
import org.jspecify.annotations.Nullable;

/// A ref by name: finds its holder at each use, so that it follows restarts.
public final class Named<M> implements Ref<M> {
    private final LocalNode node;
    private final Name<M> name;

    /// The slot seen last; a retired one is looked up again. A race writes an equal value.
    private @Nullable Slot seen;

    Named(LocalNode node, Name<M> name) {
        this.node = node;
        this.name = name;
    }

    LocalNode node() {
        return node;
    }

    @Nullable Slot slot() {
        var slot = seen;
        if (slot == null || slot.retired()) {
            seen = slot = node.names.find(name);
        }
        return slot;
    }

    /// Who holds the name now and is open for messages.
    @Nullable Cell<?> holder() {
        var slot = slot();
        return slot == null ? null : slot.openHolder();
    }

    Offer deliver(Mail mail, boolean patient, long patience) {
        var slot = slot();
        if (slot == null) {
            return node.refuse(mail, this, new DeadLetter.Reason.NoProcess());
        }
        var holder = slot.openHolder();
        return holder != null ? holder.accept(mail, patient, patience) : slot.gap(mail, this, patient, patience);
    }

    @Override
    public void send(M message) {
        Refs.send(this, message);
    }

    @Override
    public Offer offer(M message) {
        return Refs.offer(this, message);
    }

    @Override
    public <R> R call(Call<? extends M, R> request) {
        return Refs.call(this, request);
    }

    @Override
    public <R> Pending<R> ask(Call<? extends M, R> request) {
        return Refs.ask(this, request);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Named<?> named && named.node == node && named.name.equals(name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return name.value();
    }
}
