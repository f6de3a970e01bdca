package dev.coppice.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;

/// Requests with an answer. An operation is a call.
final class Calls {
    private static final Object GO = "go";
    private static final int CALLERS = 1_000;

    private Calls() {}

    /// One platform thread.
    static <A, S> Batch outside(Actors<A, S> actors, Meter meter) {
        int calls = meter.size(10_000);
        A callee = actors.spawn(callee(actors));
        return () -> {
            meter.begin();
            callTimes(actors, callee, calls);
            meter.end(calls);
        };
    }

    /// One virtual thread that is no actor.
    static <A, S> Batch virtual(Actors<A, S> actors, Meter meter) {
        return threads(actors, meter, 1, meter.size(50_000));
    }

    /// A thousand of them.
    static <A, S> Batch thousand(Actors<A, S> actors, Meter meter) {
        return threads(actors, meter, CALLERS, meter.size(200));
    }

    /// One actor, in its handler.
    static <A, S> Batch inHandler(Actors<A, S> actors, Meter meter) {
        return handlers(actors, meter, 1, meter.size(50_000));
    }

    /// A thousand actors, each in its handler.
    static <A, S> Batch inHandlers(Actors<A, S> actors, Meter meter) {
        return handlers(actors, meter, CALLERS, meter.size(200));
    }

    static <A, S> Body<A, S> callee(Actors<A, S> actors) {
        return (message, self) -> {
            actors.reply(self, message, Actors.ANSWER);
            return false;
        };
    }

    private static <A, S> void callTimes(Actors<A, S> actors, A callee, int calls) throws Exception {
        for (int i = 0; i < calls; i++) {
            Actors.check(actors.call(callee));
        }
    }

    private static <A, S> Batch threads(Actors<A, S> actors, Meter meter, int callers, int each) {
        A callee = actors.spawn(callee(actors));
        return () -> {
            var go = new CountDownLatch(1);
            List<Thread> threads = new ArrayList<>();
            var failures = new ConcurrentLinkedQueue<Throwable>();
            for (int i = 0; i < callers; i++) {
                threads.add(
                        Thread.ofVirtual()
                                .start(() -> {
                                    try {
                                        go.await();
                                        callTimes(actors, callee, each);
                                    } catch (Throwable thrown) {
                                        failures.add(thrown);
                                    }
                                }));
            }
            meter.begin();
            go.countDown();
            for (var thread : threads) {
                thread.join();
            }
            meter.end((long) callers * each);
            for (var failure : failures) {
                throw new IllegalStateException("a caller failed", failure);
            }
        };
    }

    private static <A, S> Batch handlers(Actors<A, S> actors, Meter meter, int clients, int each) {
        A callee = actors.spawn(callee(actors));
        var signal = new Signal();
        List<Client<A, S>> bodies = new ArrayList<>();
        List<A> addresses = new ArrayList<>();
        for (int i = 0; i < clients; i++) {
            Client<A, S> client =
                    actors.handlersWait()
                            ? new Waiting<>(actors, callee, signal)
                            : new Asking<>(actors, callee, signal);
            bodies.add(client);
            addresses.add(actors.spawn(client));
        }
        return () -> {
            signal.expect(clients);
            bodies.forEach(client -> client.left = each);
            meter.begin();
            for (A client : addresses) {
                actors.send(client, GO);
            }
            signal.await();
            meter.end((long) clients * each);
        };
    }

    private abstract static class Client<A, S> implements Body<A, S> {
        final Actors<A, S> actors;
        final A callee;
        final Signal signal;
        int left;

        Client(Actors<A, S> actors, A callee, Signal signal) {
            this.actors = actors;
            this.callee = callee;
            this.signal = signal;
        }
    }

    /// Ten calls a message, so that neither the handler's end nor an endless handler is what is measured.
    private static final class Waiting<A, S> extends Client<A, S> {
        Waiting(Actors<A, S> actors, A callee, Signal signal) {
            super(actors, callee, signal);
        }

        @Override
        public boolean handle(Object message, S self) throws Exception {
            for (int i = 0; i < 10 && left > 0; i++, left--) {
                Actors.check(actors.call(self, callee));
            }
            if (left > 0) {
                actors.send(actors.self(self), message);
            } else {
                signal.done();
            }
            return false;
        }
    }

    /// Where a handler cannot wait, the answer is the next message.
    private static final class Asking<A, S> extends Client<A, S> {
        Asking(Actors<A, S> actors, A callee, Signal signal) {
            super(actors, callee, signal);
        }

        @Override
        public boolean handle(Object message, S self) {
            if (message != GO) {
                Actors.check(message);
                left--;
            }
            if (left > 0) {
                actors.ask(self, callee);
            } else {
                signal.done();
            }
            return false;
        }
    }
}
