package dev.coppice.otp;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/// The actor behind [Task#stream]: takes items, runs their work, hands out outcomes, never more than `concurrency` items between.
final class Flow<T, R> implements Server<Flow.Msg<R>> {

    sealed interface Msg<R> {}

    /// The next outcome; empty at the end.
    record Next<R>() implements Msg<R>, Call<Next<R>, Optional<Outcome<R>>> {}

    record Finished<R>(long number, Outcome<R> outcome) implements Msg<R> {}

    private static final ExitReason CLOSED = new ExitReason.Shutdown("closed");

    private final int concurrency;
    private final boolean ordered;
    private final Iterator<? extends T> items;
    private final Function<T, Callable<R>> work;
    private final Map<Long, Outcome<R>> early = new HashMap<>();
    private final Queue<Outcome<R>> ready = new ArrayDeque<>();
    private long taken;
    private long given;
    private long due;
    private @Nullable Next<R> asking;

    private Flow(int concurrency, boolean ordered, Iterator<? extends T> items, Function<T, Callable<R>> work) {
        this.concurrency = concurrency;
        this.ordered = ordered;
        this.items = items;
        this.work = work;
    }

    static <T, R> Stream<Outcome<R>> stream(
            Task.Spawner spawner,
            int concurrency,
            boolean ordered,
            Iterable<? extends T> items,
            Task.Mapping<? super T, ? extends R> work) {
        Limits.positive("concurrency", concurrency);
        var bound = Task.<T, R>bound(work);
        Pid<Msg<R>> flow =
                spawner.spawn(
                        Server.<Msg<R>>of(() -> new Flow<T, R>(concurrency, ordered, items.iterator(), bound))
                                .labelled("stream"));
        return StreamSupport.stream(new Outcomes<>(flow), false).onClose(() -> flow.exit(CLOSED));
    }

    /// Reads the stream by requests.
    private static final class Outcomes<R> extends Spliterators.AbstractSpliterator<Outcome<R>> {
        private final Pid<Msg<R>> flow;
        private boolean over;

        Outcomes(Pid<Msg<R>> flow) {
            super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL);
            this.flow = flow;
        }

        @Override
        public boolean tryAdvance(java.util.function.Consumer<? super Outcome<R>> action) {
            if (over) {
                return false;
            }
            var next = flow.within(Task.LIMIT).call(new Next<R>());
            over = next.isEmpty();
            next.ifPresent(action);
            return next.isPresent();
        }
    }

    @Override
    public void handle(Msg<R> message, Self<Msg<R>> self) {
        switch (message) {
            case Next<R> next -> {
                var _ = self.defer(next);
                asking = next;
            }
            case Finished<R>(var number, var outcome) -> finished(number, outcome);
        }
        give(self);
        take(self);
        end(self);
    }

    @Override
    public void terminate(ExitReason reason, Self<Msg<R>> self) {
        if (reason.equals(CLOSED)) {
            Task.leave(self);
        }
    }

    private void finished(long number, Outcome<R> outcome) {
        if (!ordered) {
            ready.add(outcome);
            return;
        }
        early.put(number, outcome);
        for (var next = early.remove(due); next != null; next = early.remove(due)) {
            ready.add(next);
            due++;
        }
    }

    private void give(Self<Msg<R>> self) {
        var waiting = asking;
        var outcome = waiting == null ? null : ready.poll();
        if (waiting != null && outcome != null) {
            asking = null;
            given++;
            self.reply(waiting, Optional.of(outcome));
        }
    }

    private void take(Self<Msg<R>> self) {
        while (taken - given < concurrency && items.hasNext()) {
            long number = taken++;
            self.task(work.apply(items.next()), outcome -> new Finished<>(number, outcome));
        }
    }

    private void end(Self<Msg<R>> self) {
        var waiting = asking;
        if (waiting != null && taken == given && !items.hasNext()) {
            self.reply(waiting, Optional.empty());
            self.stop();
        }
    }
}
