package dev.coppice.otp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.ExitReason;
import dev.coppice.otp.Child.Restart;
import dev.coppice.otp.Puppets.Start;
import dev.coppice.otp.Supervisor.AutoShutdown;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Random supervisors, crashes and requests, played on [Decisions] and on [ReferenceModel]: the same traces, answers and states.
@Tag("#66")
@Tag("#68")
@Tag("#69")
@Tag("#72")
class ModelTest {
    private static final int SEQUENCES = 12_000;
    private static final long FIRST_SEED = Long.getLong("coppice.seed", 1);

    /// What the sequences met, so that a generator that has gone dull is noticed.
    private final Map<String, Integer> met = new TreeMap<>();

    @Nested
    class A_random_sequence_of_crashes_and_requests {

        @Test
        void does_the_same_as_the_reference_model() {
            for (long seed = FIRST_SEED; seed < FIRST_SEED + SEQUENCES; seed++) {
                new Run(seed).play();
            }
            assertThat(met)
                    .containsKeys(
                            "ONE",
                            "ALL",
                            "REST",
                            "boot failed",
                            "gave up",
                            "survived",
                            "retry",
                            "Started",
                            "Running",
                            "Present",
                            "NotStarted",
                            "Ignored",
                            "Invalid",
                            "NotFound",
                            "Restarting",
                            "Done")
                    .allSatisfy((what, times) -> assertThat(times).as(what).isGreaterThan(100));
        }
    }

    private final class Run {
        private final long seed;
        private final Random random;
        private final List<String> script = new ArrayList<>();
        private final Puppets real;
        private final ReferenceModel model;
        private int added;

        Run(long seed) {
            this.seed = seed;
            this.random = new Random(seed);
            var strategy = pick(ReferenceModel.Strategy.values());
            int intensity = random.nextInt(6);
            long period = Duration.ofSeconds(5).toNanos();
            char auto = "nyl".charAt(random.nextInt(3));
            int failing = random.nextInt(4); // tenths of all starts
            long dice = random.nextLong();
            this.model = new ReferenceModel(strategy, intensity, period, auto, starts(dice, failing));
            for (int i = 0; i < 1 + random.nextInt(5); i++) {
                model.kids.add(kid("abcde".substring(i, i + 1)));
            }
            this.real = new Puppets(supervisor(strategy, auto).intensity(intensity, Duration.ofNanos(period)));
            var outcomes = starts(dice, failing);
            real.starts = id -> outcome(outcomes.apply(id));
            meet(strategy.name());
            script.add(strategy + " " + model.state() + " intensity " + intensity + " auto " + auto);
        }

        /// The same dice for both: the outcome of the nth start.
        private static Function<String, Character> starts(long dice, int failing) {
            var random = new Random(dice);
            return _ -> {
                int roll = random.nextInt(1000);
                return roll < failing * 100 ? 'f' : roll < failing * 100 + 30 ? 'i' : roll > 997 ? 'e' : 'u';
            };
        }

        private static Start outcome(char how) {
            return switch (how) {
                case 'u' -> Start.UP;
                case 'f' -> Start.FAILS;
                case 'e' -> Start.ESCALATES;
                default -> Start.IGNORED;
            };
        }

        private ReferenceModel.Kid kid(String id) {
            char type = "pptx".charAt(random.nextInt(4));
            boolean significant = type != 'p' && model.auto != 'n' && random.nextInt(3) == 0;
            long wait = random.nextInt(4) == 0 ? (1 + random.nextInt(500)) * 1_000_000L : 0;
            return new ReferenceModel.Kid(id, type, significant, wait);
        }

        private static Child child(ReferenceModel.Kid kid) {
            var child =
                    Puppets.child(
                            kid.id,
                            switch (kid.type) {
                                case 'p' -> Restart.PERMANENT;
                                case 't' -> Restart.TRANSIENT;
                                default -> Restart.TEMPORARY;
                            });
            child = kid.significant ? child.significant() : child;
            var wait = Duration.ofNanos(kid.wait);
            return kid.wait == 0
                    ? child
                    : child.backoff(new Backoff(wait, wait.multipliedBy(8), 2, 0, wait.multipliedBy(100)));
        }

