package dev.coppice.observe;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/// Pages that stay open: each gets the newest state after each tick as a server-sent event. One that is slow misses some, and costs nobody
/// anything but its own thread; one that does not read at all is given up, so that it does not keep another out.
final class Streams implements AutoCloseable {
    private static final long PATIENCE = 15;

    private final Supplier<Object> state;
    private final Outbox outbox;
    private final Semaphore free;
    private final int limit;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition beaten = lock.newCondition();

    /// Guarded by the lock.
    private long beat;

    private boolean closed;

    Streams(int limit, Outbox outbox, Supplier<Object> state) {
        this.limit = limit;
        this.outbox = outbox;
        this.free = new Semaphore(limit);
        this.state = state;
    }

    /// There is something new.
    void beat() {
        lock.lock();
        try {
            beat++;
            beaten.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// How many are open.
    int open() {
        return limit - free.availablePermits();
    }

    /// Keeps the exchange until its page goes or the observer ends; false, with nothing said, when too many are open.
    boolean serve(HttpExchange exchange) throws IOException {
        if (!free.tryAcquire()) {
            return false;
        }
        try (var body = exchange.getResponseBody()) {
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            for (long seen = -1; !isClosed(); ) {
                var event = ("event: node\ndata: " + Answer.line(state.get()) + "\n\n").getBytes(UTF_8);
                outbox.write(
                        event.length,
                        () -> {
                            body.write(event);
                            body.flush();
                        });
                seen = await(seen);
            }
        } finally {
            free.release();
        }
        return true;
    }

    /// The next beat; at the latest after some seconds, so that a page that has gone is noticed.
    private long await(long seen) {
        lock.lock();
        try {
            if (beat == seen && !closed && !beaten.await(PATIENCE, TimeUnit.SECONDS)) {
                return seen;
            }
            return beat;
        } catch (InterruptedException told) {
            closed = true;
            return seen;
        } finally {
            lock.unlock();
        }
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            beaten.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
