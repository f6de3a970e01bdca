package dev.coppice.otp;

import dev.coppice.kernel.ExitReason;
import java.util.List;
import java.util.Optional;

/// The whole state of a supervisor, as a value: what [Decisions] works on.
///
/// @param slots in start order
/// @param sweep the starts under way, one at a time
/// @param tickets how many retries were announced; each has a number, so that one that was taken back is known
/// @param seed of the jitter
record Tree(Supervisor rules, List<Slot> slots, Intensity intensity, Optional<Sweep> sweep, long tickets, long seed) {

    Tree {
        slots = List.copyOf(slots);
    }

    static Tree of(Supervisor rules, long seed) {
        var slots = rules.children().stream().map(Slot::pending).toList();
        return new Tree(rules, slots, rules.intensity(), Optional.empty(), 0, seed);
    }

    Optional<Slot> find(String id) {
        for (var slot : slots) {
            if (slot.id().equals(id)) {
                return Optional.of(slot);
            }
        }
        return Optional.empty();
    }

    Optional<Slot> find(long pid) {
        for (var slot : slots) {
            if (slot.phase() instanceof Slot.Running running && running.pid() == pid) {
                return Optional.of(slot);
            }
        }
        return Optional.empty();
    }

    /// The ids that are still to be started, after the one that is being started now, and why.
    record Sweep(Purpose purpose, List<String> left) {}

    /// Why children are being started: decides what a failure means.
    sealed interface Purpose {
        /// The supervisor itself starts: a failure fails it.
        record Boot() implements Purpose {}

        /// A child was added: a failure forgets it.
        record Add() implements Purpose {}

        /// A stopped child is started by request: a failure leaves it stopped.
        record ByHand() implements Purpose {}

        /// After a failure of `cause`: another failure is tried again.
        record Recovery(String cause, ExitReason why) implements Purpose {}
    }
}
