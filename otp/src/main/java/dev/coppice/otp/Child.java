package dev.coppice.otp;

import static java.util.Objects.requireNonNull;

import dev.coppice.kernel.Actor;
import dev.coppice.kernel.Loop;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Recipe;
import dev.coppice.kernel.Server;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A child of a [Supervisor]: an actor and how it is to be looked after. Immutable; the withers return a changed copy.
///
/// Defaults: [Restart#PERMANENT], not significant, stopped within its recipe's `stopWithin` (5 s; supervisors: no limit of their own),
/// no back-off but the supervisor's, no health checks.
///
/// The id is unique among the children of one supervisor. It holds a recipe, never an instance: each incarnation starts clean.
public final class Child {

    /// What the supervisor does when the child has ended by itself.
    public enum Restart {
        /// Always starts it again.
        PERMANENT,
        /// Starts it again unless it ended cleanly; then its specification stays, without an actor.
        TRANSIENT,
        /// Never starts it again and forgets it.
        TEMPORARY
    }

    /// How the supervisor stops the child.
    public sealed interface Shutdown {
        /// Kills it; `terminate` does not run.
        record Brutal() implements Shutdown {}

        /// Tells it to exit and kills it when it has not gone in time.
        record After(Duration limit) implements Shutdown {
            public After {
                Limits.positive("shutdown", limit);
            }
        }

        /// Tells it to exit and waits; only the node's close budget ends the waiting.
        record Infinite() implements Shutdown {}

        static Shutdown brutal() {
            return new Brutal();
        }

        static Shutdown after(Duration limit) {
            return new After(limit);
        }

        static Shutdown infinite() {
            return new Infinite();
        }
    }

    private final Actor<?> actor;

    /// The actor's, asked for once: what it is cannot change or fail later, inside a supervisor.
    private final Recipe<?> recipe;

    private String id;
    private Restart restart = Restart.PERMANENT;
    private boolean significant;
    private Shutdown shutdown;
    private @Nullable Backoff backoff;
    private @Nullable HealthCheck startup;
    private @Nullable HealthCheck liveness;
    private @Nullable HealthCheck readiness;

    /// What is started, once it has been asked for: each start asks. Whoever asks first writes it; two would write the same.
    private @Nullable Recipe<?> started;

    private Child(String id, Actor<?> actor) {
        this.id = Limits.visible("the id of a child", id);
        this.actor = actor;
        this.recipe = actor.recipe();
        this.shutdown = supervises(recipe) ? Shutdown.infinite() : Shutdown.after(recipe.settings().stopWithin());
    }

    /// A changed copy; the fields are written only here, before the copy is handed out.
    private Child with(Consumer<Child> change) {
        var copy = new Child(id, actor);
        copy.restart = restart;
        copy.significant = significant;
        copy.shutdown = shutdown;
        copy.backoff = backoff;
        copy.startup = startup;
        copy.liveness = liveness;
        copy.readiness = readiness;
        change.accept(copy);
        return copy;
    }

    /// A named server; its id is its name.
    public static <M> Child server(Name<M> name, Server.Factory<? extends Server<M>> factory) {
        return new Child(name.value(), Server.<M>of(factory).named(name));
    }

    /// A named loop; its id is its name.
    public static <M> Child loop(Name<M> name, Loop<M> loop) {
        return new Child(name.value(), loop.named(name));
    }

    /// Any actor that has a name or a label, which becomes the id.
    ///
    /// @throws IllegalArgumentException when it has neither
    public static Child of(Actor<?> actor) {
        return new Child(idOf(actor.recipe()), actor);
    }

    /// Any actor, under this id.
    public static Child of(String id, Actor<?> actor) {
        return new Child(id, requireNonNull(actor, "actor"));
    }

    /// A supervisor, under this id.
    public static Child supervisor(String id, Supervisor supervisor) {
        return new Child(id, supervisor);
    }

    /// A named supervisor, so that its [Control] can be called by name; its id is its name.
    public static Child supervisor(Name<Control> name, Supervisor supervisor) {
        return new Child(name.value(), supervisor.named(name));
    }

