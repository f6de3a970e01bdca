package dev.coppice.otp;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Pid;
import java.util.List;
import java.util.Optional;

/// What a [Supervisor] can be asked. Every request is answered, in order, between its other work: while a child starts or stops the
/// answer waits, so give a slow one more patience ([dev.coppice.kernel.Ref#within]).
///
/// A child that asks its own supervisor from `init` fails with a call cycle.
public sealed interface Control {

    /// The children, newest started first.
    record WhichChildren() implements Control, Call<WhichChildren, List<ChildInfo>> {}

    /// One child; empty when there is none of this id.
    record WhichChild(String id) implements Control, Call<WhichChild, Optional<ChildInfo>> {}

    record CountChildren() implements Control, Call<CountChildren, Count> {}

    /// The specification of a child, as it was given.
    record GetChild(String id) implements Control, Call<GetChild, Optional<Child>> {}

    /// Adds a child after all others and starts it. One that does not start is forgotten.
    record StartChild(Child child) implements Control, Call<StartChild, StartResult> {}

    /// Stops a child and keeps its specification (a temporary one is forgotten), and takes back a restart that is being waited for.
    /// Neither restarts nor shuts down anything else.
    record TerminateChild(String id) implements Control, Call<TerminateChild, TerminateResult> {}

    /// Starts a child that has ended or was terminated. Does not count as a restart.
    record RestartChild(String id) implements Control, Call<RestartChild, RestartResult> {}

    /// Forgets a child that does not run.
    record DeleteChild(String id) implements Control, Call<DeleteChild, DeleteResult> {}

    /// Whether all that should run does, and says that it is ready; child supervisors are asked in turn.
    record Ready() implements Control, Call<Ready, Readiness> {}

    /// A child as it is now.
    record ChildInfo(String id, State state, boolean supervisor) {
        /// Its actor, while it runs.
        public Optional<Pid<?>> pid() {
            return state instanceof State.Running(Pid<?> pid) ? Optional.of(pid) : Optional.empty();
        }
    }

    /// Where a child stands.
    sealed interface State {
        record Running(Pid<?> pid) implements State {}

        /// It has failed and will be tried again.
        record Restarting() implements State {}

        /// It has ended for good, was terminated, or has not been reached by a restart that is under way.
        record Stopped() implements State {}
    }

    /// How many children there are.
    ///
    /// @param specs all children
    /// @param active those that run
    /// @param supervisors of all, running or not
    /// @param workers of all, running or not
    record Count(int specs, int active, int supervisors, int workers) {}

    /// Whether it is ready.
    ///
    /// @param notReady the children that are not, as paths of ids
    record Readiness(boolean ready, List<String> notReady) {
        public Readiness {
            notReady = List.copyOf(notReady);
        }
    }

    sealed interface StartResult {}

    sealed interface RestartResult {}

    sealed interface TerminateResult {}

    sealed interface DeleteResult {}

    record Started(Pid<?> pid) implements StartResult, RestartResult {}

    /// Its `init` ended it in order: it is kept without an actor; a temporary one is forgotten.
    record Ignored() implements StartResult, RestartResult {}

    record NotStarted(ExitReason reason) implements StartResult, RestartResult {}

    /// A child of this id runs already.
    record AlreadyStarted(Pid<?> pid) implements StartResult {}

    /// A child of this id is known, and stopped or restarting.
    record AlreadyPresent() implements StartResult {}

    /// The specification does not fit this supervisor.
    record Invalid(String why) implements StartResult {}

    record Terminated() implements TerminateResult {}

    record Deleted() implements DeleteResult {}

    record Running(Pid<?> pid) implements RestartResult, DeleteResult {}

    record Restarting() implements RestartResult, DeleteResult {}

    record NotFound() implements RestartResult, TerminateResult, DeleteResult {}
}
