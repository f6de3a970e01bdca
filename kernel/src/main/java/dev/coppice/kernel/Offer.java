package dev.coppice.kernel;

/// What became of a message given to [Ref#offer]. A message that was not accepted is also a [DeadLetter].
public sealed interface Offer {

    /// It is in the mailbox.
    record Accepted() implements Offer {}

    /// The mailbox is full and its policy does not make room.
    record Full() implements Offer {}

    /// There is nobody to receive it.
    record Dead(DeadLetter.Reason reason) implements Offer {}

    default boolean accepted() {
        return this instanceof Accepted;
    }
}
