package dev.coppice.kernel.internal;

import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Cancellable;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Loop;
import dev.coppice.kernel.Outcome;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Work on its own: an unlinked child that runs a callable once and tells somebody its outcome.
final class Tasks {
    private Tasks() {}

    /// The outcome arrives as a message of `owner`.
    static <R> Cancellable task(Cell<?> owner, Callable<? extends R> work, Function<? super Outcome<R>, ?> as) {
        var withdrawable = new Withdrawable();
        var carried = Carrying.capture(owner.node);
        var child =
                run(
                        owner,
                        work,
                        (Outcome<R> outcome) -> owner.push(new Signal.Answer<>(outcome, as, withdrawable, carried)));
        return () -> {
            boolean open = withdrawable.withdraw();
            child.killFirmly();
            return open;
        };
    }

    /// The outcome of a stage arrives as a message of `owner`.
    static <R> Cancellable pipe(Cell<?> owner, CompletionStage<? extends R> stage, Function<? super Outcome<R>, ?> as) {
        var withdrawable = new Withdrawable();
        var carried = Carrying.capture(owner.node);
        stage.whenComplete((value, thrown) ->
                owner.push(new Signal.Answer<R>(Tasks.<R>outcome(value, thrown), as, withdrawable, carried)));
        return withdrawable::withdraw;
    }

    private static <R> Outcome<R> outcome(@Nullable R value, @Nullable Throwable thrown) {
        if (value != null) {
            return new Outcome.Replied<>(value);
        }
        if (thrown == null) {
            return crashed(
                    new NullPointerException(
                            "the stage completed with null; map it to Optional, or to Done for no content"));
        }
        var cause = thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        return cause instanceof CallFailed failed ? new Outcome.Failed<>(failed.failure()) : crashed(cause);
    }

    private static <R> Outcome<R> crashed(Throwable cause) {
        return new Outcome.Failed<>(new Failure.Exited(new ExitReason.Crashed(cause)));
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

    /// What the work gives is told, else how its actor has ended, whatever that was: once.
    private static final class Work<R> {
        private final Callable<? extends R> work;
        private final Consumer<Outcome<R>> tell;

        /// Written by its actor, read when that has ended.
        private boolean told;

        Work(Callable<? extends R> work, Consumer<Outcome<R>> tell) {
            this.work = work;
            this.tell = tell;
        }

        void perform() throws Exception {
            R value = work.call();
            Objects.requireNonNull(value, "the work returned null; use Optional, or Done for no content");
            tell.accept(new Outcome.Replied<>(value));
            told = true;
        }

        void ended(ExitReason reason) {
            if (!told) {
                tell.accept(new Outcome.Failed<>(new Failure.Exited(reason)));
            }
        }
    }

    private static <R> Cell<Object> run(Cell<?> owner, Callable<? extends R> callable, Consumer<Outcome<R>> tell) {
        var work = new Work<R>(callable, tell);
        var carrying = owner.node.carrying;
        var carried = Carrying.capture(owner.node);
        Loop<Object> body =
                _ -> {
                    if (carrying == null) {
                        work.perform();
                    } else {
                        carrying.around(carried, work::perform);
                    }
                };
        var child = Starter.start(owner, body.recipe().labelled("task of " + owner.label()), false);
        var end =
                new WaitCell<Object>(null, owner.node, Long.MAX_VALUE)
                        .onComplete(reason -> work.ended((ExitReason) reason));
        var tie = Tie.waiter(child, end);
        if (!Ties.add(tie, child)) {
            end.complete(child.goneReason());
        }
        return child;
    }
}
