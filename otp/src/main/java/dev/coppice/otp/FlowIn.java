package dev.coppice.otp;

import static java.util.Objects.requireNonNull;

import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Pid;
import dev.coppice.otp.Stage.Msg;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;

/// Feeds a stage from a publisher of `java.util.concurrent.Flow`: each item is pushed, and one more is asked for when the stage has room
/// for it. The publisher's threads never wait.
final class FlowIn<T> implements Flow.Subscriber<T> {
    private static final Flow.Subscription NONE =
            new Flow.Subscription() {
                @Override
                public void request(long items) {}

                @Override
                public void cancel() {}
            };

    private final Pid<Msg<T>> stage;
    private final int demand;

    /// Written once, by the publisher's first signal.
    private final AtomicReference<Flow.Subscription> subscription = new AtomicReference<>(NONE);

    FlowIn(Pid<Msg<T>> stage, int demand) {
        this.stage = stage;
        this.demand = demand;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        requireNonNull(given, "subscription");
        if (subscription.compareAndSet(NONE, given)) {
            given.request(demand);
        } else {
            given.cancel(); // rule 2.5: one subscription a subscriber
        }
    }

    @Override
    public void onNext(T item) {
        requireNonNull(item, "item");
        var from = subscription.get();
        stage.within(Limits.FOREVER)
                .ask(new Stage.Push<>(List.of(item)))
                .future()
                .whenComplete((_, gone) -> {
                    if (gone == null) {
                        from.request(1);
                    } else {
                        from.cancel();
                    }
                });
    }

    @Override
    public void onError(Throwable thrown) {
        stage.stop(new ExitReason.Crashed(requireNonNull(thrown, "thrown")));
    }

    @Override
    public void onComplete() {
        stage.send(new Stage.Finish<>());
    }
}
