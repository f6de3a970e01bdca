package dev.coppice.benchmarks;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What a workload needs of a system of actors: written once for each system. A process loads one implementation only, so that the JIT
/// sees straight calls and no system pays for the others.
///
/// Semantics that each implementation keeps: mailboxes are unbounded unless said otherwise, messages of one sender arrive in order,
/// nothing is lost, a call gets the answer and gives up after 5 s.
///
/// @param <A> an address, the system's own: no wrapper is made for it
/// @param <S> what an actor knows of itself while it handles a message, the system's own
abstract class Actors<A, S> implements AutoCloseable {

    /// Arrives in the parent when an actor of [#spawnWatched] has ended.
    static final Object EXITED = new Object();

    /// Arrives in the parent when an actor of [#spawnStarted] has been initialised, where the parent cannot wait for it.
    static final Object STARTED = new Object();

    /// What is asked for in a call.
    static final Object ANSWER = "answer";

    static final Duration PATIENCE = Duration.ofSeconds(5);

    // ---- from outside

    abstract A spawn(Body<A, S> body);

    /// With a mailbox of this many messages; a sender waits for room.
    abstract A spawnBounded(Body<A, S> body, int capacity);

    /// In the way that the system recommends for handlers that block in foreign code.
    A spawnBlocking(Body<A, S> body) {
        return spawn(body);
    }

    abstract void send(A to, Object message);

    /// Asks, waits, gives the answer.
    abstract Object call(A to) throws Exception;

    // ---- from inside

    abstract A self(S self);

    /// Starts a child, without waiting for anything.
    abstract A spawn(S self, Body<A, S> body);

    /// Starts children that share this body, and what the system makes of it, as [#spawn] does.
    Function<S, A> nursery(Body<A, S> body) {
        return self -> spawn(self, body);
    }

    /// As [#spawn], and the parent will receive [#EXITED].
    abstract A spawnWatched(S self, Body<A, S> body);

    /// Starts a child that initialises itself; the parent knows when it has: by waiting, or by [#STARTED].
    abstract A spawnStarted(S self, Body<A, S> body);

    abstract void reply(S self, Object request, Object answer);

    /// Whether [#call(Object,Object)] works: a handler may wait.
    abstract boolean handlersWait();

    /// Asks from inside a handler and waits there.
    Object call(S self, A to) throws Exception {
        throw new UnsupportedOperationException("handlers cannot wait");
    }

    /// Asks from inside a handler; the answer arrives as a message.
    void ask(S self, A to) {
        throw new UnsupportedOperationException("handlers wait");
    }

    /// Sends a message to this actor later.
    void sendAfter(S self, Duration delay, Object message) {
        throw new UnsupportedOperationException("no timers");
    }

    /// Receives exactly this message from inside a handler, past those that arrived before it.
    void receive(S self, Object wanted) {
        throw new UnsupportedOperationException("no selective receive");
    }

    /// Gives a message to each of these, in the way that the system has for publishing to many; may be used by any actor.
    Consumer<Object> topic(List<A> subscribers) {
        return message -> subscribers.forEach(subscriber -> send(subscriber, message));
    }

    // ---- trees

    /// Starts an actor under a supervisor that starts it again, with a new body, whenever it throws: up to a thousand times a second.
    void supervised(Supplier<Body<A, S>> body) {
        throw new UnsupportedOperationException("no supervisors");
    }

    /// Stops an actor and everything below it; returns when all are gone.
    void stopTree(A top) throws Exception {
        throw new UnsupportedOperationException("no trees");
    }

    /// The answer of a call must be what was sent; anything else is a wrong benchmark.
    static void check(@Nullable Object answer) {
        if (answer != ANSWER) {
            throw new IllegalStateException("a call was answered with " + answer + " instead of " + ANSWER);
        }
    }

    @Override
    public void close() {}
}
