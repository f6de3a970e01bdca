package dev.coppice.otp;

import static java.util.Objects.requireNonNull;

import dev.coppice.kernel.Actor;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Recipe;
import java.lang.reflect.Array;
import java.time.Duration;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/// The recipe of a supervisor of a fixed number of alike children, the partitions, each with a part of the keys: what would be one busy
/// actor, many times. Immutable; the withers return a changed copy.
///
/// ```java
/// static final PartitionSupervisor<Cache.Msg> CACHES = PartitionSupervisor.of(Name.of("cache"), 8, i -> Server.of(Cache::new));
/// node.ref(CACHES.name(userId)).send(new Cache.Put(userId, user));
/// ```
///
/// A key always means the same partition, over restarts too. The names of the partitions are that of all, with their number: `cache-0`.
/// Otherwise it is a [Supervisor#oneForOne]: a partition that fails is restarted alone, and calls to its name wait for it.
///
/// @param <M> what the partitions understand
public final class PartitionSupervisor<M> implements Actor<Control> {
    private final List<Name<M>> names;
    private final IntFunction<? extends Actor<M>> partition;
    private final Intensity intensity;

    private PartitionSupervisor(List<Name<M>> names, IntFunction<? extends Actor<M>> partition, Intensity intensity) {
        this.names = names;
        this.partition = requireNonNull(partition, "partition");
        this.intensity = intensity;
    }

    /// @param partition the recipe of each, by its number from 0 on
    public static <M> PartitionSupervisor<M> of(
            Name<M> name, int partitions, IntFunction<? extends Actor<M>> partition) {
        Limits.positive("partitions", partitions);
        var names = IntStream.range(0, partitions).mapToObj(number -> numbered(name, number)).toList();
        return new PartitionSupervisor<>(names, partition, Intensity.of(1, Duration.ofSeconds(5)));
    }

    @SuppressWarnings("unchecked") // the array only tells the protocol's class
    private static <M> Name<M> numbered(Name<M> name, int number) {
        return Name.of(name + "-" + number, (M[]) Array.newInstance(name.protocol(), 0));
    }

    /// How many restarts within how long, of all partitions together; one more makes it give up. 1 in 5 s.
    public PartitionSupervisor<M> intensity(int restarts, Duration period) {
        return new PartitionSupervisor<>(names, partition, Intensity.of(restarts, period));
    }

    /// Where messages about this key go.
    public Name<M> name(Object key) {
        int hash = requireNonNull(key, "key").hashCode();
        return names.get(Math.floorMod(hash ^ (hash >>> 16), names.size()));
    }

    /// All partitions, in order.
    public List<Name<M>> names() {
        return names;
    }

    @Override
    public Recipe<Control> recipe() {
        var children =
                IntStream.range(0, names.size())
                        .mapToObj(number -> Child.of(partition.apply(number).named(names.get(number))))
                        .toArray(Child[]::new);
        return Supervisor.oneForOne(children).intensity(intensity.restarts(), intensity.period()).recipe();
    }

    @Override
    public String toString() {
        return "PartitionSupervisor[" + names.getFirst() + " to " + names.getLast() + ", " + intensity + "]";
    }
}
