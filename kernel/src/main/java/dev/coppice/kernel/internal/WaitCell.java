package dev.coppice.kernel.internal;
import dev.coppice.kernel.*;
import java.time.Duration;
import java.util.Optional;
public non-sealed class WaitCell<R> implements Pending<R> {
    public Outcome<R> await() { throw new UnsupportedOperationException(); }
    public Optional<Outcome<R>> await(Duration d) { throw new UnsupportedOperationException(); }
    public Optional<Outcome<R>> poll() { throw new UnsupportedOperationException(); }
    public boolean abandon() { throw new UnsupportedOperationException(); }
}
