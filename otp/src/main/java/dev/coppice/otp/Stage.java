package dev.coppice.otp;

import static java.util.Objects.requireNonNull;

import dev.coppice.kernel.Actor;
import dev.coppice.kernel.Call;
import dev.coppice.kernel.Done;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Recipe;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The recipe of one stage of a flow in which nothing is sent that was not asked for: a producer, a stage in between, or a consumer.
/// Immutable; the withers return a changed copy.
///
/// ```java
/// var lines  = node.spawn(Stage.fromStream(() -> Files.lines(path)));
/// var orders = node.spawn(Stage.through(lines, batch -> batch.stream().map(Order::parse).toList()));
/// node.spawn(Stage.into(orders, store::save).demand(1_000, 500));            // saves batches of at most 1,000
/// ```
///
/// **Demand.** A stage asks the one before it for `max` items, and again for what is missing as soon as at most `min` are on their way
/// ([#demand]; 100 and 50). A stage gives a batch when it has items and somebody has asked; it never gives more than was asked, and
/// remembers what was asked. So the slowest stage sets the pace, and at most `max` items wait before each.
///
/// **Who gets what.** Several consumers share the items of a stage: each item goes to one, first to whoever has asked for most. After
/// [#broadcast] each gets all, at the pace of the slowest.
///
/// **The end.** When a source has no more, each stage gives what it has, says so to those after it and exits with `Normal`: in a tree, such
/// children are transient. A stage that loses the one before it by a crash subscribes again, which waits while a supervisor restarts the
/// holder of a *name*; when that fails, it exits with the reason. What was on its way then is lost: at most once. A consumer that
/// dies takes its demand with it.
///
/// **Failure.** What a function throws ends its stage.
///
/// @param <T> what it gives
public final class Stage<T> implements Actor<Stage.Msg<T>> {

    /// What a stage can be asked by those after it, and by those who feed it.
    public sealed interface Msg<T> {}

    /// Wants to be given items. Answered with the stage that gives them.
    public record Subscribe<T>(Subscription<T> as) implements Msg<T>, Call<Subscribe<T>, Pid<Msg<T>>> {}

    /// One consumer's place at a stage.
    ///
    /// @param number tells the subscriptions of one consumer apart
    public record Subscription<T>(Pid<?> consumer, Ref<? super Supply<T>> to, long number) {
        public Subscription {
            requireNonNull(consumer, "consumer");
            requireNonNull(to, "to");
        }
    }

    /// So many more may be given.
    public record More<T>(Subscription<T> to, int items) implements Msg<T> {
        public More {
            Limits.positive("items", items);
        }
    }

    /// Nothing more is wanted.
    public record Cancel<T>(Subscription<T> of) implements Msg<T> {}

    /// Feeds a stage that is made by [Stage#fed]; answered when there is room for the items. Items that come by `send` and find none take
    /// the place of the oldest, which are counted. A call that is given up before there was room gives nothing.
    public record Push<T>(List<T> items) implements Msg<T>, Call<Push<T>, Done> {
        public Push {
            items = List.copyOf(items);
        }
    }

    /// Nothing more will be pushed.
    public record Finish<T>() implements Msg<T> {}

    public record Statistics<T>() implements Msg<T>, Call<Statistics<T>, Counts> {}

    /// @param given items, each consumer counted
    /// @param buffered items that wait for demand
    /// @param asked what consumers have asked for and not got
    /// @param dropped items that found no room
    public record Counts(long given, int buffered, long asked, long dropped, int consumers) {}

    /// What a consumer gets.
    public sealed interface Supply<T> {}

    public record Items<T>(Subscription<T> of, List<T> items) implements Supply<T> {}

    /// There is no more.
    public record Ended<T>(Subscription<T> of) implements Supply<T> {}

    /// What a consumer does with a batch. It may block.
    @FunctionalInterface
    public interface Work<T> {
        void take(List<T> items) throws Exception;
    }

    private @Nullable Source<T> source;
    private @Nullable Ref<Msg<Object>> upstream;
    private @Nullable Function<List<Object>, List<T>> transform;
    private boolean fed;
    private boolean broadcast;
    private int max = 100;
    private int min = 50;
    private int buffer = 10_000;

    private Stage() {}

    private Stage<T> with(Consumer<Stage<T>> change) {
        var copy = new Stage<T>();
        copy.source = source;
        copy.upstream = upstream;
        copy.transform = transform;
        copy.fed = fed;
        copy.broadcast = broadcast;
        copy.max = max;
        copy.min = min;
        copy.buffer = buffer;
        change.accept(copy);
        return copy;
    }

    // ---- producers

