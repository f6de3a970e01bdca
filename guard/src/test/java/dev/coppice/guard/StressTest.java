package dev.coppice.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.guard.CircuitBreaker.State;
import dev.coppice.guard.Work.Do;
import dev.coppice.guard.Work.Fate;
import dev.coppice.guard.Work.Meter;
import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Config;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.testkit.Leaks;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The invariants of [GuardsInTheWorldTest] on the production scheduler: real threads, real races.
class StressTest {
    private static final int CALLERS = 1_000;

    /// One of eight calls is never answered: this is what such a caller waits, up to five times.
    private static final Duration BRIEF = Duration.ofMillis(300);

    /// Enough for a retry after a time limit.
    private static final Duration LONG = Duration.ofSeconds(1);

    @Test
    @Tag("#30")
    @Tag("#76")
    @Tag("#92")
    @Tag("#93")
    void a_thousand_callers_on_real_threads_lose_no_permit() {
        var node = Node.start(Work.TREE, Config.defaults().quiet());
        try (node) {
            var meter = Meter.before(node.ref(Work.NAME));
            var bulkhead = Bulkhead.of(30).around(meter);
            var adaptive = AdaptiveLimit.gradient().limits(20, 2, 40).around(bulkhead);
            var limited = TimeLimit.of(Duration.ofMillis(200)).around(adaptive);
            var rate = RateLimiter.of(5_000, Duration.ofMillis(10)).around(limited);
            var breaker =
                    CircuitBreaker.defaults()
                            .overLast(20)
                            .minimumCalls(10)
                            .probes(5)
                            .failureRate(0.6)
                            .openFor(Duration.ofMillis(5))
                            .around(rate);
            var shedding = LoadShedding.of(Duration.ofMillis(5), Duration.ofMillis(20)).around(breaker);
            var guarded = Retry.of(3).backoff(Duration.ofMillis(1), Duration.ofMillis(5)).around(shedding);
            storm(
                    node,
                    guarded,
                    LONG,
                    () -> {
                        assertThat(bulkhead.status().inUse()).isBetween(0, 30);
                        assertThat(adaptive.status().limit()).isBetween(2, 40);
                        var status = breaker.status();
                        if (status.state() == State.HALF_OPEN) {
                            assertThat(status.calls() + status.probing()).isBetween(0, 5);
                        }
                    });
            // What ends by an alarm may be told a moment after its caller has gone on.
            eventually(() -> bulkhead.status().inUse() == 0 && adaptive.status().inUse() == 0);
            eventually(() -> breaker.status().probing() == 0 && guarded.status().waiting() == 0);
            eventually(() -> meter.underWay().get() == 0);
            assertThat(meter.most()).hasValueLessThanOrEqualTo(30);
            eventually(() -> closes(guarded) && breaker.status().state() == State.CLOSED);
        }
        Leaks.assertNone(node);
    }

    // ---- each alone

    /// A guard before an actor under the storm of a thousand callers; afterwards it lets a request through again, and nothing is left.
    private static <G extends Ref<Work>> void alone(
            Function<Ref<Work>, G> around, Consumer<G> during, Predicate<G> after) {
        var node = Node.start(Work.TREE, Config.defaults().quiet());
        try (node) {
            var meter = Meter.before(node.ref(Work.NAME));
            var guarded = around.apply(meter);
            storm(node, guarded, BRIEF, () -> during.accept(guarded));
            eventually(() -> meter.underWay().get() == 0 && after.test(guarded));
            eventually(() -> closes(guarded));
        }
        Leaks.assertNone(node);
    }

    @Test
    @Tag("#93")
    void a_bulkhead_alone_loses_no_permit() {
        alone(
                Bulkhead.of(20)::<Work>around,
                guarded -> assertThat(guarded.status().inUse()).isBetween(0, 20),
                guarded -> guarded.status().inUse() == 0);
    }

    @Test
    @Tag("#93")
    void a_rate_limiter_alone_gives_its_permits_again() {
        alone(
                RateLimiter.of(500, Duration.ofMillis(20))::<Work>around,
                guarded -> assertThat(guarded.status().left()).isBetween(0, 500),
                guarded -> guarded.status().left() == 500);
    }

    @Test
    @Tag("#92")
    void a_circuit_breaker_alone_is_never_stuck_half_open() {
        alone(
                CircuitBreaker.defaults().overLast(20).minimumCalls(10).probes(5).openFor(Duration.ofMillis(5))
                        ::<Work>around,
                guarded -> {
                    var status = guarded.status();
                    if (status.state() == State.HALF_OPEN) {
                        assertThat(status.calls() + status.probing()).isBetween(0, 5);
                    }
                },
                guarded -> {
                    closes(guarded);
                    return guarded.status().probing() == 0 && guarded.status().state() == State.CLOSED;
                });
    }

    @Test
    @Tag("#30")
    void an_adaptive_limit_alone_stays_within_its_bounds() {
        for (var kind : List.of(AdaptiveLimit.aimd(), AdaptiveLimit.vegas(), AdaptiveLimit.gradient())) {
            alone(
                    kind.limits(20, 2, 40)::<Work>around,
                    guarded -> {
                        assertThat(guarded.status().limit()).isBetween(2, 40);
                        assertThat(guarded.status().inUse()).isBetween(0, 40);
                    },
                    guarded -> guarded.status().inUse() == 0);
        }
    }

    @Test
    void a_time_limit_alone_forgets_nobody() {
        alone(TimeLimit.of(Duration.ofMillis(50))::<Work>around, _ -> {}, _ -> true);
    }

    @Test
    @Tag("#76")
    void a_retry_alone_forgets_nobody_who_waits() {
        alone(
                Retry.of(3).backoff(Duration.ofMillis(1), Duration.ofMillis(5))::<Work>around,
                _ -> {},
                guarded -> guarded.status().waiting() == 0);
    }

    @Test
    @Tag("#30")
    void load_shedding_alone_opens_again() {
        alone(
                LoadShedding.of(Duration.ofMillis(5), Duration.ofMillis(20))::<Work>around,
                _ -> {},
                guarded -> {
                    closes(guarded);
                    return !guarded.status().shedding();
                });
    }

    private static void storm(Node node, Ref<Work> guarded, Duration patience, Runnable check) {
        var chance = new SplittableRandom(7);
        var crowd = new Crowd(guarded.within(patience), 5, Duration.ofMillis(100), check);
        var callers = crowd.gather(node, CALLERS);
        for (int i = 0; i < CALLERS / 5; i++) {
            callers.get(chance.nextInt(CALLERS)).kill();
            if (i % 20 == 0) {
                node.whereis(Work.NAME).ifPresent(Pid::kill);
            }
        }
        callers.forEach(Pid::await);
        assertThat(node.crashes()).noneMatch(crash -> crash.reason().toString().contains("Expecting"));
        assertThat(crowd.ended()).isBetween(crowd.asked.get() - CALLERS / 5, crowd.asked.get());
        assertThat(crowd.answered.get()).as(crowd.toString()).isPositive();
    }

    private static boolean closes(Ref<Work> guarded) {
        try {
            return guarded.call(new Do(Fate.ANSWER)).equals("done");
        } catch (CallFailed open) {
            return false;
        }
    }

    private static void eventually(BooleanSupplier holds) {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!holds.getAsBoolean()) {
            assertThat(System.nanoTime()).as("a minute is over").isLessThan(end);
            Thread.onSpinWait();
        }
    }
}
