package dev.coppice.otp;

import static java.util.Objects.requireNonNull;

import dev.coppice.kernel.Cancellable;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/// Publish and subscribe: one publishes a message of type `T`, all that are subscribed at that moment get it.
///
/// ```java
/// static final Topic<Tick> PRICES = Topic.of("prices");
/// PRICES.subscribe(self, "stock/+/nasdaq", Saw::new);             // record Saw(Tick tick) implements Msg
/// PRICES.publish("stock/acme/nasdaq", new Tick(42));
/// ```
///
/// **Paths.** A path is levels between slashes; a plain topic uses none. In a subscription's filter, `+` stands for one level of any
/// name, a last `#` for any levels from there on, also for none: `a/#` hears `a`, `a/b` and `a/b/c`.
///
/// **Order and failure.** What one publisher publishes reaches each subscriber in order. Publishing never waits and never fails because
/// of a subscriber: what its mailbox refuses is a dead letter, and counted. A subscription ends with its actor, before anybody is told
/// of the exit. A subscriber that subscribes twice gets a message twice. Cancelling does not take back what is in its mailbox already.
///
/// **Threads.** Anybody may publish, anywhere; publishers take no lock. All subscribers get the same message object: let it be immutable.
/// A topic is no actor and needs no start.
///
/// @param <T> what is published
public final class Topic<T> {

    /// How much may wait at a slow subscriber, besides what its mailbox says. The limits count what its mailbox has accepted: they go
    /// with a mailbox that then keeps it, not with [dev.coppice.kernel.Mailbox#droppingOldest].
    public sealed interface Policy {

        /// As its mailbox says: unbounded, or what its bound does. The default.
        record AsMailbox() implements Policy {}

        /// At most this many of this subscription; what comes on top is dropped and counted.
        record AtMost(int messages) implements Policy {
            public AtMost {
                Limits.positive("the messages of a subscription", messages);
            }
        }

        /// One: a newer message takes the place of the one that waits, which is counted as dropped. For prices and positions.
        record Latest() implements Policy {}
    }

    /// What a topic has done so far.
    ///
    /// @param delivered messages given to subscribers' mailboxes, each subscriber counted
    /// @param dropped messages that a policy or a mailbox did not take
    /// @param subscriptions those that are open now
    public record Statistics(long published, long delivered, long dropped, int subscriptions) {}

    private static final String EVERYTHING = "#";

    private final String label;
    private final Trie<Subscription<T>> trie = new Trie<>();
    private final LongAdder published = new LongAdder();
    private final LongAdder delivered = new LongAdder();
    private final LongAdder dropped = new LongAdder();

    private Topic(String label) {
        this.label = Limits.visible("the topic's label", label);
    }

    public static <T> Topic<T> of(String label) {
        return new Topic<>(label);
    }

    // ---- subscribe

    /// Everything, on every path.
    public <M> Cancellable subscribe(Self<M> self, Function<? super T, ? extends M> as) {
        return subscribe(self, EVERYTHING, as);
    }

    /// What is published on the paths that the filter accepts.
    public <M> Cancellable subscribe(Self<M> self, String filter, Function<? super T, ? extends M> as) {
        return subscribe(self, filter, new Policy.AsMailbox(), as);
    }

    /// As [#subscribe(Self, String, Function)], with a limit for what waits here. The function runs in the subscriber, when it receives.
    public <M> Cancellable subscribe(Self<M> self, String filter, Policy policy, Function<? super T, ? extends M> as) {
        requireNonNull(as, "as");
        var pid = self.pid();
        Subscription<T> subscription =
                switch (policy) {
                    case Policy.AsMailbox _ -> new Subscription.Plain<>(pid.via(as));
                    case Policy.AtMost(int messages) -> Subscription.Limited.of(pid, messages, as);
                    case Policy.Latest _ -> Subscription.Newest.of(pid, as);
                };
        return owned(self, filter, subscription);
    }

    /// For an actor that understands what is published as it is: everything that the filter accepts.
    public Cancellable subscribe(Self<? super T> self, String filter) {
        return owned(self, filter, new Subscription.Plain<>(self.pid()));
    }

    /// For a ref whose actor is another: until it is cancelled.
    public Cancellable subscribe(Ref<? super T> subscriber, String filter) {
        return trie.add(filter, new Subscription.Plain<>(requireNonNull(subscriber, "subscriber")))::getAsBoolean;
    }

    /// Owned before it is there: the actor may be ended by owning it, and then there is nothing to close.
    private Cancellable owned(Self<?> self, String filter, Subscription<T> subscription) {
        var membership = new Membership();
        var owned = self.own(membership);
        try {
            membership.leave = trie.add(filter, subscription);
        } catch (RuntimeException refused) {
            owned.cancel();
            throw refused;
        }
        return () -> {
            owned.cancel();
            return membership.leave.getAsBoolean();
        };
    }

    /// What its actor owns. It is closed when the actor has left its code, so `leave` is written before.
    private static final class Membership implements AutoCloseable {
        BooleanSupplier leave = () -> false;

        @Override
        public void close() {
            var _ = leave.getAsBoolean();
        }
    }

    // ---- publish

    /// To all who hear everything, on no path; how many took it.
    public int publish(T message) {
        return publish("", message);
    }

    /// To all whose filter accepts the path; how many took it.
    public int publish(String path, T message) {
        requireNonNull(message, "message");
        published.increment();
        var count = new Count();
        trie.match(path, subscription -> count.add(subscription.give(message)));
        delivered.add(count.taken);
        dropped.add(count.lost);
        return count.taken;
    }

    private static final class Count {
        int taken;
        int lost;

        void add(Subscription.Given given) {
            switch (given) {
                case TAKEN -> taken++;
                case LOST -> lost++;
                case REPLACED -> {
                    taken++;
                    lost++;
                }
            }
        }
    }

    public Statistics statistics() {
        return new Statistics(published.sum(), delivered.sum(), dropped.sum(), trie.size());
    }

    @Override
    public String toString() {
        return "Topic[" + label + "]";
    }
}