    /// A producer that takes from an iterator, as much as is asked for; each incarnation makes its own. It may block.
    public static <T> Stage<T> from(Supplier<? extends Iterator<? extends T>> source) {
        requireNonNull(source, "source");
        return new Stage<T>().with(copy -> copy.source = _ -> source.get());
    }

    /// A producer that takes from a stream, as much as is asked for, and closes it when it ends, however it ends. The stream may block.
    public static <T> Stage<T> fromStream(Callable<? extends Stream<? extends T>> stream) {
        requireNonNull(stream, "stream");
        return new Stage<T>()
                .with(copy ->
                        copy.source =
                                self -> {
                                    var opened = stream.call();
                                    self.own(opened);
                                    return opened.iterator();
                                });
    }

    /// How an incarnation gets what it gives.
    @FunctionalInterface
    interface Source<T> {
        Iterator<? extends T> begin(Self<?> self) throws Exception;
    }

    /// A producer that is fed by [Push].
    public static <T> Stage<T> fed() {
        return new Stage<T>().with(copy -> copy.fed = true);
    }

    // ---- in between, and consumers

    /// Takes batches from another stage, and gives what the function makes of them.
    @SuppressWarnings("unchecked") // what the stage before gives is an I
    public static <I, T> Stage<T> through(Ref<Msg<I>> from, Function<? super List<I>, ? extends List<T>> transform) {
        requireNonNull(from, "from");
        requireNonNull(transform, "transform");
        return new Stage<T>()
                .with(copy -> {
                    copy.upstream = (Ref<Msg<Object>>) (Ref<?>) from;
                    copy.transform = batch -> transform.apply((List<I>) batch);
                });
    }

    /// Takes batches from another stage, and gives nothing.
    public static <I> Stage<Done> into(Ref<Msg<I>> from, Work<? super I> work) {
        requireNonNull(work, "work");
        return through(
                from,
                batch -> {
                    perform(work, batch);
                    return List.of();
                });
    }

    @SuppressWarnings("unchecked") // a work for more takes less
    private static <I> void perform(Work<? super I> work, List<I> batch) {
        try {
            ((Work<I>) work).take(batch);
        } catch (Exception thrown) {
            throw StageServer.WorkFailed.of(thrown);
        }
    }

    /// How many items it asks for at most, and how few on their way make it ask again; 100 and 50.
    public Stage<T> demand(int max, int min) {
        Limits.positive("max", max);
        if (min < 0 || min >= max) {
            throw new IllegalArgumentException("min must be between 0 and max, " + max + ", was " + min);
        }
        return with(copy -> {
            copy.max = max;
            copy.min = min;
        });
    }

    /// Gives each item to all who have subscribed, at the pace of the slowest.
    public Stage<T> broadcast() {
        return with(copy -> copy.broadcast = true);
    }

    /// How many items that were pushed may wait for demand; 10,000.
    public Stage<T> buffer(int items) {
        Limits.positive("buffer", items);
        return with(copy -> copy.buffer = items);
    }

    // ---- java.util.concurrent.Flow

    /// A stage as a publisher: each subscriber is served by an actor of its own in this node.
    public static <T> Flow.Publisher<T> publisher(Node node, Ref<Msg<T>> stage) {
        requireNonNull(node, "node");
        requireNonNull(stage, "stage");
        return subscriber -> FlowOut.serve(node, stage, requireNonNull(subscriber, "subscriber"));
    }

    /// A subscriber that feeds a stage made by [#fed], with at most `demand` items on their way. The end of what it subscribes to finishes
    /// the stage, its failure makes the stage exit. Once only.
    public static <T> Flow.Subscriber<T> subscriber(Pid<Msg<T>> stage, int demand) {
        requireNonNull(stage, "stage");
        return new FlowIn<>(stage, Limits.positive("demand", demand));
    }

    // ---- for the server

    @Nullable Source<T> source() {
        return source;
    }

    @Nullable Ref<Msg<Object>> upstream() {
        return upstream;
    }

    List<T> transformed(List<Object> batch) {
        return requireNonNull(transform, "transform").apply(batch);
    }

    boolean isFed() {
        return fed;
    }

    boolean broadcasts() {
        return broadcast;
    }

    int max() {
        return max;
    }

    int min() {
        return min;
    }

    int buffer() {
        return buffer;
    }

    @Override
    @SuppressWarnings("unchecked") // it takes anything, so it takes every Msg
    public Recipe<Msg<T>> recipe() {
        var server = (Recipe<Msg<T>>) (Recipe<?>) Server.<Object>of(() -> new StageServer<>(this));
        return server.labelled("stage");
    }

    @Override
    public String toString() {
        var what = source != null ? "a source" : fed ? "fed" : "after " + upstream;
        return "Stage[" + what + (broadcast ? ", broadcasting" : "") + "]";
    }
}
