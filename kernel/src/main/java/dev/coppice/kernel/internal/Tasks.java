package dev.coppice.kernel.internal;

import dev.coppice.kernel.Cancellable;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Loop;
import dev.coppice.kernel.Outcome;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Function;

/// Work on its own: an unlinked child that runs a callable once and tells somebody its outcome.
final class Tasks {
    private Tasks() {}

    /// The outcome arrives as a message of `owner`.
    static <R> Cancellable task(Cell<?> owner, Callable<? extends R> work, Function<? super Outcome<R>, ?> as) {
        var withdrawable = new Withdrawable();
        var child =
                run(owner, work, (Outcome<R> outcome) -> owner.push(new Signal.Answer<>(outcome, as, withdrawable)));
        return () -> {
            boolean open = withdrawable.withdraw();
            child.killFirmly();
            return open;
        };
    }

    /// The outcome answers a deferred request.
    static <R> void answer(Cell<?> owner, Callable<? extends R> work, Request<R> request) {
        Tasks.<R>run(
                owner,
                work,
                outcome -> {
                    switch (outcome) {
                        case Outcome.Replied<R>(R value) -> request.reply(value);
                        case Outcome.Failed<R>(Failure why) -> request.fail(why);
                    }
                });
    }

    private static <R> Cell<Object> run(Cell<?> owner, Callable<? extends R> work, Consumer<Outcome<R>> tell) {
        Loop<Object> body =
                _ ->
                        tell.accept(
                                new Outcome.Replied<>(
                                        java.util.Objects.requireNonNull(
                                                work.call(),
                                                "the work returned null; use Optional, or Done for no content")));
        var child = Starter.start(owner, body.recipe().labelled("task of " + owner.label()), false);
        var end =
                new WaitCell<Object>(null, owner.node, Long.MAX_VALUE)
                        .onComplete(reason -> {
                            if (!(reason instanceof ExitReason.Normal)) {
                                tell.accept(new Outcome.Failed<>(new Failure.Exited((ExitReason) reason)));
                            }
                        });
        var tie = Tie.waiter(child, end);
        if (!Ties.add(tie, child)) {
            end.complete(child.goneReason());
        }
        return child;
    }
}
