package dev.coppice.otp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.coppice.kernel.Actor;
import dev.coppice.kernel.Call;
import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Outcome;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Self;
import dev.coppice.kernel.Server;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("#15")
class EntitiesTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    sealed interface Msg {}

    /// How many messages this incarnation has had, and who it is.
    record Count() implements Msg, Call<Count, Counted> {}

    record Counted(String key, int messages, Pid<Msg> by) {}

    record Fail() implements Msg, Call<Fail, Counted> {}

    record Note() implements Msg {}

    private static final class Counter implements Server<Msg> {
        private final String key;
        private int messages;

        Counter(String key) {
            this.key = key;
        }

        @Override
        public void handle(Msg message, Self<Msg> self) {
            messages++;
            switch (message) {
                case Count count -> self.reply(count, new Counted(key, messages, self.pid()));
                case Fail _ -> throw new IllegalStateException("boom");
                case Note _ -> {}
            }
        }
    }

    private final Node node = Node.start();

    private static Actor<Msg> counter(String key) {
        if (key.isEmpty()) {
            throw new IllegalArgumentException("a key must not be empty");
        }
        return Server.of(() -> new Counter(key));
    }

    private Pid<Entities.Msg<String, Msg>> spawn(Entities<String, Msg> entities) {
        return node.spawn(entities);
    }

    private static Ref<Msg> ref(Pid<Entities.Msg<String, Msg>> entities, String key) {
        return Entities.ref(entities, key).within(LONG);
    }

    /// An answer comes before the handler has ended, and one that is at work keeps its place.
    private static void untilAtRest(Pid<?>... pids) {
        for (var pid : pids) {
            while (Crew.atWork(pid)) {
                Thread.onSpinWait();
            }
        }
    }

    @AfterEach
    void close() {
        node.close();
    }

    @Nested
    class A_message {
        @Test
        void starts_the_actor_of_its_key_once() {
            var entities = spawn(Entities.of(EntitiesTest::counter));
            assertThat(entities.info().children()).isEmpty();
            ref(entities, "a").send(new Note());
            var a = ref(entities, "a").call(new Count());
            assertThat(a.key()).isEqualTo("a");
            assertThat(a.messages()).isEqualTo(2);
            assertThat(ref(entities, "b").call(new Count()).by()).isNotEqualTo(a.by());
            assertThat(entities.call(new Entities.Active<>())).containsExactly("a", "b");
        }

        @Test
        void that_a_wrap_has_made_a_request_is_delivered_and_harms_nobody() throws Exception {
            var lab = new Lab();
            var go = new CountDownLatch(1);
            lab.terminating.put("a", _ -> go.await());
            var entities = node.spawn(Entities.of((String key) -> lab.actor(key)).idle(Duration.ofMillis(10)));
            var door = Entities.ref(entities, "a").<Ask>via(_ -> new Lab.Ping());
            assertThat(door.ask(new Ask()).await()).isEqualTo(new Outcome.Failed<>(new Failure.Unanswered()));
            lab.expect("+a");
            while (!entities.call(new Entities.Active<>()).isEmpty()) {
                Thread.onSpinWait();
            }
            var waits = door.ask(new Ask());
            go.countDown();
            assertThat(waits.await()).isEqualTo(new Outcome.Failed<>(new Failure.Unanswered()));
            lab.expect("-a Normal", "+a");
            assertThat(entities.alive()).isTrue();
        }

        private record Ask() implements Call<Ask, Integer> {}

        @Test
        void that_was_given_up_before_its_actor_was_back_is_not_handled() {
            var go = new CountDownLatch(1);
            var handled = new AtomicInteger();
            Actor<Ask> slow =
                    Server.<Ask>of(() ->
                            new Server<Ask>() {
                                @Override
                                public void handle(Ask ask, Self<Ask> self) {
                                    self.reply(ask, handled.incrementAndGet());
                                }

                                @Override
                                public void terminate(ExitReason reason, Self<Ask> self) throws Exception {
                                    go.await();
                                }
                            });
            var entities = node.spawn(Entities.of((String _) -> slow).idle(Duration.ofMillis(10)));
            var a = Entities.ref(entities, "a");
            assertThat(a.call(new Ask())).isEqualTo(1);
            while (!entities.call(new Entities.Active<>()).isEmpty()) {
                Thread.onSpinWait();
            }
            var givenUp = a.ask(new Ask());
            entities.call(new Entities.Active<>());
            assertThat(givenUp.abandon()).isTrue();
            a.send(new Ask());
            var waits = a.within(LONG).ask(new Ask());
            go.countDown();
            assertThat(waits.get()).as("after the first and the one that was sent").isEqualTo(3);
        }

        @Test
        void that_was_a_request_but_only_sent_is_delivered() {
            var entities = spawn(Entities.of(EntitiesTest::counter));
            ref(entities, "a").send(new Count());
            assertThat(ref(entities, "a").call(new Count()).messages()).isEqualTo(2);
        }

        @Test
        void for_one_that_cannot_be_started_fails_and_harms_nobody_else() {
            var entities = spawn(Entities.of(EntitiesTest::counter));
            assertThatExceptionOfType(CallFailed.class)
                    .isThrownBy(() -> ref(entities, "").call(new Count()))
                    .withCause(new IllegalArgumentException("a key must not be empty"));
            ref(entities, "").send(new Note());
            assertThat(ref(entities, "a").call(new Count()).messages()).isOne();
            assertThat(entities.call(new Entities.Active<>())).containsExactly("a");
        }

        @Test
        void for_one_whose_code_cannot_even_be_loaded_fails_and_harms_nobody_else() {
            var entities =
                    spawn(
                            Entities.of(key -> {
                                if (key.isEmpty()) {
                                    throw new NoClassDefFoundError("a/driver");
                                }
                                return counter(key);
                            }));
            ref(entities, "a").send(new Note());
            assertThatExceptionOfType(CallFailed.class)
                    .isThrownBy(() -> ref(entities, "").call(new Count()))
                    .withCause(new NoClassDefFoundError("a/driver"));
            assertThat(ref(entities, "a").call(new Count()).messages()).as("untouched").isEqualTo(2);
        }
    }

    @Nested
    class An_actor {
        @Test
        void that_crashed_is_started_anew_by_the_next_message_and_not_before() {
            var entities = spawn(Entities.of(EntitiesTest::counter));
            var before = ref(entities, "a").call(new Count()).by();
            assertThatExceptionOfType(CallFailed.class)
                    .isThrownBy(() -> ref(entities, "a").call(new Fail()))
                    .withCause(new IllegalStateException("boom"));
            before.await();
            assertThat(entities.info().children()).isEmpty();
            var after = ref(entities, "a").call(new Count());
            assertThat(after.messages()).isOne();
            assertThat(after.by()).isNotEqualTo(before);
        }

        @Test
        void above_the_most_takes_the_place_of_the_one_used_longest_ago() {
            var entities = spawn(Entities.of(EntitiesTest::counter).maxActive(2));
            var a = ref(entities, "a").call(new Count()).by();
            var b = ref(entities, "b").call(new Count()).by();
            ref(entities, "a").call(new Count());
            untilAtRest(a, b);
            ref(entities, "c").call(new Count());
            b.await();
            assertThat(a.alive()).isTrue();
            assertThat(entities.call(new Entities.Active<>())).containsExactly("a", "c");
        }

        @Test
        void that_rests_is_gone_and_comes_back_as_new() {
            var entities = spawn(Entities.of(EntitiesTest::counter).idle(Duration.ofMillis(20)));
            var first = ref(entities, "a").call(new Count()).by();
            first.await();
            var second = ref(entities, "a").call(new Count());
            assertThat(second.messages()).isOne();
            assertThat(second.by()).isNotEqualTo(first);
        }

        @Test
        void that_is_at_work_does_not_rest() throws Exception {
            var go = new CountDownLatch(1);
            var entities =
                    node.spawn(
                            Entities.<String, Msg>of(key ->
                                            Server.of(() ->
                                                    (message, self) -> {
                                                        go.await();
                                                        self.reply((Count) message, new Counted(key, 1, self.pid()));
                                                    }))
                                    .idle(Duration.ofMillis(5)));
            var first = Entities.ref(entities, "a").within(LONG).ask(new Count());
            var second = Entities.ref(entities, "a").within(LONG).ask(new Count());
            for (int i = 0; i < 3; i++) {
                assertThat(first.await(Duration.ofMillis(10))).isEmpty();
            }
            go.countDown();
            assertThat(second.get().by()).isEqualTo(first.get().by());
        }
    }
}
