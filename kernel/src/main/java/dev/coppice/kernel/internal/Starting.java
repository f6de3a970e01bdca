package dev.coppice.kernel.internal;

import org.jspecify.annotations.Nullable;

/// The body of an actor whose start is not complete: the server or loop, and where the starter waits, when it does.
record Starting<M>(Object body, Habit habit, @Nullable WaitCell<Object> acknowledged) {}
