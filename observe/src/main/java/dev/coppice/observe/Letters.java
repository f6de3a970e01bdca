package dev.coppice.observe;

import dev.coppice.kernel.DeadLetter;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.spi.Tap;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// The newest dead letters: a ring that senders write without a lock, so that a storm of them costs nobody a wait.
///
/// Writing a message as text runs its code, and must not happen where it died: [#render] does it later and lets go of the message.
final class Letters {
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    /// In place of a message.
    private static final String UNWRITTEN = "(it takes long to become text)";

    /// One of them, as text.
    record Letter(long number, Instant at, String to, String from, String reason, String message) {}

    private static final class Entry {
        final long number;
        final Instant at = Instant.now();
        final String to;
        final String from;

        /// Null once it is text. Guarded by the lock.
        private @Nullable DeadLetter letter;

        private volatile @Nullable Letter text;

        Entry(long number, DeadLetter letter) {
            this.number = number;
            this.letter = letter;
            this.to = letter.to() instanceof Pid<?> pid ? pid.path() : letter.to().toString();
            this.from = letter.from().map(Pid::path).orElse("");
        }

        /// Under the lock.
        void render(UnaryOperator<String> redaction) {
            if (letter != null) {
                var reason = redaction.apply(letter.reason().toString());
                text = new Letter(number, at, to, from, reason, said(letter, redaction));
                letter = null;
            }
        }

        private static String said(DeadLetter letter, UnaryOperator<String> redaction) {
            return letter.to() instanceof Pid<?> pid
                    ? Tap.rendered(pid, letter.message(), redaction)
                    : redaction.apply(letter.rendered());
        }

        boolean isNew() {
            return text == null;
        }

        Letter letter() {
            var written = text;
            return written == null ? new Letter(number, at, to, from, "", UNWRITTEN) : written;
        }
    }

    private final AtomicReferenceArray<@Nullable Entry> ring;
    private final AtomicLong count = new AtomicLong();
    private final UnaryOperator<String> redaction;

    /// Whoever turns messages into text: one at a time.
    private final ReentrantLock writing = new ReentrantLock();

    Letters(int kept, UnaryOperator<String> redaction) {
        this.ring = new AtomicReferenceArray<>(kept);
        this.redaction = redaction;
    }

    void add(DeadLetter letter) {
        long number = count.getAndIncrement();
        ring.set((int) (number % ring.length()), new Entry(number, letter));
    }

    /// Newest first. Those whose messages take too long to become text are there without it.
    List<Letter> newest() {
        render(PATIENCE);
        return entries().stream()
                .sorted(Comparator.<Entry>comparingLong(entry -> entry.number).reversed())
                .map(Entry::letter)
                .toList();
    }

    private List<Entry> entries() {
        return IntStream.range(0, ring.length()).mapToObj(ring::get).filter(Objects::nonNull).toList();
    }

    /// Turns what is new into text, on a thread of its own: however long that takes, the observer's actor goes on. Called now and then, so
    /// that no message is kept alive for long.
    void render() {
        if (entries().stream().anyMatch(Entry::isNew) && !writing.isLocked()) {
            Thread.ofVirtual().name("observer's letters").start(() -> render(Duration.ZERO));
        }
    }

    /// Waits so long for somebody who does it already.
    private void render(Duration patience) {
        try {
            if (writing.tryLock(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                try {
                    entries().forEach(entry -> entry.render(redaction));
                } finally {
                    writing.unlock();
                }
            }
        } catch (InterruptedException told) {
            Thread.currentThread().interrupt();
        }
    }

    long count() {
        return count.get();
    }
}
