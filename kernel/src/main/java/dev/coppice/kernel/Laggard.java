package dev.coppice.kernel;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// An actor that is inside its own code, seen from outside: since when, where, and what it waits for. A racy snapshot; see
/// [Node#laggards].
///
/// @param doing what its handler works on (the message's class), when it is in one
/// @param since for how long, at least; empty when nobody has noticed yet
/// @param waitsFor the path of whoever holds what it waits for
/// @param queued messages and signals that wait for it
/// @param stack of its thread, innermost first
public record Laggard(
        Pid<?> pid,
        String path,
        ActorInfo.Status status,
        Optional<String> doing,
        Optional<Duration> since,
        Optional<String> waitsFor,
        int queued,
        List<StackTraceElement> stack) {}
