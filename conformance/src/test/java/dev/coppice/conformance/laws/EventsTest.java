package dev.coppice.conformance.laws;

import static dev.coppice.conformance.laws.Lab.millis;
import static dev.coppice.conformance.laws.Talk.echo;
import static dev.coppice.conformance.laws.Talk.puppet;
import static dev.coppice.conformance.laws.Talk.server;
import static dev.coppice.conformance.laws.Talk.shutdown;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.coppice.conformance.laws.Talk.Ask;
import dev.coppice.conformance.laws.Talk.Boom;
import dev.coppice.conformance.laws.Talk.Broke;
import dev.coppice.conformance.laws.Talk.Crashing;
import dev.coppice.conformance.laws.Talk.DoNow;
import dev.coppice.conformance.laws.Talk.Mark;
import dev.coppice.conformance.laws.Talk.Note;
import dev.coppice.conformance.laws.Talk.Sync;
import dev.coppice.kernel.ExitReason;
import dev.coppice.kernel.ExitReason.Crashed;
import dev.coppice.kernel.ExitReason.Killed;
import dev.coppice.kernel.ExitReason.Normal;
import dev.coppice.kernel.Mailbox;
import dev.coppice.kernel.Name;
import dev.coppice.kernel.NodeEvent;
import dev.coppice.kernel.Pid;
import dev.coppice.kernel.Ref;
import dev.coppice.kernel.Server;
import dev.coppice.kernel.spi.Door;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/// What a node tells of itself: events, crash reports, counts.
@Tag("#110")
@Tag("law-8")
class EventsTest {

    @Nested
    class Lives {
        @Laws
        void are_told_from_start_to_end_in_order(Lab lab) {
            var events = lab.<NodeEvent>probe();
            lab.node().subscribe(NodeEvent.class, events);
            var pid = lab.node().spawn(puppet().labelled("observed"));
            var known = pid.path();
            pid.send(new Crashing("observed"));
            lab.gone(pid);
            var mine = new ArrayList<Class<?>>();
            while (mine.size() < 3) {
                switch (events.expect()) {
                    case NodeEvent.Spawned(var who, var path) when who.equals(pid) -> {
                        assertThat(path).isEqualTo(known);
                        mine.add(NodeEvent.Spawned.class);
                    }
                    case NodeEvent.Crashed(var report) when report.pid().equals(pid) ->
                            mine.add(NodeEvent.Crashed.class);
                    case NodeEvent.Exited(var who, var path, var reason) when who.equals(pid) -> {
                        assertThat(path).isEqualTo(known);
                        assertThat(reason).isInstanceOf(Crashed.class);
                        mine.add(NodeEvent.Exited.class);
                    }
                    default -> {}
                }
            }
            assertThat(mine).containsExactly(NodeEvent.Spawned.class, NodeEvent.Crashed.class, NodeEvent.Exited.class);
        }

        @Laws
        void reach_only_those_who_asked_for_them_until_they_cancel(Lab lab) {
            var exits = lab.<NodeEvent.Exited>probe();
            var subscription = lab.node().subscribe(NodeEvent.Exited.class, exits);
            var one = lab.puppet();
            one.stop();
            assertThat(exits.fish(event -> event.pid().equals(one) ? event : null).reason()).isEqualTo(new Normal());
            subscription.cancel();
            var two = lab.puppet();
            two.stop();
            lab.gone(two);
            exits.expectNothing(millis(20));
        }

        @Laws
        void a_dead_subscriber_harms_nobody(Lab lab) {
            var subscriber = lab.<NodeEvent>probe();
            lab.node().subscribe(NodeEvent.class, subscriber);
            subscriber.pid().kill();
            lab.gone(subscriber.pid());
            for (int i = 0; i < 20; i++) {
                var pid = lab.puppet();
                pid.kill();
                lab.gone(pid);
            }
            assertThat(lab.node().counters().unaccounted()).isZero();
        }

