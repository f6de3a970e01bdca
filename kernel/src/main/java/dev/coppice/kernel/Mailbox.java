package dev.coppice.kernel;

import static java.util.Objects.requireNonNull;

import dev.coppice.kernel.internal.Urgent;
import dev.coppice.kernel.spi.Backlog;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// How an actor's mailbox behaves. Immutable; the withers return a changed copy.
///
/// Bounds count user messages only: exits, downs, replies and timers are never counted, refused, dropped or blocked. A message that is
/// refused or dropped becomes a [DeadLetter], and when it was a request its caller fails at once with [Failure.Refused].
public final class Mailbox {

    /// What happens to a message for a full mailbox.
    public enum Policy {
        /// There is no bound, only an alarm.
        UNBOUNDED,
        /// The sender waits, within its own patience and the mailbox's; released when the receiver dies.
        BLOCK,
        /// The message is refused.
        REJECT,
        /// The message is dropped.
        DROP_NEWEST,
        /// The oldest droppable message is dropped to make room.
        DROP_OLDEST
    }

    private static final Mailbox UNBOUNDED =
            new Mailbox(Policy.UNBOUNDED, Integer.MAX_VALUE, Limits.FOREVER, 10_000, _ -> true, false, 1_000, null);

    private final Policy policy;
    private final int capacity;
    private final Duration patience;
    private final int highWater;
    private final Predicate<Object> droppable;
    private final boolean kept;
    private final int stash;
    private final @Nullable Supplier<? extends Backlog> backlog;

    private Mailbox(
            Policy policy,
            int capacity,
            Duration patience,
            int highWater,
            Predicate<Object> droppable,
            boolean kept,
            int stash,
            @Nullable Supplier<? extends Backlog> backlog) {
        this.policy = policy;
        this.capacity = capacity;
        this.patience = patience;
        this.highWater = highWater;
        this.droppable = droppable;
        this.kept = kept;
        this.stash = stash;
        this.backlog = backlog;
    }

    /// No bound; an alarm when 10,000 messages wait, again after they fell below half of that. The default.
    public static Mailbox unbounded() {
        return UNBOUNDED;
    }

    /// At most `capacity` messages; a sender waits for room, 5 s at most, then its message is refused.
    public static Mailbox blocking(int capacity) {
        return bounded(Policy.BLOCK, capacity);
    }

    /// At most `capacity` messages; the next is refused.
    public static Mailbox rejecting(int capacity) {
        return bounded(Policy.REJECT, capacity);
    }

    /// At most `capacity` messages; the next is dropped.
    public static Mailbox droppingNewest(int capacity) {
        return bounded(Policy.DROP_NEWEST, capacity);
    }

    /// At most `capacity` messages; the oldest makes room for the next.
    public static Mailbox droppingOldest(int capacity) {
        return bounded(Policy.DROP_OLDEST, capacity);
    }

    private static Mailbox bounded(Policy policy, int capacity) {
        Limits.positive("capacity", capacity);
        return new Mailbox(policy, capacity, Duration.ofSeconds(5), Integer.MAX_VALUE, _ -> true, false, 1_000, null);
    }

    /// How long a sender waits for room; for [#blocking] only.
    public Mailbox patience(Duration limit) {
        if (policy != Policy.BLOCK) {
            throw new IllegalStateException("patience belongs to Mailbox.blocking, this one is " + this);
        }
        return new Mailbox(
                policy, capacity, Limits.positive("patience", limit), highWater, droppable, kept, stash, backlog);
    }

    /// The number of messages, counted since the actor last took its mail, that raises the alarm; it clears below half of it.
    public Mailbox highWater(int messages) {
        if (messages < 2) {
            throw new IllegalArgumentException("highWater must be at least 2, was " + messages);
        }
        return new Mailbox(policy, capacity, patience, messages, droppable, kept, stash, backlog);
    }

    /// Which messages may be dropped; the others are refused when there is nothing to drop. Asked once per message, on the sender,
    /// with the message as it was sent, under no lock.
    public Mailbox droppable(Predicate<Object> droppable) {
        requireNonNull(droppable, "droppable");
        if (policy != Policy.DROP_NEWEST && policy != Policy.DROP_OLDEST) {
            throw new IllegalStateException("droppable belongs to the dropping mailboxes, this one is " + this);
        }
        return new Mailbox(policy, capacity, patience, highWater, droppable, kept, stash, backlog);
    }

    /// Handed on to the next incarnation of a supervised name, without the message whose handler failed. Off by default: an actor
    /// restarts with an empty mailbox.
    public Mailbox keptAcrossRestarts() {
        return new Mailbox(policy, capacity, patience, highWater, droppable, true, stash, backlog);
    }

    /// How many messages the actor may put aside with [Self#stash]; 1,000.
    public Mailbox stash(int messages) {
        Limits.positive("stash", messages);
        return new Mailbox(policy, capacity, patience, highWater, droppable, kept, messages, backlog);
    }

    /// Messages of these classes are received before all others that wait, among themselves in order. The receiver's choice alone: no
    /// sender can push itself forward. Told by the class of the message as it was sent, before any `via`.
    ///
    /// Notices (exits, downs, timers) and ordered stops stand with the other messages, as ever.
    public Mailbox urgent(Class<?>... kinds) {
        var all = List.<Class<?>>of(kinds);
        if (all.isEmpty()) {
            throw new IllegalArgumentException("urgent needs the class of at least one message");
        }
        return backlog(() -> new Urgent(all));
    }

    /// Received in an order of the user's own making; each incarnation has a backlog of its own.
    public Mailbox backlog(Supplier<? extends Backlog> backlog) {
        requireNonNull(backlog, "backlog");
        if (policy == Policy.DROP_OLDEST) {
            throw new IllegalStateException(
                    this + " receives in the order of arrival: what stands in a backlog cannot be dropped any more");
        }
        return new Mailbox(policy, capacity, patience, highWater, droppable, kept, stash, backlog);
    }

    public Policy policy() {
        return policy;
    }

    public int capacity() {
        return capacity;
    }

    public Duration patience() {
        return patience;
    }

    public int highWater() {
        return highWater;
    }

    public Predicate<Object> droppable() {
        return droppable;
    }

    public boolean kept() {
        return kept;
    }

    public int stash() {
        return stash;
    }

    public Optional<Supplier<? extends Backlog>> backlog() {
        return Optional.ofNullable(backlog);
    }

    @Override
    public String toString() {
        return policy == Policy.UNBOUNDED ? "unbounded" : policy + "(" + capacity + ")";
    }
}
