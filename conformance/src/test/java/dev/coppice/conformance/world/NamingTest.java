package dev.coppice.conformance.world;

import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.kernel.Call;
import dev.coppice.kernel.CallFailed;
import dev.coppice.kernel.Down;
import dev.coppice.kernel.Loop;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Self;
import dev.coppice.otp.Group;
import dev.coppice.otp.Registry;
import dev.coppice.otp.Registry.Change;
import dev.coppice.otp.Topic;
import dev.coppice.otp.Topic.Policy;
import dev.coppice.testkit.Seeds;
import dev.coppice.testkit.World;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/// Registries, groups and topics while their actors are killed between any two steps.
@Tag("#134")
class NamingTest {
    private sealed interface Msg {}

    private record Ask() implements Msg, Call<Ask, Pid<Msg>> {}

    private record Do(Loop<Msg> deed) implements Msg {}

    private record Gone(Down down) implements Msg {}

    private record Told(Change<Integer, Msg, Integer> change) implements Msg {}

    private record Member(Group.Change<Msg> change) implements Msg {}

    private record Saw(int number) implements Msg {}

    /// Does what it is told.
    private static void body(Self<Msg> self) throws Exception {
        while (true) {
            switch (self.receive()) {
                case Ask ask -> self.reply(ask, self.pid());
                case Do(var deed) -> deed.run(self);
                default -> {}
            }
        }
    }

    private static List<Pid<Msg>> spawn(World world, int size) {
        return IntStream.range(0, size).mapToObj(_ -> world.node().spawn(NamingTest::body)).toList();
    }

    private static Pid<Msg> any(World world, List<Pid<Msg>> actors) {
        return actors.get(world.chance().nextInt(actors.size()));
    }

    @Nested
    @Tag("#83")
    @Tag("#84")
    class A_registry {
        @Seeds(300)
        void never_has_two_holders_of_a_unique_key_nor_a_dead_one_and_calls_by_key_never_hang(World world) {
            Registry<Integer, Msg, Integer> registry = Registry.unique("keys");
            var actors = spawn(world, 6);
            world.always(
                    "a holder lives and is the only one",
                    () ->
                            IntStream.range(0, 3)
                                    .allMatch(key ->
                                            registry.lookup(key).size() <= 1
                                                    && registry.whereis(key).map(Pid::alive).orElse(true)));
            int answered = 0;
            for (int i = 0; i < 40; i++) {
                int key = world.chance().nextInt(3);
                var actor = any(world, actors);
                switch (world.chance().nextInt(4)) {
                    case 0, 1 -> actor.send(new Do(self -> registry.register(self, key, 0)));
                    case 2 -> actor.send(new Do(self -> registry.unregister(self, key)));
                    default -> {
                        if (world.chance().nextInt(3) == 0) {
                            actor.kill();
                        }
                    }
                }
                if (registry.whereis(key).isEmpty()) {
                    continue;
                }
                try {
                    assertThat(actors).contains(registry.ref(key).call(new Ask()));
                    answered++;
                } catch (CallFailed nobody) {
                    assertThat(nobody.getMessage()).containsAnyOf("NoProcess", "Killed");
                }
            }
            world.settle();
            assertThat(answered).isLessThanOrEqualTo(40);
            actors.forEach(Pid::kill);
            world.settle();
            assertThat(registry.count()).isZero();
        }

        @Seeds(300)
        void gives_a_key_to_whoever_was_told_of_the_death_of_its_holder(World world) {
            Registry<Integer, Msg, Integer> registry = Registry.unique("keys");
            var claims = new ArrayList<Boolean>();
            var holder =
                    world.node()
                            .spawn((Self<Msg> self) -> {
                                registry.register(self, 1, 0);
                                body(self);
                            });
            world.settle();
            world.node()
                    .spawn((Self<Msg> self) -> {
                        self.monitor(holder, Gone::new);
                        self.receive(Gone.class);
                        claims.add(registry.register(self, 1, 0).registered());
                        body(self);
                    });
            if (world.chance().nextBoolean()) {
                world.settle();
            }
            holder.kill();
            world.settle();
            assertThat(claims).containsExactly(true);
        }

