package dev.coppice.kernel.internal;
import dev.coppice.kernel.*;
import dev.coppice.kernel.spi.Envelope;
public non-sealed class Mail implements Envelope<Object> {
    public Object message() { throw new UnsupportedOperationException(); }
    public boolean expectsReply() { throw new UnsupportedOperationException(); }
    public void reply(Object v) { throw new UnsupportedOperationException(); }
    public void fail(Failure v) { throw new UnsupportedOperationException(); }
    public Offer passTo(Ref<? super Object> v) { throw new UnsupportedOperationException(); }
    public void drop(Ref<?> v, DeadLetter.Reason r) { throw new UnsupportedOperationException(); }
    public void received() { throw new UnsupportedOperationException(); }
}
