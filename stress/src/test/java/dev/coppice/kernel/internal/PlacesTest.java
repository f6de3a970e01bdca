package dev.coppice.kernel.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.Config;
import dev.coppice.kernel.Mailbox;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Server;
import dev.coppice.kernel.spi.Waiting;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
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
    @Tag("#94")
    class A_watchdog_whose_canary {
        private final List<Runnable> canaries = new ArrayList<>();
        private final Canary canary = new Canary(new Held(), 1, 0);
        private final Watchdog watchdog = new Watchdog(Outsider.placesWithoutWatchdog(1), Rig.NODE, canary);

        private final class Held implements Canary.Carriers {
            @Override
            public void send(Runnable canary) {
                canaries.add(canary);
            }

            @Override
            public long cpu() {
                return 0;
            }

            @Override
            public int missing() {
                return 0;
            }

            @Override
            public int raise(int step) {
                return 0;
            }

            @Override
            public void lower(int step) {}

            @Override
            public void kick() {}
        }

        private long last() {
            long next = 0;
            for (int i = 0; i < 1_000 && next != Long.MAX_VALUE; i++) {
                next = watchdog.nextLook(i, false);
            }
            return next;
        }

        @Test
        void is_away_does_not_sleep() {
            canary.look(Watchdog.TICK, 0, 0);
            assertThat(canaries).hasSize(1);
            assertThat(last()).isLessThan(Long.MAX_VALUE);
        }

        @Test
        void has_sung_sleeps_until_it_is_woken() {
            canary.look(Watchdog.TICK, 0, 0);
            canaries.getFirst().run();
            assertThat(last()).isEqualTo(Long.MAX_VALUE);
        }
    }

    /// A worker that looks out for more asks the actor that it ran last, and stays with it while it has mail.
    @Nested
    @Tag("#94")
    class What_a_pinned_actor_receives {
        @Test
        void says_nothing_about_the_carriers() {
            var sums = Server.<Count>of(() -> (request, self) -> self.reply(request, 1));
            try (var node = (LocalNode) Node.start(Config.defaults().quiet())) {
                var watchdog = ((Places) node.scheduler).watchdog;
                var pinned = node.spawn(sums.pinned());
                for (int i = 0; i < 10; i++) {
                    pinned.call(new Count());
                }
                assertThat(node.received()).isEqualTo(10);
                assertThat(watchdog.receivedOnCarriers()).isZero();
                for (var recipe : List.of(sums, sums.blocking())) {
                    node.spawn(recipe).call(new Count());
                }
                assertThat(watchdog.receivedOnCarriers()).isEqualTo(2);
            }
        }

        private record Count() implements Call<Count, Integer> {}
    }

    @Nested
    @Tag("#97")
    class Whether_there_is_mail {
        static Stream<Cell<Object>> cells() {
            return Stream.of(true, false)
                    .flatMap(atRest ->
                            Stream.of(
                                    atRest ? Rig.resting(_ -> {}) : Rig.running(_ -> {}),
                                    Rig.bounded(Mailbox.rejecting(9), _ -> {}, atRest),
                                    Rig.bounded(Mailbox.droppingOldest(9), _ -> {}, atRest)));
        }

        @ParameterizedTest
        @MethodSource("cells")
        void is_so_from_its_arrival_until_it_is_taken(Cell<Object> cell) {
            cell.push(new Mail("first"));
            cell.take();
            assertThat(cell.hasMail()).isFalse();
            cell.push(new Mail("second"));
            assertThat(cell.hasMail()).isTrue();
            cell.take();
            assertThat(cell.hasMail()).isFalse();
        }
    }

    @Nested
    class A_turn {
        private final Place place = new Place(0);

        @Test
        @Tag("#95")
        void has_more_batches_while_they_are_short() {
            assertThat(place.prolongs(true, 0)).isTrue();
            assertThat(place.prolongs(false, Place.TURN - 1)).isTrue();
            assertThat(place.prolongs(false, Place.TURN)).isFalse();
        }

        @Test
        @Tag("#95")
        void is_reckoned_from_its_own_first_batch() {
            place.prolongs(true, 0);
            long later = Long.MAX_VALUE - 1; // the clock runs over
            assertThat(place.prolongs(true, later)).isTrue();
            assertThat(place.prolongs(false, later + Place.TURN - 1)).isTrue();
            assertThat(place.prolongs(false, later + Place.TURN)).isFalse();
        }

        @Test
        void is_over_when_somebody_needs_the_place() {
            place.prolongs(true, 0);
            place.preempt = true;
            assertThat(place.prolongs(false, 1)).isFalse();
            assertThat(place.prolongs(true, 1)).isFalse();
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
    class Places_that_are_opened_beside_hogs {
        private final CountDownLatch stop = new CountDownLatch(1);

        private void hog(Places places, int count) throws InterruptedException {
            var running = new CountDownLatch(count);
            for (int i = 0; i < count; i++) {
                places.ready(
                        actor(() -> {
                            running.countDown();
                            while (stop.getCount() > 0) {
                                Thread.onSpinWait();
                            }
                        }));
            }
            assertThat(running.await(20, TimeUnit.SECONDS)).isTrue();
        }

        @Test
        void take_work_again_and_again_without_the_watchdogs_help() throws InterruptedException {
            var places = Outsider.placesWithoutWatchdog(1);
            try {
                hog(places, 1);
                assertThat(places.anyIdle()).isFalse();
                places.open(1);
                assertThat(new Outsider(places).bringsWork(1_000)).as("all was done").isTrue();
            } finally {
                stop.countDown();
            }
        }

        @Test
        void are_closed_when_they_are_needed_no_longer() throws InterruptedException {
            var places = Outsider.placesWithoutWatchdog(1);
            try {
                places.open(1);
                assertThat(new Outsider(places).bringsWork(1)).isTrue();
                await(places::allIdle);
                hog(places, 1);
                assertThat(places.anyIdle()).isTrue();
                places.open(0);
                assertThat(places.anyIdle()).isFalse();
            } finally {
                stop.countDown();
            }
            await(places::allIdle);
            places.open(0);
            assertThat(places.allIdle()).isTrue();
        }

        @Test
        void come_with_the_carriers_and_go_with_the_hogs() throws InterruptedException {
            try (var node = Node.start(Config.defaults().quiet())) {
                var places = (Places) ((LocalNode) node).scheduler;
                try {
                    hog(places, places.regular);
                    places.ready(actor(() -> {}));
                    await(() -> places.count > places.regular && places.anyIdle());
                } finally {
                    stop.countDown();
                }
                await(() -> places.open() == places.regular);
                await(places::allIdle);
            }
        }

        private static void await(BooleanSupplier condition) {
            for (long end = System.nanoTime() + 20_000_000_000L; !condition.getAsBoolean(); Thread.onSpinWait()) {
                assertThat(System.nanoTime()).as("the time").isLessThan(end);
            }
        }
    }

    private static Cell<?> actor(Runnable deed) {
        Server<Object> server = (_, _) -> deed.run();
        var cell = Rig.numbered(1, server);
        cell.push(new Mail("do"));
        return cell;
    }

    @Nested
    class A_search_for_work {
        private final Places places = Outsider.placesWithoutWatchdog(2);
        private final Place here = new Place(0);
        private final Cell<?> withMail = actor(() -> {});

        @Test
        void is_not_made_after_many_in_vain() {
            giveUp();
            assertThat(places.lookout.search(here, withMail)).isNull();
        }

        @Test
        void is_made_after_an_answer_all_the_same() {
            giveUp();
            here.answered = true;
            assertThat(places.lookout.search(here, withMail)).isSameAs(withMail);
            assertThat(places.lookout.search(here, withMail)).as("once").isNull();
        }

        @Test
        void is_announced_by_an_answer_to_a_thread_that_has_not_stopped() throws Exception {
            var announced = new CompletableFuture<Boolean>();
            places.ready(
                    actor(() -> {
                        places.resume(new Who_waits_on_the_only_place.Wait());
                        announced.complete(
                                Runner.current() instanceof Worker worker
                                        && worker.place instanceof Place place
                                        && place.answered);
                    }));
            assertThat(announced.get(20, TimeUnit.SECONDS)).isTrue();
        }

        private void giveUp() {
            for (int i = 0; i < 20; i++) {
                here.searches.lost();
            }
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
