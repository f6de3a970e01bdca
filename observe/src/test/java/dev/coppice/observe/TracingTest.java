package dev.coppice.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.Cancellable;
import dev.coppice.kernel.DeadLetter;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Server;
import dev.coppice.kernel.spi.Tap;
import dev.coppice.observe.Garden.Ask;
import dev.coppice.observe.Garden.Hold;
import dev.coppice.observe.Garden.Note;
import dev.coppice.observe.Garden.Water;
import dev.coppice.observe.Garden.Wither;
import dev.coppice.observe.Tracing.Wish;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("#102")
class TracingTest {
    private Garden garden = Garden.open();

    @AfterEach
    void close() {
        garden.close();
    }

    private static Wish wish(String name, String type) {
        return new Wish(name, type, 1, 500, Duration.ofMinutes(1));
    }

    /// A call answered means that the message before was handled; the answer itself is not.
    private void settle(Pid<Garden.Msg> plant) {
        plant.call(new Water(0));
    }

    @Nested
    class A_session {
        @Test
        void follows_a_message_through_the_handlers_that_it_causes() {
            var gardener = garden.node.spawn(Garden.plant().labelled("gardener"));
            var session = garden.facts().trace(wish("gardener", "Ask"));
            gardener.call(new Ask(garden.rose()));
            session.close();
            var legs = session.legs();
            assertThat(legs).extracting(Tracing.Leg::type).containsExactly("Ask", "Water");
            assertThat(legs.get(0).parent()).isZero();
            assertThat(legs.get(0).from()).isEqualTo("outside");
            assertThat(legs.get(1).parent()).isEqualTo(legs.get(0).number());
            assertThat(legs.get(1).trace()).isEqualTo(legs.get(0).number());
            assertThat(legs.get(1).from()).isEqualTo(gardener.path());
            assertThat(legs.get(1).to()).isEqualTo(garden.rose().path());
            assertThat(legs.get(1).message()).isEqualTo("Water[litres=1]");
            assertThat(legs).allMatch(Tracing.Leg::request).allMatch(leg -> leg.queued() >= 0);
        }

        @Test
        void picks_by_name_type_and_share() {
            var plant = garden.node.spawn(Garden.plant().labelled("picked"));
            var session = garden.facts().trace(new Wish("picked", "Note", 3, 500, Duration.ofMinutes(1)));
            for (int i = 0; i < 9; i++) {
                plant.send(new Note("n" + i));
                garden.rose().send(new Note("other"));
            }
            settle(plant);
            settle(garden.rose());
            assertThat(session.legs())
                    .extracting(Tracing.Leg::message)
                    .containsExactly("Note[text=n0]", "Note[text=n3]", "Note[text=n6]");
        }

        @Test
        void shows_a_crash_and_a_dead_letter() {
            var plant = garden.node.spawn(Garden.plant().labelled("doomed"));
            var session = garden.facts().trace(wish("doomed", ""));
            plant.send(new Wither(new IllegalStateException("dry")));
            plant.send(new Note("too late"));
            Garden.gone(plant);
            assertThat(session.legs())
                    .extracting(Tracing.Leg::outcome)
                    .satisfiesExactly(
                            crash -> assertThat(crash).contains("IllegalStateException: dry"),
                            letter -> assertThat(letter).startsWith("dead letter: "));
        }

        @Test
        void ends_after_its_legs_and_leaves_no_tap_behind() {
            var session = garden.facts().trace(new Wish("rose", "", 1, 3, Duration.ofMinutes(1)));
            for (int i = 0; i < 10; i++) {
                garden.rose().send(new Note("n" + i));
            }
            settle(garden.rose());
            assertThat(session.isOver()).isTrue();
            assertThat(session.legs()).hasSize(3);
        }

        @Test
        void ends_after_its_time() {
            var session = garden.facts().trace(new Wish("rose", "", 1, 3, Duration.ofNanos(1)));
            garden.tick();
            assertThat(session.isOver()).isTrue();
            garden.rose().send(new Note("not followed"));
            settle(garden.rose());
            assertThat(session.legs()).isEmpty();
        }

        @Test
        void ends_when_another_begins_and_with_the_observer() {
            var facts = garden.facts();
            var one = facts.trace(wish("rose", ""));
            var two = facts.trace(wish("rose", ""));
            assertThat(one.isOver()).isTrue();
            assertThat(two.isOver()).isFalse();
            garden.pid.stop();
            Garden.gone(garden.pid);
            assertThat(two.isOver()).isTrue();
        }

