package dev.coppice.kernel;

import org.jspecify.annotations.Nullable;

/// Picks a message out of the mailbox for [Self#receive(Pattern)]: what it returns is received, `null` declines and leaves the
/// message where it is. Runs in the receiver; must not have side effects, since a message may be looked at more than once.
@FunctionalInterface
public interface Pattern<M, T> {
    @Nullable T match(M message);
}
