package dev.coppice.otp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Mailbox;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Server;
import dev.coppice.otp.Doer.Do;
import dev.coppice.otp.Doer.Heard;
import dev.coppice.otp.Doer.Msg;
import dev.coppice.otp.Doer.WhatWasHeard;
import dev.coppice.otp.Topic.Policy;
import dev.coppice.otp.Topic.Statistics;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("#87")
class TopicTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final Node node = Node.start();
    private final Topic<String> topic = Topic.of("news");
    private final Pid<Msg> a = actor();
    private final Pid<Msg> b = actor();

    private Pid<Msg> actor() {
        return node.spawn(Server.<Msg>of(Doer::new));
    }

    private static <R> R in(Pid<Msg> actor, Doer.Deed<R> deed) {
        return actor.within(LONG).call(new Do<>(deed));
    }

    private static List<Object> heard(Pid<Msg> actor) {
        return actor.within(LONG).call(new WhatWasHeard());
    }

    @AfterEach
    void close() {
        node.close();
    }

    @Nested
    class Publishing {
        @Test
        void reaches_those_who_are_subscribed_and_nobody_else() {
            in(a, self -> topic.subscribe(self, Heard::new));
            assertThat(topic.publish("one")).isEqualTo(1);
            in(b, self -> topic.subscribe(self, Heard::new));
            assertThat(topic.publish("two")).isEqualTo(2);
            assertThat(heard(a)).containsExactly("one", "two");
            assertThat(heard(b)).containsExactly("two");
        }

        @Test
        void gives_everybody_the_same_object_in_order() {
            var people = IntStream.range(0, 10_000).mapToObj(_ -> actor()).toList();
            people.forEach(one -> in(one, self -> topic.subscribe(self, Heard::new)));
            var first = new String("first");
            assertThat(topic.publish(first)).isEqualTo(10_000);
            assertThat(topic.publish("second")).isEqualTo(10_000);
            for (var one : people) {
                assertThat(heard(one)).containsExactly("first", "second").first().isSameAs(first);
            }
            assertThat(topic.statistics()).isEqualTo(new Statistics(2, 20_000, 0, 10_000));
        }

        @Test
        void takes_a_ref_that_is_no_actor_of_ones_own() {
            var open = topic.subscribe(a.via(Heard::new), "a/#");
            topic.publish("a/b", "in");
            assertThat(open.cancel()).isTrue();
            assertThat(open.cancel()).isFalse();
            topic.publish("a/b", "out");
            assertThat(heard(a)).containsExactly("in");
        }
    }

    @Nested
    class Ending_a_subscription {
        @Test
        void is_done_by_the_end_of_the_actor() {
            in(a, self -> topic.subscribe(self, "x/+", Heard::new));
            in(b, self -> topic.subscribe(self, "x/y", Heard::new));
            a.kill();
            a.await();
            assertThat(topic.publish("x/y", "hello")).isEqualTo(1);
            assertThat(topic.statistics()).isEqualTo(new Statistics(1, 1, 0, 1));
            assertThat(node.counters().deadLettered()).isZero();
        }

        @Test
        void is_done_once_by_cancelling() {
            var first = in(a, self -> topic.subscribe(self, Heard::new));
            in(a, self -> topic.subscribe(self, Heard::new));
            assertThat((boolean) in(a, _ -> first.cancel())).isTrue();
            assertThat((boolean) in(a, _ -> first.cancel())).isFalse();
            assertThat(topic.publish("hello")).isEqualTo(1);
            assertThat(heard(a)).containsExactly("hello");
        }
    }

    @Nested
    class A_subscription_that_its_actor_cannot_own {
        @Test
        void is_none_when_the_actor_has_been_told_to_exit() throws InterruptedException {
            var inside = new CountDownLatch(1);
            var told = new CountDownLatch(1);
            a.send(
                    new Do<>(self -> {
                        inside.countDown();
                        told.await();
                        return topic.subscribe(self, Heard::new);
                    }));
            inside.await();
            a.exit(new ExitReason.Shutdown("enough"));
            told.countDown();
            assertThat(a.await()).isEqualTo(new ExitReason.Shutdown("enough"));
            assertThat(topic.statistics().subscriptions()).isZero();
        }

        @Test
        void is_none_when_another_thread_asks_for_it() {
            var foreign = in(a, self -> self);
            assertThatThrownBy(() -> topic.subscribe(foreign, Heard::new)).isInstanceOf(IllegalStateException.class);
            assertThat(topic.statistics().subscriptions()).isZero();
        }
    }

    @Nested
    class A_filter {
        @ParameterizedTest
        @CsvSource({
            "a/b, a/b, true",
            "a/b, a/c, false",
            "a/b, a, false",
            "a/b, a/b/c, false",
            "a/+, a/b, true",
            "a/+, a, false",
            "a/+, a/b/c, false",
            "+/b, a/b, true",
            "+/+, /b, true",
            "+, a, true",
            "a/#, a, true",
            "a/#, a/b/c, true",
            "a/#, ab, false",
            "#, a/b, true",
            "#, '', true",
            "+, '', false",
            "'', '', true",
            "'', a, false",
            "a/+/c/#, a/b/c, true",
            "a/+/c/#, a/b/d, false",
            "a//b, a//b, true",
            "a/+/b, a//b, true"
        })
        void accepts_a_path_or_not(String filter, String path, boolean accepts) {
            in(a, self -> topic.subscribe(self, filter, Heard::new));
            assertThat(topic.publish(path, "hello")).isEqualTo(accepts ? 1 : 0);
            assertThat(heard(a)).hasSize(accepts ? 1 : 0);
        }

        @ParameterizedTest
        @ValueSource(strings = {"a+", "a/#/b", "#a", "a/b+/c"})
        void has_its_wildcards_alone(String filter) {
            assertThatThrownBy(() -> topic.subscribe(a.via(Heard::new), filter))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("+ and # stand alone between slashes, and # last, was \"" + filter + "\"");
            assertThat(topic.statistics().subscriptions()).isZero();
        }

        @Test
        void is_no_path() {
            assertThatThrownBy(() -> topic.publish("a/+", "hello"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("a path has no wildcards, was \"a/+\"; + and # belong to filters");
        }

        @Test
        void leaves_no_branch_behind() {
            var trie = new Trie<String>();
            var kept = trie.add("a/b", "kept");
            var gone = trie.add("a/b/+/#", "gone");
            assertThat(gone.getAsBoolean()).isTrue();
            assertThat(gone.getAsBoolean()).isFalse();
            assertThat(trie.isPruned()).isFalse();
            assertThat(kept.getAsBoolean()).isTrue();
            assertThat(trie.isPruned()).isTrue();
        }
    }

    @Nested
    class A_slow_subscriber {
        private final CountDownLatch go = new CountDownLatch(1);

        private void publishWhileBusy(Pid<Msg> slow, Policy policy) {
            in(slow, self -> topic.subscribe(self, "#", policy, Heard::new));
            var inside = new CountDownLatch(1);
            slow.send(
                    new Do<>(_ -> {
                        inside.countDown();
                        go.await();
                        return true;
                    }));
            try {
                inside.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            List.of("1", "2", "3", "4").forEach(topic::publish);
            go.countDown();
        }

        @Test
        void keeps_what_its_limit_allows_and_hears_again_when_it_has_caught_up() {
            publishWhileBusy(a, new Policy.AtMost(2));
            assertThat(heard(a)).containsExactly("1", "2");
            assertThat(topic.statistics()).isEqualTo(new Statistics(4, 2, 2, 1));
            topic.publish("5");
            assertThat(heard(a)).containsExactly("1", "2", "5");
        }

        @Test
        void gets_the_latest_alone() {
            publishWhileBusy(a, new Policy.Latest());
            assertThat(heard(a)).containsExactly("4");
            assertThat(topic.statistics()).isEqualTo(new Statistics(4, 4, 3, 1));
            topic.publish("5");
            assertThat(heard(a)).containsExactly("4", "5");
        }

        @Test
        void with_a_mailbox_that_would_make_senders_wait_does_not_make_publishers_wait() {
            var slow = node.spawn(Server.<Msg>of(Doer::new).mailbox(Mailbox.blocking(2)));
            publishWhileBusy(slow, new Policy.AsMailbox());
            assertThat(topic.statistics()).isEqualTo(new Statistics(4, 2, 2, 1));
            assertThat(heard(slow)).containsExactly("1", "2");
            assertThat(node.counters().deadLetters()).containsEntry("Refused", 2L);
        }
    }
}
