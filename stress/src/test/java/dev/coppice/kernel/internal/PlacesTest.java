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
    class The_next_of_a_place {
        private final Place place = new Place(0);

        @Test
        void is_the_oldest() {
            add(1, 2, 3);
            assertThat(next()).isEqualTo(1);
            assertThat(next()).isEqualTo(2);
        }

        @Test
        void is_the_newest_when_the_last_one_has_woken_it() {
            add(1, 2, 3);
            place.woken = true;
            assertThat(next()).isEqualTo(3);
            assertThat(next()).as("nobody was woken since").isEqualTo(1);
        }

        @Test
        @Tag("#95")
        void is_the_oldest_after_a_chain_of_those_who_woke_each_other() {
            add(1, 2);
            for (int chain = 1; chain < Place.CHAIN; chain++) {
                wake(100);
                assertThat(next()).isEqualTo(100);
            }
            wake(100);
            assertThat(next()).isEqualTo(1);
            wake(101);
            assertThat(next()).as("a new chain").isEqualTo(101);
        }

        private void add(int... numbers) {
            for (int number : numbers) {
                place.push(Rig.numbered(number, "body"));
            }
        }

        private void wake(int number) {
            add(number);
            place.woken = true;
        }

        private int next() {
            var next = place.poll();
            return next == null ? -1 : (int) next.id();
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
