package dev.coppice.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.guard.CircuitBreaker.State;
import dev.coppice.guard.Work.Do;
import dev.coppice.guard.Work.Fate;
import dev.coppice.guard.Work.Meter;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.testkit.Seeds;
import dev.coppice.testkit.World;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;

/// Each guard before an actor that crashes, is silent and forgets, under a thousand callers of whom a fifth is killed while it waits: no
/// permit is lost, no breaker stays half-open, no limit leaves its bounds. The oracles of the [World] look at the ledger, and at alarms
/// and actors left behind.
class GuardsInTheWorldTest {
    private static final int CALLERS = 1_000;
    private static final Duration PATIENCE = Duration.ofMillis(200);

    /// A crowd, kills and crashes; returns when all is over.
    private static Crowd storm(World world, Ref<Work> guarded, Runnable check) {
        var crowd = new Crowd(guarded.within(PATIENCE), 3, Duration.ofMillis(300), check);
        var callers = crowd.gather(world.node(), CALLERS);
        for (int i = 0; i < CALLERS / 5; i++) {
            var victim = callers.get(world.chance().nextInt(CALLERS));
            world.after(Duration.ofMillis(world.chance().nextInt(400)), victim::kill);
        }
        for (int i = 0; i < 10; i++) {
            world.after(
                    Duration.ofMillis(world.chance().nextInt(400)),
                    () -> world.node().whereis(Work.NAME).ifPresent(Pid::kill));
        }
        world.advance(Duration.ofSeconds(30));
        world.mustSettle(Duration.ofMinutes(1));
        assertThat(callers).noneMatch(Pid::alive);
        assertThat(crowd.asked.get()).isBetween(CALLERS * 2, CALLERS * 3);
        assertThat(crowd.ended())
                .as("the rest was killed")
                .isBetween(crowd.asked.get() - CALLERS / 5, crowd.asked.get());
        assertThat(crowd.answered.get()).isPositive();
        return crowd;
    }

    private static Meter meter(World world) {
        world.start(Work.TREE);
        return Meter.before(world.ref(Work.NAME));
    }

    private static void isWell(Ref<Work> guarded) {
        assertThat(guarded.call(new Do(Fate.ANSWER))).isEqualTo("done");
    }

    @Seeds(3)
    @Tag("#93")
    void no_permit_of_a_bulkhead_is_lost(World world) {
        var meter = meter(world);
        var guarded = Bulkhead.of(20).around(meter);
        var crowd = storm(world, guarded, () -> assertThat(guarded.status().inUse()).isBetween(0, 20));
        assertThat(guarded.status().inUse()).isZero();
        assertThat(meter.underWay()).hasValue(0);
        assertThat(meter.most()).hasValueLessThanOrEqualTo(20);
        assertThat(crowd.refused.get()).isPositive();
        isWell(guarded);
    }

    @Seeds(3)
    @Tag("#93")
    void a_rate_limiter_lets_no_more_pass_than_it_says(World world) {
        var meter = meter(world);
        var guarded = RateLimiter.of(50, Duration.ofMillis(20)).around(meter);
        var before = world.elapsed();
        var windows = new AtomicInteger();
        var crowd =
                storm(
                        world,
                        guarded,
                        () -> {
                            long periods = world.elapsed().minus(before).dividedBy(Duration.ofMillis(20)) + 1;
                            assertThat(meter.passed().get()).isLessThanOrEqualTo((int) (periods * 50));
                            windows.incrementAndGet();
                        });
        assertThat(windows.get()).isPositive();
        assertThat(crowd.refused.get()).isPositive();
        assertThat(guarded.status().left()).isEqualTo(50);
        isWell(guarded);
    }

    @Seeds(3)
    @Tag("#92")
    void a_circuit_breaker_is_never_stuck_half_open(World world) {
        var meter = meter(world);
        var guarded =
                CircuitBreaker.defaults()
                        .overLast(20)
                        .minimumCalls(10)
                        .probes(5)
                        .openFor(Duration.ofMillis(20))
                        .around(meter);
        var seen = new AtomicInteger();
        world.whenever(event -> event instanceof GuardEvent.StateChanged, seen::incrementAndGet);
        var crowd =
                storm(
                        world,
                        guarded,
                        () -> {
                            var status = guarded.status();
                            if (status.state() == State.HALF_OPEN) {
                                assertThat(status.calls() + status.probing()).isBetween(0, 5);
                            }
                        });
        assertThat(seen.get()).isGreaterThan(3);
        assertThat(crowd.refused.get()).isPositive();
        assertThat(meter.underWay()).hasValue(0);
        assertThat(guarded.status().probing()).isZero();
        // Whatever state the storm has left: calls that succeed close it.
        world.advance(Duration.ofMillis(20));
        for (int i = 0; i < 20 && guarded.status().state() != State.CLOSED; i++) {
            isWell(guarded);
        }
        assertThat(guarded.status().state()).isEqualTo(State.CLOSED);
        isWell(guarded);
    }

