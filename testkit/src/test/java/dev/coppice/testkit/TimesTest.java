package dev.coppice.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.coppice.kernel.Name;
import dev.coppice.kernel.Server;
import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class TimesTest {
    private static final Name<String> NAME = Name.of("somebody");
    private static final Duration FOR_EVER = Duration.ofSeconds(Long.MAX_VALUE);

    /// What takes a time, by the name that it has in the error.
    private static Map<String, Consumer<Duration>> takers(World world) {
        Probe<String> probe = Probe.in(world.node());
        var way = Unreliable.of(probe);
        return Map.ofEntries(
                Map.entry("advance", world::advance),
                Map.entry("leap", world::leap),
                Map.entry("mustSettle", world::mustSettle),
                Map.entry("until", time -> world.until("it is so", time, () -> true)),
                Map.entry("slow", time -> world.slow(NAME, time)),
                Map.entry("after", time -> world.after(time, () -> {})),
                Map.entry("patience", probe::patience),
                Map.entry("expectNothing", probe::expectNothing),
                Map.entry("within", time -> probe.within(time, () -> "")),
                Map.entry("delaying", time -> way.delaying(0.5, time)));
    }

    @Test
    void too_long_or_negative_are_refused_by_name_with_what_is_allowed() {
        try (var world = World.seeded(1)) {
            world.node().spawn(Server.<String>of(() -> (_, _) -> {}).named(NAME));
            takers(world)
                    .forEach((what, taker) -> {
                        assertThatIllegalArgumentException()
                                .as(what)
                                .isThrownBy(() -> taker.accept(FOR_EVER))
                                .withMessage(what + " takes a time from zero to 36500 days, was " + FOR_EVER);
                        assertThatIllegalArgumentException()
                                .as(what)
                                .isThrownBy(() -> taker.accept(Duration.ofNanos(-1)));
                    });
            assertThat(world.elapsed()).isZero();
        }
        assertThatIllegalArgumentException().isThrownBy(() -> Chaos.all().within(FOR_EVER));
    }

    @Test
    void of_a_century_are_taken() {
        try (var world = World.seeded(2)) {
            world.leap(Duration.ofDays(36_500));
            assertThat(world.elapsed()).isEqualTo(Duration.ofDays(36_500));
        }
    }
}
