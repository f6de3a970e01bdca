package dev.coppice.kernel;

/// The one notice of a monitor: `who`, as it was given to [Self#monitor], exited; `NoProcess` when it was dead already.
public record Down(Ref<?> who, ExitReason reason) {}
