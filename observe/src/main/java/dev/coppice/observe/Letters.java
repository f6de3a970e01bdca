package dev.coppice.observe;

import static java.util.Objects.requireNonNull;

import dev.coppice.kernel.DeadLetter;
import dev.coppice.kernel.Pid;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// The newest dead letters: a ring that senders write without a lock, so that a storm of them costs nobody a wait.
///
/// Writing a message as text runs its code, and must not happen where it died: [#render] does it later and lets go of the message.
final class Letters {

    /// One of them, as text.
    record Letter(long number, Instant at, String to, String from, String reason, String message) {}

    private static final class Entry {
        final long number;
        final Instant at = Instant.now();
        final String to;
        final String from;

        /// Null once it is text.
        private @Nullable DeadLetter letter;

        private @Nullable Letter text;

        Entry(long number, DeadLetter letter) {
            this.number = number;
            this.letter = letter;
            this.to = letter.to() instanceof Pid<?> pid ? pid.path() : letter.to().toString();
            this.from = letter.from().map(Pid::path).orElse("");
        }

        synchronized Letter rendered(UnaryOperator<String> redaction) {
            if (letter != null) {
                var reason = redaction.apply(letter.reason().toString());
                text = new Letter(number, at, to, from, reason, redaction.apply(letter.rendered()));
                letter = null;
            }
            return requireNonNull(text);
        }
    }

    private final AtomicReferenceArray<@Nullable Entry> ring;
    private final AtomicLong count = new AtomicLong();
    private final UnaryOperator<String> redaction;

    Letters(int kept, UnaryOperator<String> redaction) {
        this.ring = new AtomicReferenceArray<>(kept);
        this.redaction = redaction;
    }

    void add(DeadLetter letter) {
        long number = count.getAndIncrement();
        ring.set((int) (number % ring.length()), new Entry(number, letter));
    }

    /// Newest first.
    List<Letter> newest() {
        var all = new ArrayList<Letter>();
        for (int i = 0; i < ring.length(); i++) {
            var entry = ring.get(i);
            if (entry != null) {
                all.add(entry.rendered(redaction));
            }
        }
        all.sort((a, b) -> Long.compare(b.number(), a.number()));
        return all;
    }

    /// Turns what is new into text; called now and then, so that no message is kept alive for long.
    void render() {
        newest();
    }

    long count() {
        return count.get();
    }
}
