package dev.coppice.kernel.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.Server;
import dev.coppice.kernel.spi.Waiting;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The scheduler of one place, alone.
class PlacesTest {

    @Nested
    class Work_that_comes_while_the_last_worker_ends {
        @ParameterizedTest
        @ValueSource(ints = {1, 2})
        @Tag("#135")
        void is_not_left_behind(int count) {
            var places = Outsider.placesWithoutWatchdog(count);
            assertThat(new Outsider(places).bringsWork(60_000)).as("all was done").isTrue();
            assertThat(places.anyWork()).isFalse();
        }
    }

    @Nested
    class Who_waits_on_the_only_place {
        @Test
        void leaves_it_to_others_without_the_watchdogs_help() throws InterruptedException {
            var places = Outsider.placesWithoutWatchdog(1);
            var wait = new Wait();
            var done = new CountDownLatch(2);
            places.ready(
                    actor(() -> {
                        places.suspend(wait);
                        done.countDown();
                    }));
            assertThat(wait.begun.await(20, TimeUnit.SECONDS)).isTrue();
            places.ready(
                    actor(() -> {
                        done.countDown();
                        wait.over = true;
                        places.resume(wait);
                    }));
            assertThat(done.await(20, TimeUnit.SECONDS)).as("the other ran, and then who had waited").isTrue();
        }

        private static Cell<?> actor(Runnable deed) {
            Server<Object> server = (_, _) -> deed.run();
            var cell = Rig.numbered(1, server);
            cell.push(new Mail("do"));
            return cell;
        }

        private static final class Wait extends Waiting {
            final CountDownLatch begun = new CountDownLatch(1);
            volatile boolean over;

            @Override
            public boolean over() {
                return over;
            }

            @Override
            public void stops() {
                begun.countDown();
            }

            @Override
            public void ring() {
                throw new AssertionError("no alarm was set");
            }
        }
    }
}
