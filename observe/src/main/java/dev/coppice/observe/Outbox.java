package dev.coppice.observe;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/// Answers on their way to clients that may read slowly, or not at all: each has a time, and all together a number of bytes. A write that
/// takes longer is interrupted, which closes its connection; so nobody can keep answers in memory by not reading them.
final class Outbox {
    private static final long LONGEST = Duration.ofSeconds(30).toNanos();

    /// So much is handed to the JDK's server at a time: it keeps, for each connection, twice the most that it was ever given.
    private static final int PIECE = 1 << 13;

    private final int kibibytes;
    private final Semaphore room;
    private final Set<Writing> all = ConcurrentHashMap.newKeySet();

    /// @param kibibytes how much may be on its way at once
    Outbox(int kibibytes) {
        this.kibibytes = kibibytes;
        this.room = new Semaphore(kibibytes);
    }

    /// What takes its time.
    interface Write {
        void run() throws IOException;
    }

    /// One that is under way. Its thread is interrupted only while it is.
    private static final class Writing {
        final Thread thread = Thread.currentThread();
        final long since = System.nanoTime();

        /// Guarded by this object, as the next.
        private boolean over;

        private boolean interrupted;

        synchronized void interrupt() {
            if (!over) {
                interrupted = true;
                thread.interrupt();
            }
        }

        /// An interrupt that came too late for the write is not for what its thread does next.
        synchronized void ends() {
            over = true;
            if (interrupted) {
                var _ = Thread.interrupted();
            }
        }
    }

    /// Writes it; false, with nothing done, when there is no room for so many bytes.
    boolean write(int bytes, Write write) throws IOException {
        int needed = Math.clamp(bytes >> 10, 1, kibibytes);
        if (!room.tryAcquire(needed)) {
            return false;
        }
        var writing = new Writing();
        all.add(writing);
        try {
            write.run();
            return true;
        } finally {
            all.remove(writing);
            writing.ends();
            room.release(needed);
        }
    }

    static void pieces(byte[] body, OutputStream into) throws IOException {
        for (int from = 0; from < body.length; from += PIECE) {
            into.write(body, from, Math.min(PIECE, body.length - from));
        }
    }

    /// Ends those that have taken too long. Called now and then.
    void look(long now) {
        for (var writing : all) {
            if (now - writing.since > LONGEST) {
                writing.interrupt();
            }
        }
    }
}