        @Seeds(300)
        @Tag("#85")
        void tells_listeners_exactly_what_happened_whoever_is_killed_when(World world) {
            Registry<Integer, Msg, Integer> registry = Registry.duplicate("keys");
            var actors = spawn(world, 5);
            var seen = new HashMap<Integer, Integer>();
            for (int i = 0; i < 3; i++) {
                int key = i;
                any(world, actors).send(new Do(self -> registry.register(self, key, 0)));
            }
            world.node()
                    .spawn((Self<Msg> self) -> {
                        registry.listen(self, Told::new)
                                .entries()
                                .forEach(entry -> seen.merge(entry.key(), 1, Integer::sum));
                        while (true) {
                            if (self.receive() instanceof Told(var change)) {
                                count(seen, change);
                            }
                        }
                    });
            for (int i = 0; i < 30; i++) {
                int key = world.chance().nextInt(3);
                var actor = any(world, actors);
                switch (world.chance().nextInt(6)) {
                    case 0 -> actor.kill();
                    case 1, 2 -> actor.send(new Do(self -> registry.unregister(self, key)));
                    default -> actor.send(new Do(self -> registry.register(self, key, 0)));
                }
            }
            world.settle();
            for (int key = 0; key < 3; key++) {
                assertThat(seen.getOrDefault(key, 0)).as("key " + key).isEqualTo(registry.lookup(key).size());
            }
        }

        /// The word of it is in the listener's mailbox when it cancels.
        @Seeds(50)
        @Tag("#85")
        void follows_no_actor_for_a_listener_that_has_cancelled(World world) {
            Registry<Integer, Msg, Integer> registry = Registry.unique("keys");
            var actor = spawn(world, 1).getFirst();
            var told = new ArrayList<Change<Integer, Msg, Integer>>();
            world.node()
                    .spawn((Self<Msg> self) -> {
                        var listening = registry.listen(self, Told::new);
                        actor.send(new Do(other -> registry.register(other, 1, 0)));
                        actor.call(new Ask());
                        listening.subscription().cancel();
                        while (true) {
                            if (self.receive() instanceof Told(var change)) {
                                told.add(change);
                            }
                        }
                    });
            world.settle();
            actor.kill();
            world.settle();
            assertThat(registry.count()).isZero();
            assertThat(told).noneMatch(Change.Unregistered.class::isInstance);
        }

        private static void count(Map<Integer, Integer> seen, Change<Integer, Msg, Integer> change) {
            int by =
                    switch (change) {
                        case Change.Registered<Integer, Msg, Integer> _ -> 1;
                        case Change.Updated<Integer, Msg, Integer> _ -> 0;
                        case Change.Unregistered<Integer, Msg, Integer> _ -> -1;
                    };
            assertThat(seen.merge(change.entry().key(), by, Integer::sum)).isNotNegative();
        }

        @Seeds(300)
        @Tag("#85")
        void lets_one_at_a_time_into_a_lock_and_all_of_them_in_the_end(World world) {
            Registry<Integer, Msg, Integer> registry = Registry.unique("keys");
            var inside = new int[1];
            var entered = new int[1];
            var actors = spawn(world, 4);
            for (var actor : actors) {
                actor.send(
                        new Do(self ->
                                registry.lock(
                                        self,
                                        1,
                                        Duration.ofHours(1),
                                        () -> {
                                            assertThat(++inside[0]).isOne();
                                            entered[0]++;
                                            try {
                                                self.receive(Saw.class, Duration.ofSeconds(1));
                                            } finally {
                                                inside[0]--;
                                            }
                                            return 0;
                                        })));
            }
            if (world.chance().nextBoolean()) {
                world.advance(Duration.ofMillis(1));
            }
            var victim = any(world, actors);
            victim.kill();
            world.advance(Duration.ofMinutes(1));
            assertThat(entered[0]).isBetween(3, 4);
            assertThat(actors.stream().filter(Pid::alive)).hasSize(3);
        }
    }

