package dev.coppice.kernel;

import java.util.function.Function;

/// How a request ended.
public sealed interface Outcome<R> {

    record Replied<R>(R value) implements Outcome<R> {}

    record Failed<R>(Failure why) implements Outcome<R> {}

    /// The answer, or [CallFailed].
    default R get() {
        return switch (this) {
            case Replied<R>(R value) -> value;
            case Failed<R>(Failure why) -> throw new CallFailed(why);
        };
    }

    /// The answer, or what this makes of the failure.
    default R orElse(Function<? super Failure, ? extends R> otherwise) {
        return switch (this) {
            case Replied<R>(R value) -> value;
            case Failed<R>(Failure why) -> otherwise.apply(why);
        };
    }
}
