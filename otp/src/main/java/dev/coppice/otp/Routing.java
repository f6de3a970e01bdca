package dev.coppice.otp;

import static java.util.Objects.requireNonNull;

import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import java.util.function.LongSupplier;

/// Which worker of a [Pool] gets a message.
public sealed interface Routing<M> {

    /// One after the other.
    record RoundRobin<M>() implements Routing<M> {}

    /// Any.
    record Random<M>() implements Routing<M> {}

    /// The one with the fewest messages, the one that it handles included; looks at all of them.
    record LeastBusy<M>() implements Routing<M> {}

    /// The less busy of two random ones: nearly as good as the least busy, at the cost of two looks.
    record PowerOfTwo<M>() implements Routing<M> {}

    /// All messages of a key to one worker, as long as their number stays; of `n` workers, another one takes the `n`-th part of the keys.
    ///
    /// A message for which the function throws or gives `null` reaches no worker and harms no other message: a request fails with what the
    /// function did as its cause, any other message is dropped with a line in the log.
    record ConsistentHash<M>(Function<? super M, ?> key) implements Routing<M> {
        public ConsistentHash {
            requireNonNull(key, "key");
        }
    }

    /// To all. A request cannot be broadcast and fails.
    record Broadcast<M>() implements Routing<M> {}

    /// To all; the first answer is the answer, and a request fails when all have failed.
    record ScatterGatherFirst<M>() implements Routing<M> {}

    /// The choice for a message: an index below `size`.
    ///
    /// @param turn how many messages were routed before
    /// @param load how busy a worker is, by index
    /// @throws IllegalArgumentException when the message has no key
    static <M> int choose(
            Routing<M> routing, M message, int size, long turn, LongSupplier random, IntUnaryOperator load) {
        return switch (routing) {
            case RoundRobin<M>() -> (int) Math.floorMod(turn, (long) size);
            case Random<M>() -> any(random, size);
            case LeastBusy<M>() -> leastBusy(size, turn, load);
            case PowerOfTwo<M>() -> lessBusy(size, any(random, size), any(random, Math.max(1, size - 1)), load);
            case ConsistentHash<M>(var key) -> jump(hash(key, message), size);
            case Broadcast<M>(), ScatterGatherFirst<M>() ->
                    throw new IllegalStateException(routing + " chooses all workers, not one");
        };
    }

    private static <M> int hash(Function<? super M, ?> key, M message) {
        try {
            var its = key.apply(message);
            if (its != null) {
                return its.hashCode();
            }
        } catch (Exception thrown) {
            throw new IllegalArgumentException(noKey(message, "threw " + thrown.getClass().getName()), thrown);
        }
        throw new IllegalArgumentException(noKey(message, "gave null"));
    }

    private static String noKey(Object message, String did) {
        return "no key for a " + message.getClass().getName() + ": the key function of its routing " + did;
    }

    private static int any(LongSupplier random, int size) {
        return (int) Math.floorMod(random.getAsLong(), (long) size);
    }

    /// Begins at another one each time, so that equals take turns.
    private static int leastBusy(int size, long turn, IntUnaryOperator load) {
        int best = (int) Math.floorMod(turn, (long) size);
        int least = load.applyAsInt(best);
        for (int i = 1; i < size && least > 0; i++) {
            int other = (int) Math.floorMod(turn + i, (long) size);
            int its = load.applyAsInt(other);
            if (its < least) {
                best = other;
                least = its;
            }
        }
        return best;
    }

    /// @param skip drawn from one fewer, so that the second is never the first
    private static int lessBusy(int size, int first, int skip, IntUnaryOperator load) {
        int second = size == 1 || skip < first ? skip : skip + 1;
        return load.applyAsInt(second) < load.applyAsInt(first) ? second : first;
    }

    /// Jump consistent hash (Lamping and Veach, 2014): from `n - 1` to `n` buckets, exactly the keys of the new one move. The hash is
    /// spread first, since those of small numbers and short texts are alike.
    private static int jump(int hash, int size) {
        long key = (hash + 0x9E3779B97F4A7C15L) * 0xBF58476D1CE4E5B9L;
        key ^= key >>> 31;
        long bucket = -1;
        long next = 0;
        while (next < size) {
            bucket = next;
            key = key * 2862933555777941757L + 1;
            next = (long) ((bucket + 1) * ((double) (1L << 31) / ((key >>> 33) + 1)));
        }
        return (int) bucket;
    }
}
