package dev.coppice.otp;

import static java.util.Objects.requireNonNull;

/// A message with its sender's own number, for those who must not do a thing twice: see [Duplicates].
///
/// ```java
/// var orders = new Numbered.Source("checkout-7");
/// shop.send(orders.number(new Place("book")));                 // sent again: the same object, with the same number
/// ```
///
/// @param source who has numbered it, over restarts too
/// @param number the first is 1
public record Numbered<T>(String source, long number, T message) {
    public Numbered {
        Limits.visible("source", source);
        requireNonNull(message, "message");
        if (number < 1) {
            throw new IllegalArgumentException("number must be at least 1, was " + number);
        }
    }

    /// Counts upwards. Confined to one actor.
    public static final class Source {
        private final String name;
        private long last;

        public Source(String name) {
            this(name, 0);
        }

        /// Goes on behind this number, which a store has kept.
        public Source(String name, long last) {
            this.name = Limits.visible("source", name);
            this.last = last;
        }

        public <T> Numbered<T> number(T message) {
            return new Numbered<>(name, ++last, message);
        }
    }
}