        @Test
        void still_shows_a_request_that_was_forwarded() {
            var rose = garden.rose();
            var gate =
                    garden.node.spawn(
                            Server.<Garden.Msg>of(() ->
                                    (msg, self) -> {
                                        if (msg instanceof Garden.Water water) {
                                            self.forward(water, rose);
                                        }
                                    }));
            var session = garden.facts().trace(wish("", "Water"));
            gate.call(new Garden.Water(3));
            settle(rose);
            assertThat(session.legs())
                    .first()
                    .satisfies(leg -> {
                        assertThat(leg.to()).isEqualTo(rose.path());
                        assertThat(leg.message()).isEqualTo("Water[litres=3]");
                    });
        }

        @Test
        void does_not_begin_when_the_observer_has_ended() {
            var facts = garden.facts();
            garden.pid.stop();
            Garden.gone(garden.pid);
            var late = facts.trace(wish("rose", ""));
            assertThat(late.isOver()).isTrue();
            garden.rose().send(new Note("not followed"));
            settle(garden.rose());
            assertThat(late.legs()).isEmpty();
        }

        @Test
        void keeps_no_message_alive_once_it_is_over_or_the_message_is_lost() throws Exception {
            garden.close();
            garden = Garden.open(observer -> observer.keptLetters(1));
            var entered = new CountDownLatch(1);
            var open = new CountDownLatch(1);
            garden.rose().send(new Hold(entered, open));
            entered.await();
            var session = garden.facts().trace(wish("", "Note"));
            var dead = garden.node.spawn(Garden.plant());
            dead.kill();
            Garden.gone(dead);
            var lost = tell(dead);
            garden.tick();
            assertThat(isCollected(lost)).isTrue();
            var late = tell(garden.rose());
            session.close();
            open.countDown();
            settle(garden.rose());
            settle(garden.rose());
            assertThat(isCollected(late)).isTrue();
            assertThat(session.legs()).hasSize(2);
        }

        private static WeakReference<Note> tell(Pid<Garden.Msg> plant) {
            var note = new Note(new String(new char[10]));
            plant.send(note);
            return new WeakReference<>(note);
        }

        private boolean isCollected(WeakReference<Note> note) {
            for (int i = 0; i < 100 && note.get() != null; i++) {
                System.gc();
                garden.pid.await(Duration.ofMillis(1));
            }
            return note.get() == null;
        }

        @Test
        void is_begun_over_http_with_the_token_only() {
            assertThat(garden.post("/api/trace?do=start&name=rose").statusCode()).isEqualTo(401);
            assertThat(garden.json("/api/trace").at("/running").asBoolean()).isFalse();
            assertThat(
                            garden.post(
                                            "/api/trace?do=start&name=rose&every=-3&legs=999999999&seconds=x",
                                            Gate.TOKEN,
                                            Garden.TOKEN)
                                    .statusCode())
                    .isEqualTo(200);
            garden.rose().send(new Note("<b>bold</b>"));
            settle(garden.rose());
            var seen = garden.json("/api/trace");
            assertThat(seen.at("/wish/legs").asInt()).isEqualTo(5_000);
            assertThat(seen.at("/legs/0/message").asString()).isEqualTo("Note[text=<b>bold</b>]");
            assertThat(garden.post("/api/trace?do=end", Gate.TOKEN, Garden.TOKEN).statusCode()).isEqualTo(200);
            assertThat(garden.json("/api/trace").at("/running").asBoolean()).isFalse();
            assertThat(garden.post("/api/trace?do=x", Gate.TOKEN, Garden.TOKEN).statusCode()).isEqualTo(400);
        }
    }

    @Nested
    class A_tap {
        /// Writes down what it is told; each ride is a number.
        private static final class Notes implements Tap<Integer> {
            final List<String> told = Collections.synchronizedList(new ArrayList<>());
            private int next;

            @Override
            public Optional<Integer> leaves(
                    Optional<Integer> parent, Optional<Pid<?>> from, Ref<?> to, Object message, boolean request) {
                var ride = ++next;
                told.add("leaves " + ride + parent.map(above -> " below " + above).orElse(""));
                return Optional.of(ride);
            }

            @Override
            public void begins(Integer ride, Pid<?> by) {
                told.add("begins " + ride);
            }

            @Override
            public void ends(Integer ride, Pid<?> by, Optional<Throwable> thrown) {
                told.add("ends " + ride);
            }

            @Override
            public void lost(Integer ride, Ref<?> to, DeadLetter.Reason reason) {
                told.add("lost " + ride);
            }
        }

