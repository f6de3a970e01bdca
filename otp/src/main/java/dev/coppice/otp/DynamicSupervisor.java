package dev.coppice.otp;

import static java.util.Objects.requireNonNull;

import dev.coppice.kernel.Actor;
import dev.coppice.kernel.Call;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Recipe;
import dev.coppice.kernel.StartFailed;
import dev.coppice.otp.Child.Restart;
import dev.coppice.otp.Child.Shutdown;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The recipe of a supervisor of children that come and go: it starts empty, each child is started by a request, restarted alone, and
/// known by its pid. Immutable; the withers return a changed copy.
///
/// ```java
/// Name<DynamicSupervisor.Msg> SESSIONS = Name.of("sessions");
/// Child.of(DynamicSupervisor.of().restart(TEMPORARY).maxChildren(10_000).named(SESSIONS))
/// Pid<Session.Msg> session = node.ref(SESSIONS).call(new StartChild<>(Server.of(Session::new))).pid();
/// ```
///
/// Defaults: children are [Restart#PERMANENT], at most 100,000 at once, intensity 1 in 5 s for all of them together, no back-off, each
/// stopped within its recipe's `stopWithin` (5 s). It stops all children together, those of one limit within one shared deadline.
///
/// Names of children are kept across restarts as a [Supervisor] keeps them. What it does not understand it logs and drops.
public final class DynamicSupervisor implements Actor<DynamicSupervisor.Msg> {

    /// What it can be asked.
    public sealed interface Msg {}

    /// Starts a child. While its `init` runs nothing else is served.
    public record StartChild<N>(Actor<N> actor) implements Msg, Call<StartChild<N>, Start<N>> {
        public StartChild {
            requireNonNull(actor, "actor");
        }
    }

    /// Stops a child, or takes back its restart; it is forgotten.
    public record TerminateChild(Pid<?> pid) implements Msg, Call<TerminateChild, Boolean> {}

    /// The children that run, in the order of their first starts.
    public record WhichChildren() implements Msg, Call<WhichChildren, List<Pid<?>>> {}

    public record CountChildren() implements Msg, Call<CountChildren, Count> {}

    /// How many children there are.
    ///
    /// @param specs all, those that are restarting too
    /// @param active those that run
    public record Count(int specs, int active) {}

    /// What became of a [StartChild].
    public sealed interface Start<N> {
        record Started<N>(Pid<N> pid) implements Start<N> {}

        /// Its `init` ended it in order; it is forgotten.
        record Ignored<N>() implements Start<N> {}

        /// There are as many children as are allowed.
        record Full<N>(int maxChildren) implements Start<N> {}

        record NotStarted<N>(ExitReason reason) implements Start<N> {}

        /// The pid, or [StartFailed] with the reason.
        default Pid<N> pid() {
            return switch (this) {
                case Started<N>(var pid) -> pid;
                case Ignored<N>() ->
                        throw new StartFailed(
                                CHILD + ", which its own init ended in order (match Start.Ignored to allow that),",
                                new ExitReason.Normal());
                case NotStarted<N>(var reason) -> throw new StartFailed(CHILD, reason);
                case Full<N>(int max) ->
                        throw new StartFailed(
                                CHILD,
                                new ExitReason.Shutdown(
                                        "there are "
                                                + max
                                                + " already, as many as it may have: raise"
                                                + " DynamicSupervisor.maxChildren, or stop one first"));
            };
        }
    }

    private static final String CHILD = "the child asked of a DynamicSupervisor";

    private Restart restart = Restart.PERMANENT;
    private @Nullable Shutdown shutdown;
    private int maxChildren = 100_000;
    private Intensity intensity = Intensity.of(1, Duration.ofSeconds(5));
    private @Nullable Backoff backoff;

    private DynamicSupervisor() {}

    public static DynamicSupervisor of() {
        return new DynamicSupervisor();
    }

    private DynamicSupervisor with(Consumer<DynamicSupervisor> change) {
        var copy = new DynamicSupervisor();
        copy.restart = restart;
        copy.shutdown = shutdown;
        copy.maxChildren = maxChildren;
        copy.intensity = intensity;
        copy.backoff = backoff;
        change.accept(copy);
        return copy;
    }

    /// When children are started again.
    public DynamicSupervisor restart(Restart restart) {
        requireNonNull(restart, "restart");
        return with(copy -> copy.restart = restart);
    }

    /// How children are stopped.
    public DynamicSupervisor shutdown(Shutdown shutdown) {
        requireNonNull(shutdown, "shutdown");
        return with(copy -> copy.shutdown = shutdown);
    }

    /// How many children there may be at once; those that are restarting count.
    public DynamicSupervisor maxChildren(int children) {
        Limits.positive("maxChildren", children);
        return with(copy -> copy.maxChildren = children);
    }

    /// How many restarts within how long, of all children together; one more makes it give up.
    public DynamicSupervisor intensity(int restarts, Duration period) {
        var checked = Intensity.of(restarts, period);
        return with(copy -> copy.intensity = checked);
    }

    /// How long to wait before each restart.
    public DynamicSupervisor backoff(Backoff backoff) {
        requireNonNull(backoff, "backoff");
        return with(copy -> copy.backoff = backoff);
    }

    Restart restart() {
        return restart;
    }

    int maxChildren() {
        return maxChildren;
    }

    Intensity intensity() {
        return intensity;
    }

    Optional<Backoff> backoff() {
        return Optional.ofNullable(backoff);
    }

    Child child(Actor<?> actor) {
        var recipe = actor.recipe();
        var child =
                Child.of(
                                recipe.settings()
                                        .name()
                                        .<String>map(Object::toString)
                                        .or(recipe.settings()::label)
                                        .orElse("child"),
                                recipe)
                        .restart(restart);
        return shutdown == null ? child : child.shutdown(shutdown);
    }

    /// Has no time limit of its own for its stop: its children have.
    @Override
    public Recipe<Msg> recipe() {
        return DynamicServer.recipe(this).labelled("supervisor").stopWithin(Limits.FOREVER);
    }

    @Override
    public String toString() {
        return "DynamicSupervisor[" + restart + ", at most " + maxChildren + ", " + intensity + "]";
    }
}
