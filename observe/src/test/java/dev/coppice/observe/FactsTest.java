package dev.coppice.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Mailbox;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.Pid;
import dev.coppice.observe.Garden.Hold;
import dev.coppice.observe.Garden.Msg;
import dev.coppice.observe.Garden.Note;
import dev.coppice.observe.Garden.Water;
import dev.coppice.observe.Garden.Wither;
import dev.coppice.otp.Child;
import dev.coppice.otp.Supervisor;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class FactsTest {
    private static final Name<Msg> BED = Name.of("bed");
    private Garden garden = Garden.open();
    private final CountDownLatch open = new CountDownLatch(1);

    @AfterEach
    void close() {
        open.countDown();
        garden.close();
    }

    /// Keeps an actor inside a handler.
    private void hold(dev.coppice.kernel.Ref<Msg> plant) throws InterruptedException {
        var entered = new CountDownLatch(1);
        plant.send(new Hold(entered, open));
        entered.await();
    }

    private static Kind plants(Facts facts) {
        return facts.totals().keySet().stream()
                .filter(kind -> kind.behaviour().equals("Plant") && kind.supervisor().equals("/"))
                .findFirst()
                .orElseThrow();
    }

    @Nested
    @Tag("#99")
    class Counts {
        @Test
        void of_a_kind_outlive_its_actors_and_are_never_kept_by_pid() {
            for (int i = 0; i < 50; i++) {
                var plant = garden.node.spawn(Garden.plant());
                plant.call(new Water(i));
                plant.send(new Note("n"));
                plant.stop();
                Garden.gone(plant);
            }
            var facts = garden.facts();
            var kind = plants(facts);
            assertThat(facts.totals().get(kind)).isEqualTo(new Facts.Totals(100, 50));
            assertThat(facts.census().living()).doesNotContainKey(kind);
            assertThat(facts.line(kind).spawned.sum()).isEqualTo(50);
            assertThat(Ledger.Line.sums(facts.line(kind).exits)).isEqualTo(java.util.Map.of("Normal", 50L));
            assertThat(facts.totals()).hasSizeLessThan(10);
        }

        @Test
        void of_the_living_and_the_dead_never_fall() {
            var plant = garden.node.spawn(Garden.plant());
            plant.call(new Water(1));
            var before = garden.facts();
            var kind = plants(before);
            assertThat(before.totals().get(kind).received()).isEqualTo(1);
            plant.kill();
            Garden.gone(plant);
            assertThat(garden.facts().totals().get(kind).received()).isEqualTo(1);
        }

        @Test
        void of_those_that_die_during_a_walk_are_not_taken_twice() {
            var plants = IntStream.range(0, 3_000).mapToObj(_ -> garden.node.spawn(Garden.plant())).toList();
            plants.forEach(plant -> plant.call(new Water(1)));
            var facts = garden.facts();
            plants.forEach(Pid::stop);
            while (plants.stream().anyMatch(Pid::alive)) {
                facts.look();
            }
            facts.look();
            assertThat(facts.totals().get(new Kind("Plant", "/"))).isEqualTo(new Facts.Totals(3_000, 3_000));
        }

        @Test
        void of_processors_are_between_two_looks_and_not_since_somebody_asked_last() {
            var facts = garden.facts();
            for (long until = Machine.cpuTime() + 50_000_000; Machine.cpuTime() < until; ) {
                Thread.onSpinWait();
            }
            facts.look();
            for (int i = 0; i < 3; i++) {
                assertThat(garden.json("/api/node").at("/cpus").asDouble())
                        .isBetween(0.01, (double) Runtime.getRuntime().availableProcessors() + 1);
            }
        }

        @Test
        void of_restarts_and_exits_tell_the_supervisor_and_the_reason() {
            var first = garden.rose();
            first.send(new Wither(new IllegalStateException("dry")));
            Garden.gone(first);
            garden.node.ref(Garden.ROSE).call(new Water(1));
            garden.settleSupervisor();
            var facts = garden.facts();
            var kind = new Kind("Plant", garden.node.root().orElseThrow().path());
            assertThat(facts.line(kind).restarts.sum()).isEqualTo(1);
            assertThat(Ledger.Line.sums(facts.line(kind).exits)).isEqualTo(java.util.Map.of("Crashed", 1L));
            assertThat(garden.json("/api/search?q=rose").at("/rows/0/restarts").asInt()).isEqualTo(1);
        }

        @Test
        void of_time_outs_name_the_callee() throws Exception {
            hold(garden.rose());
            assertThatThrownBy(() -> garden.rose().within(Duration.ofMillis(1)).call(new Water(1)))
                    .isInstanceOf(CallFailed.class);
            var kind = new Kind("Plant", garden.node.root().orElseThrow().path());
            assertThat(garden.facts().line(kind).timeOuts.sum()).isEqualTo(1);
        }

        @Test
        void of_kinds_beyond_the_limit_go_together() {
            garden.close();
            garden = Garden.open(observer -> observer.kinds(3));
            for (int i = 0; i < 20; i++) {
                var above = garden.node.spawn(Garden.plant().labelled("bed " + i));
                assertThat(above.call(new Water(1))).isEqualTo(1);
                above.stop();
                Garden.gone(above);
            }
            for (var plant : java.util.List.of("a", "b", "c", "d", "e")) {
                garden.node.spawn(
                        dev.coppice.otp.Supervisor.oneForOne(dev.coppice.otp.Child.of(plant, Garden.plant()))
                                .labelled(plant));
            }
            var facts = garden.facts();
            assertThat(facts.totals()).containsKey(Kind.OTHER).hasSizeLessThanOrEqualTo(4);
        }
    }

    @Nested
    @Tag("#99")
    class A_mailbox {
        @Test
        void shows_its_depth_and_the_age_of_its_oldest_message() throws Exception {
            hold(garden.rose());
            for (int i = 0; i < 7; i++) {
                garden.rose().send(new Note("n" + i));
            }
            garden.facts();
            var row = garden.facts().census().top().get("queue").getFirst();
            assertThat(row.path()).endsWith("/rose");
            assertThat(row.queued()).isEqualTo(7);
            assertThat(row.age()).isPositive();
            assertThat(row.status()).isEqualTo("running");
            assertThat(row.doing()).isEqualTo("Hold");
            open.countDown();
            garden.node.ref(Garden.ROSE).call(new Water(1));
            assertThat(garden.facts().census().top().get("age")).isEmpty();
        }
    }

    @Nested
    @Tag("#99")
    class The_age_of_a_mailbox {
        private double oldest() {
            return garden.facts().census().top().get("age").stream().mapToDouble(Row::age).max().orElse(0);
        }

        private static double since(long nanos) {
            return (System.nanoTime() - nanos) / 1e9;
        }

        @Test
        void is_that_of_those_that_wait_not_of_those_that_were_dropped_for_them() throws Exception {
            var plant = garden.node.spawn(Garden.plant(Mailbox.droppingOldest(5)));
            hold(plant);
            for (int round = 0; round < 5; round++) {
                long before = System.nanoTime();
                for (int i = 0; i < 5; i++) {
                    plant.send(new Note("n"));
                }
                assertThat(oldest()).isLessThanOrEqualTo(since(before));
                assertThat(oldest()).isLessThanOrEqualTo(since(before));
            }
        }

        @Test
        void is_that_of_those_that_wait_not_of_requests_that_came_too_late() throws Exception {
            var plant = garden.node.spawn(Garden.plant());
            var entered = new CountDownLatch(1);
            var its = new CountDownLatch(1);
            plant.send(new Hold(entered, its));
            entered.await();
            for (int i = 0; i < 5; i++) {
                assertThatThrownBy(() -> plant.within(Duration.ofMillis(1)).call(new Water(1)))
                        .isInstanceOf(CallFailed.class);
            }
            oldest();
            var next = new CountDownLatch(1);
            plant.send(new Hold(next, open));
            its.countDown();
            next.await();
            long before = System.nanoTime();
            plant.send(new Note("n"));
            assertThat(oldest()).isLessThanOrEqualTo(since(before));
        }

        @Test
        void grows_while_newer_ones_are_turned_away() throws Exception {
            var plant = garden.node.spawn(Garden.plant(Mailbox.droppingNewest(5)));
            hold(plant);
            for (int i = 0; i < 5; i++) {
                plant.send(new Note("n"));
            }
            oldest();
            long seen = System.nanoTime();
            for (int i = 0; i < 50; i++) {
                plant.send(new Note("n"));
            }
            assertThat(oldest()).isPositive();
            double least = since(seen);
            assertThat(oldest()).isGreaterThanOrEqualTo(least);
        }
    }

    @Nested
    @Tag("#105")
    class The_wait_graph {
        @Test
        void shows_who_waits_for_whom() throws Exception {
            hold(garden.rose());
            var waiting = garden.node.spawn(Garden.plant().labelled("waiting"));
            waiting.send(new Garden.Ask(garden.rose()));
            var deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            while (garden.facts().census().waits().isEmpty() && System.nanoTime() < deadline) {
                Thread.onSpinWait();
            }
            assertThat(garden.facts().census().waits())
                    .singleElement()
                    .isEqualTo(new Census.Wait(waiting.path(), garden.rose().path(), "Ask"));
        }
    }

    @Nested
    @Tag("#110")
    class Dead_letters {
        @Test
        void are_kept_up_to_the_limit_newest_first() {
            garden.close();
            garden = Garden.open(observer -> observer.keptLetters(3));
            var dead = garden.node.spawn(Garden.plant());
            dead.kill();
            Garden.gone(dead);
            for (int i = 0; i < 10; i++) {
                dead.send(new Note("n" + i));
            }
            assertThat(garden.facts().letters())
                    .extracting(Letters.Letter::message)
                    .containsExactly("Note[text=n9]", "Note[text=n8]", "Note[text=n7]");
        }

        @Test
        void that_take_long_to_become_text_hold_up_neither_the_observer_nor_each_other() throws Exception {
            var entered = new CountDownLatch(1);
            var written = new CountDownLatch(1);
            var sender = Thread.currentThread();
            var slow =
                    garden.node.spawn(
                            Garden.plant()
                                    .rendering(_ -> {
                                        if (Thread.currentThread() == sender) {
                                            return "for the log"; // which is written where the message died
                                        }
                                        entered.countDown();
                                        try {
                                            written.await();
                                        } catch (InterruptedException told) {
                                            Thread.currentThread().interrupt();
                                        }
                                        return "at last";
                                    }));
            slow.kill();
            Garden.gone(slow);
            slow.send(new Note("n"));
            garden.pid.send(new Observer.Tick());
            entered.await();
            assertThat(garden.facts().health().liveness().up()).isTrue();
            assertThat(garden.json("/api/letters").at("/0/message").asString()).contains("takes long");
            written.countDown();
            while (garden.facts().letters().getFirst().message().contains("takes long")) {
                Thread.yield();
            }
            assertThat(garden.json("/api/letters").at("/0/message").asString()).isEqualTo("at last");
        }

        @Test
        void are_shown_as_the_recipe_and_the_redaction_say() {
            garden.close();
            garden = Garden.open(observer -> observer.redacting(text -> text.replaceAll("secret-\\d+", "***")));
            var open = garden.node.spawn(Garden.plant());
            var discreet = garden.node.spawn(Garden.plant().rendering(message -> message.getClass().getSimpleName()));
            for (var plant : java.util.List.of(open, discreet)) {
                plant.kill();
                Garden.gone(plant);
                plant.send(new Note("secret-1234"));
            }
            assertThat(garden.facts().letters())
                    .extracting(Letters.Letter::message)
                    .containsExactly("Note", "Note[text=***]");
            assertThat(garden.get("/api/letters").body()).doesNotContain("1234");
        }
    }

    @Nested
    @Tag("#107")
    class Alarms_of_a_node {
        @Test
        void come_with_a_long_queue_and_go_below_half_of_its_mark() throws Exception {
            var plant = garden.node.spawn(Garden.plant(Mailbox.unbounded().highWater(10)));
            hold(plant);
            for (int i = 0; i < 30; i++) {
                plant.send(new Note("n"));
            }
            assertThat(garden.tick().alarms())
                    .singleElement()
                    .satisfies(alarm -> {
                        assertThat(alarm.kind()).isEqualTo(Alarm.Kind.LONG_QUEUE);
                        assertThat(alarm.subject()).isEqualTo(plant.path());
                        assertThat(Spots.find(garden.node, alarm.at())).contains(plant);
                    });
            open.countDown();
            plant.call(new Water(1));
            assertThat(plant.call(new Water(1))).isEqualTo(2);
            assertThat(garden.tick().alarms()).isEmpty();
            assertThat(garden.facts().pastAlarms()).hasSize(1);
        }

        @Test
        void of_actors_of_one_label_stand_until_all_are_below_the_mark() throws Exception {
            var beds = Garden.plant(Mailbox.unbounded().highWater(10)).labelled("bed");
            var one = garden.node.spawn(beds);
            var other = garden.node.spawn(beds);
            var its = new CountDownLatch(1);
            hold(one);
            var entered = new CountDownLatch(1);
            other.send(new Hold(entered, its));
            entered.await();
            for (int i = 0; i < 30; i++) {
                one.send(new Note("n"));
                other.send(new Note("n"));
            }
            its.countDown();
            other.call(new Water(1));
            assertThat(other.call(new Water(1))).isEqualTo(2);
            assertThat(garden.tick().alarms()).extracting(Alarm::subject).containsExactly("/bed");
            open.countDown();
            one.call(new Water(1));
            assertThat(one.call(new Water(1))).isEqualTo(2);
            assertThat(garden.tick().alarms()).isEmpty();
        }

        @Test
        void of_a_dead_actor_do_not_stand() throws Exception {
            var plant = garden.node.spawn(Garden.plant(Mailbox.unbounded().highWater(10)));
            hold(plant);
            for (int i = 0; i < 30; i++) {
                plant.send(new Note("n"));
            }
            assertThat(garden.tick().alarms()).hasSize(1);
            plant.kill();
            Garden.gone(plant);
            assertThat(garden.tick().alarms()).isEmpty();
        }
    }

    @Nested
    class A_redaction {
        @BeforeEach
        void hides_secrets() {
            garden.close();
            garden = Garden.open(observer -> observer.redacting(text -> text.replaceAll("secret-\\d+", "***")));
        }

        @Test
        void knows_a_secret_that_is_cut() throws Exception {
            var text = "x".repeat(490 - "Note[text=".length()) + " secret-1234567890";
            garden.close();
            garden = Garden.open(observer -> observer.redacting(all -> all.replaceAll("secret-\\d{10}", "***")));
            var session = garden.facts().trace(new Tracing.Wish("", "Note", 1, 10, Duration.ofMinutes(1)));
            var rose = garden.rose();
            rose.send(new Note(text));
            rose.call(new Water(1));
            assertThat(session.legs()).singleElement().satisfies(leg -> assertThat(leg.message()).endsWith(" ***]"));
            rose.kill();
            Garden.gone(rose);
            rose.send(new Note(text));
            assertThat(garden.facts().letters())
                    .first()
                    .satisfies(letter -> assertThat(letter.message()).contains(" ***").doesNotContain("secret"));
        }

        @Test
        void that_fails_shows_nothing_and_ends_nothing() {
            garden.close();
            garden =
                    Garden.open(observer ->
                            observer.redacting(text -> {
                                throw new IllegalStateException(text);
                            }));
            var dead = garden.node.spawn(Garden.plant());
            dead.kill();
            Garden.gone(dead);
            dead.send(new Note("secret-1234"));
            assertThat(garden.tick().letters())
                    .extracting(Letters.Letter::message)
                    .containsExactly("(its redaction failed: java.lang.IllegalStateException)");
            assertThat(garden.get("/api/letters").body()).doesNotContain("1234");
        }

        @Test
        void hides_why_a_supervisor_gave_up() {
            var bed =
                    garden.node.spawn(
                            Supervisor.oneForOne(Child.server(BED, Garden.Plant::new))
                                    .intensity(0, Duration.ofSeconds(1)));
            garden.node.ref(BED).send(new Wither(new IllegalStateException("secret-1234")));
            Garden.gone(bed);
            assertThat(garden.tick().alarms())
                    .singleElement()
                    .satisfies(alarm -> assertThat(alarm.detail()).contains("IllegalStateException: ***"));
            assertThat(garden.get("/api/alarms").body()).contains("GAVE_UP").doesNotContain("1234");
        }

        @Test
        void hides_why_an_actor_does_not_answer() throws Exception {
            for (var request : List.of("GET /api/actor?inside=true&at=", "POST /api/actor?do=suspend&at=")) {
                var plant = garden.node.spawn(Garden.plant());
                var entered = new CountDownLatch(1);
                var its = new CountDownLatch(1);
                plant.send(new Hold(entered, its));
                entered.await();
                plant.send(new Wither(new IllegalStateException("secret-1234")));
                var path = request.substring(request.indexOf(' ') + 1) + plant.id();
                var asked =
                        CompletableFuture.supplyAsync(() ->
                                request.startsWith("GET")
                                        ? garden.get(path)
                                        : garden.post(path, Gate.TOKEN, Garden.TOKEN));
                while (plant.info().queued() < 2) {
                    Thread.onSpinWait();
                }
                its.countDown();
                assertThat(asked.get().body()).contains("IllegalStateException: ***").doesNotContain("1234");
            }
        }
    }

    @Nested
    @Tag("#104")
    class A_walk {
        @Test
        void over_100_000_actors_is_bounded_and_its_answers_are_small() {
            for (int i = 0; i < 100_000; i++) {
                garden.node.spawn(Garden.plant());
            }
            var facts = garden.facts();
            assertThat(facts.census().actors()).isGreaterThan(100_000);
            assertThat(facts.census().whole()).isTrue();
            assertThat(facts.census().top().get("received")).hasSizeLessThanOrEqualTo(100);
            var level = garden.get("/api/tree?limit=100000");
            assertThat(level.body().length()).isLessThan(100_000);
            var json = Garden.JSON.readTree(level.body());
            assertThat(json.at("/total").asInt()).isGreaterThan(100_000);
            assertThat(json.at("/rows").size()).isEqualTo(200);
            assertThat(garden.json("/api/node").at("/actors").asInt()).isGreaterThan(100_000);
            System.out.println("walk over 100,000 actors: " + facts.census().took());
        }
    }
}
