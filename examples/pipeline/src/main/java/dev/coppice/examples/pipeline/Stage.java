package dev.coppice.examples.pipeline;

import dev.coppice.kernel.Actor;
import dev.coppice.kernel.Mailbox;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/// One station of the line: works on each item and sends the result on. When the next station's mailbox is full, `send` waits, and so this
/// one's mailbox fills: the slowest station slows down all before it. It is linked with the next: a line that breaks anywhere ends as a whole.
final class Stage<I, O> implements Server<Stage.Flow<I>> {

    /// What moves along the line.
    sealed interface Flow<T> {}

    record Item<T>(T value) implements Flow<T> {}

    /// Nothing comes after it.
    record End<T>() implements Flow<T> {}

    private final Function<? super I, Optional<O>> work;
    private final Pid<Flow<O>> next;
    private final AtomicInteger deepest;

    private Stage(Function<? super I, Optional<O>> work, Pid<Flow<O>> next, AtomicInteger deepest) {
        this.work = work;
        this.next = next;
        this.deepest = deepest;
    }

    /// @param deepest where the most messages are noted that ever waited before this stage
    static <I, O> Actor<Flow<I>> of(
            String label,
            Mailbox mailbox,
            Function<? super I, Optional<O>> work,
            Pid<Flow<O>> next,
            AtomicInteger deepest) {
        return Server.<Flow<I>>of(() -> new Stage<>(work, next, deepest)).labelled(label).mailbox(mailbox);
    }

    @Override
    public void init(Self<Flow<I>> self) {
        self.link(next);
    }

    @Override
    public void handle(Flow<I> flow, Self<Flow<I>> self) {
        deepest.accumulateAndGet(self.pid().info().queued(), Math::max);
        switch (flow) {
            case Item<I>(I value) -> work.apply(value).ifPresent(result -> next.send(new Item<>(result)));
            case End<I> _ -> {
                next.send(new End<>());
                self.stop();
            }
        }
    }

    /// At most so many wait; a sender waits for its place as long as it takes.
    static Mailbox bounded(int capacity) {
        return Mailbox.blocking(capacity).patience(Duration.ofHours(1));
    }
}
