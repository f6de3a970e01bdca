package dev.coppice.kernel.internal;

import dev.coppice.kernel.DeadLetter;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.StartFailed;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// A node's names: who holds or reserves which. A slot exists while it is held, reserved or has somebody waiting; see [Slot].
final class Names {
    private final ConcurrentHashMap<String, Slot> slots = new ConcurrentHashMap<>();
    private final LocalNode node;

    /// The slots that each supervisor reserves, in the order of reservation. Only supervisors have an entry.
    private final ConcurrentHashMap<Cell<?>, LinkedHashSet<Slot>> reservations = new ConcurrentHashMap<>();

    Names(LocalNode node) {
        this.node = node;
    }

    @Nullable Slot find(Name<?> name) {
        var slot = slots.get(name.value());
        if (slot != null) {
            slot.checkProtocol(name);
        }
        return slot;
    }

    /// Gives the name to an actor that is being started by `parent`.
    ///
    /// @throws StartFailed.NameTaken when somebody else holds or reserves it
    void claim(Name<?> name, Cell<?> holder) {
        while (true) {
            var slot = slots.computeIfAbsent(name.value(), _ -> new Slot(node, name));
            slot.checkProtocol(name);
            if (slot.claim(holder)) {
                return;
            }
        }
    }

    void reserve(Name<?> name, Cell<?> owner, Self.Gap gap) {
        while (true) {
            var slot = slots.computeIfAbsent(name.value(), _ -> new Slot(node, name));
            slot.checkProtocol(name);
            if (slot.reserve(owner, gap)) {
                owner.node.names.remember(owner, slot);
                return;
            }
        }
    }

    void release(Name<?> name, Cell<?> owner) {
        var slot = slots.get(name.value());
        if (slot != null && slot.unreserve(owner, new DeadLetter.Reason.NoProcess())) {
            forget(owner, slot);
        }
    }

    /// A dying actor gives up the name that it holds and those that it reserves.
    void releaseAll(Cell<?> cell) {
        var held = cell.slot;
        if (held != null) {
            held.vacate(cell);
            cell.slot = null;
        }
        // Only the actor itself reserves; and the hash of an actor that never needed one is dear.
        var reserved = reservations.isEmpty() ? null : reservations.remove(cell);
        if (reserved != null) {
            for (var slot : reserved) {
                slot.unreserve(cell, new DeadLetter.Reason.NoProcess());
            }
        }
    }

    void retire(Slot slot) {
        slots.remove(slot.name(), slot);
    }

    private void remember(Cell<?> owner, Slot slot) {
        reservations.computeIfAbsent(owner, _ -> new LinkedHashSet<>()).add(slot);
    }

    private void forget(Cell<?> owner, Slot slot) {
        var reserved = reservations.get(owner);
        if (reserved != null && reserved.remove(slot) && reserved.isEmpty()) {
            reservations.remove(owner);
        }
    }

    /// User messages that wait for a next incarnation.
    long waitingMessages() {
        return slots.values().stream().mapToLong(Slot::waitingMessages).sum();
    }

    SortedMap<String, Optional<Pid<?>>> all() {
        var all = new TreeMap<String, Optional<Pid<?>>>();
        slots.forEach((name, slot) -> all.put(name, Optional.ofNullable(slot.openHolder())));
        return Collections.unmodifiableSortedMap(all);
    }
}
