package dev.coppice.kernel.internal;
import dev.coppice.kernel.*;
import java.time.Duration;
import java.util.function.Function;
public final class Via<M> implements Ref<M> {
    static UnsupportedOperationException no() { return new UnsupportedOperationException(); }
    public static <M> Ref<M> patient(Ref<M> r, Duration d) { throw no(); }
    public static <N, M> Ref<N> wrapping(Ref<M> r, Function<? super N, ? extends M> f) { throw no(); }
    public void send(M m) { throw no(); }
    public Offer offer(M m) { throw no(); }
    public <R> R call(Call<? extends M, R> r) { throw no(); }
    public <R> Pending<R> ask(Call<? extends M, R> r) { throw no(); }
}
