package dev.coppice.otp;

import dev.coppice.kernel.Done;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Self;
import java.util.List;
import java.util.function.Function;

/// A process group: actors that belong together and can be found together, as OTP's `pg`. For many groups by key, see
/// [Registry#duplicate].
///
/// An actor may join many times and is then a member as often. It leaves by itself when it exits, before anybody is told of the exit.
/// A group is no actor and needs no start; looking at it takes no lock.
///
/// @param <M> what the members understand
public final class Group<M> {

    /// What a watcher is told; who joined n times leaves n times.
    public sealed interface Change<M> {
        Pid<M> pid();

        record Joined<M>(Pid<M> pid) implements Change<M> {}

        record Left<M>(Pid<M> pid) implements Change<M> {}
    }

    /// The members when watching begins; what changes from then on comes as messages.
    public record Watching<M>(List<Pid<M>> members, dev.coppice.kernel.Cancellable subscription) {
        public Watching {
            members = List.copyOf(members);
        }
    }

    private final String label;

    /// Each membership has a value of its own, by which it leaves.
    private final Registry<Done, M, Membership> seats;

    private static final class Membership {}

    private Group(String label) {
        this.label = Limits.visible("the group's label", label);
        this.seats = Registry.duplicate(label);
    }

    public static <M> Group<M> of(String label) {
        return new Group<>(label);
    }

    /// Joins, once more if it is a member already.
    public void join(Self<M> self) {
        seats.register(self, Done.DONE, new Membership());
    }

    /// Leaves once; false when it is no member.
    public boolean leave(Self<M> self) {
        var me = self.pid();
        return seats.lookup(Done.DONE).stream()
                .filter(entry -> entry.pid().equals(me))
                .map(Registry.Entry::value)
                .findFirst()
                .map(one -> seats.unregister(self, Done.DONE, one::equals) > 0)
                .orElse(false);
    }

    /// Who is in, in the order of joining; who joined n times is there n times.
    public List<Pid<M>> members() {
        return seats.lookup(Done.DONE).stream().map(Registry.Entry::pid).toList();
    }

    /// Gives a message to every member, to each once, and never waits; how many took it.
    public int broadcast(M message) {
        return (int) members().stream().distinct().filter(pid -> pid.offer(message).accepted()).count();
    }

    /// The members, and from now on every joining and leaving as a message to this actor. Ends with it.
    public <N> Watching<M> monitor(Self<N> self, Function<? super Change<M>, ? extends N> as) {
        var listening = seats.listen(self, change -> as.apply(told(change)));
        return new Watching<>(listening.entries().stream().map(Registry.Entry::pid).toList(), listening.subscription());
    }

    private static <M> Change<M> told(Registry.Change<Done, M, Membership> change) {
        return switch (change) {
            case Registry.Change.Unregistered<Done, M, Membership>(var entry) -> new Change.Left<>(entry.pid());
            default -> new Change.Joined<>(change.entry().pid());
        };
    }

    @Override
    public String toString() {
        return "Group[" + label + "]";
    }
}
