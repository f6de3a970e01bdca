package dev.coppice.otp;

import dev.coppice.kernel.Down;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import dev.coppice.otp.Stage.Msg;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/// Serves one subscriber of `java.util.concurrent.Flow` from a stage: a consumer whose demand is the subscriber's. Its signals are in
/// sequence, since an actor gives them.
///
/// The numbers in comments are those of the rules of Reactive Streams.
final class FlowOut<T> implements Server<Object> {
    /// How much is asked of the stage at once, whatever the subscriber asks for.
    private static final int AT_ONCE = 1_000;

    /// The subscriber comes by message, not in the recipe: whoever keeps the pid of a served one keeps only that (3.13).
    private record Begin(Flow.Subscriber<?> subscriber) {}

    private record Requested(long items) {}

    private record Cancelled() {}

    private record Subscribed<T>(Outcome<Pid<Msg<T>>> outcome) {}

    private record Gone(Down down) {}

    private final Ref<Msg<T>> stage;
    private Flow.Subscriber<? super T> subscriber;
    private long wanted;
    private int onTheirWay;
    private @Nullable Pid<Msg<T>> from;
    private Stage.@Nullable Subscription<T> subscription;

    /// Whether the subscriber is still to be told of the end.
    private boolean open;

    /// Whether the subscriber's code runs: when it throws, it has cancelled (2.13).
    private boolean inside;

    @SuppressWarnings("NullAway.Init") // set by Begin, before anything else
    private FlowOut(Ref<Msg<T>> stage) {
        this.stage = stage;
    }

    static <T> void serve(Node node, Ref<Msg<T>> stage, Flow.Subscriber<? super T> subscriber) {
        node.spawn(Server.<Object>of(() -> new FlowOut<>(stage)).labelled("flow")).send(new Begin(subscriber));
    }

    @Override
    public void handle(Object message, Self<Object> self) {
        switch (message) {
            case Begin(var served) -> begin(FlowOut.<Flow.Subscriber<? super T>>typed(served), self);
            case Requested(long items) -> request(items, self);
            case Cancelled _ -> {
                open = false;
                self.stop();
            }
            case Subscribed<?>(var outcome) -> subscribed(outcome, self);
            case Stage.Items<?> items -> give(FlowOut.<Stage.Items<T>>typed(items));
            case Stage.Ended<?> _ -> {
                open = false;
                subscriber.onComplete();
                self.stop();
            }
            case Gone(var down) -> fail(new IllegalStateException("the stage has exited: " + down.reason()), self);
            default -> throw new IllegalArgumentException("no signal: " + message.getClass().getName());
        }
        ask();
    }

    @Override
    public void terminate(ExitReason reason, Self<Object> self) {
        ended(reason);
    }

    /// Whoever ends this actor ends the subscription, which says so once (1.4).
    private void ended(ExitReason reason) {
        boolean tell = open && !(inside && reason instanceof ExitReason.Crashed);
        open = false;
        if (tell) {
            subscriber.onError(
                    new IllegalStateException("the actor that serves the subscription has exited: " + reason));
        }
    }

    /// The subscriber hears of its subscription before anything else (1.9).
    private void begin(Flow.Subscriber<? super T> served, Self<Object> self) {
        self.own(() -> ended(new ExitReason.Killed())); // any other exit has come to terminate before
        subscriber = served;
        open = true;
        inside = true;
        var pid = self.pid();
        subscriber.onSubscribe(
                new Flow.Subscription() {
                    @Override
                    public void request(long items) {
                        pid.send(new Requested(items));
                    }

                    @Override
                    public void cancel() {
                        if (pid.alive()) {
                            pid.send(new Cancelled());
                        }
                    }
                });
        inside = false;
        var mine = new Stage.Subscription<T>(self.pid(), self.pid(), 1);
        subscription = mine;
        self.ask(stage.within(Limits.FOREVER), new Stage.Subscribe<>(mine), Subscribed<T>::new);
    }

    private void subscribed(Outcome<?> outcome, Self<Object> self) {
        switch (outcome) {
            case Outcome.Replied<?>(Pid<?> pid) -> {
                from = FlowOut.<Pid<Msg<T>>>typed(pid);
                self.monitor(pid, Gone::new);
            }
            case Outcome.Failed<?>(var why) -> fail(new IllegalStateException("no stage: " + why.message()), self);
            default -> throw new IllegalStateException("not a stage: " + outcome);
        }
    }

    /// A demand that is none is an error of the subscriber's, and ends its subscription (3.9).
    private void request(long items, Self<Object> self) {
        if (items <= 0) {
            fail(new IllegalArgumentException("rule 3.9: a request must be for at least 1 item, was " + items), self);
        }
        wanted = wanted + items < 0 ? Long.MAX_VALUE : wanted + items;
    }

    private void ask() {
        int more = (int) Math.min(wanted - onTheirWay, AT_ONCE - onTheirWay);
        if (from != null && subscription != null && more > 0) {
            onTheirWay += more;
            from.send(new Stage.More<>(subscription, more));
        }
    }

    private void give(Stage.Items<T> items) {
        for (var item : items.items()) {
            onTheirWay--;
            wanted--;
            inside = true;
            subscriber.onNext(item);
            inside = false;
        }
    }

    private void fail(Exception why, Self<Object> self) {
        open = false;
        subscriber.onError(why);
        self.stop(new ExitReason.Shutdown(String.valueOf(why.getMessage())));
    }

    @SuppressWarnings("unchecked") // the stage gives T
    private static <X> X typed(Object value) {
        return (X) value;
    }
}
