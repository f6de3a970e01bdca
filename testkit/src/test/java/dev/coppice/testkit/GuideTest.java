package dev.coppice.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.Node;
import dev.coppice.testkit.Chaos.Fault;
import dev.coppice.testkit.GivenTest.Add;
import dev.coppice.testkit.GivenTest.Msg;
import dev.coppice.testkit.GivenTest.Sum;
import dev.coppice.testkit.GivenTest.Total;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The snippets of `docs/guide/testing.md`, compiled and run. When you change one, change the other.
@Tag("#143")
class GuideTest {

    @Test
    void given_when_then() {
        Given.<Sum, Msg>state(new Sum(1), Sum::step)
                .when(new Add(2))
                .when(new Total())
                .thenReplies(3L)
                .thenState(new Sum(3));
    }

    @Test
    void a_probe() {
        try (var node = Node.start(Bank.TREE)) {
            var probe = Probe.<Long>in(node);
            node.ref(Bank.ALICE).send(new Bank.Put(7));
            probe.send(node.ref(Bank.ALICE).call(new Bank.Balance()));
            probe.expectEqual(107L);
            probe.expectNothing(Duration.ofMillis(1));
        }
    }

    @Test
    void a_world() {
        try (var world = World.seeded(42)) {
            world.start(Bank.TREE);
            var before = world.pid(Bank.ALICE);
            world.crash(Bank.ALICE, new IllegalStateException("disk full"));
            world.settle();
            assertThat(world.pid(Bank.ALICE)).isNotEqualTo(before);
            assertThat(world.ref(Bank.ALICE).call(new Bank.Balance())).isEqualTo(100);
            world.advance(Duration.ofHours(5));
        }
    }

    @Seeds(200)
    void the_bank_survives_its_accounts(World world) {
        world.start(Bank.TREE);
        world.unleash(Chaos.of(Fault.CRASH, Fault.KILL, Fault.SLOW).victims(path -> path.startsWith("/supervisor/")));
        for (int i = 0; i < 10; i++) {
            world.ref(Bank.CLERK).ask(new Bank.Move(world.chance().nextInt(100)));
            world.advance(Duration.ofMillis(50));
        }
        world.heal();
        world.mustSettle(Duration.ofMinutes(1));
        assertThat(world.ref(Bank.ALICE).call(new Bank.Balance())).isNotNull();
    }

    @Test
    void every_snippet_of_the_guide_stands_here() throws IOException {
        var here = plain(Files.readString(Path.of("src/test/java/dev/coppice/testkit/GuideTest.java")));
        var guide = Files.readString(Path.of("../docs/guide/testing.md"));
        var snippets =
                Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
                        .matcher(guide)
                        .results()
                        .map(snippet -> plain(snippet.group(1)))
                        .toList();
        assertThat(snippets).hasSize(4).allSatisfy(snippet -> assertThat(here).contains(snippet));
        assertThat(List.of("Given", "Probe", "World", "@Seeds")).allSatisfy(word -> assertThat(guide).contains(word));
    }

    private static String plain(String code) {
        return code.replaceAll("\\s+", "");
    }
}
