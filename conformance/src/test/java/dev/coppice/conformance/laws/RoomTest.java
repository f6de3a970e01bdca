package dev.coppice.conformance.laws;

import static dev.coppice.conformance.laws.Lab.LONG;
import static dev.coppice.conformance.laws.Lab.millis;
import static dev.coppice.conformance.laws.Talk.server;
import static org.assertj.core.api.Assertions.assertThat;

import dev.coppice.conformance.laws.Talk.Do;
import dev.coppice.conformance.laws.Talk.Mark;
import dev.coppice.kernel.ActorInfo;
import dev.coppice.kernel.Mailbox;
import dev.coppice.kernel.Offer;
import dev.coppice.kernel.Pid;
import dev.coppice.testkit.Probe;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;

/// Law 13: the room of a bounded mailbox is exact, and goes to those who wait in their order.
@Tag("law-13")
@Tag("#21")
class RoomTest {
    private static final Offer ACCEPTED = new Offer.Accepted();
    private static final Offer FULL = new Offer.Full();

    /// Sends in a handler of its own, which waits.
    private static Pid<Talk> waiting(Lab lab, Pid<Talk> full, int number) {
        var sender = lab.puppet();
        sender.send(new Do(_ -> full.send(new Mark(number))));
        for (int i = 0; i < 2_000 && sender.info().status() != ActorInfo.Status.WAITING; i++) {
            sender.await(millis(1));
        }
        assertThat(sender.info().status()).isEqualTo(ActorInfo.Status.WAITING);
        return sender;
    }

    /// Its handler waits for the next gate with each message.
    private static Pid<Talk> stepping(Lab lab, List<Lab.Gate> gates, Mailbox mailbox, Probe<Talk> probe) {
        return lab.node()
                .spawn(
                        server(
                                        (message, _) -> {
                                            probe.send(message);
                                            gates.get(((Mark) message).n()).pass();
                                        })
                                .mailbox(mailbox));
    }

    private static List<Lab.Gate> gates(Lab lab, int count) {
        var gates = new ArrayList<Lab.Gate>();
        for (int i = 0; i < count; i++) {
            gates.add(lab.gate());
        }
        return gates;
    }

    @Laws
    @Tag("#23")
    void is_there_again_as_soon_as_a_message_is_received_and_not_before(Lab lab) {
        for (var mailbox : List.of(Mailbox.rejecting(2), Mailbox.droppingNewest(2), Mailbox.blocking(2))) {
            var probe = lab.<Talk>probe();
            var gates = gates(lab, 5);
            var pid = stepping(lab, gates, mailbox, probe);
            pid.send(new Mark(0));
            probe.expectEqual(new Mark(0));
            assertThat(pid.offer(new Mark(1))).isEqualTo(ACCEPTED);
            assertThat(pid.offer(new Mark(2))).isEqualTo(ACCEPTED);
            assertThat(pid.offer(new Mark(3))).isEqualTo(FULL);
            for (int i = 0; i < 2; i++) {
                gates.get(i).open();
                probe.expectEqual(new Mark(i + 1));
                assertThat(pid.offer(new Mark(i + 3))).as("while the handler is stuck").isEqualTo(ACCEPTED);
                assertThat(pid.offer(new Mark(4))).isEqualTo(FULL);
            }
            gates.forEach(Lab.Gate::open);
            probe.expectEqual(new Mark(3));
            probe.expectEqual(new Mark(4));
            probe.expectNothing(millis(10));
        }
        assertThat(lab.node().counters().unaccounted()).isZero();
    }

    @Laws
    @Tag("#22")
    void goes_to_the_first_who_waits_while_the_receiver_is_stuck_again(Lab lab) {
        var probe = lab.<Talk>probe();
        var gates = gates(lab, 5);
        var pid = stepping(lab, gates, Mailbox.blocking(1).patience(LONG), probe);
        pid.send(new Mark(0));
        probe.expectEqual(new Mark(0));
        pid.send(new Mark(1));
        var senders = List.of(waiting(lab, pid, 2), waiting(lab, pid, 3), waiting(lab, pid, 4));
        for (int i = 0; i < 4; i++) {
            assertThat(pid.offer(new Mark(0))).as("a newcomer does not overtake").isEqualTo(FULL);
            gates.get(i).open();
            probe.expectEqual(new Mark(i + 1));
            if (i < 3) {
                assertThat(senders.get(i).call(new Talk.Sync())).as("let in").isNotNull();
            }
        }
        gates.get(4).open();
        probe.expectNothing(millis(10));
        assertThat(lab.node().counters().deadLettered()).isEqualTo(4);
        assertThat(lab.node().counters().unaccounted()).isZero();
    }

    @Laws
    @Tag("#22")
    void is_for_all_when_those_who_waited_have_been_killed(Lab lab) {
        var probe = lab.<Talk>probe();
        var gates = gates(lab, 3);
        var pid = stepping(lab, gates, Mailbox.blocking(1).patience(LONG), probe);
        pid.send(new Mark(0));
        probe.expectEqual(new Mark(0));
        pid.send(new Mark(1));
        for (int i = 0; i < 3; i++) {
            var sender = waiting(lab, pid, 9);
            sender.kill();
            lab.gone(sender);
        }
        gates.get(0).open();
        probe.expectEqual(new Mark(1));
        assertThat(pid.offer(new Mark(2))).isEqualTo(ACCEPTED);
        gates.forEach(Lab.Gate::open);
        probe.expectEqual(new Mark(2));
        probe.expectNothing(millis(10));
        assertThat(lab.node().counters().deadLettered()).isEqualTo(3);
        assertThat(lab.node().counters().unaccounted()).isZero();
    }

    @Laws
    @Tag("#22")
    void for_few_lets_many_pass_in_their_order(Lab lab) {
        int senders = 6;
        int each = 200;
        var most = new int[1];
        var next = new int[senders];
        var pid =
                lab.node()
                        .spawn(
                                server(
                                                (message, self) -> {
                                                    most[0] = Math.max(most[0], self.pid().info().queued());
                                                    int sender = ((Mark) message).n() / each;
                                                    assertThat(((Mark) message).n() % each).isEqualTo(next[sender]++);
                                                })
                                        .mailbox(Mailbox.blocking(3).patience(LONG)));
        var all = new ArrayList<Pid<Talk>>();
        for (int s = 0; s < senders; s++) {
            int from = s * each;
            var sender = lab.puppet();
            sender.send(
                    new Do(_ -> {
                        for (int i = 0; i < each; i++) {
                            pid.send(new Mark(from + i));
                        }
                    }));
            all.add(sender);
        }
        all.forEach(sender -> sender.within(LONG).call(new Talk.Sync()));
        pid.within(LONG).call(new Talk.Sync());
        assertThat(next).containsOnly(each);
        assertThat(most[0]).isLessThanOrEqualTo(3);
        assertThat(lab.node().counters().deadLettered()).isZero();
    }
}
