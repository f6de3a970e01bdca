package dev.coppice.kernel.internal;

import dev.coppice.kernel.Actor;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Mailbox;
import dev.coppice.kernel.Recipe;
import dev.coppice.kernel.StartFailed;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Starts actors: synchronously, all or nothing.
final class Starter {
    private Starter() {}

    static <M> Cell<M> start(Cell<?> parent, Actor<M> actor, boolean linked) {
        var recipe = actor.recipe();
        var made = make(recipe);
        var habit = Habit.of(made);
        var acknowledged = acknowledgement(parent, recipe.settings(), habit);
        boolean begins = acknowledged != null || recipe.body() instanceof Recipe.Body.OfLoop<M>;
        // A name may bring mail along, from its gap or from the incarnation before: such an actor starts running, not
        // at rest.
        boolean runs = begins || recipe.settings().name().isPresent();
        var body = begins ? new Starting<M>(made, habit, acknowledged) : made;
        var runner = Runner.current();
        Cell<M> cell = cell(parent, recipe.settings(), body, habit, !runs, runner);
        if (recipe.settings().name().isPresent()) {
            makeBacklog(cell);
        }
        adopt(parent, cell, linked, runner);
        if (acknowledged != null) {
            acknowledged.holder = cell;
            acknowledged.start = true;
            await(parent, cell, acknowledged);
        } else if (runs) {
            parent.node.scheduler.ready(cell);
        }
        return cell;
    }

    /// What waits for the name is put there under the name's lock, where no user code may run.
    private static void makeBacklog(Cell<?> cell) {
        if (cell.settings.mailbox().backlog().isPresent()) {
            cell.selfRef();
        }
    }

    /// Runs the user's factory, on the starter.
    private static <M> Object make(Recipe<M> recipe) {
        return switch (recipe.body()) {
            case Recipe.Body.OfLoop<M>(var loop) -> loop;
            case Recipe.Body.OfServer<M>(var factory) -> {
                try {
                    var server = factory.make();
                    if (server == null) {
                        throw new NullPointerException(
                                "the factory of " + recipe + " made null; it must make a new server");
                    }
                    yield server;
                } catch (ExitSignal signal) {
                    throw signal;
                } catch (Throwable thrown) {
                    throw new StartFailed(recipe.toString(), new ExitReason.Crashed(thrown));
                }
            }
        };
    }

    /// Where the starter waits; null when the start needs no acknowledgement.
    private static @Nullable WaitCell<Object> acknowledgement(Cell<?> parent, Recipe.Settings settings, Habit habit) {
        return habit.hasInit || settings.isAcknowledged()
                ? new WaitCell<>(Runner.actor(), parent.node, Clocks.nanos(settings.initWithin()))
                : null;
    }

    private static <M> Cell<M> cell(
            Cell<?> parent,
            Recipe.Settings settings,
            Object body,
            Habit habit,
            boolean atRest,
            @Nullable Runner runner) {
        var node = parent.node;
        return settings.mailbox().policy() == Mailbox.Policy.UNBOUNDED
                ? new Cell<>(node, parent, settings, body, habit, node.nextId(runner), atRest)
                : BoundedCell.of(node, parent, settings, body, habit, node.nextId(runner), atRest);
    }

    /// Makes it a child, linked or not, and gives it its name. After this it can be found; before it nobody knows it.
    private static void adopt(Cell<?> parent, Cell<?> cell, boolean linked, @Nullable Runner runner) {
        var tie = linked ? Tie.link(parent, cell) : null;
        var family = Family.of(parent);
        if (family == null || !family.add(cell)) {
            throw new StartFailed(cell.label(), new ExitReason.Shutdown("its owner " + parent.label() + " is closed"));
        }
        if (tie != null) {
            Ties.add(tie, parent);
        }
        cell.node.countSpawned(runner);
        try {
            cell.settings.name().ifPresent(name -> cell.node.names.claim(name, cell));
        } catch (RuntimeException taken) {
            if (tie != null) {
                Ties.remove(tie);
            }
            var reason = new ExitReason.Crashed(taken);
            Dying.discard(cell, reason);
            throw new StartFailed(cell.label(), reason);
        }
        cell.node.observers.spawned(cell);
    }

    private static void await(Cell<?> parent, Cell<?> cell, WaitCell<Object> acknowledged) {
        acknowledged.publish();
        try {
            parent.node.scheduler.ready(cell);
            acknowledged.suspend();
        } catch (ExitSignal signal) {
            endStartOfLeaving(parent, cell);
            throw signal;
        } finally {
            acknowledged.retract();
        }
        if (acknowledged.timedOut()) {
            throw new StartFailed(cell.label(), endLateStart(parent, cell));
        }
        if (acknowledged.wasInterrupted()) {
            endLateStart(parent, cell);
            acknowledged.orInterrupted();
        }
        if (acknowledged.value() instanceof ExitReason reason) {
            throw new StartFailed(cell.label(), reason);
        }
    }

    /// The starter has been told to exit. What it was starting goes first, so that its `terminate` finds nobody half started and those
    /// started earlier still go later. A killed one has no `terminate`: what it started goes with its other children.
    private static void endStartOfLeaving(Cell<?> parent, Cell<?> cell) {
        if (parent == Runner.actor() && !(parent.fate() instanceof Fate.Killed)) {
            Dying.stop(cell, parent, Clocks.nanos(cell.settings.stopWithin()));
        }
    }

    /// Unlinks before it kills, so that the starter does not die of it, and waits until it is gone and its name free.
    private static ExitReason endLateStart(Cell<?> parent, Cell<?> cell) {
        Ties.unlink(parent, cell);
        cell.killFirmly();
        var limit = cell.node.unkillableNanos();
        boolean gone = cell.awaitFirmly(Runner.actor(), limit);
        return new ExitReason.Crashed(
                gone
                        ? new StartFailed.InitTimedOut(cell.label(), cell.settings.initWithin())
                        : new StartFailed.Unkillable(cell.label(), Duration.ofNanos(limit)));
    }
}
