package dev.coppice.otp;

import static java.util.Objects.requireNonNull;

import dev.coppice.kernel.Actor;
import dev.coppice.kernel.Recipe;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The recipe of an actor that starts children in order, looks after them, and stops them in reverse order. Immutable; the withers
/// return a changed copy.
///
/// ```java
/// static final Supervisor TREE = Supervisor
///     .oneForOne(Child.server(ALICE, Account::new), Child.server(BOB, Account::new))
///     .intensity(3, Duration.ofSeconds(5));
/// ```
///
/// **Start** is synchronous and all-or-nothing: the first child that does not start stops those before it, and the supervisor does not
/// start; the error names the child.
///
/// **Restart.** A child that has ended is judged by its [Child.Restart]; the strategy says who goes down and comes up with it. A restarted
/// child is a new incarnation: new pid, new instance, empty mailbox. A start that fails during a restart is tried again, as a message to
/// the supervisor, so that it serves others in between; each try counts.
///
/// **Giving up.** More restarts than [#intensity] (1 in 5 s by default) end the supervisor with `Shutdown`, after its children: its own
/// supervisor decides then. A child that exits with an escalating reason ends it at once with that reason.
///
/// **Names.** A named child's name is reserved from its first start until it is given up, ended for good, terminated or deleted: `call`
/// waits across a restart, and fails at once during a back-off.
///
/// It is a server with the protocol [Control]; what it does not understand it logs and drops. While a child starts or stops it does
/// nothing else.
public final class Supervisor implements Actor<Control> {

    /// Who is restarted with a child.
    public enum Strategy {
        /// The child alone.
        ONE_FOR_ONE,
        /// All children: stopped in reverse order, started in order.
        ONE_FOR_ALL,
        /// The child and those after it.
        REST_FOR_ONE
    }

    /// When a supervisor ends because its significant children have.
    public enum AutoShutdown {
        NEVER,
        /// As soon as one significant child has ended by itself and is not restarted.
        ANY_SIGNIFICANT,
        /// As soon as none is left.
        ALL_SIGNIFICANT
    }

    private final Strategy strategy;
    private final List<Child> children;
    private Intensity intensity = Intensity.of(1, Duration.ofSeconds(5));
    private AutoShutdown autoShutdown = AutoShutdown.NEVER;
    private @Nullable Backoff backoff;
    private boolean parallelStop;

    private Supervisor(Strategy strategy, List<Child> children) {
        this.strategy = strategy;
        this.children = children;
    }

    private static Supervisor of(Strategy strategy, Child... children) {
        var list = List.of(children);
        var ids = new HashSet<String>();
        var names = new HashSet<String>();
        for (var child : list) {
            require(
                    ids.add(child.id()),
                    child,
                    "has the id of another child of the same supervisor: give it its own with Child.id");
            require(
                    child.nameValue().map(names::add).orElse(true),
                    child,
                    "has the name of another child of the same supervisor");
            check(child);
        }
        return new Supervisor(strategy, list);
    }

    public static Supervisor oneForOne(Child... children) {
        return of(Strategy.ONE_FOR_ONE, children);
    }

    public static Supervisor oneForAll(Child... children) {
        return of(Strategy.ONE_FOR_ALL, children);
    }

    public static Supervisor restForOne(Child... children) {
        return of(Strategy.REST_FOR_ONE, children);
    }

    /// What is wrong with a child, whatever its supervisor.
    private static void check(Child child) {
        require(
                !child.isSignificant() || child.restart() != Child.Restart.PERMANENT,
                child,
                "is significant and permanent, but a permanent child never ends: make it TRANSIENT or TEMPORARY");
        require(
                child.restart() != Child.Restart.TRANSIENT
                        || child.supervisor().map(s -> s.autoShutdown != AutoShutdown.NEVER).orElse(true),
                child,
                "is a transient supervisor, which would not be restarted when it gives up, since that is a clean end: make it"
                        + " PERMANENT, or give it an autoShutdown");
    }

    private static void require(boolean right, Child child, String otherwise) {
        if (!right) {
            throw new IllegalArgumentException("the child \"" + child.id() + "\" " + otherwise);
        }
    }

    /// What is wrong with this child under this supervisor, when anything is.
    Optional<String> objection(Child child) {
        try {
            check(child);
            require(
                    !child.isSignificant() || autoShutdown != AutoShutdown.NEVER,
                    child,
                    "is significant, but its supervisor never shuts down by itself: give the supervisor an autoShutdown");
            return Optional.empty();
        } catch (IllegalArgumentException wrong) {
            return Optional.of(requireNonNull(wrong.getMessage()));
        }
    }

    private Supervisor with(Consumer<Supervisor> change) {
        var copy = new Supervisor(strategy, children);
        copy.intensity = intensity;
        copy.autoShutdown = autoShutdown;
        copy.backoff = backoff;
        copy.parallelStop = parallelStop;
        change.accept(copy);
        return copy;
    }

    /// How many restarts within how long; 1 in 5 s by default, 0 for none. One more makes it give up. A crash is one restart, however many
    /// siblings go with it; so is each further try when a start fails.
    public Supervisor intensity(int restarts, Duration period) {
        var checked = Intensity.of(restarts, period);
        return with(copy -> copy.intensity = checked);
    }

    /// When it ends by itself; never by default.
    public Supervisor autoShutdown(AutoShutdown when) {
        requireNonNull(when, "autoShutdown");
        return with(copy -> copy.autoShutdown = when);
    }

    /// How long to wait before each restart of a child that has no rule of its own; not at all by default.
    public Supervisor backoff(Backoff backoff) {
        requireNonNull(backoff, "backoff");
        return with(copy -> copy.backoff = backoff);
    }

    /// Stops children together, each within its own limit, instead of one after another.
    public Supervisor parallelStop() {
        return with(copy -> copy.parallelStop = true);
    }

    public Strategy strategy() {
        return strategy;
    }

    /// In start order.
    public List<Child> children() {
        return children;
    }

    public AutoShutdown autoShutdown() {
        return autoShutdown;
    }

    Intensity intensity() {
        return intensity;
    }

    Optional<Backoff> backoffOf(Child child) {
        return child.backoff().isPresent() ? child.backoff() : Optional.ofNullable(backoff);
    }

    boolean stopsInParallel() {
        return parallelStop;
    }

    /// Has no time limit of its own for start and stop: its children have.
    ///
    /// @throws IllegalArgumentException when a child does not fit; the error names it and the remedy
    @Override
    public Recipe<Control> recipe() {
        for (var child : children) {
            objection(child)
                    .ifPresent(wrong -> {
                        throw new IllegalArgumentException(wrong);
                    });
        }
        return SupervisorServer.recipe(this)
                .labelled("supervisor")
                .initWithin(Limits.FOREVER)
                .stopWithin(Limits.FOREVER);
    }

    @Override
    public String toString() {
        return "Supervisor[" + strategy + ", " + children.size() + " children, " + intensity + "]";
    }
}
