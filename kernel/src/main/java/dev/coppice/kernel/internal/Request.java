package dev.coppice.kernel.internal;
import dev.coppice.kernel.*;
import java.util.concurrent.Callable;
public non-sealed class Request<R> implements Caller<R> {
    public void reply(R v) { throw new UnsupportedOperationException(); }
    public void fail(Throwable v) { throw new UnsupportedOperationException(); }
    public boolean waiting() { throw new UnsupportedOperationException(); }
    public void handTo(Callable<? extends R> v) { throw new UnsupportedOperationException(); }
}
