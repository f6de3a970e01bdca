package dev.coppice.otp;

import static java.util.Objects.requireNonNull;

import dev.coppice.kernel.Actor;
import dev.coppice.kernel.Call;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/// A request that a supervisor sends to a child again and again to learn how it is. Immutable; the withers return a changed copy.
///
/// Defaults: every 10 s, answered within 1 s, 3 failures in a row are too many. The first is sent one interval after the start. The
/// request is an ordinary message of the child: it waits behind the others, and a child that does not get to it in time is late.
///
/// ```java
/// Child.server(ALICE, Account::new).liveness(HealthCheck.of(ALICE, new Balance()))
/// ```
public final class HealthCheck {
    private final Object subject;
    private final Probe probe;
    private final Duration interval;
    private final Duration timeout;
    private final int failures;

    private HealthCheck(Object subject, Probe probe, Duration interval, Duration timeout, int failures) {
        this.subject = subject;
        this.probe = probe;
        this.interval = interval;
        this.timeout = timeout;
        this.failures = failures;
    }

    /// Keeps the types of request and answer to itself.
    @FunctionalInterface
    private interface Probe {
        <S> void send(Self<S> self, Pid<?> pid, Duration timeout, Function<Optional<String>, S> as);
    }

    /// Healthy when the child of this name answers.
    public static <M, R> HealthCheck of(Name<M> child, Call<? extends M, R> request) {
        return of(child, request, _ -> true);
    }

    /// Healthy when the child of this name answers so.
    public static <M, R> HealthCheck of(Name<M> child, Call<? extends M, R> request, Predicate<? super R> healthy) {
        return make(child, request, healthy);
    }

    /// Healthy when the child made from this very actor answers.
    public static <M, R> HealthCheck of(Actor<M> child, Call<? extends M, R> request) {
        return of(child, request, _ -> true);
    }

    /// Healthy when the child made from this very actor answers so.
    public static <M, R> HealthCheck of(Actor<M> child, Call<? extends M, R> request, Predicate<? super R> healthy) {
        return make(child, request, healthy);
    }

    private static <M, R> HealthCheck make(Object subject, Call<? extends M, R> request, Predicate<? super R> healthy) {
        requireNonNull(subject, "child");
        requireNonNull(request, "request");
        requireNonNull(healthy, "healthy");
        return new HealthCheck(subject, probe(request, healthy), Duration.ofSeconds(10), Duration.ofSeconds(1), 3);
    }

    private static <M, R> Probe probe(Call<? extends M, R> request, Predicate<? super R> healthy) {
        return new Probe() {
            @Override
            public <S> void send(Self<S> self, Pid<?> pid, Duration timeout, Function<Optional<String>, S> as) {
                @SuppressWarnings(
                        "unchecked") // the subject is the child's own name or actor: checked when it was given to the
                // child
                var child = (Ref<M>) pid;
                self.ask(child.within(timeout), request, outcome -> as.apply(complaint(request, outcome, healthy)));
            }
        };
    }

    /// Runs in the supervisor, which must survive the code of others. Other errors pass: the end of an actor is one.
    private static <R> Optional<String> complaint(
            Call<?, R> request, Outcome<R> outcome, Predicate<? super R> healthy) {
        try {
            return switch (outcome) {
                case Outcome.Failed<R>(var why) -> Optional.of(why.message());
                case Outcome.Replied<R>(var value) ->
                        healthy.test(value) ? Optional.empty() : Optional.of(request + " was answered with " + value);
            };
        } catch (Exception | AssertionError | LinkageError | StackOverflowError broken) {
            return Optional.of("the check itself failed: " + broken.getClass().getName());
        }
    }

    public HealthCheck every(Duration interval) {
        return new HealthCheck(subject, probe, Limits.positive("interval", interval), timeout, failures);
    }

    public HealthCheck within(Duration timeout) {
        return new HealthCheck(subject, probe, interval, Limits.positive("timeout", timeout), failures);
    }

    /// How many failures in a row are too many.
    public HealthCheck failures(int failures) {
        return new HealthCheck(subject, probe, interval, timeout, Limits.positive("failures", failures));
    }

    Duration interval() {
        return interval;
    }

    int failures() {
        return failures;
    }

    /// Asks now; the outcome arrives as a message: empty when healthy, else what is wrong.
    <S> void send(Self<S> self, Pid<?> pid, Function<Optional<String>, S> as) {
        probe.send(self, pid, timeout, as);
    }

    Object subject() {
        return subject;
    }

    @SuppressWarnings("ReferenceEquality") // the very actor: only then the types of the request are known to fit
    boolean fits(Actor<?> actor) {
        return subject == actor || actor.recipe().settings().name().filter(subject::equals).isPresent();
    }

    @Override
    public String toString() {
        return "HealthCheck["
                + subject
                + ", every "
                + interval
                + ", within "
                + timeout
                + ", "
                + failures
                + " failures]";
    }
}
