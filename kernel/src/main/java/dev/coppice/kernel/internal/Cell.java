package dev.coppice.kernel.internal;
import dev.coppice.kernel.*;
import java.time.Duration;
import java.util.Optional;
public non-sealed class Cell<M> implements Pid<M> {
    static UnsupportedOperationException no() { return new UnsupportedOperationException(); }
    public long id() { throw no(); }
    public String path() { throw no(); }
    public boolean alive() { throw no(); }
    public void exit(ExitReason r) { throw no(); }
    public void kill() { throw no(); }
    public void stop(ExitReason r) { throw no(); }
    public ExitReason await() { throw no(); }
    public Optional<ExitReason> await(Duration d) { throw no(); }
    public ActorInfo info() { throw no(); }
    public void send(M m) { throw no(); }
    public Offer offer(M m) { throw no(); }
    public <R> R call(Call<? extends M, R> r) { throw no(); }
    public <R> Pending<R> ask(Call<? extends M, R> r) { throw no(); }
}
