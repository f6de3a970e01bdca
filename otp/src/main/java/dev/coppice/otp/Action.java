package dev.coppice.otp;

import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Self.Gap;
import java.time.Duration;
import java.util.List;

/// What a supervisor is to do, in the order given.
sealed interface Action {
    /// Reserves the child's name and starts it; the outcome comes back as an event. At most one in a decision, always last.
    record Start(Child child) implements Action {}

    /// Stops these together and waits until all are gone.
    record Stop(List<Victim> victims) implements Action {}

    record Victim(Child child, long pid) {}

    /// Brings [Event.Again], by a message.
    record Retry(String id, long ticket, Duration delay) implements Action {}

    /// Changes what callers of a name that nobody holds do.
    record Reserve(Child child, Gap gap) implements Action {}

    /// The name is free again, the child's bookkeeping over.
    record Release(Child child) implements Action {}

    /// To be told: a child failed and will be started again, after this delay.
    record Restarting(Child child, ExitReason why, Duration delay, Intensity intensity) implements Action {}

    /// To be told: it runs again.
    record Restarted(Child child, long pid, ExitReason why) implements Action {}

    /// To be told: a start failed.
    record StartFailure(Child child, ExitReason reason) implements Action {}

    /// To be told: there were too many restarts.
    record GaveUp(Child child, ExitReason why, Intensity intensity) implements Action {}

    /// The supervisor exits. Always last.
    record End(ExitReason reason) implements Action {}

    /// The supervisor's own start fails because of this child. Always last.
    record Fail(Child child, ExitReason reason) implements Action {}

    /// Answers the request that is being served.
    record Answer(Result result) implements Action {}

    /// How a request went.
    sealed interface Result {
        record Started(long pid) implements Result {}

        record Ignored() implements Result {}

        record NotStarted(ExitReason reason) implements Result {}

        record Running(long pid) implements Result {}

        /// A child that is known and neither running nor restarting.
        record Present() implements Result {}

        record Restarting() implements Result {}

        record NotFound() implements Result {}

        record Invalid(String why) implements Result {}

        record Done() implements Result {}
    }
}