    @Seeds(3)
    void a_time_limit_ends_each_request_in_its_time(World world) {
        var meter = meter(world);
        var guarded = TimeLimit.of(Duration.ofMillis(15)).around(meter);
        var crowd = storm(world, guarded, () -> {});
        assertThat(crowd.late.get()).isPositive();
        assertThat(guarded.status().timedOut()).isGreaterThanOrEqualTo(crowd.late.get());
        assertThat(meter.underWay()).hasValue(0);
        isWell(guarded);
    }

    @Seeds(3)
    @Tag("#76")
    void a_retry_forgets_none_of_those_who_wait_for_it(World world) {
        var meter = meter(world);
        var guarded = Retry.of(3).backoff(Duration.ofMillis(5), Duration.ofMillis(50)).around(meter);
        var crowd = storm(world, guarded, () -> {});
        assertThat(guarded.status().waiting()).isZero();
        assertThat(guarded.status().retried()).isPositive();
        assertThat(crowd.answered.get()).as("more than without").isGreaterThan(crowd.asked.get() / 2);
        assertThat(meter.underWay()).hasValue(0);
        isWell(guarded);
    }

    @Seeds(3)
    @Tag("#30")
    void adaptive_limits_stay_within_their_bounds_and_lose_no_permit(World world) {
        var kinds = List.of(AdaptiveLimit.aimd(), AdaptiveLimit.vegas(), AdaptiveLimit.gradient());
        var meter = meter(world);
        var guarded = kinds.get(world.chance().nextInt(3)).limits(20, 2, 40).around(meter);
        storm(
                world,
                guarded,
                () -> {
                    assertThat(guarded.status().limit()).isBetween(2, 40);
                    assertThat(guarded.status().inUse()).isBetween(0, 40);
                });
        assertThat(guarded.status().inUse()).isZero();
        assertThat(meter.underWay()).hasValue(0);
        assertThat(meter.most()).hasValueLessThanOrEqualTo(40);
        isWell(guarded);
    }

    @Seeds(3)
    @Tag("#30")
    void load_shedding_opens_again_after_every_kill_of_the_receiver(World world) {
        var meter = meter(world);
        var guarded = LoadShedding.of(Duration.ofMillis(1), Duration.ofMillis(10)).around(meter);
        world.after(
                Duration.ofMillis(20), () -> world.node().whereis(Work.NAME).ifPresent(_ -> world.pause(Work.NAME)));
        world.after(Duration.ofMillis(80), world::heal);
        storm(world, guarded, () -> {});
        world.advance(Duration.ofMillis(10));
        isWell(guarded);
        isWell(guarded);
        assertThat(guarded.status()).isEqualTo(new LoadShedding.Status(false, 0, Duration.ZERO));
        assertThat(meter.underWay()).hasValue(0);
    }

    @Seeds(3)
    @Tag("#92")
    @Tag("#93")
    void all_guards_around_each_other_keep_their_promises(World world) {
        var meter = meter(world);
        var bulkhead = Bulkhead.of(30).around(meter);
        var adaptive = AdaptiveLimit.vegas().limits(20, 1, 40).around(bulkhead);
        var limited = TimeLimit.of(Duration.ofMillis(40)).around(adaptive);
        var rate = RateLimiter.of(200, Duration.ofMillis(20)).around(limited);
        var breaker = CircuitBreaker.defaults().failureRate(0.9).openFor(Duration.ofMillis(20)).around(rate);
        var shedding = LoadShedding.of(Duration.ofMillis(5), Duration.ofMillis(20)).around(breaker);
        var guarded = Retry.of(3).backoff(Duration.ofMillis(5), Duration.ofMillis(20)).around(shedding);
        storm(world, guarded, () -> assertThat(bulkhead.status().inUse()).isBetween(0, 30));
        assertThat(bulkhead.status().inUse()).isZero();
        assertThat(adaptive.status().inUse()).isZero();
        assertThat(breaker.status().probing()).isZero();
        assertThat(guarded.status().waiting()).isZero();
        assertThat(meter.underWay()).hasValue(0);
        assertThat(meter.most()).hasValueLessThanOrEqualTo(30);
        world.advance(Duration.ofMillis(20));
        isWell(guarded);
    }
}
