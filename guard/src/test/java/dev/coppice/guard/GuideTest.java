package dev.coppice.guard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.guard.Work.Do;
import dev.coppice.guard.Work.Fate;
import dev.coppice.guard.Work.Worker;
import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Server;
import dev.coppice.testkit.Probe;
import dev.coppice.testkit.World;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The snippets of `docs/guide/guards.md`, compiled and run. When you change one, change the other.
@Tag("#143")
class GuideTest {
    static final CircuitBreaker BREAKER =
            CircuitBreaker.defaults().named("payments").failureRate(0.5).overLast(20).minimumCalls(10);

    @Test
    void a_guard_is_a_ref() {
        try (var node = Node.start()) {
            var payments = node.spawn(Server.<Work>of(Worker::new));

            Ref<Work> guarded = BREAKER.around(payments);
            String answer = guarded.call(new Do(Fate.ANSWER));

            assertThat(answer).isEqualTo("done");
        }
    }

    @Test
    void guards_around_guards() {
        try (var node = Node.start(Work.TREE)) {
            var payments = node.ref(Work.NAME);

            var breaker = BREAKER.around(Bulkhead.of(20).around(payments));
            var guarded =
                    Retry.of(3)
                            .backoff(Duration.ofMillis(50), Duration.ofSeconds(1))
                            .around(TimeLimit.of(Duration.ofMillis(500)).around(breaker))
                            .within(Duration.ofSeconds(3));

            assertThat(guarded.call(new Do(Fate.LATER))).isEqualTo("later");
            assertThat(breaker.status().calls()).isEqualTo(1);
        }
    }

    @Test
    void a_refusal_is_a_value() {
        try (var node = Node.start()) {
            var guarded = Bulkhead.of(1).around(Probe.<Work>in(node));
            var busy = guarded.ask(new Do(Fate.ANSWER));

            String answer =
                    guarded.ask(new Do(Fate.ANSWER))
                            .await()
                            .orElse(why ->
                                    switch (why) {
                                        case Failure.Refused(var policy) -> "come again: " + policy;
                                        default -> throw new CallFailed(why);
                                    });

            assertThat(answer).startsWith("come again: bulkhead of ").endsWith(" is full: 1 requests are under way");
            assertThat(busy.abandon()).isTrue();
        }
    }

    @Test
    void events() {
        try (var world = World.seeded(42)) {
            var guarded = BREAKER.around(world.node().spawn(Server.<Work>of(Worker::new)));
            Probe<GuardEvent> log = world.probe();

            world.node().subscribe(GuardEvent.class, log);

            for (int i = 0; i < 10; i++) {
                assertThat(guarded.ask(new Do(Fate.SILENCE)).await()).isNotNull();
            }
            assertThat(log.expect().guard()).isEqualTo("circuit breaker \"payments\"");
        }
    }

    @Test
    void every_snippet_of_the_guide_stands_here() throws IOException {
        var here = plain(Files.readString(Path.of("src/test/java/dev/coppice/guard/GuideTest.java")));
        var guide = Files.readString(Path.of("../docs/guide/guards.md"));
        var snippets =
                Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
                        .matcher(guide)
                        .results()
                        .map(snippet -> plain(snippet.group(1)))
                        .toList();
        assertThat(snippets).hasSize(5).allSatisfy(snippet -> assertThat(here).contains(snippet));
        for (var guard : Guard.class.getPermittedSubclasses()) {
            assertThat(guide).contains("`" + guard.getSimpleName() + "`");
        }
    }

    private static String plain(String code) {
        return code.replaceAll("\\s+", "");
    }
}
