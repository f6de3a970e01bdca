package dev.coppice.guard;

/// How a request ended, as far as a guard cares.
enum Result {
    /// It was answered.
    ANSWERED,
    /// The callee failed it.
    FAILED,
    /// There was no answer in time.
    LATE,
    /// Another guard or a full mailbox turned it away.
    REFUSED,
    /// It says nothing about the callee: the caller left, or was to blame, or the failure is to be ignored.
    NONE
}
