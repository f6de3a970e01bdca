package dev.coppice.testkit;

import static java.util.Objects.requireNonNull;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.Done;
import dev.coppice.kernel.Loop;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Offer;
import dev.coppice.kernel.Pattern;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.spi.Door;
import dev.coppice.kernel.spi.Envelope;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/// A ref that a test looks into: give it to the actors under test, then say what should have arrived.
///
/// ```java
/// var probe = Probe.<Said>in(node);
/// counter.send(new Tell(probe));
/// probe.expect(Said.class);
/// probe.expectNothing(Duration.ofMillis(50));
/// ```
///
/// A request that it received stays open until the test answers it with [#reply]. Each expectation waits for at most 5 s, or as
/// [#patience] and [#within] say; when it fails, the error names what came instead. For one tester at a time.
public final class Probe<M> implements Door<M> {
    // An actor lies underneath, and an expectation is a call to it. So a probe waits as everybody waits: in real time
    // on a node's own
    // scheduler, and by running the world on the seeded one. The door only passes envelopes on; requests, deadlines and
    // the ledger
    // are the kernel's business.

    private static final Duration SLACK = Duration.ofSeconds(10);
    private static final int REMEMBERED = 10;

    private final Node node;
    private final Pid<Object> inbox;
    private final Deque<M> seen = new ArrayDeque<>();
    private Duration patience = Duration.ofSeconds(5);
    private Optional<Long> deadline = Optional.empty();

    private Probe(Node node) {
        this.node = node;
        this.inbox = node.spawn(((Loop<Object>) new Inbox()::run).recipe().labelled("probe"));
    }

    /// A probe that belongs to the node.
    public static <M> Probe<M> in(Node node) {
        return new Probe<>(node);
    }

    /// The same probe, with expectations that wait this long.
    public Probe<M> patience(Duration limit) {
        patience = Times.valid("patience", limit);
        return this;
    }

    // ---- expectations

    /// The next message.
    public M expect() {
        return next("a message");
    }

    /// The next message, which must be of this type.
    public <T extends M> T expect(Class<T> type) {
        var message = next(type.getSimpleName());
        if (!type.isInstance(message)) {
            throw unexpected(type.getSimpleName(), message);
        }
        return type.cast(message);
    }

    /// The next message, which must match.
    public <T> T expect(Pattern<M, T> pattern) {
        var message = next("a message that matches");
        var match = pattern.match(message);
        if (match == null) {
            throw unexpected("a message that matches", message);
        }
        return match;
    }

    /// The next message, which must equal this one.
    public void expectEqual(M expected) {
        var message = next(expected.toString());
        if (!message.equals(expected)) {
            throw unexpected(expected.toString(), message);
        }
    }

    /// Nothing arrives for this long.
    public void expectNothing(Duration time) {
        take(Times.valid("expectNothing", time))
                .ifPresent(message -> {
                    throw unexpected("nothing for " + time, message);
                });
    }

    /// All that is there now.
    public List<M> drain() {
        var all = new ArrayList<M>();
        for (var next = take(Duration.ZERO); next.isPresent(); next = take(Duration.ZERO)) {
            all.add(next.get());
        }
        return all;
    }

    /// The first message of this type; others before it are skipped.
    public <T extends M> T fish(Class<T> type) {
        return fish(message -> type.isInstance(message) ? type.cast(message) : null);
    }

    /// The first message that matches; others before it are skipped.
    public <T> T fish(Pattern<M, T> pattern) {
        return within(
                left(),
                () -> {
                    while (true) {
                        var match = pattern.match(next("a message that matches"));
                        if (match != null) {
                            return match;
                        }
                    }
                });
    }

    /// All expectations in `body` together take no longer than this.
    public <T> T within(Duration limit, Supplier<T> body) {
        var before = deadline;
        deadline = Optional.of(now() + Math.min(Times.nanos("within", limit), left().toNanos()));
        try {
            return body.get();
        } finally {
            deadline = before;
        }
    }

    // ---- answers and deeds

    /// Answers a request that it received.
    public <R> void reply(Call<?, R> request, R value) {
        run(self -> self.reply(request, value));
    }