    @Nested
    @Tag("#88")
    class A_group {
        @Seeds(300)
        void is_seen_by_its_watcher_as_it_is(World world) {
            Group<Msg> group = Group.of("group");
            var actors = spawn(world, 5);
            var seen = new ArrayList<Pid<Msg>>();
            world.node()
                    .spawn((Self<Msg> self) -> {
                        seen.addAll(group.monitor(self, Member::new).members());
                        while (true) {
                            switch (self.receive()) {
                                case Member(Group.Change.Joined<Msg>(var pid)) -> seen.add(pid);
                                case Member(Group.Change.Left<Msg>(var pid)) -> assertThat(seen.remove(pid)).isTrue();
                                default -> {}
                            }
                        }
                    });
            for (int i = 0; i < 30; i++) {
                var actor = any(world, actors);
                switch (world.chance().nextInt(6)) {
                    case 0 -> actor.kill();
                    case 1, 2 -> actor.send(new Do(group::leave));
                    default -> actor.send(new Do(group::join));
                }
            }
            world.settle();
            assertThat(seen).containsExactlyInAnyOrderElementsOf(group.members());
        }
    }

    @Nested
    @Tag("#87")
    class A_topic {
        /// A living subscriber gets everything that was published while it was subscribed, each publisher's in order, whoever dies
        /// meanwhile.
        @Seeds(300)
        void loses_nothing_for_those_who_live(World world) {
            Topic<Integer> topic = Topic.of("numbers");
            var heard = new ArrayList<List<Integer>>();
            var actors =
                    IntStream.range(0, 6)
                            .mapToObj(i -> {
                                heard.add(new ArrayList<>());
                                return subscriber(world, topic, new Policy.AsMailbox(), heard.get(i));
                            })
                            .toList();
            world.settle();
            var publisher =
                    world.node()
                            .spawn((Self<Msg> self) -> {
                                for (int i = 0; i < 10; i++) {
                                    topic.publish("a/b", i);
                                    self.receive(Saw.class, Duration.ofMillis(1));
                                }
                            });
            var victim = any(world, actors);
            world.after(Duration.ofNanos(world.chance().nextInt(10_000_000)), victim::kill);
            world.advance(Duration.ofSeconds(1));
            assertThat(publisher.alive()).isFalse();
            for (int i = 0; i < 6; i++) {
                if (actors.get(i).alive()) {
                    assertThat(heard.get(i)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
                }
            }
            assertThat(topic.statistics().subscriptions()).isEqualTo(5);
        }

        @Seeds(300)
        void with_limits_goes_on_after_a_publisher_was_killed_while_publishing(World world) {
            Topic<Integer> topic = Topic.of("numbers");
            var latest = new ArrayList<Integer>();
            var limited = new ArrayList<Integer>();
            subscriber(world, topic, new Policy.Latest(), latest);
            subscriber(world, topic, new Policy.AtMost(1), limited);
            world.settle();
            var publisher =
                    world.node()
                            .spawn((Self<Msg> self) -> {
                                for (int i = 0; i < 100; i++) {
                                    topic.publish("a/b", i);
                                }
                            });
            world.after(Duration.ZERO, publisher::kill);
            world.settle();
            topic.publish("a/b", 1_000);
            world.settle();
            assertThat(latest.getLast()).isEqualTo(1_000);
            assertThat(limited.getLast()).isEqualTo(1_000);
            assertThat(latest).isSorted();
            assertThat(limited).isSorted();
        }

        private static Pid<Msg> subscriber(World world, Topic<Integer> topic, Policy policy, List<Integer> heard) {
            return world.node()
                    .spawn((Self<Msg> self) -> {
                        topic.subscribe(self, "a/+", policy, Saw::new);
                        while (true) {
                            if (self.receive() instanceof Saw(int number)) {
                                heard.add(number);
                            }
                        }
                    });
        }
    }
}
