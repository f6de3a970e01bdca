package dev.coppice.otp;

import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Self.Gap;
import dev.coppice.otp.Decisions.Decision;
import dev.coppice.otp.Slot.Gone;
import dev.coppice.otp.Slot.Pending;
import dev.coppice.otp.Slot.Running;
import dev.coppice.otp.Slot.Waiting;
import dev.coppice.otp.Tree.Purpose;
import dev.coppice.otp.Tree.Sweep;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/// A tree being changed by one decision, with the actions that the change asks for. Lives no longer than the decision.
final class Draft {
    final long now;
    private final Tree before;
    private final List<Slot> slots;
    private final List<Action> actions = new ArrayList<>();
    private Intensity intensity;
    private Optional<Sweep> sweep;
    private long tickets;
    private long seed;

    Draft(Tree tree, long now) {
        this.now = now;
        this.before = tree;
        this.slots = new ArrayList<>(tree.slots());
        this.intensity = tree.intensity();
        this.sweep = tree.sweep();
        this.tickets = tree.tickets();
        this.seed = tree.seed();
    }

    Decision decision() {
        return new Decision(new Tree(before.rules(), slots, intensity, sweep, tickets, seed), List.copyOf(actions));
    }

    Supervisor rules() {
        return before.rules();
    }

    void act(Action action) {
        actions.add(action);
    }

    void answer(Action.Result result) {
        act(new Action.Answer(result));
    }

    // ---- slots

    Optional<Slot> find(String id) {
        int place = placeOf(id);
        return place < 0 ? Optional.empty() : Optional.of(slots.get(place));
    }

    /// All names are reserved by the one supervisor, so the kernel could not tell two children of one name apart.
    Optional<String> nameTaken(Child child) {
        return slots.stream()
                .filter(slot -> child.nameValue().isPresent() && child.nameValue().equals(slot.child().nameValue()))
                .findFirst()
                .map(slot ->
                        "the child \""
                                + child.id()
                                + "\" has the name of the child \""
                                + slot.id()
                                + "\": give it another, or delete that one first");
    }

    Slot get(String id) {
        int place = placeOf(id);
        if (place < 0) {
            throw new IllegalStateException("no child \"" + id + "\" is being started");
        }
        return slots.get(place);
    }

    List<String> ids() {
        return slots.stream().map(Slot::id).toList();
    }

    void append(Slot slot) {
        slots.add(slot);
    }

    /// Puts a slot in the place of its former self, and says so to those who call its name.
    void put(Slot slot) {
        var place = place(slot);
        announce(slot.child(), slots.get(place).gap(), slot.gap());
        slots.set(place, slot);
    }

    void remove(Slot slot) {
        announce(slot.child(), slots.get(place(slot)).gap(), Optional.empty());
        slots.remove(place(slot));
    }

    /// Without an actor from now on; a temporary child is forgotten.
    void settle(Slot slot) {
        if (slot.child().restart() == Child.Restart.TEMPORARY) {
            remove(slot);
        } else {
            put(slot.to(new Gone()));
        }
    }

    private void announce(Child child, Optional<Gap> was, Optional<Gap> is) {
        if (!is.equals(was)) {
            act(is.isPresent() ? new Action.Reserve(child, is.get()) : new Action.Release(child));
        }
    }

    private int place(Slot slot) {
        int place = placeOf(slot.id());
        if (place < 0) {
            throw new IllegalStateException("the child \"" + slot.id() + "\" is gone");
        }
        return place;
    }

    private int placeOf(String id) {
        for (int i = 0; i < slots.size(); i++) {
            if (slots.get(i).id().equals(id)) {
                return i;
            }
        }
        return -1;
    }

    boolean noneSignificant() {
        return slots.stream().noneMatch(slot -> slot.child().isSignificant() && !slot.is(Gone.class));
    }

    // ---- who goes with whom