    /// Answers a request whose answer has no content.
    public void done(Call<?, Done> request) {
        reply(request, Done.DONE);
    }

    /// Does something as the actor underneath: links, monitors, sends, calls. What it throws is thrown here.
    public void run(Consumer<? super Self<M>> deed) {
        get(self -> {
            deed.accept(self);
            return Done.DONE;
        });
    }

    /// As [#run], with a result.
    public <R> R get(Function<? super Self<M>, ? extends R> deed) {
        @SuppressWarnings("unchecked") // the inbox takes everything, so it takes M
        var act = new Act(self -> deed.apply((Self<M>) (Self<?>) self));
        return switch (inbox.within(patience.plus(SLACK)).call(act)) {
            case Acted.Threw(var thrown) -> throw thrown;
            case Acted.Failed(var failure) -> throw failure;
            case Acted.Gave(var value) -> {
                @SuppressWarnings("unchecked") // made by the deed
                var result = (R) value;
                yield result;
            }
        };
    }

    /// The actor underneath: it can be monitored, linked and stopped.
    @SuppressWarnings("unchecked") // it takes everything, so it takes M
    public Pid<M> pid() {
        return (Pid<M>) (Pid<?>) inbox;
    }

    // ---- the door

    @Override
    public Offer deliver(Envelope<M> envelope) {
        return envelope.passTo(inbox);
    }

    @Override
    public Optional<Pid<?>> actor() {
        return Optional.of(inbox);
    }

    @Override
    public String toString() {
        return "Probe[" + inbox.path() + " in " + node.config().name() + "]";
    }

    // ---- within

    private M next(String what) {
        var limit = left();
        return take(limit)
                .orElseThrow(() ->
                        new AssertionError(this + " expected " + what + ", got nothing within " + limit + before()));
    }

    private Optional<M> take(Duration limit) {
        @SuppressWarnings("unchecked") // only M passes the door
        var taken = (Optional<M>) inbox.within(limit.plus(SLACK)).call(new Take(limit));
        taken.ifPresent(message -> {
            seen.addLast(message);
            if (seen.size() > REMEMBERED) {
                seen.removeFirst();
            }
        });
        return taken;
    }

    private Duration left() {
        return deadline.map(at -> Duration.ofNanos(Math.max(0, at - now()))).orElse(patience);
    }

    private long now() {
        return get(Self::nanoTime);
    }

    private AssertionError unexpected(String expected, M message) {
        return new AssertionError(this + " expected " + expected + ", got " + message + before());
    }

    private String before() {
        return seen.isEmpty() ? "; nothing came before" : "; the last that came: " + seen;
    }

    /// What the test tells the inbox.
    private sealed interface Command {}

    private record Take(Duration limit) implements Command, Call<Take, Optional<Object>> {}

    private record Act(Function<Self<Object>, Object> deed) implements Command, Call<Act, Acted> {}

    private sealed interface Acted {
        record Gave(Object value) implements Acted {}

        record Threw(RuntimeException thrown) implements Acted {}

        record Failed(AssertionError failure) implements Acted {}
    }

    /// The actor underneath: keeps what is sent to it until it is asked for.
    private static final class Inbox {
        private final Deque<Object> stock = new ArrayDeque<>();

        void run(Self<Object> self) {
            while (true) {
                switch (self.receive()) {
                    case Take take -> self.reply(take, taken(self, take.limit()));
                    case Act act -> self.reply(act, acted(self, act));
                    case Object message -> stock.addLast(message);
                }
            }
        }

        private Optional<Object> taken(Self<Object> self, Duration limit) {
            var first = stock.pollFirst();
            return first != null
                    ? Optional.of(first)
                    : self.receive(message -> message instanceof Command ? null : message, limit);
        }

        private static Acted acted(Self<Object> self, Act act) {
            try {
                return new Acted.Gave(requireNonNull(act.deed().apply(self), "the result"));
            } catch (RuntimeException e) {
                return new Acted.Threw(e);
            } catch (AssertionError e) {
                // No other error: with one of them the kernel ends an actor that has been told to exit.
                return new Acted.Failed(e);
            }
        }
    }
}