    private static String idOf(Recipe<?> recipe) {
        return recipe.settings()
                .name()
                .map(Name::value)
                .or(recipe.settings()::label)
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "the child "
                                        + recipe
                                        + " has neither name nor label: use Child.of(\"its id\", actor)"));
    }

    /// Another id.
    public Child id(String id) {
        var checked = Limits.visible("the id of a child", id);
        return with(copy -> copy.id = checked);
    }

    /// When it is started again; [Restart#PERMANENT] by default.
    public Child restart(Restart restart) {
        requireNonNull(restart, "restart");
        return with(copy -> copy.restart = restart);
    }

    /// Its end counts for the supervisor's [Supervisor#autoShutdown]; only for transient and temporary children.
    public Child significant() {
        return with(copy -> copy.significant = true);
    }

    /// How it is stopped.
    public Child shutdown(Shutdown shutdown) {
        requireNonNull(shutdown, "shutdown");
        return with(copy -> copy.shutdown = shutdown);
    }

    /// How long to wait before each restart, instead of the supervisor's rule.
    public Child backoff(Backoff backoff) {
        requireNonNull(backoff, "backoff");
        return with(copy -> copy.backoff = backoff);
    }

    /// Until this check has succeeded once, the child is not ready and its liveness is not checked; when it fails too often, the child
    /// is stopped as [Unhealthy].
    public Child startup(HealthCheck check) {
        checkSubject(check);
        return with(copy -> copy.startup = check);
    }

    /// When this check fails too often in a row, the child is stopped as [Unhealthy] and its restart type decides.
    public Child liveness(HealthCheck check) {
        checkSubject(check);
        return with(copy -> copy.liveness = check);
    }

    /// While this check fails, the child, and its supervisor with it, is not ready; nothing is restarted. See [Control.Ready].
    public Child readiness(HealthCheck check) {
        checkSubject(check);
        return with(copy -> copy.readiness = check);
    }

    private void checkSubject(HealthCheck check) {
        if (!check.fits(actor)) {
            throw new IllegalArgumentException(
                    "the health check of the child \""
                            + id
                            + "\" was made for "
                            + check.subject()
                            + ": make it with the child's own name or actor, so that it understands the request");
        }
    }

    public String id() {
        return id;
    }

    public Restart restart() {
        return restart;
    }

    public boolean isSignificant() {
        return significant;
    }

    public Shutdown shutdown() {
        return shutdown;
    }

    public Optional<Backoff> backoff() {
        return Optional.ofNullable(backoff);
    }

    public Optional<HealthCheck> startup() {
        return Optional.ofNullable(startup);
    }

    public Optional<HealthCheck> liveness() {
        return Optional.ofNullable(liveness);
    }

    public Optional<HealthCheck> readiness() {
        return Optional.ofNullable(readiness);
    }

    /// Whether it has any health check.
    boolean isChecked() {
        return startup != null || liveness != null || readiness != null;
    }

    public Optional<? extends Name<?>> name() {
        return recipe.settings().name();
    }

    /// What a node knows its name by: there is one of it, whatever the protocols.
    Optional<String> nameValue() {
        return name().map(Name::value);
    }

    /// Whether it is itself a supervisor of any kind.
    public boolean isSupervisor() {
        return supervises(recipe);
    }

    /// The supervisor that it is, when it is a [Supervisor].
    Optional<Supervisor> supervisor() {
        return recipe.body() instanceof Recipe.Body.OfServer<?>(SupervisorServer.Incarnations made)
                ? Optional.of(made.rules())
                : Optional.empty();
    }

    /// What is started: the actor's recipe, labelled with the id, stopped within the child's own limit should the supervisor die first.
    Recipe<?> recipe() {
        var made = started;
        if (made == null) {
            Recipe<?> limited = Shutdowns.limit(recipe, shutdown);
            made = limited.settings().label().isPresent() ? limited : limited.labelled(id);
            started = made;
        }
        return made;
    }

    /// Recognised by the factory, so that a named or labelled supervisor is one still.
    private static boolean supervises(Recipe<?> recipe) {
        return recipe.body() instanceof Recipe.Body.OfServer<?>(Supervising _);
    }

    @Override
    public String toString() {
        return "Child[" + id + ", " + restart + (significant ? ", significant" : "") + ", " + shutdown + "]";
    }
}
