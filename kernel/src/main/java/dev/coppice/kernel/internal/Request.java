package dev.coppice.kernel.internal;

import dev.coppice.kernel.Caller;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.StartFailed;
import dev.coppice.kernel.spi.Interception;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A request on its way or held: a baton. Exactly one actor (or door, or name in its gap) holds it; whoever drops it
/// completes [#cell] with a failure.
public final class Request<R> extends Mail implements Caller<R> {

    /// How its holder holds it.
    enum Hold {
        /// Received; must be settled before the handler returns.
        HELD,
        /// Kept open by `defer`.
        DEFERRED,
        /// Answered, failed or handed on by this holder.
        SETTLED
    }

    private static final VarHandle HOLD;
    private static final VarHandle HOLDER;

    static {
        try {
            var lookup = MethodHandles.lookup();
            HOLD = lookup.findVarHandle(Request.class, "hold", Hold.class);
            HOLDER = lookup.findVarHandle(Request.class, "holder", Cell.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /// Where the caller waits; null for a request that came by `send`.
    final @Nullable WaitCell<R> cell;

    private final @Nullable Function<Object, Object> wrap;

    /// Stands between the holder and the cell, when a door has intercepted the request.
    private final @Nullable Relay relay;

    private @Nullable Object opened;

    /// Written by the holder; `SETTLED` also by whoever answers through the [Caller]. No write needs a fence: who answers first is decided
    /// by the cell. And one would wait here for a cache line that is still the caller's.
    @SuppressWarnings("NullAway.Init") // through HOLD
    volatile Hold hold;

    /// The actor that received it, when, and how many messages it had received by then: for time-out reports. Written by the holder
    /// when it receives it, read by anybody.
    volatile @Nullable Cell<?> holder;

    long receivedAt;
    long receivedTurn;

    /// Its neighbours among the open requests of its holder, confined to that.
    @Nullable Request<?> older;

    @Nullable Request<?> newer;

    Request(Object message, @Nullable WaitCell<R> cell) {
        this(message, cell, null, null);
        if (cell != null) {
            cell.carry();
        }
    }

    private Request(
            Object message,
            @Nullable WaitCell<R> cell,
            @Nullable Function<Object, Object> wrap,
            @Nullable Relay relay) {
        super(message);
        this.cell = cell;
        this.wrap = wrap;
        this.relay = relay;
        HOLD.set(this, Hold.HELD);
        if (cell != null) {
            cell.waitsFor(this);
        }
    }

    void hold(Hold now) {
        HOLD.setRelease(this, now);
    }

    void holder(Cell<?> actor) {
        HOLDER.setRelease(this, actor);
    }

    @Override
    public Object message() {
        if (wrap == null) {
            return message;
        }
        var seen = opened;
        if (seen == null) {
            opened = seen = made(wrap, message);
        }
        return seen;
    }

    @Override
    Object seen() {
        return opened == null ? message : opened;
    }

    @Override
    Mail wrapped(Function<Object, Object> outer) {
        return new Request<>(message, cell, wrap == null ? outer : wrap.andThen(outer), relay);
    }

    /// The same caller with another message: what `forward` sends.
    Request<R> as(Object other) {
        return new Request<>(other, cell, null, relay);
    }

    @Override
    public Request<R> intercept(Interception interception) {
        return cell == null ? this : new Request<>(message, cell, wrap, Relay.begin(cell, relay, interception));
    }

    @Override
    public boolean expectsReply() {
        return cell != null;
    }

    @Override
    public boolean waiting() {
        return hold != Hold.SETTLED && cell != null && !cell.over() && (relay == null || !relay.over());
    }

    @Override
    @Nullable Object carried() {
        return cell == null ? null : cell.carried;
    }

    /// Whether the time is over, that of the caller or of a door before the holder.
    boolean expired() {
        return cell != null && (cell.expired() || (relay != null && relay.expired()));
    }

    /// How many nanoseconds its caller will wait on.
    long left() {
        return cell == null ? Long.MAX_VALUE : cell.remaining().map(Clocks::nanos).orElse(Long.MAX_VALUE);
    }

    /// Its sender has waited for room since then. When that is its caller, it is a part of the caller's time.
    void waitedSince(long since, @Nullable Cell<?> sender) {
        if (cell != null && cell.owner == sender) {
            cell.armSince(since);
        }
    }

    /// The actor that waits for the answer, if one does.
    @Nullable Cell<?> asker() {
        return cell == null ? null : cell.owner;
    }

    @Override
    @SuppressWarnings("unchecked")
    public void reply(Object value) {
        Objects.requireNonNull(value, "a reply must not be null; use Optional, or Done for no content");
        Runner.checkpoint();
        settle(new Outcome.Replied<>((R) value));
    }

    @Override
    public void fail(Throwable cause) {
        Objects.requireNonNull(cause, "cause");
        Runner.checkpoint();
        fail(new Failure.Exited(new ExitReason.Crashed(cause)));
    }

    @Override
    public void fail(Failure why) {
        settle(new Outcome.Failed<>(why));
    }

    @Override
    public void settle(Outcome<?> outcome) {
        hold(Hold.SETTLED);
        complete(outcome);
    }

    /// Tells whoever is to be told, and leaves the holder's own marks alone.
    void complete(Outcome<?> outcome) {
        if (cell == null) {
            return;
        }
        var gone = holder;
        if (relay != null && gone != null) {
            cell.letGo(gone); // the door behind which the caller waits on may have other plans
        }
        boolean first = relay == null ? cell.complete(outcome) : relay.end(new Interception.End.Settled(outcome));
        if (!first && outcome instanceof Outcome.Replied<?>) {
            cell.late();
        }
    }

    @Override
    public void handTo(Callable<? extends R> work) {
        var owner = holder;
        if (owner == null) {
            throw new IllegalStateException("no actor holds the request " + message + " any more");
        }
        try {
            Tasks.answer(owner, work, this);
        } catch (StartFailed gone) {
            fail(new Failure.Exited(gone.reason())); // too late, as a reply would be: its owner fails what it held
        }
    }
}
