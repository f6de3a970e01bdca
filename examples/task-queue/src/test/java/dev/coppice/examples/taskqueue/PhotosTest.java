package dev.coppice.examples.taskqueue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.otp.WorkQueue.DeadJobs;
import dev.coppice.otp.WorkQueue.Statistics;
import dev.coppice.otp.WorkQueue.Submit;
import dev.coppice.testkit.Chaos;
import dev.coppice.testkit.Chaos.Fault;
import dev.coppice.testkit.Seeds;
import dev.coppice.testkit.World;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("#91")
class PhotosTest {
    @Nested
    class The_program {
        @Test
        @Tag("#142")
        void tells_the_story() throws Exception {
            var before = System.out;
            var told = new ByteArrayOutputStream();
            System.setOut(new PrintStream(told, true));
            try {
                Photos.main(new String[0]);
            } finally {
                System.setOut(before);
            }
            assertThat(told.toString().lines())
                    .contains(
                            "a helper took \"city\" and ran away",
                            "done: beach, city, forest, lake, shaky dog",
                            "4 times tried again",
                            "given up after 3 attempts: \"torn map\"");
        }
    }

    @Nested
    class The_queue {
        @Seeds(200)
        void loses_no_photo_when_workers_are_killed(World world) {
            var studio = new Studio();
            world.start(Photos.tree(studio));
            world.unleash(
                    Chaos.of(Fault.KILL, Fault.SLOW)
                            .strikes(2)
                            .within(Duration.ofMillis(100))
                            .victims(path -> path.contains("/worker")));
            for (int i = 0; i < 10; i++) {
                world.ref(Photos.QUEUE).call(new Submit<>("photo " + i));
                world.advance(Duration.ofMillis(world.chance().nextInt(20)));
            }
            world.heal();
            world.advance(Duration.ofMinutes(1));
            var counts = world.ref(Photos.QUEUE).call(new Statistics<>());
            assertThat(counts.done()).isEqualTo(10);
            assertThat(studio.prints()).hasSize(10);
            assertThat(world.ref(Photos.QUEUE).call(new DeadJobs<>())).isEmpty();
        }
    }
}
