package dev.coppice.otp;

import dev.coppice.kernel.ExitReason;
import dev.coppice.otp.Action.Result;
import dev.coppice.otp.Slot.Gone;
import dev.coppice.otp.Slot.Pending;
import dev.coppice.otp.Slot.Running;
import dev.coppice.otp.Slot.Waiting;
import dev.coppice.otp.Tree.Purpose;
import java.time.Duration;
import java.util.List;

/// What a supervisor decides, as a pure function: `(tree, event, now) -> (tree, actions)`. No clock, no thread, no actor.
///
/// ```
/// The way of a failure. Exited: count it; too many: give up. Else stop the siblings that the strategy names, in reverse, forget the
/// temporary ones, and either sweep now or wait for the back-off. A sweep starts one child after another; each outcome is an event that
/// brings the next start. A start that fails ends the sweep: the child waits for its retry, those after it stay pending. Again: count it,
/// then the same from the child that failed.
/// ```
///
/// Without a back-off a failed start is counted when its retry is served, as in OTP, so that a request in between can take it back.
final class Decisions {
    private Decisions() {}

    record Decision(Tree tree, List<Action> actions) {}

    static Decision decide(Tree tree, Event event, long now) {
        var draft = new Draft(tree, now);
        switch (event) {
            case Event.Boot() -> draft.sweep(new Purpose.Boot(), draft.ids());
            case Event.Started(var id, var pid) -> started(draft, draft.get(id), pid);
            case Event.Ignored(var id) -> ignored(draft, draft.get(id));
            case Event.NotStarted(var id, var reason) -> notStarted(draft, draft.get(id), reason);
            case Event.Exited(var pid, var reason) -> {
                var slot = tree.find(pid);
                if (slot.isPresent()) {
                    exited(draft, slot.get(), reason);
                }
            }
            case Event.Again(var id, var ticket) -> tree.find(id).ifPresent(slot -> again(draft, slot, ticket));
            case Event.Add(var child) -> add(draft, child);
            case Event.Terminate(var id) -> terminate(draft, id);
            case Event.Restart(var id) -> restart(draft, id);
            case Event.Delete(var id) -> delete(draft, id);
            case Event.Quit() -> draft.stopAll();
        }
        return draft.decision();
    }

    // ---- the outcomes of a start

    private static void started(Draft draft, Slot slot, long pid) {
        draft.put(slot.started(pid, draft.now));
        switch (draft.current().purpose()) {
            case Purpose.Boot() -> {}
            case Purpose.Add(), Purpose.ByHand() -> draft.answer(new Result.Started(pid));
            case Purpose.Recovery(_, var why) -> draft.act(new Action.Restarted(slot.child(), pid, why));
        }
        draft.next();
    }

    private static void ignored(Draft draft, Slot slot) {
        draft.settle(slot);
        if (draft.current().purpose() instanceof Purpose.Add || draft.current().purpose() instanceof Purpose.ByHand) {
            draft.answer(new Result.Ignored());
        }
        draft.next();
    }

    private static void notStarted(Draft draft, Slot slot, ExitReason reason) {
        var purpose = draft.current().purpose();
        draft.endSweep();
        draft.act(new Action.StartFailure(slot.child(), reason));
        switch (purpose) {
            case Purpose.Boot() -> {
                draft.stopAll();
                draft.act(new Action.Fail(slot.child(), reason));
            }
            case Purpose.Add() -> {
                draft.remove(slot);
                draft.answer(new Result.NotStarted(reason));
            }
            case Purpose.ByHand() -> {
                draft.put(slot.to(new Gone()));
                draft.answer(new Result.NotStarted(reason));
            }
            case Purpose.Recovery _ -> tryLater(draft, slot, reason);
        }
    }

    // ---- failures

    private static void exited(Draft draft, Slot slot, ExitReason reason) {
        switch (Verdict.of(slot.child().restart(), reason)) {
            case ESCALATE -> escalate(draft, slot, reason);
            case KEEP, FORGET -> {
                draft.settle(slot);
                autoShutdown(draft, slot.child());
            }
            case RESTART -> {
                var forgiven = forgive(draft, slot);
                if (draft.count()) {
                    recover(draft, forgiven, reason);
                } else {
                    giveUp(draft, forgiven, reason);
                }
            }
        }
    }

    /// A child that ran long enough begins its back-off again.
    private static Slot forgive(Draft draft, Slot slot) {
        var backoff = draft.rules().backoffOf(slot.child());
        return backoff.isPresent() && draft.now - slot.since() >= backoff.get().resetAfter().toNanos()
                ? slot.failures(0)
                : slot;
    }

    private static void recover(Draft draft, Slot slot, ExitReason why) {
        var backoff = draft.rules().backoffOf(slot.child());
        if (backoff.isEmpty()) {
            draft.act(new Action.Restarting(slot.child(), why, Duration.ZERO, draft.intensity()));
            sweep(draft, slot, why);
        } else {
            waitFor(draft, slot, why, backoff.get());
        }
    }