        private Supervisor supervisor(ReferenceModel.Strategy strategy, char auto) {
            var children = model.kids.stream().map(Run::child).toArray(Child[]::new);
            var supervisor =
                    switch (strategy) {
                        case ONE -> Supervisor.oneForOne(children);
                        case ALL -> Supervisor.oneForAll(children);
                        case REST -> Supervisor.restForOne(children);
                    };
            return supervisor.autoShutdown(
                    auto == 'n'
                            ? AutoShutdown.NEVER
                            : auto == 'y' ? AutoShutdown.ANY_SIGNIFICANT : AutoShutdown.ALL_SIGNIFICANT);
        }

        void play() {
            model.boot();
            real.feed(new Event.Boot());
            compare();
            if (model.over) {
                meet("boot failed");
                return;
            }
            for (int i = 0; i < 30 && !model.over; i++) {
                step();
                compare();
            }
            meet(model.over ? "gave up" : "survived");
        }

        private void step() {
            long pause = random.nextInt(3) == 0 ? random.nextInt(4_000_000) * 1_000L : 0;
            model.now += pause;
            real.now = model.now;
            switch (random.nextInt(10)) {
                case 0, 1, 2, 3 -> crash();
                case 4, 5 -> again();
                case 6 -> add();
                case 7 -> request("terminate", model::terminate, Event.Terminate::new);
                case 8 -> request("restart", model::restart, Event.Restart::new);
                default -> request("delete", model::delete, Event.Delete::new);
            }
        }

        private void crash() {
            var running = model.kids.stream().filter(kid -> kid.running).toList();
            if (!running.isEmpty()) {
                var kid = running.get(random.nextInt(running.size()));
                var reason = reason();
                script.add(kid.id + " exits " + reason);
                model.exits(kid, reason.clean(), reason.escalates());
                real.exits(kid.id, reason);
            }
        }

        private ExitReason reason() {
            return switch (random.nextInt(20)) {
                case 0 -> Puppets.ESCALATION;
                case 1, 2, 3 -> new ExitReason.Normal();
                case 4, 5 -> new ExitReason.Shutdown("bye");
                case 6, 7 -> new ExitReason.Killed();
                default -> Puppets.CRASH;
            };
        }

        private void again() {
            if (!model.retries.isEmpty()) {
                meet("retry");
                script.add("retry");
                model.again(model.retries.removeFirst());
                real.again();
            }
        }

        private void add() {
            var id = random.nextBoolean() ? "n" + added++ : id();
            var kid = kid(id);
            if (random.nextInt(5) == 0 && model.auto == 'n' && kid.type != 'p') {
                kid = new ReferenceModel.Kid(id, kid.type, true, 0);
            }
            script.add("add " + id);
            answered(model.add(kid), real.ask(new Event.Add(child(kid))));
        }

        private void request(String what, Function<String, String> expected, Function<String, Event> event) {
            var id = id();
            script.add(what + " " + id);
            answered(expected.apply(id), real.ask(event.apply(id)));
        }

        private String id() {
            int pick = random.nextInt(model.kids.size() + 1);
            return pick == model.kids.size() ? "?" : model.kids.get(pick).id;
        }

        private void answered(String expected, Action.Result actual) {
            meet(expected);
            assertThat(actual.getClass().getSimpleName()).as(this::story).isEqualTo(expected);
        }

        private void compare() {
            assertThat(real.trace()).as(this::story).isEqualTo(String.join(" ", model.trace));
            assertThat(real.ended != null || real.failed != null).as(this::story).isEqualTo(model.over);
            assertThat(real.retries)
                    .as(this::story)
                    .extracting(Puppets.Due::at)
                    .containsExactlyElementsOf(model.retries.stream().map(ReferenceModel.Due::at).toList());
            assertThat(real.tree.sweep()).as(() -> "starts left over, " + story()).isEmpty();
            if (!model.over) {
                assertThat(real.state()).as(this::story).isEqualTo(model.state());
            }
        }

        private String story() {
            return "seed " + seed + " (again with -Dcoppice.seed=" + seed + "): " + String.join("; ", script);
        }

        private <T> T pick(T[] values) {
            return values[random.nextInt(values.length)];
        }
    }

    private void meet(String what) {
        met.merge(what, 1, Integer::sum);
    }
}
