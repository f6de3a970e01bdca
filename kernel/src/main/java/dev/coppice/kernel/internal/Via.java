package dev.coppice.kernel.internal;

import static java.util.Objects.requireNonNull;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.Offer;
import dev.coppice.kernel.Pending;
import dev.coppice.kernel.Ref;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Another way to the same door: with a wrap for its messages, or with another patience.
public final class Via<M> implements Ref<M> {
    private final Ref<?> target;
    private final @Nullable Function<Object, Object> wrap;
    private final long patience;

    private Via(Ref<?> target, @Nullable Function<Object, Object> wrap, long patience) {
        this.target = target;
        this.wrap = wrap;
        this.patience = patience;
    }

    public static <M> Ref<M> patient(Ref<M> target, Duration patience) {
        if (patience.isNegative() || patience.isZero()) {
            throw new IllegalArgumentException("within needs a duration longer than zero, was " + patience);
        }
        return new Via<>(target, null, Clocks.nanos(patience));
    }

    @SuppressWarnings("unchecked")
    public static <N, M> Ref<N> wrapping(Ref<M> target, Function<? super N, ? extends M> wrap) {
        return new Via<>(target, (Function<Object, Object>) (Function<?, ?>) requireNonNull(wrap, "wrap"), 0);
    }

    Ref<?> target() {
        return target;
    }

    /// In nanoseconds; zero when it says nothing about it.
    long patience() {
        return patience;
    }

    /// @param outer the patience of a ref around this one, which counts before its own
    Offer deliver(Mail mail, boolean patient, long outer) {
        var inner = wrap == null ? mail : mail.wrapped(wrap);
        return Refs.deliver(target, inner, patient, outer == Long.MAX_VALUE && patience > 0 ? patience : outer);
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
        return other instanceof Via<?> via && via.target.equals(target) && via.wrap == wrap && via.patience == patience;
    }

    @Override
    public int hashCode() {
        return target.hashCode() * 31 + Long.hashCode(patience);
    }

    @Override
    public String toString() {
        return target.toString();
    }
}