    /// Brings the siblings down and starts the child, and those that belong with it, now.
    private static void sweep(Draft draft, Slot slot, ExitReason why) {
        draft.put(slot.to(new Pending(false)));
        draft.tearDown(slot, false);
        draft.sweep(new Purpose.Recovery(slot.id(), why), draft.group(slot));
    }

    /// Brings the siblings down now, and starts all when the back-off is over.
    private static void waitFor(Draft draft, Slot slot, ExitReason why, Backoff backoff) {
        var delay = backoff.delay(slot.failures(), draft.random());
        draft.act(new Action.Restarting(slot.child(), why, delay, draft.intensity()));
        draft.retry(slot.failures(slot.failures() + 1), true, why, delay);
        draft.tearDown(slot, true);
    }

    private static void tryLater(Draft draft, Slot slot, ExitReason reason) {
        var backoff = draft.rules().backoffOf(slot.child());
        if (reason.escalates()) {
            escalate(draft, slot, reason);
        } else if (backoff.isEmpty()) {
            draft.retry(slot, false, reason, Duration.ZERO);
        } else if (draft.count()) {
            draft.retry(
                    slot.failures(slot.failures() + 1),
                    true,
                    reason,
                    backoff.get().delay(slot.failures(), draft.random()));
            draft.delayPending(slot);
        } else {
            giveUp(draft, slot, reason);
        }
    }

    private static void again(Draft draft, Slot slot, long ticket) {
        if (slot.phase() instanceof Waiting(var its, var counted, _, var why) && its == ticket) {
            if (counted || draft.count()) {
                sweep(draft, slot, why);
            } else {
                giveUp(draft, slot, why);
            }
        }
    }

    private static void giveUp(Draft draft, Slot slot, ExitReason why) {
        draft.put(slot.to(new Gone()));
        draft.act(new Action.GaveUp(slot.child(), why, draft.intensity()));
        draft.act(
                new Action.End(
                        new ExitReason.Shutdown(
                                "gave up: more than "
                                        + draft.intensity()
                                        + ", the last of \""
                                        + slot.id()
                                        + "\" after "
                                        + why)));
    }

    private static void escalate(Draft draft, Slot slot, ExitReason reason) {
        draft.put(slot.to(new Gone()));
        draft.act(new Action.End(reason));
    }

    private static void autoShutdown(Draft draft, Child ended) {
        var over =
                ended.isSignificant()
                        && switch (draft.rules().autoShutdown()) {
                            case NEVER -> false;
                            case ANY_SIGNIFICANT -> true;
                            case ALL_SIGNIFICANT -> draft.noneSignificant();
                        };
        if (over) {
            draft.act(
                    new Action.End(
                            new ExitReason.Shutdown(
                                    "auto-shutdown: the significant child \"" + ended.id() + "\" ended")));
        }
    }

    // ---- requests

    private static void add(Draft draft, Child child) {
        var known = draft.find(child.id());
        var wrong = draft.rules().objection(child).or(() -> draft.nameTaken(child));
        if (known.isPresent()) {
            draft.answer(
                    known.get().phase() instanceof Running(var pid) ? new Result.Running(pid) : new Result.Present());
        } else if (wrong.isPresent()) {
            draft.answer(new Result.Invalid(wrong.get()));
        } else {
            draft.append(Slot.pending(child));
            draft.sweep(new Purpose.Add(), List.of(child.id()));
        }
    }

    private static void terminate(Draft draft, String id) {
        draft.find(id)
                .ifPresentOrElse(
                        slot -> {
                            draft.stop(List.of(slot));
                            draft.settle(slot);
                            draft.forsake();
                            draft.answer(new Result.Done());
                        },
                        () -> draft.answer(new Result.NotFound()));
    }

    private static void restart(Draft draft, String id) {
        draft.find(id)
                .ifPresentOrElse(
                        slot -> {
                            switch (slot.phase()) {
                                case Running(var pid) -> draft.answer(new Result.Running(pid));
                                case Waiting _ -> draft.answer(new Result.Restarting());
                                case Pending _, Gone _ -> draft.sweep(new Purpose.ByHand(), List.of(id));
                            }
                        },
                        () -> draft.answer(new Result.NotFound()));
    }

    private static void delete(Draft draft, String id) {
        draft.find(id)
                .ifPresentOrElse(
                        slot -> {
                            switch (slot.phase()) {
                                case Running(var pid) -> draft.answer(new Result.Running(pid));
                                case Waiting _ -> draft.answer(new Result.Restarting());
                                case Pending _, Gone _ -> {
                                    draft.remove(slot);
                                    draft.answer(new Result.Done());
                                }
                            }
                        },
                        () -> draft.answer(new Result.NotFound()));
    }
}
