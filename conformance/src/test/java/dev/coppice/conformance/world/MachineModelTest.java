package dev.coppice.conformance.world;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.conformance.world.MachineModel.Clock;
import dev.coppice.conformance.world.MachineModel.Script;
import dev.coppice.otp.StateMachine;
import dev.coppice.otp.Timeout;
import dev.coppice.otp.Transition;
import dev.coppice.otp.Transition.Effect;
import dev.coppice.testkit.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Random events on a state machine and on a model of gen_statem: both must write the same log.
@Tag("#56")
class MachineModelTest {
    private static final List<String> STATES = List.of("a", "b", "c");

    private int ids;

    @Test
    void random_events_are_handled_as_by_the_book() {
        long lines = 0;
        for (long seed : seeds()) {
            lines += run(seed);
        }
        // Else the scripts have become so tame that they show nothing.
        assertThat(lines).isGreaterThan(seeds().length * 20L);
    }

    private static long[] seeds() {
        var one = Long.getLong("coppice.seed");
        return one == null ? java.util.stream.LongStream.range(0, 300).toArray() : new long[] {one};
    }

    private long run(long seed) {
        try (var world = World.seeded(seed)) {
            var chance = world.chance();
            var model = new MachineModel();
            model.entries = Map.of("b", List.of(ofEntry(chance)), "c", List.of(ofEntry(chance), ofEntry(chance)));
            var log = new ArrayList<String>();
            var machine =
                    world.node()
                            .spawn(
                                    StateMachine.of(
                                                    "a",
                                                    (String state, Script event) -> {
                                                        log.add(event.id() + state + world.elapsed().toMillis());
                                                        return transition(event, state);
                                                    })
                                            .entering((state, before) -> {
                                                log.add(">" + state + before);
                                                return Transition.keep(
                                                        effects(model.entries.getOrDefault(state, List.of())));
                                            })
                                            .kind(Function.identity()));
            world.settle();
            model.begin();
            for (int i = 0; i < 30; i++) {
                if (chance.nextInt(3) == 0) {
                    int time = chance.nextInt(1, 6);
                    world.advance(Duration.ofMillis(time));
                    model.pass(time);
                } else {
                    var event = script(chance, 2);
                    machine.send(event);
                    world.settle();
                    model.message(event);
                }
                assertThat(log)
                        .as("seed %d, replay it with -Dcoppice.seed=%d", seed, seed)
                        .containsExactlyElementsOf(model.log);
            }
            return log.size();
        }
    }

    // ---- scripts

    /// What it inserts, and what its time-outs bring, is less deep, and what is postponed does nothing else: so every run ends.
    private Script script(RandomGenerator chance, int depth) {
        var id = "#" + ids++ + " ";
        if (chance.nextInt(4) == 0) {
            return new Script(id, chance.nextInt(4) == 0 ? "!" : " ", true, List.of(), List.of());
        }
        var next =
                switch (chance.nextInt(6)) {
                    case 0, 1 -> STATES.get(chance.nextInt(3));
                    case 2 -> "!";
                    default -> " ";
                };
        var inserts = Stream.generate(() -> script(chance, depth - 1)).limit(few(chance, depth)).toList();
        var clocks = Stream.generate(() -> clock(chance, depth)).limit(few(chance, depth)).toList();
        return new Script(id, next, false, inserts, clocks);
    }

    /// An entry that led to another would go on for ever.
    private Clock ofEntry(RandomGenerator chance) {
        var event = new Script("#" + ids++ + " ", " ", false, List.of(), List.of());
        return new Clock(which(chance), chance.nextInt(-2, 4), event);
    }

    private static String which(RandomGenerator chance) {
        return List.of("e", "s", "n", "m").get(chance.nextInt(4));
    }

    private static int few(RandomGenerator chance, int depth) {
        return depth <= 0 ? 0 : chance.nextInt(3);
    }

    private Clock clock(RandomGenerator chance, int depth) {
        return new Clock(which(chance), chance.nextInt(-2, 4), script(chance, depth - 1));
    }

    // ---- the same for the machine

    private static Transition<String, Script> transition(Script event, String state) {
        var effects = new ArrayList<Effect<Script>>(List.of(effects(event.clocks())));
        event.inserts().forEach(inserted -> effects.add(Transition.insert(inserted)));
        if (event.postpones()) {
            effects.add(Transition.postpone());
        }
        return switch (event.next()) {
            case " " -> new Transition.Keep<>(effects);
            case "!" -> new Transition.Repeat<>(state, effects);
            default -> new Transition.To<>(event.next(), effects);
        };
    }

    @SuppressWarnings("unchecked")
    private static Effect<Script>[] effects(List<Clock> clocks) {
        return clocks.stream().map(MachineModelTest::effect).toArray(Effect[]::new);
    }

    private static Effect<Script> effect(Clock clock) {
        var which =
                switch (clock.which()) {
                    case "e" -> Timeout.EVENT;
                    case "s" -> Timeout.STATE;
                    default -> Timeout.named(clock.which());
                };
        return switch (clock.after()) {
            case -2 -> Transition.update(which, clock.event());
            case -1 -> Transition.cancel(which);
            default -> Transition.timeout(which, Duration.ofMillis(clock.after()), clock.event());
        };
    }
}