        @Laws
        void a_subscriber_that_throws_harms_nobody(Lab lab) {
            var node = lab.node();
            Door<NodeEvent> broken =
                    _ -> {
                        throw new Boom("a door's own");
                    };
            Name<CharSequence> theirs = Name.of("events");
            Name<NodeEvent> ours = Name.of("events");
            node.spawn(Server.<CharSequence>of(() -> (_, _) -> {}).named(theirs));
            var picky =
                    node.spawn(
                            Server.<NodeEvent>of(() -> (_, _) -> {})
                                    .mailbox(
                                            Mailbox.droppingNewest(9)
                                                    .droppable(event -> ((CharSequence) event).isEmpty())));
            var exits = lab.<NodeEvent.Exited>probe();
            for (var subscriber : List.<Ref<NodeEvent>>of(broken, node.ref(ours), picky)) {
                node.subscribe(NodeEvent.class, subscriber);
            }
            node.subscribe(NodeEvent.Exited.class, exits);
            var pid = lab.puppet();
            pid.send(new Crashing("x"));
            assertThat(lab.gone(pid)).isInstanceOf(Crashed.class);
            exits.fish(event -> event.pid().equals(pid) ? event : null);
            assertThat(node.spawn(echo()).call(new Ask("alive"))).isEqualTo("alive");
            assertThat(node.counters().unaccounted()).isZero();
        }

        @Laws
        void of_no_kind_are_an_error_for_who_asks_for_them(Lab lab) {
            var probe = lab.<NodeEvent>probe();
            assertThatThrownBy(() -> lab.node().subscribe(null, probe)).hasMessage("type");
            assertThatThrownBy(() -> lab.node().subscribe(NodeEvent.class, null)).hasMessage("subscriber");
        }

        @Laws
        void reach_the_twin_of_a_subscription_that_was_cancelled_twice(Lab lab) {
            var exits = lab.<NodeEvent.Exited>probe();
            var one = lab.node().subscribe(NodeEvent.Exited.class, exits);
            lab.node().subscribe(NodeEvent.Exited.class, exits);
            assertThat(one.cancel()).isTrue();
            assertThat(one.cancel()).as("again").isFalse();
            var pid = stopped(lab);
            exits.fish(event -> event.pid().equals(pid) ? event : null);
        }

        @Laws
        void reach_every_holder_of_the_name_that_subscribed(Lab lab) {
            var node = lab.node();
            Name<NodeEvent.Exited> name = Name.of("listener");
            var heard = lab.<NodeEvent.Exited>probe();
            node.subscribe(NodeEvent.Exited.class, node.ref(name));
            lab.gone(stopped(lab)); // nobody holds the name yet
            for (int incarnation = 0; incarnation < 3; incarnation++) {
                var listener =
                        node.spawn(Server.<NodeEvent.Exited>of(() -> (event, _) -> heard.send(event)).named(name));
                var one = stopped(lab);
                assertThat(heard.fish(event -> event.pid().equals(one) ? event : null).reason())
                        .isEqualTo(new Normal());
                listener.kill();
                lab.gone(listener);
            }
        }

        private static Pid<Talk> stopped(Lab lab) {
            var pid = lab.puppet();
            pid.stop();
            return pid;
        }

        @Laws
        void a_subscriber_that_drops_does_not_feed_itself(Lab lab) {
            var letters =
                    lab.node()
                            .spawn(
                                    Server.<NodeEvent>of(() -> (_, self) -> self.receive(_ -> null))
                                            .mailbox(Mailbox.rejecting(2)));
            lab.node().subscribe(NodeEvent.Undelivered.class, letters);
            var dead = lab.puppet();
            dead.kill();
            lab.gone(dead);
            for (int i = 0; i < 100; i++) {
                dead.send(new Mark(i));
            }
            assertThat(lab.node().counters().deadLettered()).isBetween(100L, 300L);
            letters.kill();
        }

        @Laws
        void can_be_published_by_others(Lab lab) {
            var events = lab.<NodeEvent.GaveUp>probe();
            lab.node().subscribe(NodeEvent.GaveUp.class, events);
            var pid = lab.puppet();
            var event = new NodeEvent.GaveUp(pid, "child", new Killed());
            lab.node().publish(event);
            events.expectEqual(event);
        }
    }