    /// The child and those that are started with it, in order.
    List<String> group(Slot slot) {
        return switch (rules().strategy()) {
            case ONE_FOR_ONE -> List.of(slot.id());
            case ONE_FOR_ALL -> ids();
            case REST_FOR_ONE -> ids().subList(place(slot), slots.size());
        };
    }

    /// Stops those that go down with the child, in reverse order; the temporary ones are forgotten.
    void tearDown(Slot cause, boolean delayed) {
        var siblings = siblings(cause);
        if (siblings.isEmpty()) {
            return;
        }
        stop(siblings);
        for (var slot : siblings.reversed()) {
            if (slot.child().restart() == Child.Restart.TEMPORARY) {
                remove(slot);
            } else {
                put(slot.to(new Pending(delayed)));
            }
        }
    }

    /// Callers of those that wait with the child do not wait.
    void delayPending(Slot cause) {
        for (var slot : siblings(cause)) {
            if (slot.is(Pending.class)) {
                put(slot.to(new Pending(true)));
            }
        }
    }

    private List<Slot> siblings(Slot cause) {
        if (rules().strategy() == Supervisor.Strategy.ONE_FOR_ONE) {
            return List.of();
        }
        var group = new HashSet<>(group(cause));
        group.remove(cause.id());
        return slots.stream().filter(slot -> group.contains(slot.id())).toList();
    }

    /// Pending children that nothing will bring up any more, since the one that they waited for was taken out.
    void forsake() {
        boolean hope =
                rules().strategy() == Supervisor.Strategy.ONE_FOR_ALL
                        && slots.stream().anyMatch(slot -> slot.is(Waiting.class));
        for (var slot : List.copyOf(slots)) {
            hope |= slot.is(Waiting.class);
            if (!hope && slot.is(Pending.class)) {
                put(slot.to(new Gone()));
            }
        }
    }

    void stopAll() {
        stop(List.copyOf(slots));
    }

    /// Stops those of these children that run, the last first.
    void stop(Collection<Slot> some) {
        var victims = new ArrayList<Action.Victim>();
        for (var slot : some) {
            if (slot.phase() instanceof Running(long pid)) {
                victims.addFirst(new Action.Victim(slot.child(), pid));
                slots.set(place(slot), slot.to(new Pending(false)));
            }
        }
        if (rules().stopsInParallel() && !victims.isEmpty()) {
            act(new Action.Stop(List.copyOf(victims)));
        } else {
            victims.forEach(victim -> act(new Action.Stop(List.of(victim))));
        }
    }

    // ---- starts

    Sweep current() {
        return sweep.orElseThrow(() -> new IllegalStateException("nothing is being started"));
    }

    void sweep(Purpose purpose, List<String> ids) {
        sweep = Optional.of(new Sweep(purpose, ids));
        next();
    }

    void endSweep() {
        sweep = Optional.empty();
    }

    /// Starts the next child of the sweep, or ends it.
    void next() {
        var now = current();
        if (now.left().isEmpty()) {
            endSweep();
            return;
        }
        var slot = get(now.left().getFirst());
        slots.set(place(slot), slot.to(new Pending(false)));
        sweep = Optional.of(new Sweep(now.purpose(), now.left().subList(1, now.left().size())));
        act(new Action.Start(slot.child()));
    }

    void retry(Slot slot, boolean counted, ExitReason why, Duration delay) {
        var ticket = ++tickets;
        put(slot.to(new Waiting(ticket, counted, delay.isPositive(), why)));
        act(new Action.Retry(slot.id(), ticket, delay));
    }

    // ---- counting

    Intensity intensity() {
        return intensity;
    }

    /// Counts one restart; false when it is one too many.
    boolean count() {
        intensity = intensity.count(now);
        return !intensity.exceeded();
    }

    /// The next of a stream of numbers in `[0, 1)` (SplitMix64).
    double random() {
        seed += 0x9E3779B97F4A7C15L;
        long z = (seed ^ (seed >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return ((z ^ (z >>> 31)) >>> 11) * 0x1.0p-53;
    }
}
