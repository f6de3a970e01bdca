package dev.coppice.kernel.internal;
import dev.coppice.kernel.*;
import dev.coppice.kernel.spi.Door;
public final class Doors {
    public static <M> void send(Door<M> d, M m) { throw new UnsupportedOperationException(); }
    public static <M> Offer offer(Door<M> d, M m) { throw new UnsupportedOperationException(); }
    public static <M, R> R call(Door<M> d, Call<? extends M, R> m) { throw new UnsupportedOperationException(); }
    public static <M, R> Pending<R> ask(Door<M> d, Call<? extends M, R> m) { throw new UnsupportedOperationException(); }
}