    @Nested
    @Tag("#78")
    class Reports {
        @Laws
        void say_who_where_why_and_with_what(Lab lab) {
            Name<Talk> name = Name.of("reported");
            var peer = lab.<Talk>probe();
            peer.run(self -> self.trapExits(Broke::new));
            var parent = lab.puppet();
            var boom = new Boom("reported");
            parent.call(
                    new DoNow(self ->
                            self.spawn(
                                    server(
                                                    (_, _) -> {
                                                        throw boom;
                                                    })
                                            .named(name)
                                            .labelled("kind"))));
            var pid = lab.node().whereis(name).orElseThrow();
            peer.run(self -> self.link(pid));
            var path = pid.path();
            var gate = lab.gate();
            lab.stick(gate, pid);
            pid.send(new Note("the last message"));
            pid.send(new Mark(1));
            pid.send(new Mark(2));
            gate.open();
            lab.gone(pid);
            var report = lab.node().crashes().getLast();
            assertThat(report.pid()).isEqualTo(pid);
            assertThat(report.path()).isEqualTo(path).contains("reported");
            assertThat(report.name()).contains("reported");
            assertThat(report.label()).isEqualTo("kind");
            assertThat(report.ancestors()).isEqualTo(List.of(parent.path()));
            assertThat(report.reason()).isEqualTo(new Crashed(boom));
            assertThat(report.lastMessage()).hasValueSatisfying(last -> assertThat(last).contains("the last message"));
            assertThat(report.queued()).isEqualTo(2);
            assertThat(report.neighbours()).isEqualTo(List.of(peer.pid().path()));
        }

        @Laws
        void show_messages_as_the_recipe_says_and_no_more_than_500_characters(Lab lab) {
            var secret = lab.node().spawn(puppet().rendering(message -> message.getClass().getSimpleName()));
            secret.send(new Crashing("the password is x"));
            lab.gone(secret);
            assertThat(lab.node().crashes().getLast().lastMessage()).contains("Crashing");
            var wordy = lab.puppet();
            wordy.send(new Crashing("x".repeat(10_000)));
            lab.gone(wordy);
            assertThat(lab.node().crashes().getLast().lastMessage().orElseThrow()).hasSizeLessThanOrEqualTo(510);
        }

        @Laws
        void cost_no_more_with_a_long_queue_and_many_links(Lab lab) {
            var gate = lab.gate();
            var rendered = new AtomicInteger();
            var pid =
                    lab.stuckAt(
                            gate,
                            puppet().rendering(message -> {
                                rendered.incrementAndGet();
                                return "m";
                            }));
            var peers = IntStream.range(0, 40).mapToObj(_ -> lab.<Talk>probe()).toList();
            peers.forEach(peer ->
                    peer.run(self -> {
                        self.trapExits(Broke::new);
                        self.link(pid);
                    }));
            pid.send(new Crashing("with a queue"));
            for (int i = 0; i < 5_000; i++) {
                pid.send(new Mark(i));
            }
            gate.open();
            lab.gone(pid);
            var report = lab.node().crashes().getLast();
            assertThat(report.queued()).isEqualTo(5_000);
            assertThat(report.neighbours()).hasSizeBetween(10, 15);
            assertThat(rendered.get()).isLessThanOrEqualTo(20);
        }

        @Laws
        void are_kept_in_the_number_that_holds_now(Lab lab) {
            var node = lab.node();
            for (int i = 0; i < 5; i++) {
                var pid = lab.puppet();
                pid.send(new Crashing("" + i));
                lab.gone(pid);
            }
            node.reconfigure(now -> now.keptCrashes(2));
            var last = lab.puppet();
            last.send(new Crashing("last"));
            lab.gone(last);
            assertThat(node.crashes()).hasSize(2);
            assertThat(node.crashes().getLast().pid()).isEqualTo(last);
        }

        @Laws
        void are_not_made_for_clean_ends(Lab lab) {
            for (var reason : List.<ExitReason>of(new Normal(), shutdown("clean"))) {
                var pid = lab.puppet();
                pid.stop(reason);
                lab.gone(pid);
            }
            assertThat(lab.node().crashes()).isEmpty();
            assertThat(lab.node().counters().crashed()).isZero();
        }
    }

    @Nested
    @Tag("#12")
    class Counts {
        @Laws
        void add_up(Lab lab) {
            var gate = lab.gate();
            var pid = lab.stuckAt(gate, puppet());
            pid.send(new Mark(1));
            pid.send(new Mark(2));
            var before = lab.node().counters();
            assertThat(before.waiting()).isEqualTo(2);
            assertThat(before.unaccounted()).isZero();
            gate.open();
            pid.call(new Sync());
            pid.stop();
            lab.gone(pid);
            pid.send(new Mark(3));
            var after = lab.node().counters();
            assertThat(after.accepted()).isEqualTo(before.accepted() + 2);
            assertThat(after.received()).isEqualTo(before.received() + 3);
            assertThat(after.deadLetters()).isEqualTo(Map.of("NoProcess", 1L));
            assertThat(after.spawned() - after.exited()).isEqualTo(after.actors());
            assertThat(after.unaccounted()).isZero();
        }
    }
}