        private final Notes notes = new Notes();

        @Test
        void is_told_of_each_station_also_through_via_and_by_name() {
            Cancellable tap = Tap.into(garden.node, notes);
            garden.node.ref(Garden.ROSE).<String>via(Note::new).send("wrapped");
            garden.node.ref(Garden.ROSE).call(new Water(1));
            settle(garden.rose());
            tap.cancel();
            garden.rose().call(new Water(1));
            assertThat(notes.told)
                    .startsWith("leaves 1")
                    .containsSubsequence("begins 1", "ends 1", "begins 2", "ends 2")
                    .contains("leaves 2", "leaves 3")
                    .noneMatch(line -> line.endsWith("4"));
        }

        @Test
        void of_two_each_gets_its_own_rides_back() {
            var other = new Notes();
            other.next = 100;
            var first = Tap.into(garden.node, notes);
            var second = Tap.into(garden.node, other);
            garden.rose().send(new Note("n"));
            garden.rose().call(new Water(1));
            first.cancel();
            second.cancel();
            assertThat(notes.told).contains("begins 1", "ends 1").noneMatch(line -> line.contains("101"));
            assertThat(other.told).contains("begins 101", "ends 101");
        }

        @Test
        void of_another_node_hears_nothing() {
            try (var other = Garden.open()) {
                var tap = Tap.into(other.node, notes);
                garden.rose().send(new Note("n"));
                settle(garden.rose());
                tap.cancel();
                assertThat(notes.told).isEmpty();
            }
        }

        @Test
        void ends_with_its_node() {
            Cancellable tap;
            try (var other = Garden.open()) {
                tap = Tap.into(other.node, notes);
            }
            assertThat(tap.cancel()).as("it was taken out already").isFalse();
            garden.rose().call(new Water(1));
            assertThat(notes.told).isEmpty();
        }

        @Test
        void that_throws_harms_nobody() {
            var broken =
                    Tap.into(
                            garden.node,
                            new Tap<String>() {
                                @Override
                                public Optional<String> leaves(
                                        Optional<String> parent,
                                        Optional<Pid<?>> from,
                                        Ref<?> to,
                                        Object message,
                                        boolean request) {
                                    if (message instanceof Note) {
                                        throw new IllegalStateException("leaves");
                                    }
                                    return Optional.of("ride");
                                }

                                @Override
                                public void begins(String ride, Pid<?> by) {
                                    throw new IllegalStateException("begins");
                                }

                                @Override
                                public void ends(String ride, Pid<?> by, Optional<Throwable> thrown) {
                                    throw new IllegalStateException("ends");
                                }
                            });
            garden.rose().send(new Note("n"));
            assertThat(garden.rose().call(new Water(5))).isEqualTo(5);
            broken.cancel();
            assertThat(garden.node.crashes()).isEmpty();
            assertThat(garden.node.counters().unaccounted()).isZero();
        }
    }

    @Nested
    @Tag("#99")
    class Times_of_messages {
        @Test
        void are_kept_by_kind_when_asked_for() {
            garden.close();
            garden = Garden.open(observer -> observer.timedEvery(1));
            for (int i = 0; i < 100; i++) {
                garden.rose().call(new Water(1));
            }
            var facts = garden.facts();
            var kind = new Kind("Plant", garden.node.root().orElseThrow().path());
            var pair = facts.times().orElseThrow().of(kind);
            assertThat(pair.queued().count()).isEqualTo(100);
            assertThat(pair.handled().count()).isBetween(99L, 100L);
            assertThat(pair.queued().quantile(0.5)).isPositive().isLessThanOrEqualTo(pair.queued().quantile(0.99));
            garden.tick();
            assertThat(garden.get("/metrics").body())
                    .contains("coppice_message_handle_seconds_bucket{behaviour=\"Plant\"");
        }

        @Test
        void are_not_taken_otherwise() {
            assertThat(garden.facts().times()).isEmpty();
        }

        @Test
        void have_quantiles_at_most_28_percent_too_high() {
            var histogram = new Histogram();
            for (int micros = 1; micros <= 1_000; micros++) {
                histogram.add(micros * 1_000L);
            }
            assertThat(histogram.quantile(0.5)).isBetween(500e-6, 500e-6 * 1.28);
            assertThat(histogram.quantile(0.99)).isBetween(990e-6, 990e-6 * 1.28);
            assertThat(new Histogram().quantile(0.5)).isZero();
        }
    }
}
