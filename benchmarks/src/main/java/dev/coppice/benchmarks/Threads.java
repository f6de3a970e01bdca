package dev.coppice.benchmarks;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.TimeUnit;

/// No library: a virtual thread and a queue of the JDK for each actor, as one would write it by hand. No links, no monitors, no
/// supervision, no names; a message to a dead one stays in its queue.
///
/// The queue is the fastest that the JDK has for this: it yields before it parks.
final class Threads extends Actors<Threads.Box, Threads.Box> {

    /// A mailbox, which is all that there is of an actor.
    record Box(BlockingQueue<Object> queue) {
        Object take() throws InterruptedException {
            return queue.take();
        }
    }

    private record Ask(CompletableFuture<Object> answer) {}

    private static Box start(Box box, Body<Box, Box> body, Runnable first, Runnable last) {
        Thread.ofVirtual()
                .start(() -> {
                    first.run();
                    try {
                        boolean ends;
                        do {
                            ends = body.handle(box.take(), box);
                        } while (!ends);
                    } catch (Exception thrown) {
                        throw new IllegalStateException("an actor failed", thrown);
                    } finally {
                        last.run();
                    }
                });
        return box;
    }

    private static Box unbounded() {
        return new Box(new LinkedTransferQueue<>());
    }

    @Override
    Box spawn(Body<Box, Box> body) {
        return start(unbounded(), body, () -> {}, () -> {});
    }

    @Override
    Box spawnBounded(Body<Box, Box> body, int capacity) {
        return start(new Box(new ArrayBlockingQueue<>(capacity)), body, () -> {}, () -> {});
    }

    @Override
    void send(Box to, Object message) {
        try {
            to.queue.put(message);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    @Override
    Object call(Box to) throws Exception {
        var ask = new Ask(new CompletableFuture<>());
        send(to, ask);
        return ask.answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Override
    Box self(Box self) {
        return self;
    }

    @Override
    Box spawn(Box self, Body<Box, Box> body) {
        return spawn(body);
    }

    @Override
    Box spawnWatched(Box self, Body<Box, Box> body) {
        return start(unbounded(), body, () -> {}, () -> send(self, EXITED));
    }

    @Override
    Box spawnStarted(Box self, Body<Box, Box> body) {
        var started = new CountDownLatch(1);
        var child = start(unbounded(), body, started::countDown, () -> {});
        try {
            started.await();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
        return child;
    }

    @Override
    void reply(Box self, Object request, Object answer) {
        ((Ask) request).answer.complete(answer);
    }

    @Override
    boolean handlersWait() {
        return true;
    }

    @Override
    Object call(Box self, Box to) throws Exception {
        return call(to);
    }
}
