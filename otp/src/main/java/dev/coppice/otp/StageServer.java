package dev.coppice.otp;

import static java.util.Objects.requireNonNull;

import dev.coppice.kernel.Caller;
import dev.coppice.kernel.Done;
import dev.coppice.kernel.Down;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.otp.Stage.Msg;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One [Stage]. Everything that happens changes what there is or what is asked for; then [#pump] moves what can move.
///
/// @param <T> what it gives
final class StageServer<T> implements Server<Object> {
    /// How much is taken from a source at once, before messages get their turn.
    private static final int TAKEN = 500;

    /// More can be taken from the source.
    private record Go() {}

    private record ConsumerGone(Stage.Subscription<?> of) {}

    private record Subscribed(long number, Outcome<Pid<Msg<Object>>> outcome) {}

    private record UpstreamGone(long number, Down down) {}

    /// Carries a checked exception of the user's through a function.
    static final class WorkFailed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private WorkFailed(Exception cause) {
            super(cause);
        }

        static RuntimeException of(Exception thrown) {
            return thrown instanceof RuntimeException unchecked ? unchecked : new WorkFailed(thrown);
        }
    }

    /// A push that waits for room.
    private record Waiting<T>(Caller<Done> caller, List<T> items) {}

    private final Stage<T> settings;
    private final Outlets<T> outlets;
    private final ArrayDeque<T> buffer = new ArrayDeque<>();
    private final ArrayDeque<Waiting<T>> waiting = new ArrayDeque<>();
    private @Nullable Iterator<? extends T> source;
    private boolean going;
    private boolean finished;
    private long dropped;

    // ---- towards the stage before it
    private long subscriptions;
    private Stage.@Nullable Subscription<Object> subscription;
    private @Nullable Pid<Msg<Object>> upstream;
    private int onTheirWay;

    StageServer(Stage<T> settings) {
        this.settings = settings;
        this.outlets = new Outlets<>(settings.broadcasts());
    }

    @Override
    public void init(Self<Object> self) throws Exception {
        var made = settings.source();
        source = made == null ? null : made.begin(self);
        subscribe(self);
    }

    @Override
    public void handle(Object message, Self<Object> self) throws Exception {
        switch (message) {
            case Stage.Subscribe<?> request -> accept(StageServer.<Stage.Subscribe<T>>typed(request), self);
            case Stage.More<?>(var to, int items) -> outlets.ask(to, items);
            case Stage.Cancel<?>(var of) -> outlets.remove(of);
            case ConsumerGone(var of) -> outlets.remove(of);
            case Stage.Push<?> push -> push(StageServer.<Stage.Push<T>>typed(push), self);
            case Stage.Finish<?> _ -> finished = true;
            case Stage.Statistics<?> request -> self.reply(request, counts());
            case Go _ -> going = false;
            case Subscribed(long number, var outcome) -> subscribed(number, outcome, self);
            case Stage.Items<?>(var of, var items) -> take(of, List.copyOf(items));
            case Stage.Ended<?>(var of) -> finished |= of.equals(subscription);
            case UpstreamGone(long number, var down) -> upstreamGone(number, down.reason(), self);
            default ->
                    throw new IllegalArgumentException("a stage does not understand " + message.getClass().getName());
        }
        pump(self);
    }

    private Stage.Counts counts() {
        return new Stage.Counts(outlets.given(), buffer.size(), outlets.asked(), dropped, outlets.size());
    }

    // ---- consumers

    private void accept(Stage.Subscribe<T> request, Self<Object> self) {
        var of = request.as();
        outlets.add(of, self.monitor(of.consumer(), _ -> new ConsumerGone(of)));
        self.reply(request, StageServer.typed(self.pid()));
    }

    // ---- what it gives

    private void push(Stage.Push<T> push, Self<Object> self) {
        if (!settings.isFed()) {
            throw new IllegalStateException(settings + " takes no Push; only a stage made by Stage.fed does");
        }
        Caller<Done> caller = self.defer(push);
        if (caller.waiting()) {
            waiting.add(new Waiting<>(caller, push.items()));
            return;
        }
        buffer.addAll(push.items());
        for (; buffer.size() > settings.buffer(); dropped++) {
            buffer.removeFirst();
        }
    }

    /// Moves what can move: to the consumers what they have asked for, into the buffer what found no room, from the source, and asks the
    /// stage before for more; at the end says so.
    private void pump(Self<Object> self) {
        outlets.give(buffer);
        for (var next = admitted(); next != null; next = admitted()) {
            buffer.addAll(next.items());
            next.caller().reply(Done.DONE);
            outlets.give(buffer);
        }
        pull(self);
        if (finished && buffer.isEmpty() && waiting.isEmpty()) {
            outlets.end();
            self.stop();
        }
        askForMore();
    }

    /// The next push that there is room for. One whose caller has given up gives nothing.
    private @Nullable Waiting<T> admitted() {
        while (!waiting.isEmpty() && !waiting.getFirst().caller().waiting()) {
            waiting.removeFirst();
        }
        return waiting.isEmpty() || !admits(waiting.getFirst()) ? null : waiting.removeFirst();
    }

    /// One that would never fit is taken when there is nothing else.
    private boolean admits(Waiting<T> push) {
        return buffer.isEmpty() || buffer.size() + push.items().size() <= settings.buffer();
    }

    private void pull(Self<Object> self) {
        var from = source;
        if (from == null || going || finished || outlets.wanted() == 0) {
            return;
        }
        long wanted = Math.min(TAKEN, outlets.wanted());
        while (wanted-- > 0 && from.hasNext()) {
            buffer.add(requireNonNull(from.next(), "a source must not give null"));
        }
        outlets.give(buffer);
        finished = !from.hasNext();
        if (!finished && outlets.wanted() > 0) {
            going = true;
            self.pid().send(new Go());
        }
    }

    // ---- the stage before it

    /// However long that takes: a stage that is at work does not answer meanwhile.
    private void subscribe(Self<Object> self) {
        var before = settings.upstream();
        if (before == null) {
            return;
        }
        long number = ++subscriptions;
        var mine = new Stage.Subscription<Object>(self.pid(), self.pid(), number);
        subscription = mine;
        upstream = null;
        onTheirWay = 0;
        self.ask(
                before.within(Limits.FOREVER), new Stage.Subscribe<>(mine), outcome -> new Subscribed(number, outcome));
    }

    private void subscribed(long number, Outcome<Pid<Msg<Object>>> outcome, Self<Object> self) {
        if (number != subscriptions) {
            return;
        }
        switch (outcome) {
            case Outcome.Replied<Pid<Msg<Object>>>(var pid) -> {
                upstream = pid;
                self.monitor(pid, down -> new UpstreamGone(number, down));
            }
            case Outcome.Failed<Pid<Msg<Object>>>(Failure.Exited(var reason)) -> self.stop(reason);
            case Outcome.Failed<Pid<Msg<Object>>>(var why) ->
                    throw new IllegalStateException(
                            "cannot subscribe to " + settings.upstream() + ": " + why.message());
        }
    }

    private void upstreamGone(long number, ExitReason reason, Self<Object> self) {
        if (number != subscriptions || finished) {
            return;
        }
        if (reason.clean()) {
            finished = true;
        } else {
            subscribe(self);
        }
    }

    private void take(Stage.Subscription<?> of, List<Object> items) {
        if (of.equals(subscription)) {
            onTheirWay -= items.size();
            buffer.addAll(settings.transformed(items));
        }
    }

    private void askForMore() {
        var mine = subscription;
        int open = onTheirWay + buffer.size();
        if (upstream != null && mine != null && !finished && open <= settings.min()) {
            int more = settings.max() - open;
            onTheirWay += more;
            upstream.send(new Stage.More<>(mine, more));
        }
    }

    @SuppressWarnings("unchecked") // the recipe's type, and the type of what subscribes, say so
    private static <X> X typed(Object value) {
        return (X) value;
    }

    /// For tests and reports.
    @Override
    public String toString() {
        return "StageServer" + new ArrayList<>(buffer);
    }
}
