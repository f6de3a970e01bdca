package dev.coppice.otp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.Failure;
import dev.coppice.kernel.Node;
import dev.coppice.kernel.Offer;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Server;
import dev.coppice.otp.Doer.Do;
import dev.coppice.otp.Doer.Heard;
import dev.coppice.otp.Doer.Msg;
import dev.coppice.otp.Doer.WhatWasHeard;
import dev.coppice.otp.Registry.Change;
import dev.coppice.otp.Registry.Claim;
import dev.coppice.otp.Registry.Entry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class RegistryTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private final Node node = Node.start();
    private final Registry<String, Msg, Integer> unique = Registry.unique("unique");
    private final Registry<String, Msg, Integer> many = Registry.duplicate("many");
    private final Pid<Msg> a = actor();
    private final Pid<Msg> b = actor();

    private Pid<Msg> actor() {
        return node.spawn(Server.<Msg>of(Doer::new));
    }

    private static <R> R in(Pid<Msg> actor, Doer.Deed<R> deed) {
        return actor.within(LONG).call(new Do<>(deed));
    }

    private static Claim<Msg> register(Registry<String, Msg, Integer> registry, Pid<Msg> who, String key, int value) {
        return in(who, self -> registry.register(self, key, value));
    }

    private static void end(Pid<Msg> actor) {
        actor.kill();
        actor.await();
    }

    @AfterEach
    void close() {
        node.close();
    }

    @Nested
    @Tag("#83")
    class A_unique_key {
        @Test
        void belongs_to_the_first_who_registers_it() {
            assertThat(register(unique, a, "k", 1)).isEqualTo(new Claim.Registered<>());
            assertThat(register(unique, b, "k", 2)).isEqualTo(new Claim.Taken<>(a));
            assertThat(register(unique, a, "k", 3)).isEqualTo(new Claim.Taken<>(a));
            assertThat(unique.lookup("k")).containsExactly(new Entry<>("k", a, 1));
            assertThat(unique.whereis("other")).isEmpty();
        }

        @Test
        void is_free_again_when_it_is_unregistered_and_only_then() {
            register(unique, a, "k", 1);
            assertThat((int) in(b, self -> unique.unregister(self, "k"))).isZero();
            assertThat(unique.whereis("k")).contains(a);
            assertThat((int) in(a, self -> unique.unregister(self, "k"))).isOne();
            assertThat(unique.whereis("k")).isEmpty();
            assertThat(register(unique, b, "k", 2).registered()).isTrue();
        }

        @Test
        @Tag("#84")
        void is_free_when_the_down_of_its_owner_is_received() {
            register(unique, a, "k", 1);
            in(b, self -> self.monitor(a, down -> new Heard(unique.register(self, "k", 2))));
            end(a);
            assertThat(Doer.heard(b, 1)).containsExactly(new Claim.Registered<>());
            assertThat(unique.whereis("k")).contains(b);
        }

        @Test
        @Tag("#84")
        void is_free_after_its_owner_ended_in_whatever_way() {
            register(unique, a, "k", 1);
            a.stop();
            a.await();
            assertThat(register(unique, b, "k", 1).registered()).isTrue();
            assertThatThrownBy(() ->
                            in(
                                    b,
                                    _ -> {
                                        throw new IllegalStateException("boom");
                                    }))
                    .isInstanceOf(CallFailed.class);
            b.await();
            assertThat(unique.count()).isZero();
            assertThat(unique.keys(b)).isEmpty();
        }
    }

    @Nested
    @Tag("#85")
    class Duplicate_keys {
        @Test
        void list_their_actors_in_the_order_of_registration() {
            register(many, b, "k", 1);
            register(many, a, "k", 2);
            register(many, b, "k", 3);
            register(many, b, "other", 4);
            assertThat(many.lookup("k"))
                    .containsExactly(new Entry<>("k", b, 1), new Entry<>("k", a, 2), new Entry<>("k", b, 3));
            assertThat(many.whereis("k")).contains(b);
            assertThat(many.keys(b)).containsExactly("k", "other");
            assertThat(many.count()).isEqualTo(4);
            end(b);
            assertThat(many.find(_ -> true)).containsExactly(new Entry<>("k", a, 2));
        }

        @Test
        void are_unregistered_one_by_one_by_their_value() {
            register(many, a, "k", 1);
            register(many, a, "k", 2);
            register(many, b, "k", 2);
            assertThat((int) in(a, self -> many.unregister(self, "k", value -> value == 2))).isOne();
            assertThat(many.lookup("k")).containsExactly(new Entry<>("k", a, 1), new Entry<>("k", b, 2));
        }

        @Test
        void are_dispatched_to_and_skip_the_dead() {
            register(many, a, "k", 1);
            register(many, b, "k", 1);
            assertThat(many.dispatch("k", new Heard("hello"))).isEqualTo(2);
            assertThat(a.call(new WhatWasHeard())).containsExactly("hello");
            end(a);
            assertThat(many.dispatch("k", new Heard("again"))).isOne();
            assertThat(b.call(new WhatWasHeard())).containsExactly("hello", "again");
            assertThat(many.dispatch("nobody", new Heard("lost"))).isZero();
        }

        @Test
        void have_no_ref_since_they_have_no_single_holder() {
            assertThatThrownBy(() -> many.ref("k"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage(
                            "Registry[many] may have many actors for k: use dispatch or lookup, or Registry.unique");
        }
    }

    @Nested
    @Tag("#85")
    class Values_and_queries {
        @Test
        void a_value_is_changed_by_its_owner_alone() {
            register(unique, a, "k", 1);
            assertThat((int) in(a, self -> unique.update(self, "k", value -> value + 10))).isOne();
            assertThat((int) in(b, self -> unique.update(self, "k", value -> value + 100))).isZero();
            assertThat(unique.lookup("k")).containsExactly(new Entry<>("k", a, 11));
        }

        @Test
        void a_glob_finds_keys_by_their_form() {
            for (var key : List.of("order/1", "order/12", "user/1", "order")) {
                register(unique, a, key, 0);
            }
            assertThat(unique.glob("order/*")).extracting(Entry::key).containsExactly("order/1", "order/12");
            assertThat(unique.glob("*/?")).extracting(Entry::key).containsExactly("order/1", "user/1");
            assertThat(unique.glob("order")).extracting(Entry::key).containsExactly("order");
            assertThat(unique.glob("*")).hasSize(4);
            assertThat(unique.glob("")).isEmpty();
        }

        @Test
        void a_glob_goes_back_only_as_far_as_it_must() {
            assertThat(new Glob("*ab*b?").matches("aababbbc")).isTrue();
            assertThat(new Glob("*ab*b?").matches("aabab")).isFalse();
            assertThat(new Glob("*a*a*a*a*a*a*a*a*b").matches("a".repeat(10_000))).isFalse();
        }
    }

    @Nested
    @Tag("#86")
    class A_ref_by_key {
        @Test
        void reaches_whoever_has_the_key_now() {
            var ref = unique.ref("k");
            register(unique, a, "k", 1);
            ref.send(new Heard("one"));
            assertThat(ref.call(new WhatWasHeard())).containsExactly("one");
            end(a);
            register(unique, b, "k", 1);
            ref.via((String text) -> new Heard(text)).send("two");
            assertThat(ref.within(LONG).call(new WhatWasHeard())).containsExactly("two");
        }

        @Test
        void fails_calls_and_refuses_messages_at_once_while_nobody_has_it() {
            var ref = unique.ref("k");
            assertThatExceptionOfType(CallFailed.class)
                    .isThrownBy(() -> ref.call(new WhatWasHeard()))
                    .extracting(CallFailed::failure)
                    .isEqualTo(new Failure.Exited(new ExitReason.NoProcess()));
            assertThat(ref.offer(new Heard("lost"))).isInstanceOf(Offer.Dead.class);
            assertThat(node.counters().deadLetters()).containsEntry("NoProcess", 2L);
        }

        @Test
        void can_be_monitored() {
            register(unique, a, "k", 1);
            in(b, self -> self.monitor(unique.ref("k"), down -> new Heard(down.reason())));
            end(a);
            assertThat(Doer.heard(b, 1)).containsExactly(new ExitReason.Killed());
        }
    }

    @Nested
    @Tag("#85")
    class A_listener {
        @Test
        void is_told_what_is_there_and_then_each_change_once() {
            register(many, a, "old", 1);
            var there = in(b, self -> many.listen(self, Heard::new)).entries();
            register(many, a, "new", 2);
            in(a, self -> many.update(self, "new", value -> value + 1));
            in(a, self -> many.unregister(self, "new"));
            end(a);
            var old = new Entry<>("old", a, 1);
            assertThat(there).containsExactly(old);
            assertThat(Doer.heard(b, 4))
                    .containsExactly(
                            new Change.Registered<>(new Entry<>("new", a, 2)),
                            new Change.Updated<>(new Entry<>("new", a, 3)),
                            new Change.Unregistered<>(new Entry<>("new", a, 3)),
                            new Change.Unregistered<>(old));
        }

        @Test
        void hears_nothing_after_it_cancelled() {
            register(many, a, "k", 1);
            var listening = in(b, self -> many.listen(self, Heard::new));
            assertThat((boolean) in(b, _ -> listening.subscription().cancel())).isTrue();
            register(many, a, "k", 2);
            end(a);
            assertThat(b.call(new WhatWasHeard())).isEmpty();
        }

        @Test
        void may_exit_without_harm() {
            in(b, self -> many.listen(self, Heard::new));
            end(b);
            assertThat(register(many, a, "k", 1).registered()).isTrue();
            assertThat(node.counters().deadLettered()).isZero();
        }
    }

    @Nested
    @Tag("#85")
    class A_lock {
        @Test
        void keeps_the_others_of_its_key_out_until_it_is_done() throws Exception {
            var inside = new CountDownLatch(1);
            var go = new CountDownLatch(1);
            var first =
                    a.within(LONG)
                            .ask(
                                    new Do<>(self ->
                                            unique.lock(
                                                    self,
                                                    "k",
                                                    LONG,
                                                    () -> {
                                                        inside.countDown();
                                                        go.await();
                                                        return "first";
                                                    })));
            inside.await();
            assertThat((String) in(b, self -> unique.lock(self, "other", LONG, () -> "free"))).isEqualTo("free");
            var second = b.within(LONG).ask(new Do<>(self -> unique.lock(self, "k", LONG, () -> go.getCount())));
            assertThat(second.poll()).isEmpty();
            go.countDown();
            assertThat(first.get()).isEqualTo("first");
            assertThat(second.get()).isZero();
        }

        @Test
        void is_free_when_its_holder_is_killed() throws Exception {
            var inside = new CountDownLatch(1);
            var held =
                    a.within(LONG)
                            .ask(
                                    new Do<>(self ->
                                            unique.lock(
                                                    self,
                                                    "k",
                                                    LONG,
                                                    () -> {
                                                        inside.countDown();
                                                        return self.receive();
                                                    })));
            inside.await();
            end(a);
            assertThat((String) in(b, self -> unique.lock(self, "k", LONG, () -> "mine"))).isEqualTo("mine");
            assertThat(held.await().toString()).contains("Killed");
        }

        @Test
        void that_one_holds_already_is_an_error_and_not_a_wait() {
            assertThatThrownBy(() ->
                            in(a, self -> unique.lock(self, "k", LONG, () -> unique.lock(self, "k", LONG, () -> 1))))
                    .hasRootCauseMessage("this actor holds the lock of k already");
        }
    }
}
