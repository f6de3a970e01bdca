package dev.coppice.kernel;

/// An exit signal as a message, for an actor that traps exits: `from` exited, or said so.
public record Exit(Pid<?> from, ExitReason reason) {}
